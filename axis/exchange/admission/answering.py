"""What a status settles: which deliveries it moves, and which of them it is filed under.

A report (01 … 06) belongs to the document itself (`reporting`), and to all deliveries of it that
the reporter now answers for: its own, and those of agencies that it has succeeded. An answer (15,
16) belongs to what asks for it: a take-back, a recall, an update; whichever DocumentId it names, it
settles the question on the document, on its later versions, and on the recall that asked. Of
several updates it answers the one that it names by a DocumentId of its own, else the newest, and
with it those before that wait for an answer. 06 after 15 confirms destruction. To take back (13) is
asked of a document; a recall is a question itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Status
from axis.exchange.admission.known import Known
from axis.exchange.admission.reporting import Pair, pairs_in, reported_on
from axis.exchange.deliveries.reports import event_of
from axis.exchange.deliveries.states import (
    RANK,
    WAY,
    DeliveryEvent,
    DeliveryState,
    Position,
    move,
)
from axis.exchange.stored import KnownDelivery, KnownDocument

ANSWERS: Final = (StatusCode.AGREED, StatusCode.DISAGREED)

WIDE: Final = (StatusCode.TAKE_BACK, *ANSWERS, StatusCode.DONE)
"""Statuses that may concern more than the documents under the DocumentId that they name."""

_ANSWERED: Final = (DeliveryState.AGREED, DeliveryState.DECLINED)

_GONE: Final = frozenset({DeliveryState.WITHDRAWN, DeliveryState.DESTROYED})
"""Where a receiver has nothing left to destroy."""


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
    status: Status, named: Sequence[Pair], known: Known, receivers: Sequence[str]
) -> Settlement | None:
    """Return what a status settles; None for an answer to nothing.

    `named` are the deliveries to these receivers of the documents that it names, oldest first.
    """
    code = status.code
    if code in ANSWERS:
        family = known.links.family([document.id for document, _ in named])
        together = list(known.deliveries_at(family, receivers)) or list(named)
        return _answer(code, together, named, known)
    documents = _documents(named)
    if code is StatusCode.TAKE_BACK:
        return _taken_back(documents, known, receivers)
    about = reported_on(code, documents or named)
    document, delivery = about[0]
    event = event_of(code, document.kind, delivery.state)
    moved = {pair[1].id: Settled(*pair, (event,)) for pair in about}
    if code is StatusCode.DONE:
        family = known.links.family([document.id for document, _ in named])
        given = pairs_in(DeliveryState.AGREED, known.deliveries_at(family, receivers))
        moved |= {pair[1].id: Settled(*pair, (event,)) for pair in given if not _late(status, pair)}
        late = [pair for pair in about if _late(status, pair)]
        moved |= {pair[1].id: Settled(*pair, (DeliveryEvent.WORK_DONE,)) for pair in late}
    return Settlement(document, delivery, tuple(moved.values()))


def _late(status: Status, pair: Pair) -> bool:
    """Tell whether a 06 that comes after a 15 was written before it.

    It is about the work on the document then, and confirms no destruction.
    """
    delivery = pair[1]
    return (
        delivery.state in (DeliveryState.AGREED, DeliveryState.WITHDRAWN)
        and delivery.reported_at is not None
        and status.timestamp is not None
        and status.timestamp < delivery.reported_at
    )


def _taken_back(
    documents: Sequence[Pair], known: Known, receivers: Sequence[str]
) -> Settlement | None:
    """Ask for whatever goes by the DocumentId, with its later versions."""
    if not documents:
        return None
    versions = [one for document, _ in documents for one in known.links.versions(document.id)]
    moved = {pair[1].id: pair for pair in known.deliveries_at(versions, receivers)}
    moves = (Settled(*pair, (DeliveryEvent.BACK_ASKED,)) for pair in moved.values())
    return Settlement(*documents[0], tuple(moves))


def _answer(
    code: StatusCode, family: Sequence[Pair], named: Sequence[Pair], known: Known
) -> Settlement | None:
    """An open question comes first; what asks nothing is only answered when nothing is open."""
    asked = pairs_in(DeliveryState.TAKE_BACK_ASKED, _documents(family))
    questions = [pair for pair in family if _unanswered(pair[1]) and _asks(pair, known)]
    if not asked and not questions:  # who has refused a document owes a recall its answer, too
        return _answer_again(code, family, named, known)
    event = DeliveryEvent.GIVEN_BACK if code is StatusCode.AGREED else DeliveryEvent.KEPT
    given = [Settled(*pair, (event,)) for pair in asked]
    answered = [
        _answered(event, pair, _asked_for(pair, family, known), given) for pair in questions
    ]
    first = answered[-1] if answered else given[0]
    return Settlement(first.document, first.delivery, (*given, *answered))


def _answer_again(
    code: StatusCode, family: Sequence[Pair], named: Sequence[Pair], known: Known
) -> Settlement | None:
    """Answer what asks for nothing back (an update), or answer a question another time."""
    asked = [
        pair
        for pair in family
        if pair[0].kind in (DocumentKind.RECALL, DocumentKind.UPDATE) or pair[1].state in _ANSWERED
    ]
    if not asked:
        return None
    document, delivery = last = _named_update(asked, named, family, known) or asked[-1]
    event = event_of(code, document.kind, delivery.state)
    asks = _asks(last, known)
    asked_for = _asked_for(last, family, known) if asks else []
    if code is StatusCode.AGREED and (asks or _was_asked_back(delivery, family)):
        event = DeliveryEvent.GIVEN_BACK
    if event is not DeliveryEvent.GIVEN_BACK:
        before = [] if asks else _unanswered_updates(asked[: asked.index(last)], known)
        moves = tuple(Settled(*pair, (event,)) for pair in (last, *before))
        return Settlement(document, delivery, moves)
    kept = pairs_in(DeliveryState.DECLINED, family)
    if asks:  # what was kept then may have been worked on since
        recalls = [pair for pair in kept if pair[0].kind is DocumentKind.RECALL]
        worked_on = [pair for pair in asked_for if pair[1].state in RANK]
        kept = [*pairs_in(DeliveryState.DECLINED, asked_for), *worked_on, *recalls]
    given = [Settled(*pair, (event,)) for pair in kept if pair[1].id != delivery.id]
    moves = (_answered(event, last, asked_for, given), *given)
    return Settlement(document, delivery, moves)


def _named_update(
    asked: Sequence[Pair], named: Sequence[Pair], family: Sequence[Pair], known: Known
) -> Pair | None:
    """Return the update that an answer names by a DocumentId of its own, where it is answered for
    itself: it waits for that, or nothing but updates has been asked about since.
    """
    own = [pair for pair in asked if pair in named]
    if not own or any(document.kind is not DocumentKind.UPDATE for document, _ in named):
        return None
    newest = own[-1]
    if _unanswered_updates([newest], known):
        return newest
    since = asked[asked.index(newest) :]
    return newest if all(_is_plain(pair, family, known) for pair in since) else None


def _is_plain(pair: Pair, family: Sequence[Pair], known: Known) -> bool:
    """Tell whether it is an update that asks nothing back, and was not asked back either."""
    update = pair[0].kind is DocumentKind.UPDATE and not _asks(pair, known)
    return update and not _was_asked_back(pair[1], family)


def _unanswered_updates(pairs: Iterable[Pair], known: Known) -> list[Pair]:
    """Return the updates that wait for a 15 or 16 and ask nothing back."""
    waiting = (*WAY[: RANK[DeliveryState.RECEIVED]], DeliveryState.EXPIRED)
    return [
        pair
        for pair in pairs
        if pair[0].kind is DocumentKind.UPDATE
        and pair[1].state in waiting
        and not _asks(pair, known)
    ]


def _was_asked_back(delivery: KnownDelivery, family: Sequence[Pair]) -> bool:
    """Tell whether it was declined together with a document, which only declines to be given back:
    the 16 was no answer to an update, then, and neither is the 15 after it.
    """
    together = [
        document
        for document, one in pairs_in(DeliveryState.DECLINED, family)
        if one.reported_at == delivery.reported_at
    ]
    return delivery.state is DeliveryState.DECLINED and any(
        one.kind in (DocumentKind.NEW, DocumentKind.REPLACE) for one in together
    )


def _answered(
    event: DeliveryEvent, question: Pair, asked_for: Sequence[Pair], given: Sequence[Settled]
) -> Settled:
    """Answer a recall, or an update that drops the receiver and is given back with the document.

    Nothing is left to destroy where nobody had it, or it is destroyed already.
    """
    states = {one.delivery.id: one.position.state for one in given}
    left = {states.get(delivery.id, delivery.state) for _, delivery in asked_for}
    events = [event]
    if event is DeliveryEvent.GIVEN_BACK and left and left <= _GONE:
        destroyed = DeliveryState.DESTROYED in left
        events.append(DeliveryEvent.REPORTED_DONE if destroyed else DeliveryEvent.NOTHING_LEFT)
    return Settled(*question, tuple(events))


def _asked_for(question: Pair, family: Sequence[Pair], known: Known) -> list[Pair]:
    """Return the documents that a recall, or an update that drops the receiver, asks for."""
    links, document = known.links, question[0]
    update = document.kind is DocumentKind.UPDATE
    versions = {
        version
        for link in links.of(document.id)
        for version in (links.all_versions if update else links.versions)(link.target)
    }
    before = _documents(family[: family.index(question)])
    return [pair for pair in before if pair[0].id in versions]


def _asks(pair: Pair, known: Known) -> bool:
    """Tell whether a document asks this receiver to give others back."""
    document, delivery = pair
    if document.kind is DocumentKind.RECALL:
        return True
    return any(delivery.receiver in link.dropped for link in known.links.of(document.id))


def _unanswered(delivery: KnownDelivery) -> bool:
    return delivery.state in (*RANK, DeliveryState.EXPIRED, DeliveryState.UNDELIVERABLE)


def _documents(pairs: Iterable[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair[0].kind is not DocumentKind.RECALL]
