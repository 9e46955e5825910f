"""Which document a report (01 … 06) is about, where several go by the DocumentId that it names.

A replacement may go on under the DocumentId of what it replaces, and a report names nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from axis.edxml.codes import DocumentKind, StatusCode
from axis.exchange.deliveries.reports import event_of
from axis.exchange.deliveries.states import FINAL, RANK, DeliveryState, move
from axis.exchange.stored import KnownDelivery, KnownDocument

Pair = tuple[KnownDocument, KnownDelivery]

_WORK: Final = (StatusCode.ASSIGNED, StatusCode.IN_PROGRESS, StatusCode.DONE)
"""What a receiver reports of the work on what it has accepted."""

_ENDED: Final = FINAL | {DeliveryState.AGREED}
"""Where a receiver has refused a document or given it back: a report is rather about another."""


def reported_on(code: StatusCode, named: Sequence[Pair]) -> Sequence[Pair]:
    """Return the deliveries of the documents to which a report belongs, the oldest first.

    A replacement may go on under the DocumentId of what it replaces, and is accepted or refused as
    that was. What waits for this comes first; the work is that on everything that was accepted. An
    update is answered by 15 or 16, and reported on only where it has a DocumentId of its own.
    """
    about = [pair for pair in named if pair[0].kind is not DocumentKind.UPDATE] or named
    by_document: dict[UUID, list[Pair]] = {}
    for pair in about:
        by_document.setdefault(pair[0].id, []).append(pair)
    documents = list(by_document.values())
    if len(documents) == 1:
        return documents[0]
    given = [pairs for pairs in documents if pairs_in(DeliveryState.AGREED, pairs)]
    if code is StatusCode.DONE and given:
        return given[0]  # destroyed; others that were given back are beside it
    left = [pairs for pairs in documents if any(one.state not in _ENDED for _, one in pairs)]
    news = [pairs for pairs in left if any(_is_news(code, *pair) for pair in pairs)]
    waiting = [pairs for pairs in news if not any(_is_accepted(one) for _, one in pairs)]
    accepted = [pairs for pairs in news if pairs not in waiting]
    if code in _WORK and accepted:
        return [pair for pairs in accepted for pair in pairs]
    if code is StatusCode.REFUSED and not waiting:  # said again, if it was: not of the accepted
        waiting = [pairs for pairs in documents if pairs_in(DeliveryState.REFUSED, pairs)]
    return [*waiting, *accepted, *left, *documents][0]


def _is_news(code: StatusCode, document: KnownDocument, delivery: KnownDelivery) -> bool:
    event = event_of(code, document.kind, delivery.state)
    return move(delivery.position, event).state is not delivery.state


def _is_accepted(delivery: KnownDelivery) -> bool:
    return RANK[delivery.reached] >= RANK[DeliveryState.RECEIVED]


def pairs_in(state: DeliveryState, pairs: Iterable[Pair]) -> list[Pair]:
    """Return those of some deliveries that are in a state."""
    return [pair for pair in pairs if pair[1].state is state]
