"""Agencies that move: where copies go instead, and what is told to whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind
from axis.evidence.events import Event
from axis.exchange.changes import Narrowing, Rerouting
from axis.exchange.deliveries.states import DeliveryState, Position
from axis.exchange.dispatch.redirecting import Waiting, astray, moved_on, redirect, rerouted
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import (
    MessageType,
    OutboxRow,
    Records,
)
from axis.exchange.stored import CopyArrived, KnownDocument
from axis.ids import new_id
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from tests.support.exchange import AGENCIES, ENDPOINTS, ISSUER, NOW

YESTERDAY = date(2026, 3, 1)
NOTARY = Notary(ISSUER)
DOCUMENT = KnownDocument(
    id=new_id(),
    sender="G22",
    document_id="G22,2026/03/02,1/VPCP",
    kind=DocumentKind.NEW,
    sha256="0" * 64,
    size=100,
    code="1/VPCP",
    endpoint="g22",
    urgent=False,
    accepted_at=NOW,
    receipt=new_id(),
    receipt_size=0,
)
COMMUNE = Agency("H37.101", "UBND xã", Level.COMMUNE, parent="H37")


def after(*changed: Agency, without: str = "") -> Directory:
    """The registry after agencies changed, without an endpoint that was removed."""
    agencies = {agency.code: agency for agency in (*AGENCIES, *changed)}
    endpoints = [Endpoint(name, name) for name in (*ENDPOINTS, "new") if name != without]
    return Directory(agencies.values(), endpoints)


def moved_to(code: str, endpoint: str) -> Agency:
    (agency,) = [one for one in AGENCIES if one.code == code]
    return replace(agency, endpoint=endpoint)


def closed(code: str, successor: str | None = None) -> Agency:
    (agency,) = [one for one in AGENCIES if one.code == code]
    return replace(agency, valid_to=YESTERDAY, successor=successor)


def copy_to(
    *receivers: str, kind: DocumentKind = DocumentKind.NEW, urgent: bool = False
) -> OutboxRow:
    return OutboxRow(
        id=new_id(),
        queue="inbox.lgsp-h37.urgent" if urgent else "inbox.lgsp-h37",
        urgent=urgent,
        type=MessageType.DOCUMENT,
        subject=DOCUMENT.id,
        size=100,
        correlation_id=None,
        headers={
            "axis-document": str(DOCUMENT.id),
            "axis-kind": kind.label,
            "axis-to": ",".join(receivers),
        },
        created_at=NOW,
    )


def carried(
    row: OutboxRow,
    state: DeliveryState = DeliveryState.ACCEPTED,
    reached: DeliveryState = DeliveryState.ACCEPTED,
) -> list[CopyArrived]:
    return [
        CopyArrived(
            delivery=new_id(),
            copy=row.id,
            state=state,
            reached=reached,
            named=(code,),
            receiver=code,
            receiver_name=f"Cơ quan {code}",
            endpoint="lgsp-h37",
            document=DOCUMENT,
            message_id="m-1",
            received_at=NOW,
        )
        for code in str(row.headers["axis-to"]).split(",")
    ]


def redirected(row: OutboxRow, copies: Sequence[CopyArrived], directory: Directory) -> Records:
    records = Records()
    redirect(row, copies, astray(row, directory, NOW), directory, NOTARY, NOW, records)
    return records


def told(records: Records) -> dict[Event, list[str]]:
    return {row.event: [row.endpoint] for row in records.evidence}


# -- what went astray ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((), {}),
        ((moved_to("H37.02", "g09"),), {"H37.02": "g09"}),
        ((moved_to("H37", "new"),), {"H37": "new", "H37.02": "new", "H37.101": "new"}),
        ((closed("H37.101"),), {"H37.101": None}),
        ((closed("H37.101", "H37.02"),), {}),
        ((closed("H37.101", "G09"),), {"H37.101": "g09"}),
    ],
)
def test_astray_are_receivers_that_the_copys_endpoint_does_not_serve(
    changed: tuple[Agency, ...], expected: dict[str, str | None]
) -> None:
    row = copy_to("H37", "H37.02", "H37.101", urgent=True)
    assert astray(row, after(*changed), NOW) == expected


def test_recall_still_goes_to_a_receiver_that_has_closed() -> None:
    row = copy_to("H37.101", kind=DocumentKind.RECALL)
    assert astray(row, after(closed("H37.101")), NOW) == {}
    assert astray(row, after(moved_to("H37.101", "g09")), NOW) == {"H37.101": "g09"}


# -- what is not published yet ---------------------------------------------------------------------
def test_redirect_makes_a_copy_for_those_that_moved_and_leaves_the_others_theirs() -> None:
    row = copy_to("H37", "H37.02", "H37.101")
    copies = carried(row)
    records = redirected(row, copies, after(moved_to("H37.02", "g09"), moved_to("H37.101", "new")))
    assert records.narrowed == [Narrowing(row.id, ("H37",), NOW)]
    made = {one.queue: one for one in records.outbox if one.type is MessageType.DOCUMENT}
    assert made["inbox.g09"].headers == {**row.headers, "axis-to": "H37.02"}
    assert made["inbox.new"].headers == {**row.headers, "axis-to": "H37.101"}
    assert made["inbox.g09"].subject == DOCUMENT.id
    assert records.rerouted == [
        Rerouting(copies[1].delivery, "g09", made["inbox.g09"].id, row.id),
        Rerouting(copies[2].delivery, "new", made["inbox.new"].id, row.id),
    ]
    assert records.changes == []
    assert told(records) == {Event.DELIVERY_WITHDRAWN: ["lgsp-h37"]}


def test_redirect_of_all_receivers_leaves_nothing_to_publish_and_keeps_the_lane() -> None:
    row = copy_to("H37", "H37.02", urgent=True)
    records = redirected(row, carried(row), after(moved_to("H37", "new")))
    assert records.narrowed == [Narrowing(row.id, (), NOW)]
    (made,) = [one for one in records.outbox if one.type is MessageType.DOCUMENT]
    assert (made.queue, made.urgent) == ("inbox.new.urgent", True)
    assert made.headers["axis-to"] == "H37,H37.02"


def test_redirect_from_an_endpoint_that_was_removed_tells_it_nothing() -> None:
    row = copy_to("H37")
    records = redirected(row, carried(row), after(moved_to("H37", "new"), without="lgsp-h37"))
    assert records.evidence == []
    assert len(records.rerouted) == 1


def test_redirect_to_a_closed_agency_without_successor_is_told_to_the_sender() -> None:
    row = copy_to("H37", "H37.101")
    copies = carried(row)
    records = redirected(row, copies, after(closed("H37.101")))
    assert records.narrowed == [Narrowing(row.id, ("H37",), NOW)]
    assert [(one.delivery, one.state) for one in records.changes] == [
        (copies[1].delivery, DeliveryState.UNDELIVERABLE)
    ]
    assert told(records) == {Event.CONTENT_CONSIGNMENT_FAILURE: ["g22"]}
    assert records.evidence[0].deliveries == (copies[1].delivery,)


def test_redirect_of_one_that_was_undeliverable_tries_again_where_it_is_served() -> None:
    row = copy_to("H37.02")
    copies = carried(row, DeliveryState.UNDELIVERABLE)
    records = redirected(row, copies, after(moved_to("H37.02", "g09")))
    assert [one.position for one in records.changes] == [Position()]
    unchanged = redirected(row, copies, after(closed("H37.02")))
    assert unchanged.changes == unchanged.evidence == []  # its sender knows already


def test_redirect_of_one_that_is_delivered_once_more_leaves_it_where_it_stands() -> None:
    row = copy_to("H37.02")
    copies = carried(row, DeliveryState.RECEIVED, DeliveryState.RECEIVED)
    records = redirected(row, copies, after(moved_to("H37.02", "g09")))
    assert [one.endpoint for one in records.rerouted] == ["g09"]
    assert records.changes == []
    closed_now = redirected(row, copies, after(closed("H37.02")))
    assert closed_now.changes == closed_now.evidence == closed_now.outbox == []


def test_redirect_of_one_that_is_asked_back_only_takes_it_off_the_copy() -> None:
    row = copy_to("H37.02", "H37")
    copies = carried(row, DeliveryState.TAKE_BACK_ASKED)
    records = redirected(row, copies, after(moved_to("H37.02", "g09")))
    assert records.narrowed == [Narrowing(row.id, ("H37",), NOW)]
    assert records.outbox == records.evidence == []
    assert records.rerouted == records.changes == []


# -- what waits in an inbox ------------------------------------------------------------------------
def test_moved_on_are_receivers_that_another_endpoint_serves() -> None:
    directory = after(moved_to("H37.02", "g09"), closed("H37.101"), closed("K10", "G22"))
    receivers = [("H37.02", "lgsp-h37"), ("H37.101", "lgsp-h37"), ("H37", "lgsp-h37")]
    assert moved_on([*receivers, ("K10", "new")], directory, NOW) == {
        ("H37.02", "lgsp-h37"): "g09",
        ("K10", "new"): "g22",
    }


def test_rerouted_from_an_inbox_begins_anew_at_the_other_endpoint() -> None:
    row = copy_to("H37", "H37.02", "H37.101")
    directory = after(moved_to("H37.02", "g09"), moved_to("H37.101", "g09"))
    copies = carried(row, DeliveryState.CONSIGNED, DeliveryState.CONSIGNED)[1:]
    moved = moved_on([(one.receiver, one.endpoint) for one in copies], directory, NOW)
    records = rerouted([Waiting(one, row) for one in copies], moved, directory, NOTARY, NOW)
    (made,) = [one for one in records.outbox if one.type is MessageType.DOCUMENT]
    assert (made.queue, made.headers["axis-to"]) == ("inbox.g09", "H37.02,H37.101")
    assert made.id != row.id
    assert {one.copy for one in records.rerouted} == {made.id}
    assert [one.position for one in records.changes] == [Position(), Position()]
    assert records.narrowed == []
    (notice,) = records.evidence
    assert (notice.event, notice.endpoint) == (Event.DELIVERY_WITHDRAWN, "lgsp-h37")
    assert set(notice.deliveries) == {one.delivery for one in copies}
    assert str(row.id).encode() in notice.receipt


def test_rerouted_copies_of_several_documents_stay_apart() -> None:
    rows = [copy_to("H37.02"), copy_to("H37.02")]
    directory = after(moved_to("H37.02", "g09"))
    waiting = [
        Waiting(copy, row)
        for row in rows
        for copy in carried(row, DeliveryState.CONSIGNED, DeliveryState.CONSIGNED)
    ]
    records = rerouted(waiting, {("H37.02", "lgsp-h37"): "g09"}, directory, NOTARY, NOW)
    former: set[UUID] = {one.former for one in records.rerouted}
    assert former == {row.id for row in rows}
    assert len({one.copy for one in records.rerouted}) == len(rows)
