"""What follows where agencies are served elsewhere now, for copies that are not published yet
(`redirect`) and for those that wait in inboxes (`rerouted`). Pure.

A receiver's code stays as it was, and whoever has succeeded it may answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from axis.edxml.codes import DocumentKind
from axis.evidence.events import Event
from axis.exchange.changes import (
    DeliveryChange,
    Narrowing,
    Rerouting,
)
from axis.exchange.deliveries.states import FINAL, DeliveryEvent, DeliveryState, move
from axis.exchange.outgoing import messages
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_receivers, tell_senders
from axis.exchange.records import OutboxRow, Records
from axis.exchange.stored import CopyArrived
from axis.ids import new_id
from axis.registry.directory import Directory
from axis.verdict import Finding

Receiver = tuple[str, str]
"""(agency code, id of the endpoint that has its copy)."""

_GIVEN_BACK: Final = FINAL | {DeliveryState.TAKE_BACK_ASKED, DeliveryState.AGREED}
"""Nobody is to get these any more. All others are on their way, or are delivered once more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery in an inbox, locked for the running transaction, with the copy that carries it."""

    copy: CopyArrived
    row: OutboxRow


def moved_on(
    receivers: Iterable[Receiver], directory: Directory, at: datetime
) -> Mapping[Receiver, str]:
    """Return those receivers that another endpoint serves now, each with that endpoint.

    One that has closed and has no successor stays where it was: nobody else may have its mail.
    """
    found = {(code, former): _served(directory, code, at) for code, former in receivers}
    return {one: now for one, now in found.items() if now is not None and now != one[1]}


def rerouted(
    waiting: Sequence[Waiting],
    moved: Mapping[Receiver, str],
    directory: Directory,
    notary: Notary,
    at: datetime,
) -> Records:
    """Return what makes new copies of documents in inboxes, and withdraws the old ones."""
    records = Records()
    by_copy: dict[UUID, list[Waiting]] = {}
    for one in waiting:
        by_copy.setdefault(one.copy.copy, []).append(one)
    for same in by_copy.values():
        there = {one.copy.receiver: moved[one.copy.receiver, one.copy.endpoint] for one in same}
        _send_elsewhere(same[0].row, [one.copy for one in same], there, records, at)
    _withdraw([one.copy for one in waiting], directory, notary, records, at)
    return records


def named_in(row: OutboxRow) -> Collection[str]:
    """Return the codes of the receivers that a copy names, in their order."""
    return dict.fromkeys(str(row.headers.get("axis-to", "")).split(","))


def astray(row: OutboxRow, directory: Directory, at: datetime) -> Mapping[str, str | None]:
    """Return the receivers of a copy that its endpoint does not serve any more.

    Each with the endpoint that does now, None where no way leads to it. A recall goes to those
    that have closed, too: they may still have what is recalled.
    """
    _, endpoint, *_ = row.queue.split(".")
    found: dict[str, str | None] = {}
    for code in named_in(row):
        now = _served(directory, code, at)
        if now is None and row.headers.get("axis-kind") == DocumentKind.RECALL.label:
            continue
        if now != endpoint:
            found[code] = now
    return found


def redirect(
    row: OutboxRow,
    copies: Sequence[CopyArrived],
    there: Mapping[str, str | None],
    directory: Directory,
    notary: Notary,
    at: datetime,
    records: Records,
) -> None:
    """Enter what sends an unpublished copy where its receivers are served now.

    ``copies`` are all deliveries that it carries, ``there`` is what `astray` said of it. A router
    may have died just after publishing it, so its endpoint is told all the same.
    """
    left = [code for code in named_in(row) if code not in there]
    records.narrowed.append(Narrowing(row.id, tuple(left), at))
    gone = [one for one in copies if one.receiver in there and one.state not in _GIVEN_BACK]
    ways = {code: now for code, now in there.items() if now is not None}
    moving = [one for one in gone if one.receiver in ways]
    _send_elsewhere(row, moving, ways, records, at)
    _withdraw(moving, directory, notary, records, at)
    lost = []
    for one in gone:
        position = move(one.position, DeliveryEvent.NOT_DELIVERABLE)
        if one.receiver not in ways and position != one.position:
            records.changes.append(DeliveryChange(one.delivery, position, at))
            lost.append(replace(one, state=position.state, reached=position.reached))
    tell_senders(notary, Event.CONTENT_CONSIGNMENT_FAILURE, lost, at, directory, into=records)


def _send_elsewhere(
    row: OutboxRow,
    copies: Sequence[CopyArrived],
    there: Mapping[str, str],
    records: Records,
    at: datetime,
) -> None:
    """Enter a new copy for each endpoint that receivers of an old one have moved to."""
    by_endpoint: dict[str, list[CopyArrived]] = {}
    for one in copies:
        by_endpoint.setdefault(there[one.receiver], []).append(one)
    for endpoint, moved in by_endpoint.items():
        codes = ",".join(one.receiver for one in moved)
        new = replace(
            row,
            id=new_id(),
            queue=messages.inbox(endpoint, urgent=row.urgent),
            headers={**row.headers, "axis-to": codes},
            created_at=at,
        )
        records.outbox.append(new)
        for one in moved:
            records.rerouted.append(Rerouting(one.delivery, endpoint, new.id, row.id))
            position = move(one.position, DeliveryEvent.REROUTED)
            if position != one.position:
                records.changes.append(DeliveryChange(one.delivery, position, at))


def _withdraw(
    copies: Sequence[CopyArrived],
    directory: Directory,
    notary: Notary,
    records: Records,
    at: datetime,
) -> None:
    """Tell the former endpoints, as far as they still have queues."""
    known = [one for one in copies if directory.endpoint(one.endpoint) is not None]
    tell_receivers(notary, Event.DELIVERY_WITHDRAWN, known, at, into=records)


def _served(directory: Directory, code: str, at: datetime) -> str | None:
    found = directory.resolve(code, at)
    return None if isinstance(found, Finding) else found.endpoint
