"""What a status settles: which deliveries it moves, and which of them it is filed under.

A report (01 … 06) belongs to the document itself. An answer (15, 16) belongs to what asks for it: a
take-back, a recall, an update; whichever DocumentId it names, it settles the question on the
document, on its later versions, and on the recall that asked. 06 after 15 confirms destruction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from axis.edxml.codes import DocumentKind, StatusCode
from axis.exchange.admission.known import Known
from axis.exchange.deliveries.states import (
    RANK,
    DeliveryEvent,
    DeliveryState,
    Position,
    event_of,
    move,
)
from axis.exchange.ports import KnownDelivery, KnownDocument

Pair = tuple[KnownDocument, KnownDelivery]

ANSWERS: Final = (StatusCode.AGREED, StatusCode.DISAGREED)

WIDE: Final = (StatusCode.TAKE_BACK, *ANSWERS, StatusCode.DONE)
"""Statuses that may concern more than the documents under the DocumentId that they name."""

_ANSWERED: Final = (DeliveryState.AGREED, DeliveryState.DECLINED)


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery that a status moves, by these events in turn."""

    document: KnownDocument
    delivery: KnownDelivery
    events: tuple[DeliveryEvent, ...]

    @property
    def position(self) -> Position:
        """Where it stands then."""
        position = self.delivery.position
        for event in self.events:
            position = move(position, event)
        return position


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a status is filed under, and all that it moves."""

    document: KnownDocument
    delivery: KnownDelivery
    moves: tuple[Settled, ...]


def settle(
    code: StatusCode, named: Sequence[Pair], known: Known, receivers: Sequence[str]
) -> Settlement | None:
    """Return what a status settles; None for an answer to nothing.

    `named` are the deliveries to these receivers of the documents that it names, oldest first.
    """
    if code in ANSWERS:
        family = known.links.family([document.id for document, _ in named])
        return _answer(code, list(known.deliveries_at(family, receivers)) or list(named), known)
    documents = [pair for pair in named if pair[0].kind is not DocumentKind.RECALL]
    document, delivery = (documents or list(named))[0]
    event = event_of(code, document.kind, delivery.state)
    moves = [Settled(document, delivery, (event,))]
    if code is StatusCode.TAKE_BACK:
        versions = known.links.versions(document.id)
        later = known.deliveries_at(versions, receivers)
        moves += [Settled(*pair, (event,)) for pair in later if pair[1].id != delivery.id]
    elif code is StatusCode.DONE:
        family = known.links.family([document.id for document, _ in named])
        agreed = _in(DeliveryState.AGREED, known.deliveries_at(family, receivers))
        moves += [Settled(*pair, (event,)) for pair in agreed if pair[1].id != delivery.id]
    return Settlement(document, delivery, tuple(moves))


def _answer(code: StatusCode, family: Sequence[Pair], known: Known) -> Settlement | None:
    """An open question comes first; what asks nothing is only answered when nothing is open."""
    documents = [pair for pair in family if pair[0].kind is not DocumentKind.RECALL]
    asked = _in(DeliveryState.TAKE_BACK_ASKED, documents)
    if not asked:
        return _answer_again(code, family)
    event = DeliveryEvent.GIVEN_BACK if code is StatusCode.AGREED else DeliveryEvent.KEPT
    given = [Settled(*pair, (event,)) for pair in asked]
    questions = [
        _question(event, pair, given)
        for pair in family
        if _unanswered(pair[1]) and _asks(pair, known)
    ]
    first = questions[-1] if questions else given[0]
    return Settlement(first.document, first.delivery, (*given, *questions))


def _answer_again(code: StatusCode, family: Sequence[Pair]) -> Settlement | None:
    """Answer what asks for nothing back (an update), or answer a question another time."""
    asked = [
        pair
        for pair in family
        if pair[0].kind in (DocumentKind.RECALL, DocumentKind.UPDATE) or pair[1].state in _ANSWERED
    ]
    if not asked:
        return None
    document, delivery = asked[-1]
    event = event_of(code, document.kind, delivery.state)
    moves = [Settled(document, delivery, (event,))]
    if event is DeliveryEvent.GIVEN_BACK:
        declined = _in(DeliveryState.DECLINED, family)
        moves += [Settled(*pair, (event,)) for pair in declined if pair[1].id != delivery.id]
    return Settlement(document, delivery, tuple(moves))


def _question(event: DeliveryEvent, pair: Pair, given: Sequence[Settled]) -> Settled:
    """Answer a recall, or an update that drops the receiver and is given back with the document.

    Nothing is left to destroy where nobody had it.
    """
    document, delivery = pair
    events = [event]
    if all(one.position.state is DeliveryState.WITHDRAWN for one in given):
        events.append(DeliveryEvent.NOTHING_LEFT)
    return Settled(document, delivery, tuple(events))


def _asks(pair: Pair, known: Known) -> bool:
    """Tell whether a document asks this receiver to give others back."""
    document, delivery = pair
    if document.kind is DocumentKind.RECALL:
        return True
    return any(delivery.receiver in link.dropped for link in known.links.of(document.id))


def _unanswered(delivery: KnownDelivery) -> bool:
    return delivery.state in (*RANK, DeliveryState.EXPIRED, DeliveryState.UNDELIVERABLE)


def _in(state: DeliveryState, pairs: Iterable[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair[1].state is state]
