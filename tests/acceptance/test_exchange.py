"""The main trip: a signed document goes in, copies, receipts and statuses come out."""

import hashlib
from functools import partial

import asyncpg

from axis.edxml.codes import Priority, StatusCode
from axis.evidence.events import Event
from axis.evidence.xml import read_receipt
from axis.local.installation import Installation
from tests.acceptance.conftest import Connect
from tests.support.endpoint import EndpointSystem, Received
from tests.support.offices import Offices
from tests.support.receipts import proven

RECEIVERS = ["G09", "H37.02", "H37.51", "000.00.40.H26", "H37.09.01"]
"""A ministry; a department; a closed district, whose successor is a commune; an old code of a
closed district; a centre below a department. They are at four endpoints."""


async def test_document_to_four_levels_reaches_each_endpoint_as_one_unchanged_copy(
    connect: Connect, offices: Offices
) -> None:
    g22, g09, lgsp, h26, health = await connect("g22", "g09", "lgsp-h37", "h26", "h37-yte")
    body = offices.seal(offices.letter("G22", RECEIVERS))
    message_id = await g22.submit(body)
    receipt = await g22.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
    document = receipt.header("axis-document")
    expected = {g09: "G09", lgsp: "H37.02,H37.101", h26: "H26.102", health: "H37.09.01"}
    for system, receivers in expected.items():
        copy = await system.copy(body)
        assert copy.queue == f"inbox.{system.endpoint}"
        assert copy.message.headers == {
            "axis-document": document,
            "axis-from": "G22",
            "axis-to": receivers,
            "axis-kind": "new",
            "axis-priority": 0,
            "axis-sha256": hashlib.sha256(body).hexdigest(),
        }
        assert copy.message.content_type == "application/edxml+xml"
        assert copy.message.delivery_mode == 2
        assert copy.message.message_id
        assert copy.message.correlation_id is None
    await consigned(g22, message_id, 5)
    for system in expected:
        assert len(system.all(lambda one: one.body == body)) == 1


async def test_accepted_document_is_proven_by_signed_receipts_naming_every_receiver(
    connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g22,) = await connect("g22")
    document = offices.letter("G22", RECEIVERS)
    body = offices.seal(document)
    message_id = await g22.submit(body)
    acceptance = await g22.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
    for received in [acceptance, *await consigned(g22, message_id, len(RECEIVERS))]:
        assert received.queue == "answers.g22"
        assert received.message.correlation_id == message_id
        assert received.message.content_type == "application/xml"
        receipt = proven(received.body, installation)
        assert receipt.subject.document_id == document.document_id
        assert receipt.subject.sha256 == hashlib.sha256(body).hexdigest()
        assert receipt.subject.sender == "G22"
        assert receipt.submission is not None
        assert receipt.submission.message_id == message_id
        assert receipt.submission.endpoint == "g22"
    named = {line.named[0]: line.code for line in proven(acceptance.body, installation).receivers}
    assert named == {
        "G09": "G09",
        "H37.02": "H37.02",
        "H37.51": "H37.101",
        "000.00.40.H26": "H26.102",
        "H37.09.01": "H37.09.01",
    }


async def test_urgent_document_travels_to_the_urgent_inbox_by_either_routing_key(
    connect: Connect, offices: Offices
) -> None:
    g12, g09 = await connect("g12", "g09")
    for priority, key in (
        (Priority.EXPRESS, "document.urgent"),
        (Priority.URGENT, "document"),
    ):
        body = offices.seal(offices.letter("G12", ["G09"], priority=priority))
        message_id = await g12.submit(body, routing_key=key)
        copy = await g09.copy(body)
        assert copy.queue == "inbox.g09.urgent"
        assert copy.header("axis-priority") == priority
        await g12.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)


async def test_document_that_is_not_urgent_gains_nothing_by_the_urgent_routing_key(
    connect: Connect, offices: Offices
) -> None:
    g12, g09 = await connect("g12", "g09")
    body = offices.seal(offices.letter("G12", ["G09"]))
    await g12.submit(body, routing_key="document.urgent")
    assert (await g09.copy(body)).queue == "inbox.g09"


async def test_status_from_a_receiver_moves_its_delivery_and_reaches_the_sender(
    connect: Connect, offices: Offices, installation: Installation, database: asyncpg.Connection
) -> None:
    g22, lgsp = await connect("g22", "lgsp-h37")
    document = offices.letter("G22", ["H37.02", "H37.03"])
    body = offices.seal(document)
    submission = await g22.submit(body)
    acceptance = await g22.receipt(submission, Event.SUBMISSION_ACCEPTANCE)
    await lgsp.copy(body)
    for code, event, state in (
        (StatusCode.ARRIVED, Event.CONTENT_HANDOVER, "arrived"),
        (StatusCode.ACCEPTED, Event.CONSIGNMENT_ACCEPTANCE, "received"),
    ):
        status = offices.status(document, code, "H37.02")
        message_id = await lgsp.submit(status, routing_key="status")
        answer = await lgsp.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
        assert proven(answer.body, installation).verdict is not None
        told = await g22.first(partial(carries, status))
        assert (told.type, told.queue) == ("status", "answers.g22")
        assert told.header("axis-status") == code.value
        assert told.header("axis-document") == acceptance.header("axis-document")
        assert (told.header("axis-from"), told.header("axis-to")) == ("H37.02", "G22")
        proof = await g22.first(partial(proves, event, acceptance.header("axis-document")))
        assert [line.code for line in proven(proof.body, installation).receivers] == ["H37.02"]
        assert await states(database, submission) == {"H37.02": state, "H37.03": "consigned"}


async def test_duplicate_document_is_answered_with_the_first_receipt_and_stored_once(
    connect: Connect, offices: Offices, database: asyncpg.Connection
) -> None:
    g22, g09 = await connect("g22", "g09")
    body = offices.seal(offices.letter("G22", ["G09"]))
    first = await g22.receipt(await g22.submit(body), Event.SUBMISSION_ACCEPTANCE)
    again = await g22.receipt(await g22.submit(body), Event.SUBMISSION_ACCEPTANCE)
    assert again.body == first.body
    assert again.message.message_id != first.message.message_id
    sha256 = hashlib.sha256(body).hexdigest()
    assert await database.fetchval("SELECT count(*) FROM document WHERE sha256 = $1", sha256) == 1
    await consigned(g22, first.message.correlation_id or "", 1)
    assert len(g09.all(lambda one: one.body == body)) == 1


async def test_repeated_submission_gets_its_receipt_again_under_the_same_message_id(
    connect: Connect, offices: Offices
) -> None:
    (g22,) = await connect("g22")
    body = offices.seal(offices.letter("G22", ["G09"]))
    message_id = await g22.submit(body)
    first = await g22.receipt(message_id, Event.SUBMISSION_ACCEPTANCE)
    # A receipt that is not yet marked as sent is on its way, and not sent once more.
    await consigned(g22, message_id, 1)
    await g22.submit(body, message_id=message_id)
    again = await g22.first(
        lambda one: one.message.message_id == first.message.message_id and one is not first
    )
    assert again.body == first.body


def carries(body: bytes, one: Received) -> bool:
    return one.body == body


def proves(event: Event, document: object, one: Received) -> bool:
    return one.event is event and one.header("axis-document") == document


async def consigned(system: EndpointSystem, message_id: str, count: int) -> list[Received]:
    """Wait until receipts of consignment name so many receivers, and return the receipts."""

    def fits(one: Received) -> bool:
        return one.message.correlation_id == message_id and one.event is Event.CONTENT_CONSIGNMENT

    await system.first(
        lambda _: sum(len(read_receipt(one.body).receivers) for one in system.all(fits)) == count
    )
    return system.all(fits)


async def states(database: asyncpg.Connection, message_id: str) -> dict[str, str]:
    """Return the state of each delivery of a submitted document."""
    rows = await database.fetch(
        "SELECT receiver, state FROM delivery JOIN submission USING (document)"
        " WHERE message_key = 'id:' || $1",
        message_id,
    )
    return {row["receiver"]: row["state"] for row in rows}
