"""The intake's transaction on a real PostgreSQL."""

import asyncio
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import asyncpg
import pytest

from axis.edxml.codes import DocumentKind, Priority, ReceiverType, StatusCode
from axis.edxml.limits import MAX_FIELD_CHARS
from axis.edxml.values import (
    Code,
    Document,
    DocumentType,
    DocumentUpdate,
    ReceiverChange,
    Replacement,
)
from axis.exchange.decision.case import Ending
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.faults import StoreUnavailableError
from axis.ids import new_id
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.directory import Directory
from axis.store.directory import load_directory
from axis.store.exchange import PostgresStore
from axis.store.pool import Connection, Pool
from axis.store.registry import PostgresAdministration
from axis.verdict import FileFacts, FileSignature, Finding
from tests.support.changing import replace
from tests.support.eventually import until
from tests.support.exchange import (
    NOW,
    again,
    case,
    document,
    fingerprint,
    reported,
    submission,
)
from tests.support.memory import SIGNATURE
from tests.support.stocked import Exchange, all_of, counts, enrolment


async def test_accepted_document_is_stored_whole(exchange: Exchange, stocked: Pool) -> None:
    message = document("G22", ["G09", "000.00.02.H37"], priority=Priority.EXPRESS)
    submitted = submission(message_id="id-1", body=b"<edXML>\xc4\x91\xfe</edXML>")
    await exchange.handle(case(message, submitted))
    (row,) = await all_of(stocked, "document")
    assert row["body"] == submitted.body
    assert row["size"] == len(submitted.body)
    assert (row["kind"], row["priority"]) == (0, 3)
    plain = {"outcome": "PASSED", "findings": [], "files": [], "signature": None}
    assert row["verdict"] == plain
    assert row["accepted_at"] == NOW
    deliveries = await all_of(stocked, "delivery")
    assert [(one["receiver"], one["named"], one["state"]) for one in deliveries] == [
        ("G09", ["G09"], "accepted"),
        ("H37.02", ["000.00.02.H37"], "accepted"),
    ]
    (recorded,) = await all_of(stocked, "submission")
    assert (recorded["message_key"], recorded["outcome"]) == ("id:id-1", "accepted")
    (evidence,) = await all_of(stocked, "evidence")
    assert evidence["id"] == recorded["receipt"]
    assert evidence["receipt"].endswith(SIGNATURE)
    outbox = await all_of(stocked, "outbox")
    assert sorted((one["queue"], one["size"]) for one in outbox) == [
        ("answers.g22", len(evidence["receipt"])),
        ("inbox.g09.urgent", len(submitted.body)),
        ("inbox.lgsp-h37.urgent", len(submitted.body)),
    ]
    assert await counts(stocked, "evidence_delivery") == [2]


async def test_facts_about_files_are_stored_with_the_verdict(
    exchange: Exchange, stocked: Pool
) -> None:
    seal = FileSignature(signer="CN=VP", fingerprint=fingerprint("G22"), signed_at=NOW)
    file = FileFacts(
        name="cv.pdf", media_type="application/pdf", size=9, sha256="ab", signatures=(seal,)
    )
    judged = case(document())
    judged.examination = replace(judged.examination, files=(file,))
    await exchange.handle(judged)
    (row,) = await all_of(stocked, "document")
    (signature,) = row["verdict"]["files"][0]["signatures"]
    assert (signature["agency"], signature["signed_at"]) == ("G22", "2026-03-02T01:00:00+00:00")


async def test_refused_document_leaves_its_record_and_receipt_only(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["X99"]), findings=[Finding(Reason.ALTERED)]))
    (row,) = await all_of(stocked, "submission")
    assert row["reasons"] == ["S-ALTERED", "A-RECEIVER-UNKNOWN"]
    assert await counts(stocked, "document", "evidence", "outbox") == [0, 1, 1]


async def test_dead_letter_is_kept_with_its_bytes(exchange: Exchange, stocked: Pool) -> None:
    submitted = submission(None, body=b"\x00\xff anything")
    await exchange.handle(case(None, submitted, findings=[Finding(Reason.NOT_XML)]))
    (row,) = await all_of(stocked, "dead_letter")
    assert (row["body"], row["reasons"], row["size"]) == (submitted.body, ["A-NO-USER-ID"], 11)


async def test_dead_letter_that_comes_again_is_kept_once_and_another_one_beside_it(
    exchange: Exchange, stocked: Pool
) -> None:
    body = b"the same bytes"
    first = case(None, submission(None, message_id="id-1", body=body))
    other = case(None, submission(None, message_id="id-2", body=body))
    unnamed = case(None, submission(None, message_id=None, body=body))
    for batch in ([first, first], [first, other], [unnamed, unnamed]):
        await exchange.handle(*(type(one)(again(one.submission), one.examination) for one in batch))
    rows = await all_of(stocked, "dead_letter")
    assert [row["message_id"] for row in rows] == ["id-1", "id-2", None]


# -- what comes again -----------------------------------------------------------------------------


async def test_submission_that_comes_again_in_a_later_batch_is_answered_once_more(
    exchange: Exchange, stocked: Pool
) -> None:
    first = case(document(), submission(message_id="id-1"))
    await exchange.handle(first)
    await stocked.execute("UPDATE outbox SET published_at = now()")
    (decision,) = await exchange.handle(first)
    assert decision.ending is Ending.REPEATED
    assert await counts(stocked, "document", "submission", "evidence", "outbox") == [1, 1, 1, 2]
    due = await stocked.fetch("SELECT queue FROM outbox WHERE published_at IS NULL")
    assert [row["queue"] for row in due] == ["answers.g22"]


async def test_answer_that_still_waits_is_not_hurried_by_a_repetition(
    exchange: Exchange, stocked: Pool
) -> None:
    first = case(document())
    await exchange.handle(first)
    await stocked.execute("UPDATE outbox SET due_at = due_at + interval '1 hour'")
    before = await stocked.fetch("SELECT id, due_at FROM outbox ORDER BY id")
    await exchange.handle(first)
    assert await stocked.fetch("SELECT id, due_at FROM outbox ORDER BY id") == before


async def test_repetition_resends_its_own_answer_and_not_those_of_duplicates(
    exchange: Exchange, stocked: Pool
) -> None:
    first = case(document(), submission(message_id="id-1"))
    duplicate = type(first)(again(first.submission, message_id="id-2"), first.examination)
    await exchange.handle(first)
    (decision,) = await exchange.handle(duplicate)
    assert decision.ending is Ending.DUPLICATE
    await stocked.execute("UPDATE outbox SET published_at = now()")
    await exchange.handle(duplicate)
    due = await stocked.fetch("SELECT correlation_id FROM outbox WHERE published_at IS NULL")
    assert [row["correlation_id"] for row in due] == ["id-2"]


async def test_duplicate_of_an_earlier_batch_is_answered_with_the_first_receipt(
    exchange: Exchange, stocked: Pool
) -> None:
    first = case(document(), submission(message_id="id-1"))
    await exchange.handle(first)
    duplicate = type(first)(again(first.submission, message_id="id-2"), first.examination)
    await exchange.handle(duplicate)
    stored, repeated = await all_of(stocked, "submission")
    assert stored["receipt"] == repeated["receipt"]
    assert (repeated["outcome"], repeated["document"]) == ("duplicate", stored["document"])
    assert await counts(stocked, "document", "delivery", "evidence") == [1, 1, 1]


async def test_other_content_under_the_same_document_id_is_refused_in_a_later_batch(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document()
    await exchange.handle(case(message))
    (decision,) = await exchange.handle(case(document(document_id=message.document_id)))
    assert decision.reasons == (Reason.DOCUMENT_CONFLICT.code,)


async def test_status_of_an_earlier_batch_that_comes_again_is_stored_once(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document()
    await exchange.handle(case(message))
    first = reported("G09", StatusCode.ARRIVED, message, "g09")
    await exchange.handle(first)
    duplicate = type(first)(again(first.submission, message_id="id-2"), first.examination)
    (decision,) = await exchange.handle(duplicate)
    assert decision.ending is Ending.DUPLICATE
    assert await counts(stocked, "status") == [1]


async def test_status_looks_up_only_those_that_it_may_repeat(
    exchange: Exchange, stocked: Pool
) -> None:
    """A system that reports without end makes its reports no slower."""
    message = document()
    await exchange.handle(case(message))
    for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED, StatusCode.IN_PROGRESS):
        await exchange.handle(reported("G09", code, message, "g09"))
    await stocked.execute("UPDATE status SET content = 'signed ' || code")
    ids = [row["id"] for row in await all_of(stocked, "delivery")]
    _, row, _ = await all_of(stocked, "status")
    async with PostgresStore(stocked).intake() as work:
        assert await work.statuses_of(ids, ["0" * 64]) == []
        (found,) = await work.statuses_of(ids, ["0" * 64, row["sha256"]])
        assert (found.sha256, found.content) == (row["sha256"], row["content"])
        assert list(await work.statuses_of(ids, [row["content"]])) == [found]


async def test_batch_full_of_its_own_duplicates_is_stored_once(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document()
    first = case(message, submission(message_id="id-1"))
    duplicate = type(first)(again(first.submission, message_id="id-2"), first.examination)
    conflict = case(document(document_id=message.document_id), submission(message_id="id-3"))
    reused = case(document(), submission(message_id="id-1"))
    decisions = await exchange.handle(first, first, duplicate, duplicate, conflict, reused, reused)
    assert [decision.ending for decision in decisions] == [
        Ending.ACCEPTED,
        Ending.REPEATED,
        Ending.DUPLICATE,
        Ending.REPEATED,
        Ending.REFUSED,
        Ending.REFUSED,
        Ending.REPEATED,
    ]
    assert await counts(stocked, "document", "delivery", "submission") == [1, 1, 4]


# -- statuses -------------------------------------------------------------------------------------


async def test_statuses_of_one_batch_leave_the_delivery_at_the_last(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document("G22", ["G09", "H37.02"])
    await exchange.handle(case(message))
    codes = [StatusCode.ARRIVED, StatusCode.ACCEPTED, StatusCode.ASSIGNED, StatusCode.ARRIVED]
    await exchange.handle(*(reported("G09", code, message, "g09") for code in codes))
    rows = await all_of(stocked, "delivery")
    assert [row["state"] for row in rows] == [DeliveryState.ASSIGNED, DeliveryState.ACCEPTED]
    assert await counts(stocked, "status") == [4]


async def test_reported_time_is_stored_as_the_moment_that_viet_nams_clock_meant(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document()
    await exchange.handle(case(message))
    await exchange.handle(reported("G09", StatusCode.ARRIVED, message, "g09"))
    (row,) = await all_of(stocked, "status")
    assert row["reported_at"] == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


# -- unusual values -------------------------------------------------------------------------------


async def test_longest_document_id_of_four_byte_letters_fits_the_indexes(
    exchange: Exchange, stocked: Pool
) -> None:
    alphabet = [chr(0x20000 + 977 * number % 40_000) for number in range(255)]
    message = document(document_id="".join(alphabet))
    (decision,) = await exchange.handle(case(message))
    assert decision.ending is Ending.ACCEPTED
    (row,) = await all_of(stocked, "document")
    assert row["document_id"] == message.document_id


@pytest.mark.parametrize("field", ["code", "type", "subject", "content"])
async def test_longest_field_that_the_format_lets_in_is_stored(
    exchange: Exchange, stocked: Pool, field: str
) -> None:
    random = Random(field)
    text = "".join(chr(0x20000 + random.randrange(40_000)) for _ in range(MAX_FIELD_CHARS))
    longest: dict[str, Any] = {
        "code": Code(text, text[::-1]),
        "type": DocumentType(name=text),
        "subject": text,
        "content": text,
    }
    (decision,) = await exchange.handle(case(replace(document(), **{field: longest[field]})))
    assert decision.ending is Ending.ACCEPTED


async def test_document_with_receivers_by_the_hundred_is_stored(
    exchange: Exchange, stocked: Pool
) -> None:
    administration = PostgresAdministration(stocked, lambda: NOW)
    communes = [
        Agency(f"H37.{number}", f"Xã {number}", Level.COMMUNE, parent="H37")
        for number in range(1000, 1700)
    ]
    await administration.put_agencies(communes, "test")
    (decision,) = await exchange.handle(case(document("G22", [one.code for one in communes])))
    assert decision.deliveries == 700
    assert await counts(stocked, "delivery", "evidence_delivery", "outbox") == [700, 700, 2]


async def test_replacement_of_a_thousand_documents_needs_no_more_locks_than_another(
    exchange: Exchange, stocked: Pool
) -> None:
    names = [f"G22,2026/03/02,{number}/X" for number in range(1000)]
    batch = [
        case(document(kind=DocumentKind.REPLACE, replaces=[f"{name}-{part}" for name in names]))
        for part in range(12)
    ]
    decisions = await exchange.handle(*batch)
    assert {decision.ending for decision in decisions} == {Ending.HELD}  # they may yet come


# -- who has had a document -----------------------------------------------------------------------


async def test_receivers_of_earlier_batches_are_known_by_whatever_version_they_got(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09"])
    updated = document("G22", ["H37"], document_id="G22,2026/03/02,7/X", kind=DocumentKind.UPDATE)
    replacing = document(
        "G22",
        ["H37.02"],
        document_id=first.document_id,
        kind=DocumentKind.REPLACE,
        replaces=[first.document_id],
    )
    unrelated = document("G22", ["H37.101"], kind=DocumentKind.REPLACE, replaces=["?"])
    await exchange.handle(case(first))
    (original,) = await all_of(stocked, "document")
    for later in (
        added(updated, first.document_id, "H37"),
        replacing,
        replace(unrelated, trace=replacing.trace),
        document("G22", ["G09"], document_id=first.document_id, kind=DocumentKind.RECALL),
    ):
        (decision,) = await exchange.handle(case(later))
        assert decision.ending is Ending.ACCEPTED
    pairs = [(original["id"], code) for code in ("G09", "H37", "H37.02", "H37.101", "G22", "X99")]
    async with PostgresStore(stocked).intake() as work:
        held = await work.held([*pairs, (new_id(), "G09")])
    assert set(held) == {(original["id"], code) for code in ("G09", "H37", "H37.02")}


async def test_recall_in_a_later_batch_is_refused_at_the_receiver_that_never_had_it(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G05", "000.00.02.H37"])
    await exchange.handle(case(first))
    again_id = first.document_id
    codes = ["G09", "H37.02", "H37"]
    asking = document("G22", codes, document_id=again_id, kind=DocumentKind.RECALL)
    (refused,) = await exchange.handle(case(asking))
    assert refused.reasons == (Reason.NEVER_HAD_IT.code,)
    asking = document("G22", codes[:2], document_id=again_id, kind=DocumentKind.RECALL)
    (decision,) = await exchange.handle(case(asking))
    assert decision.ending is Ending.ACCEPTED


async def test_report_belongs_to_the_document_even_if_its_update_seems_older(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09"])
    update = document("G22", ["G09"], document_id=first.document_id, kind=DocumentKind.UPDATE)
    await exchange.handle(case(first))
    await exchange.handle(case(update))
    # as two routers write it whose clocks differ by an hour
    await stocked.execute(
        "UPDATE document SET accepted_at = accepted_at + interval '1 hour' WHERE kind = 0"
    )
    await exchange.handle(reported("G09", StatusCode.ACCEPTED, first, "g09"))
    rows = await stocked.fetch(
        "SELECT kind, state FROM delivery v JOIN document d ON d.id = v.document ORDER BY kind"
    )
    assert [row["state"] for row in rows] == [DeliveryState.RECEIVED, DeliveryState.ACCEPTED]


async def test_only_the_newest_versions_of_a_document_are_asked_who_has_got_it(
    exchange: Exchange, stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.store.intake.MAX_LATER_VERSIONS", 2)
    first = document("G22", ["G09"])
    await exchange.handle(case(first))
    for code in ("H37", "H37.02", "H37.101"):
        again = document(
            "G22",
            [code],
            document_id=first.document_id,
            kind=DocumentKind.REPLACE,
            replaces=[first.document_id],
        )
        await exchange.handle(case(again))
    original = await stocked.fetchval("SELECT id FROM document WHERE kind = 0")
    codes = ("G09", "H37", "H37.02", "H37.101")
    async with PostgresStore(stocked).intake() as work:
        held = await work.held([(original, code) for code in codes])
    assert {code for _, code in held} == {"G09", "H37.02", "H37.101"}


async def test_replacement_that_names_receivers_by_the_thousand_is_looked_up_in_one_go(
    exchange: Exchange, stocked: Pool
) -> None:
    """As many as a message has room for: 20 documents, each with 1,000 receivers."""
    communes = [
        Agency(f"H37.{number}", f"Xã {number}", Level.COMMUNE, parent="H37")
        for number in range(1000, 2000)
    ]
    await PostgresAdministration(stocked, lambda: NOW).put_agencies(communes, "test")
    codes = tuple(one.code for one in communes)
    originals = [document("G22", codes[:700]) for _ in range(20)]
    await exchange.handle(*(case(one) for one in originals))
    message = document("G22", ["G09"], kind=DocumentKind.REPLACE)
    assert message.business is not None
    replaced = tuple(Replacement(document_id=one.document_id, organ_ids=codes) for one in originals)
    business = replace(message.business, replacements=replaced)
    message = replace(message, trace=replace(message.trace, business=business))
    (decision,) = await exchange.handle(case(message))
    assert decision.reasons == (Reason.NEVER_HAD_IT.code,)


async def test_status_of_a_closed_receivers_successor_moves_that_receivers_delivery(
    exchange: Exchange, stocked: Pool
) -> None:
    administration = PostgresAdministration(stocked, lambda: NOW)
    merging = Agency("G07", "Bộ cũ", Level.CENTRAL, endpoint="g09")
    await administration.put_agencies([merging], "test")
    message = document("G22", ["G07"])
    await exchange.handle(case(message))
    closed = replace(merging, valid_to=date(2026, 3, 1), successor="G09")
    await administration.put_agencies([closed], "test")
    (decision,) = await exchange.handle(reported("G09", StatusCode.ACCEPTED, message, "g09"))
    assert decision.ending is Ending.ACCEPTED
    (delivery,) = await all_of(stocked, "delivery")
    assert (delivery["receiver"], delivery["state"]) == ("G07", DeliveryState.RECEIVED)


def added(update: Document, target: str, *codes: str) -> Document:
    """The update, with these receivers as ones that it adds."""
    changes = tuple(ReceiverChange(organ_id=code, type=ReceiverType.ADDED) for code in codes)
    assert update.business is not None
    business = replace(
        update.business, document_id=target, updates=(DocumentUpdate(receivers=changes),)
    )
    return replace(update, trace=replace(update.trace, business=business))


# -- the registry ---------------------------------------------------------------------------------


async def test_revoked_seal_counts_from_the_next_batch_on(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document()))
    administration = PostgresAdministration(stocked, lambda: NOW)
    await administration.revoke(fingerprint("G22"), NOW, "Khóa bị lộ", "test")
    (decision,) = await exchange.handle(case(document()))
    assert decision.reasons == (Reason.CERTIFICATE_REVOKED.code,)


async def test_new_agency_counts_from_the_next_batch_on(exchange: Exchange, stocked: Pool) -> None:
    (refused,) = await exchange.handle(case(document("G22", ["G14"])))
    assert refused.reasons == (Reason.RECEIVER_UNKNOWN.code,)
    administration = PostgresAdministration(stocked, lambda: NOW)
    await administration.put_agencies(
        [Agency("G14", "Bộ mới", Level.CENTRAL, endpoint="g09")], "test"
    )
    await administration.enrol([enrolment("G14")], "test")
    (accepted,) = await exchange.handle(case(document("G22", ["G14"])))
    assert accepted.ending is Ending.ACCEPTED


async def test_batches_that_need_a_new_registry_at_once_read_it_once(
    stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    async def counted(connection: Connection, version: int) -> Directory:
        read.append(version)
        return await load_directory(connection, version)

    monkeypatch.setattr("axis.store.directory.load_directory", counted)
    store = PostgresStore(stocked)

    async def batch() -> Directory:
        async with store.intake() as work:
            return await work.directory()

    first, *others = await asyncio.gather(*(batch() for _ in range(5)))
    assert all(other is first for other in others)
    assert read == [first.version]
    (enrolled,) = [agency for agency in first if agency.code == "G22"]
    assert enrolled.aliases == ("000.00.00.G22",)


async def test_registry_change_waits_for_the_batch_that_holds_the_old_one(
    stocked: Pool,
) -> None:
    administration = PostgresAdministration(stocked, lambda: NOW)
    async with PostgresStore(stocked).intake() as work:
        before = await work.directory()
        change = asyncio.create_task(
            administration.revoke(fingerprint("G22"), NOW, "Khóa bị lộ", "test")
        )
        await until(lambda: waiting_for_locks(stocked, 1))
        assert not change.done()
        assert (await work.directory()).version == before.version
    assert await change == ["G22"]


async def test_batch_that_starts_while_a_registry_change_waits_comes_after_it(
    stocked: Pool,
) -> None:
    """Under load there is no moment without a batch; a revocation must not wait for one."""
    store = PostgresStore(stocked)
    administration = PostgresAdministration(stocked, lambda: NOW)

    async def next_batch() -> int:
        async with store.intake() as work:
            return (await work.directory()).version

    async with store.intake() as work:
        before = (await work.directory()).version
        change = asyncio.create_task(
            administration.revoke(fingerprint("G22"), NOW, "Khóa bị lộ", "test")
        )
        await until(lambda: waiting_for_locks(stocked, 1))
        batch = asyncio.create_task(next_batch())
        await until(lambda: waiting_for_locks(stocked, 2))
    assert await change == ["G22"]
    assert await batch == before + 1


async def test_registry_that_contradicts_itself_stops_the_intake_and_loses_nothing(
    exchange: Exchange, stocked: Pool
) -> None:
    await stocked.execute("ALTER TABLE agency DROP CONSTRAINT agency_level_check")
    await stocked.execute("UPDATE agency SET level = 'nowhere' WHERE code = 'K10'")
    await stocked.execute("UPDATE registry_version SET version = version + 1")
    with pytest.raises(StoreUnavailableError, match="registry"):
        await exchange.handle(case(document()))
    assert await counts(stocked, "document", "submission") == [0, 0]


# -- append-only ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["evidence", "evidence_delivery", "audit"])
@pytest.mark.parametrize(
    "change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
async def test_evidence_and_audit_only_grow(
    exchange: Exchange, stocked: Pool, table: str, change: str
) -> None:
    await exchange.handle(case(document()))
    before = await counts(stocked, table)
    assert before != [0]
    column = "evidence" if table == "evidence_delivery" else "id"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await stocked.execute(change.format(table, column))
    assert await counts(stocked, table) == before


async def waiting_for_locks(pool: Pool, count: int) -> bool:
    """Whether this many connections to this database wait for a lock."""
    found = await pool.fetchval(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(found >= count)


async def test_recall_calls_off_the_copy_that_has_not_gone_out(
    exchange: Exchange, stocked: Pool
) -> None:
    original = document("G22", ["G09"])
    await exchange.handle(case(original))
    name = original.document_id
    recall = document("G22", ["G09"], document_id=name, kind=DocumentKind.RECALL, target=name)
    await exchange.handle(case(recall))

    rows = [row for row in await all_of(stocked, "outbox") if row["type"] == "document"]
    assert sorted(row["cancelled_at"] is None for row in rows) == [False, True]
