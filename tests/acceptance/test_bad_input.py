"""Everything that may be wrong with a submission: named, answered or kept, and survived."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import aio_pika
import asyncpg
import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed
from pamqp import commands

from axis.edxml.codes import StatusCode
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.edxml.values import Organization
from axis.edxml.write import write_document
from axis.evidence.events import Event
from axis.exchange.decision.holding import LONGEST_EARLY
from axis.local.bench.amqp import LightConnection, message_head
from axis.local.installation import Installation
from axis.reasons import Reason
from axis.trust.sign import sign
from axis.verdict import Outcome
from tests.acceptance.conftest import Connect
from tests.support.changing import replace
from tests.support.endpoint import EndpointSystem
from tests.support.eventually import until
from tests.support.offices import Offices
from tests.support.receipts import proven


@dataclass(frozen=True)
class Bad:
    """One kind of bad document, submitted by the endpoint of the Government Office."""

    name: str
    reason: Reason
    make: Callable[[Offices], bytes]


def _unsigned(offices: Offices) -> bytes:
    return write_document(offices.letter("G22", ["G09"]))


def _altered(offices: Offices) -> bytes:
    return _signed(offices).replace("thử nghiệm".encode(), "thử nghiêm".encode())


def _signed(offices: Offices) -> bytes:
    return offices.seal(offices.letter("G22", ["G09"]))


def _wrong_root(offices: Offices) -> bytes:
    return _signed(offices).replace(b"<edXML ", b"<other ").replace(b"</edXML>", b"</other>")


def _with_dtd(offices: Offices) -> bytes:
    body = _signed(offices)
    entities = b'<!DOCTYPE edXML [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return body.replace(b"<edXML ", entities + b"<edXML ", 1)


def _from(sender: str) -> Callable[[Offices], bytes]:
    """Return a document that claims this sender and carries the Government Office's seal."""
    return lambda offices: sign(write_document(offices.letter(sender, ["G09"])), offices.key("G22"))


def _to(*receivers: str) -> Callable[[Offices], bytes]:
    return lambda offices: offices.seal(offices.letter("G22", receivers))


BAD = [
    Bad("not XML", Reason.NOT_XML, lambda _: b"%PDF-1.7 " + uuid4().bytes),
    Bad("empty", Reason.NOT_XML, lambda _: b""),
    Bad("wrong root", Reason.WRONG_ROOT, _wrong_root),
    Bad("unsigned", Reason.UNSIGNED, _unsigned),
    Bad("altered after signing", Reason.ALTERED, _altered),
    Bad(
        "sealed by another agency",
        Reason.CERTIFICATE_OF_OTHER_AGENCY,
        lambda offices: offices.seal(offices.letter("G22", ["G09"]), by="G09"),
    ),
    Bad("unknown sender", Reason.SENDER_UNKNOWN, _from("G99")),
    Bad("closed sender", Reason.SENDER_CLOSED, _from("G05")),
    Bad("sender of another endpoint", Reason.SENDER_NOT_AT_ENDPOINT, _from("G09")),
    Bad("unknown receiver", Reason.RECEIVER_UNKNOWN, _to("G09", "X00")),
    Bad("closed receiver without successor", Reason.RECEIVER_CLOSED, _to("H37.90")),
    Bad("receiver that nobody serves", Reason.RECEIVER_UNREACHABLE, _to("K37")),
    Bad("DTD and entities", Reason.DTD_PRESENT, _with_dtd),
    Bad("too large", Reason.TOO_LARGE, lambda _: b"<edXML>" + bytes(MAX_DOCUMENT_BYTES)),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
async def test_bad_document_is_refused_with_its_reason_by_a_signed_receipt(
    bad: Bad,
    connect: Connect,
    offices: Offices,
    installation: Installation,
    database: asyncpg.Connection,
) -> None:
    (g22,) = await connect("g22")
    message_id = await g22.submit(bad.make(offices))
    await refused(g22, message_id, bad.reason, installation)
    row = await database.fetchrow(
        "SELECT outcome, reasons, document FROM submission WHERE message_key = 'id:' || $1",
        message_id,
    )
    assert row is not None
    assert row["outcome"] == "refused"
    assert bad.reason.code in row["reasons"]
    assert row["document"] is None
    await still_works(g22, offices)


async def test_document_with_several_faults_is_refused_with_all_of_them(
    connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g22,) = await connect("g22")
    unsigned = write_document(offices.letter("G22", ["X00", "H37.90", "G09"]))
    message_id = await g22.submit(unsigned)
    codes = await refused(g22, message_id, Reason.UNSIGNED, installation)
    assert set(codes) == {
        Reason.UNSIGNED.code,
        Reason.RECEIVER_UNKNOWN.code,
        Reason.RECEIVER_CLOSED.code,
    }


async def test_document_id_used_for_other_content_is_refused_as_a_conflict(
    connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g22,) = await connect("g22")
    first = offices.letter("G22", ["G09"])
    other = offices.letter("G22", ["G09"], own_id=first.document_id)
    accepted = await g22.submit(offices.seal(first))
    await g22.receipt(accepted, Event.SUBMISSION_ACCEPTANCE)
    message_id = await g22.submit(offices.seal(other))
    await refused(g22, message_id, Reason.DOCUMENT_CONFLICT, installation)


async def test_message_id_used_for_other_content_is_refused(
    connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g22,) = await connect("g22")
    message_id = await g22.submit(_signed(offices))
    await g22.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
    await g22.submit(_signed(offices), message_id=message_id)
    await refused(g22, message_id, Reason.MESSAGE_ID_REUSED, installation)


@pytest.mark.parametrize("message_id", [None, "có dấu cách", "x" * 129], ids=str)
async def test_submission_without_a_usable_message_id_is_refused(
    message_id: str | None, connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g22,) = await connect("g22")
    body = _signed(offices)
    await submit_plainly(installation, body, message_id)
    answer = await g22.first(
        lambda one: (
            one.event is Event.SUBMISSION_REJECTION
            and proven(one.body, installation).subject.size == len(body)
            and one.message.correlation_id is None
        )
    )
    assert reasons(answer.body, installation) == [Reason.NO_MESSAGE_ID.code]
    await still_works(g22, offices)


@pytest.mark.parametrize("routing_key", ["status", "dokument", ""])
async def test_document_by_a_wrong_routing_key_is_refused(
    routing_key: str, connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g22,) = await connect("g22")
    message_id = await g22.submit(_signed(offices), routing_key=routing_key)
    await refused(g22, message_id, Reason.WRONG_ROUTE, installation)


async def test_status_about_a_document_that_never_comes_waits_and_is_refused(
    connect: Connect, offices: Offices, installation: Installation, database: asyncpg.Connection
) -> None:
    (g09,) = await connect("g09")
    status = offices.status(offices.letter("G22", ["G09"]), StatusCode.ARRIVED, "G09")
    message_id = await g09.submit(status, routing_key="status")
    notice = proven((await g09.receipt(message_id, Event.SUBMISSION_HELD)).body, installation)
    assert notice.verdict is not None
    assert [one.code for one in notice.verdict.findings] == [Reason.DOCUMENT_AWAITED.code]
    await database.execute(
        "UPDATE held_submission SET next_try_at = now(), held_since = held_since - $2::interval"
        " FROM submission s WHERE s.id = submission AND s.message_key = $1",
        f"id:{message_id}",
        LONGEST_EARLY,
    )
    codes = await refused(g09, message_id, Reason.TARGET_UNKNOWN, installation)
    assert codes == [Reason.TARGET_UNKNOWN.code]


async def test_statuses_before_their_document_are_relayed_in_their_order_once_it_is_there(
    connect: Connect, offices: Offices
) -> None:
    g09, g22 = await connect("g09", "g22")
    letter = offices.letter("G22", ["G09"])
    reports = [
        offices.status(letter, code, "G09") for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED)
    ]
    ids = []
    for report in reports:
        ids.append(await g09.submit(report, routing_key="status"))
        await g09.receipt(ids[-1], Event.SUBMISSION_HELD)
    await g22.submit(offices.seal(letter))
    for message_id in ids:
        await g09.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
    for report in reports:
        await g22.first(lambda one, body=report: one.type == "status" and one.body == body)
    relayed = [one.body for one in g22.all(lambda one: one.type == "status")]
    assert [body for body in relayed if body in reports] == reports


async def test_status_of_an_agency_that_is_no_receiver_is_refused(
    connect: Connect, offices: Offices, installation: Installation
) -> None:
    g22, g12 = await connect("g22", "g12")
    document = offices.letter("G22", ["G09"])
    submission = await g22.submit(offices.seal(document))
    await g22.receipt(submission, Event.SUBMISSION_ACCEPTANCE)
    claimed = replace(document, to=(*document.to, Organization(organ_id="G12")))
    status = offices.status(claimed, StatusCode.ARRIVED, "G12")
    message_id = await g12.submit(status, routing_key="status")
    await refused(g12, message_id, Reason.NOT_A_RECEIVER, installation)


async def test_submission_without_user_id_becomes_a_dead_letter_and_nobody_is_answered(
    connect: Connect, offices: Offices, database: asyncpg.Connection
) -> None:
    (g22,) = await connect("g22")
    body = _signed(offices)
    message_id = await g22.submit(body, user_id=None)

    query = "SELECT * FROM dead_letter WHERE message_id = $1"

    async def buried() -> bool:
        return await database.fetchrow(query, message_id) is not None

    await until(buried)
    row = await database.fetchrow(query, message_id)
    assert row is not None
    assert list(row["reasons"]) == [Reason.NO_USER_ID.code]
    assert row["body"] == body
    assert row["user_id"] is None
    await still_works(g22, offices)
    assert g22.all(lambda one: one.message.correlation_id == message_id) == []


async def test_submission_under_a_foreign_user_id_is_refused_by_the_broker(
    connect: Connect, offices: Offices
) -> None:
    (g22,) = await connect("g22")
    with pytest.raises(ChannelPreconditionFailed, match="user_id"):
        await g22.submit(_signed(offices), user_id="g09")


async def test_account_may_not_write_to_an_inbox_past_the_axis(
    connect: Connect, installation: Installation
) -> None:
    connection = await aio_pika.connect(installation.endpoint_url("g22"))
    async with connection, connection.channel() as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.default_exchange.publish(aio_pika.Message(b""), routing_key="inbox.g09")


async def test_account_may_not_read_the_inbox_of_another_endpoint(
    installation: Installation,
) -> None:
    connection = await aio_pika.connect(installation.endpoint_url("g22"))
    async with connection, connection.channel() as channel:
        queue = await channel.get_queue("inbox.g09", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await queue.get(fail=False)


async def submit_plainly(installation: Installation, body: bytes, message_id: str | None) -> None:
    """Submit past aio-pika, which invents an id where there is none."""
    confirmed = asyncio.Event()
    connection = LightConnection(on_confirm=lambda _: confirmed.set())
    await connection.open(installation.endpoint_url("g22"), "test")
    properties = commands.Basic.Properties(user_id="g22", message_id=message_id, delivery_mode=2)
    connection.publish(message_head("axis.submit", "document", len(body), properties), body)
    await confirmed.wait()
    await connection.close()


async def refused(
    system: EndpointSystem, message_id: str, reason: Reason, installation: Installation
) -> list[str]:
    """Wait for the signed rejection of a submission and return the codes of its reasons."""
    answer = await system.receipt(message_id, Event.SUBMISSION_REJECTION)
    assert answer.queue == f"answers.{system.endpoint}"
    codes = reasons(answer.body, installation)
    assert reason.code in codes
    return codes


def reasons(body: bytes, installation: Installation) -> list[str]:
    verdict = proven(body, installation).verdict
    assert verdict is not None
    assert verdict.outcome is Outcome.FAILED
    assert all(finding.text_vi and finding.text_en for finding in verdict.findings)
    return [finding.code for finding in verdict.findings]


async def still_works(system: EndpointSystem, offices: Offices) -> None:
    """The router goes on: the next good document is accepted."""
    message_id = await system.submit(_signed(offices))
    await system.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
