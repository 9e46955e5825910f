"""Copies that were sent and are not to be shown any more: taken back from the way and the inbox.

A queue can't give back one message. So what is still unpublished does not go out, and the endpoint
of an inbox is told which copy to pass over (`axis.client` does); everybody else finds the recall
right behind, in the same queue.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from axis.evidence.events import Event
from axis.exchange.admission.known import Known
from axis.exchange.changes import DeliveryChange, Withdrawal
from axis.exchange.deliveries.states import DeliveryEvent, move
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_receivers
from axis.exchange.pace import Pace, Walk
from axis.exchange.records import Records
from axis.exchange.stored import CopyArrived, KnownDelivery, KnownDocument


def ask_back(
    records: Records,
    known: Known,
    notary: Notary,
    deliveries: Iterable[tuple[KnownDocument, KnownDelivery]],
    at: datetime,
) -> Walk[list[KnownDelivery]]:
    """Ask for deliveries back, and withdraw the copies that nobody is known to have taken.

    Who shares a copy with somebody that has reported it has it in its system, too. Return those
    that are asked back by this, as they are now.
    """
    asked = []
    copies: dict[UUID, list[CopyArrived]] = {}
    pace = Pace()
    for document, delivery in deliveries:
        if pace.due():
            yield
        before = delivery.position
        if delivery.copy in known.gone:
            before = move(before, DeliveryEvent.INBOX_EMPTIED)
        position = move(before, DeliveryEvent.BACK_ASKED)
        if position == before:
            continue
        moved = known.moved(delivery, position)
        records.changes.append(DeliveryChange(delivery.id, position, at))
        asked.append(moved)
        if before.untaken and delivery.copy is not None:
            copies.setdefault(delivery.copy, []).append(_copy(document, moved, known))
    for copy, carried in copies.items():
        withdraw(records, notary, [one for one in carried if _reachable(one, known)], at)
        records.withdrawn.append(Withdrawal(copy, at))
        if pace.due(len(carried)):
            yield
    return asked


def withdraw(records: Records, notary: Notary, copies: Iterable[CopyArrived], at: datetime) -> None:
    """Tell endpoints, signed, of copies that they are to pass over if nobody has seen them yet."""
    tell_receivers(notary, Event.DELIVERY_WITHDRAWN, list(copies), at, records)


def _reachable(copy: CopyArrived, known: Known) -> bool:
    """Tell whether the copy's endpoint still has queues: one that was removed has none."""
    return known.directory.endpoint(copy.endpoint) is not None


def _copy(document: KnownDocument, delivery: KnownDelivery, known: Known) -> CopyArrived:
    agency = known.directory.find(delivery.receiver)
    assert delivery.copy is not None
    return CopyArrived(
        delivery=delivery.id,
        copy=delivery.copy,
        state=delivery.state,
        reached=delivery.reached,
        named=delivery.named or (delivery.receiver,),
        receiver=delivery.receiver,
        receiver_name=agency.name if agency is not None else "",
        endpoint=delivery.endpoint,
        document=document,
        message_id=None,
        received_at=document.accepted_at,
    )
