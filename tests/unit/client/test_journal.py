"""The journal: what is in it survives, what is in it counts once."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from axis.client.contract import Route
from axis.client.errors import JournalError, MessageIdReusedError, UnknownSubmissionError
from axis.client.journal import AnswerRecord, DeliveryRecord, Journal

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=2)
HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
async def other(journal: Journal, tmp_path: Path) -> AsyncIterator[Journal]:
    """The same journal in another process."""
    other = await Journal.open(tmp_path / "g22.journal")
    yield other
    await other.close()


def answer(
    message_id: str, *, to: str | None = None, kind: str = "receipt", event: str | None = None
) -> AnswerRecord:
    return AnswerRecord(
        message_id=message_id,
        type=kind,
        correlation_id=to,
        document="axis-id",
        body=message_id.encode(),
        received_at=NOW,
        event=event,
    )


def modes_in(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def delivery(message_id: str, at: datetime = NOW) -> DeliveryRecord:
    return DeliveryRecord(
        message_id=message_id,
        document="axis-id",
        sha256="0" * 64,
        sender="G22",
        receivers=("H37.02", "H37.101"),
        document_id="G22,2026/03/02,1/VPCP-VT",
        number="1",
        notation="VPCP-VT",
        promulgated=date(2026, 3, 2),
        acknowledged_at=at,
    )


async def test_submission_survives_closing_with_its_bytes(journal: Journal, tmp_path: Path) -> None:
    body = bytes(range(256)) * 1000
    written = await journal.submissions.add("m-1", Route.URGENT, body, NOW, "D-1")
    await journal.close()
    journal = await Journal.open(tmp_path / "g22.journal")
    assert await journal.submissions.get("m-1") == written
    assert await journal.submissions.body("m-1") == body
    assert await journal.submissions.of_document("D-1") == written
    await journal.close()


async def test_journal_file_is_for_its_owner_only(journal: Journal, tmp_path: Path) -> None:
    await journal.submissions.add("m-1", Route.DOCUMENT, b"x", NOW)
    assert modes_in(tmp_path) == {0o600}


async def test_submission_added_again_is_the_first_one(journal: Journal) -> None:
    first = await journal.submissions.add("m-1", Route.DOCUMENT, b"x", EARLIER)
    assert await journal.submissions.add("m-1", Route.DOCUMENT, b"x", NOW) == first


async def test_message_id_for_other_bytes_is_refused(journal: Journal) -> None:
    await journal.submissions.add("m-1", Route.DOCUMENT, b"x", NOW)
    with pytest.raises(MessageIdReusedError, match="m-1"):
        await journal.submissions.add("m-1", Route.DOCUMENT, b"y", NOW)
    assert await journal.submissions.body("m-1") == b"x"


async def test_unknown_submission_is_named(journal: Journal) -> None:
    with pytest.raises(UnknownSubmissionError, match="m-9"):
        await journal.submissions.get("m-9")
    with pytest.raises(UnknownSubmissionError, match="m-9"):
        await journal.submissions.body("m-9")
    assert await journal.submissions.of_document("m-9") is None


async def test_unanswered_are_the_unconfirmed_and_then_the_long_confirmed(
    journal: Journal,
) -> None:
    for message_id in ("long-ago", "just-now", "answered", "second", "first"):
        written = EARLIER if message_id == "first" else NOW
        await journal.submissions.add(message_id, Route.DOCUMENT, message_id.encode(), written)
    await journal.submissions.published("long-ago", EARLIER)
    await journal.submissions.published("just-now", NOW)
    await journal.answers.add([answer("a-1", to="answered")])
    assert await journal.submissions.unanswered(HOUR_AGO) == ["first", "second", "long-ago"]


async def test_status_does_not_count_as_the_answer_to_a_submission(journal: Journal) -> None:
    await journal.submissions.add("m-1", Route.DOCUMENT, b"x", NOW)
    await journal.answers.add([answer("a-1", to="m-1", kind="status")])
    assert await journal.submissions.unanswered(HOUR_AGO) == ["m-1"]


async def test_held_submission_is_not_sent_again_and_is_owed_its_receipt(journal: Journal) -> None:
    await journal.submissions.add("m-1", Route.DOCUMENT, b"1", EARLIER)
    await journal.submissions.published("m-1", EARLIER)
    assert await journal.submissions.owed()
    await journal.answers.add([answer("r-1", to="m-1", event="SubmissionHeld")])
    assert await journal.submissions.unanswered(HOUR_AGO) == []
    assert await journal.submissions.owed()
    await journal.forget(NOW)
    assert await journal.submissions.body("m-1") == b"1"
    await journal.answers.add([answer("r-2", to="m-1", event="SubmissionAcceptance")])
    assert not await journal.submissions.owed()
    await journal.forget(NOW)
    with pytest.raises(UnknownSubmissionError):
        await journal.submissions.body("m-1")


async def test_journal_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it(
    journal: Journal, tmp_path: Path
) -> None:
    await journal.answers.add([answer("r-1", to="m-1")])
    await journal.close()
    with sqlite3.connect(tmp_path / "g22.journal") as connection:
        connection.execute("ALTER TABLE answer DROP COLUMN event")
        connection.execute("DROP TABLE withdrawal")
        connection.execute("DROP TABLE shown")
        connection.execute("PRAGMA user_version = 1")
    for _ in range(2):
        opened = await Journal.open(tmp_path / "g22.journal")
        (kept,) = await opened.answers.to("m-1")
        assert (kept.message_id, kept.event) == ("r-1", None)
        assert not await opened.withdrawals.unseen(["axis-id"])
        await opened.close()


async def test_answers_are_kept_once_and_in_order(journal: Journal) -> None:
    await journal.answers.add([answer("a-1", to="m-1"), answer("a-2", kind="status")])
    await journal.answers.add([answer("a-1", to="m-1"), answer("a-3", to="m-1")])
    found = await journal.answers.open(0, 10)
    assert [one.message_id for one in found] == ["a-1", "a-2", "a-3"]
    assert [one.message_id for one in await journal.answers.to("m-1")] == ["a-1", "a-3"]
    assert len(await journal.answers.about("axis-id")) == 3


async def test_acknowledged_answer_is_not_open_any_more(journal: Journal) -> None:
    await journal.answers.add([answer("a-1"), answer("a-2")])
    first, second = await journal.answers.open(0, 10)
    await journal.answers.acknowledge(first.sequence, NOW)
    assert await journal.answers.open(0, 10) == [second]
    assert await journal.answers.open(second.sequence, 10) == []


async def test_delivery_is_taken_over_once(journal: Journal, other: Journal) -> None:
    assert await journal.deliveries.add(delivery("d-1"))
    assert not await other.deliveries.add(delivery("d-1"))
    assert await other.deliveries.taken(["d-1", "d-2"]) == {"d-1"}


async def test_delivery_is_found_by_document_id_and_by_the_axis_id(journal: Journal) -> None:
    await journal.deliveries.add(delivery("d-1"))
    assert await journal.deliveries.of_document("G22,2026/03/02,1/VPCP-VT") == delivery("d-1")
    assert await journal.deliveries.of_document("axis-id") == delivery("d-1")
    assert await journal.deliveries.of_document("other") is None


async def test_two_processes_share_a_journal(journal: Journal, other: Journal) -> None:
    await asyncio.gather(
        *(
            one.submissions.add(f"{name}-{number}", Route.DOCUMENT, b"x", NOW)
            for name, one in (("one", journal), ("two", other))
            for number in range(20)
        )
    )
    assert len(await journal.submissions.unanswered(HOUR_AGO)) == 40


async def test_forgetting_keeps_receipts_and_what_is_unfinished(journal: Journal) -> None:
    for message_id in ("answered", "unanswered"):
        await journal.submissions.add(message_id, Route.DOCUMENT, b"x", EARLIER)
        await journal.submissions.published(message_id, EARLIER)
    await journal.answers.add([answer("a-1", to="answered"), answer("a-2", kind="status")])
    for record in await journal.answers.open(0, 10):
        await journal.answers.acknowledge(record.sequence, EARLIER)
    await journal.deliveries.add(delivery("old", EARLIER))
    await journal.deliveries.add(delivery("new", NOW))
    await journal.forget(HOUR_AGO)
    with pytest.raises(UnknownSubmissionError):
        await journal.submissions.body("answered")
    assert await journal.submissions.body("unanswered") == b"x"
    assert [one.message_id for one in await journal.answers.about("axis-id")] == ["a-1"]
    assert await journal.deliveries.taken(["old", "new"]) == {"new"}


async def test_file_of_another_program_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    with pytest.raises(JournalError, match="another program"):
        await Journal.open(path)


async def test_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.journal"
    await (await Journal.open(path)).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalError, match="99"):
        await Journal.open(path)


async def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.journal"
    path.write_bytes(b"this is not SQLite" * 1000)
    with pytest.raises(JournalError, match=r"broken\.journal"):
        await Journal.open(path)


async def test_journal_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        await Journal.open(tmp_path / "missing" / "g22.journal")


async def test_closed_journal_says_so(journal: Journal) -> None:
    await journal.close()
    with pytest.raises(JournalError, match="closed"):
        await journal.submissions.get("m-1")
