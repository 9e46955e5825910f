"""A receiving system that fails on a document, and registers that are compared: real servers."""

import asyncio
import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from axis.broker.topology import INBOX_DELIVERY_LIMIT
from axis.client import AgencySystem, Delivery, ReceiptTrust
from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from axis.settings import CONFIG_VARIABLE
from tests.support.command import Ended, axis_command
from tests.support.offices import Offices
from tests.support.profiles import write_profile
from tests.support.small import small_axis

PATIENCE_SECONDS = 180.0


@pytest.fixture(scope="module")
def axis(servers: LocalServers) -> Iterator[Installation]:
    with small_axis(servers) as axis:
        yield axis


@pytest.fixture(autouse=True)
def operator(axis: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let commands find the axis."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(axis.config))
    monkeypatch.chdir(tmp_path)


def system(axis: Installation, endpoint: str) -> Any:
    """Connect an endpoint's system; its journal is in the current folder."""
    trust = ReceiptTrust.of([axis.pki.receipts.certificate], axis.pki.anchors)
    journal = Path(f"{endpoint}.journal")
    return AgencySystem.connect(axis.endpoint_url(endpoint), endpoint, journal=journal, trust=trust)


async def command(*arguments: object) -> Ended:
    return await asyncio.to_thread(axis_command, *arguments)


async def listed(*arguments: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait until so many letters are listed; return them."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            letters: list[dict[str, Any]] = (
                await command("dead", "list", "--json", *arguments)
            ).json
            if len(letters) >= count:
                return letters
            await asyncio.sleep(0.1)


async def fail_on_everything(axis: Installation, queue: str, endpoint: str) -> None:
    """Be a system that gives a message back until the broker gives it up."""
    async with await aio_pika.connect(axis.endpoint_url(endpoint)) as connection:
        channel = await connection.channel()
        inbox = await channel.get_queue(queue, ensure=False)
        given_back = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while given_back <= INBOX_DELIVERY_LIMIT:
                message = await inbox.get(fail=False)
                if message is not None:
                    await message.nack(requeue=True)
                    given_back += 1


async def told(office: AgencySystem, event: Event) -> Any:
    """Wait for a receipt about this event."""
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(office.answers()) as answers:
        async for answer in answers:
            await answer.acknowledge()
            receipt = answer.receipt and answer.receipt.receipt
            if receipt is not None and receipt.event is event:
                return receipt
    raise AssertionError


async def taken(receiver: AgencySystem, body: bytes) -> Delivery:
    """Wait for a document and take it over; others are of other tests."""
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(receiver.deliveries()) as deliveries:
        async for delivery in deliveries:
            await delivery.acknowledge()
            if delivery.body == body:
                return delivery
    raise AssertionError


async def test_document_that_a_system_fails_on_is_told_to_its_sender_and_sent_again(
    axis: Installation,
) -> None:
    offices = Offices(axis)
    body = offices.seal(offices.letter("G22", ["H37.02"]))
    async with system(axis, "g22") as g22:
        receipt = await (await g22.submit(body)).receipt()
        assert receipt.accepted
        await told(g22, Event.CONTENT_CONSIGNMENT)
        await fail_on_everything(axis, "inbox.lgsp-h37", "lgsp-h37")
        failure = await told(g22, Event.CONTENT_HANDOVER_FAILURE)
        assert [(one.code, one.state) for one in failure.receivers] == [("H37.02", "undeliverable")]
        (letter,) = await listed("--kind", "document")
        assert (letter["kind"], letter["reasons"]) == ("document", ["delivery_limit"])
        shown = await command("dead", "show", letter["id"], "--save", "dead.edxml")
        assert "H37.02" in shown.out
        assert content("dead.edxml") == body
        assert (await command("dead", "republish", letter["id"])).code == 0
        assert (await command("dead", "republish", letter["id"])).code == 1
        await told(g22, Event.CONTENT_CONSIGNMENT)
        async with system(axis, "lgsp-h37") as lgsp:
            assert (await taken(lgsp, body)).message_id == letter["message_id"]
    (done,) = await listed("--state", "republished", "--kind", "document")
    assert done["id"] == letter["id"]


async def test_receipt_that_a_system_fails_on_is_a_letter_and_is_sent_again(
    axis: Installation,
) -> None:
    offices = Offices(axis)
    body = offices.seal(offices.letter("G22", ["H37"]))
    async with await aio_pika.connect(axis.endpoint_url("g22")) as connection:
        exchange = await (await connection.channel()).get_exchange("axis.submit", ensure=False)
        message = aio_pika.Message(body, message_id="no-system-behind-it", user_id="g22")
        await exchange.publish(message, "document")
    await fail_on_everything(axis, "answers.g22", "g22")
    letter, *_ = await listed("--kind", "receipt")
    assert letter["document_id"] is not None
    assert (await command("dead", "republish", letter["id"])).code == 0
    async with (
        system(axis, "g22") as g22,
        asyncio.timeout(PATIENCE_SECONDS),
        aclosing(g22.answers()) as answers,
    ):
        async for answer in answers:
            await answer.acknowledge()
            if answer.record.message_id == letter["message_id"]:
                return
    raise AssertionError


async def test_registers_that_are_equal_and_each_difference_by_command(
    axis: Installation,
) -> None:
    """No other test here has to do with g09."""
    offices = Offices(axis)
    body = offices.seal(offices.letter("G22", ["G09"]))
    async with system(axis, "g22") as g22, system(axis, "g09") as g09:
        await (await g22.submit(body)).receipt()
        delivery = await taken(g09, body)
        report = offices.status(delivery.document, StatusCode.ACCEPTED, "G09")
        await (await g09.submit(report)).receipt()
        await told(g22, Event.CONSIGNMENT_ACCEPTANCE)

    equal = await command("reconcile", "g09", "--journal", "g09.journal")
    assert (equal.code, "khớp nhau" in equal.out) == (0, True), equal.out

    # through the tables that the agency's own command writes
    profile = write_profile(axis, "g09", Path.cwd() / "g09-profile", [])
    move("g09.journal", profile.parent / "journal")
    written = await command(
        "document", "register", "--profile", profile, "--sent", "di.csv", "--taken", "den.csv"
    )
    assert written.code == 0, written.err
    again = await command("reconcile", "g09", "--sent", "di.csv", "--taken", "den.csv")
    assert again.code == 0, again.out

    # a clerk's spreadsheet that lost a line, and that says more than happened
    (*_, row) = table_of("den.csv")
    write(
        "sổ.csv",
        "\ufeffMã gói tin;Mã văn bản;Nơi gửi;Trích yếu;Trạng thái\r\n"
        f";{row['document_id']};G22;V/v thử;6\r\n;=1+1;G22;;\r\n",
    )
    differing = await command("reconcile", "g09", "--taken", "sổ.csv", "--csv", "kq.csv", "--json")
    assert differing.code == 1
    found = {one["difference"]: one for one in table_of("kq.csv")}
    assert found["status-unknown"]["line"] == "2"
    assert found["taken-unknown"]["document_id"] == "'=1+1"
    assert len(differing.out.splitlines()) == len(found)
    printed = await command("reconcile", "g09", "--taken", "sổ.csv")
    assert printed.code == 1
    assert "Gửi lại trạng thái đó" in printed.out


async def test_journal_that_lost_a_submission_and_a_copy_is_told_and_helped(
    axis: Installation,
) -> None:
    offices = Offices(axis)
    body = offices.seal(offices.letter("G22", ["H37.101"]))
    async with system(axis, "g22") as g22, system(axis, "lgsp-h37") as lgsp:
        submission = await g22.submit(body)
        await submission.receipt()
        delivery = await taken(lgsp, body)
        await told(g22, Event.CONTENT_CONSIGNMENT)
    forget("g22.journal", "DELETE FROM submission WHERE message_id = ?", submission.message_id)
    forget("g22.journal", "DELETE FROM answer WHERE correlation_id = ?", submission.message_id)
    forget("lgsp-h37.journal", "DELETE FROM delivery WHERE message_id = ?", delivery.message_id)
    lines = (await command("reconcile", "g22", "--journal", "g22.journal", "--json")).out
    assert submission.message_id in lines
    assert '"sent-not-registered"' in lines
    lost = (await command("reconcile", "lgsp-h37", "--journal", "lgsp-h37.journal", "--json")).out
    assert len(about(lost, delivery.message_id) & {"in-inbox", "taken-lost"}) == 1
    done = await command("document", "redeliver", delivery.axis_id, "--endpoint", "lgsp-h37")
    assert done.code == 0, done.err
    async with system(axis, "lgsp-h37") as lgsp:
        assert (await taken(lgsp, body)).message_id == delivery.message_id
    after = (await command("reconcile", "lgsp-h37", "--journal", "lgsp-h37.journal", "--json")).out
    assert about(after, delivery.message_id) <= {"not-taken"}  # until its inbox is looked at


@pytest.mark.parametrize(
    "arguments",
    [
        ("g09",),
        ("g09", "--journal", "x", "--sent", "y"),
    ],
    ids=" ".join,
)
async def test_reconciling_nothing_or_two_registers_at_once_is_wrong_usage(
    arguments: tuple[str, ...],
) -> None:
    assert (await command("reconcile", *arguments)).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody", "--sent", "good.csv"),
        ("g09", "--sent", "missing.csv"),
        ("g09", "--sent", "bad.csv"),
        ("g09", "--journal", "missing.journal"),
        ("g09", "--journal", "bad.csv"),
        ("g09", "--sent", "good.csv", "--since", "2026-03-02", "--until", "2026-03-01"),
        ("g09", "--sent", "good.csv", "--csv", "missing/kq.csv"),
    ],
    ids=" ".join,
)
async def test_register_that_cannot_be_used_is_refused_in_both_languages(
    arguments: tuple[str, ...],
) -> None:
    write("good.csv", "message_id\nm-1\n")
    write("bad.csv", "message_id,kind\nm-1,nonsense\n")
    ended = await command("reconcile", *arguments)
    assert ended.code == 1
    assert " / " in ended.err or "Line 2" in ended.err
    assert "Traceback" not in ended.err
    assert "missing.journal" not in names_here()


def about(lines: str, message_id: str) -> set[str]:
    """Return what is said to differ about a message."""
    found = map(json.loads, lines.splitlines())
    return {one["difference"] for one in found if one["message_id"] == message_id}


def forget(journal: str, query: str, message_id: str) -> None:
    """Take a line out of a journal, as a restored backup would lack it."""
    connection = sqlite3.connect(journal)
    with connection:
        assert connection.execute(query, (message_id,)).rowcount > 0
    connection.close()


# -- files, beside the event loop ------------------------------------------------------------------


def content(name: str) -> bytes:
    return Path(name).read_bytes()


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def move(name: str, place: Path) -> None:
    Path(name).replace(place)


def table_of(name: str) -> list[dict[str, str]]:
    with Path(name).open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def names_here() -> set[str]:
    return {file.name for file in Path().iterdir()}
