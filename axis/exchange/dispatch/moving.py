"""Agencies that move between endpoints while documents are on their way to them.

A copy that is not published yet is looked at just before (`redirect`): receivers that are served
elsewhere get a copy there, those that no way leads to any more are undeliverable, and the copy goes
out for the others, or not at all. What waits in an inbox already, taken by nobody as far as is
known, gets a new copy where its receiver is served now (`Moving`), and the former endpoint a signed
notice, by which it passes the old one over.

The registry is held fast in each of these transactions: after a change no copy goes where it should
not go any more. Each move is one transaction, so it is done or it is not. A receiver's code stays
as it was, and whoever has succeeded it may answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from axis.clock import Clock
from axis.edxml.codes import DocumentKind
from axis.evidence.events import Event
from axis.exchange.deliveries.states import FINAL, DeliveryEvent, DeliveryState, move
from axis.exchange.outgoing import messages
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_receivers, tell_senders
from axis.exchange.ports import CopyArrived, Workbench, is_outage
from axis.exchange.records import DeliveryChange, Narrowing, OutboxRow, Records, Rerouting
from axis.ids import new_id
from axis.registry.agency import legal_day
from axis.registry.directory import Directory
from axis.verdict import Finding

MAX_MOVED: Final = 500
"""Deliveries moved in one transaction: each is a receipt to sign, and the registry is held."""

MAX_SET_ASIDE: Final = 100
"""Deliveries that a bug keeps from being moved; beyond so many the bug is everywhere."""

LOOK_AGAIN: Final = timedelta(minutes=10)
"""How often inboxes are looked through although the registry has not changed: a copy may be
confirmed around the midnight at which its receiver closed."""

Receiver = tuple[str, str]
"""(agency code, id of the endpoint that has its copy)."""

_GIVEN_BACK: Final = FINAL | {DeliveryState.TAKE_BACK_ASKED, DeliveryState.AGREED}
"""Nobody is to get these any more. All others are on their way, or are delivered once more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery in an inbox, locked for the running transaction, with the copy that carries it."""

    copy: CopyArrived
    row: OutboxRow


class MovingWork(Protocol):
    """One transaction that moves deliveries between endpoints."""

    async def directory(self) -> Directory:
        """Return the registry as it is now; it does not change until the transaction ends."""

    async def in_inboxes(self) -> Collection[Receiver]:
        """Return the receivers of which copies wait in inboxes, each with the inbox's endpoint."""

    async def waiting(
        self, receivers: Collection[Receiver], limit: int, but: Collection[UUID]
    ) -> Sequence[Waiting]:
        """Lock and return deliveries that wait in these inboxes, but for some, passing over what
        others hold.
        """

    async def save(self, records: Records) -> None:
        """Add what was moved."""


class MovingStore(Protocol):
    """Where deliveries are kept; raises StoreUnavailableError as `Store` does."""

    async def registry_version(self) -> int:
        """Return the registry's version; nothing is held."""

    def moving(self) -> AbstractAsyncContextManager[MovingWork]:
        """Open a transaction."""


class Moving:
    """Moves what waits in inboxes that are no longer their receivers'; any number may run."""

    def __init__(
        self, store: MovingStore, workbench: Workbench, notary: Notary, clock: Clock
    ) -> None:
        self._store = store
        self._workbench = workbench
        self._notary = notary
        self._clock = clock
        self._looked: tuple[int, date] | None = None
        self._again: datetime | None = None
        self._aside: set[UUID] = set()

    async def round(self) -> int:
        """Move some deliveries and return how many; 0 where nothing has to be moved.

        Raises an UnavailableError, and nothing was done, or it is unknown whether it was. A bug
        that one delivery brings out is raised, too, once the others of its round are moved; that
        one is then set aside as long as the process lives.
        """
        try:
            return await self._move(MAX_MOVED)
        except Exception as error:
            if not is_outage(error):
                await self._one_by_one()
            raise

    async def _one_by_one(self) -> None:
        """Move what waits one delivery a transaction, setting aside what brings out a bug."""
        for _ in range(MAX_MOVED):
            claimed: list[UUID] = []
            try:
                await self._move(1, claimed)
            except Exception as error:
                if is_outage(error) or not claimed or len(self._aside) >= MAX_SET_ASIDE:
                    raise
                self._aside.update(claimed)
            if not claimed:
                return

    async def _move(self, limit: int, claimed: list[UUID] | None = None) -> int:
        now = self._clock()
        seen = (await self._store.registry_version(), legal_day(now))
        if seen == self._looked and self._again is not None and now < self._again:
            return 0
        async with self._store.moving() as work:
            # Before the registry is held: there may be a hundred thousand. A copy that is confirmed
            # meanwhile was looked at by who published it.
            receivers = await work.in_inboxes()
            directory = await work.directory()
            moved = moved_on(receivers, directory, now)
            if not moved:
                self._looked, self._again = seen, now + LOOK_AGAIN
                return 0
            waiting = await work.waiting(moved.keys(), limit, self._aside)
            if claimed is not None:
                claimed += [one.copy.delivery for one in waiting]
            if not waiting:
                return 0
            records = rerouted(waiting, moved, directory, self._notary, now)
            receipts = await self._workbench.sign([row.receipt for row in records.evidence])
            await work.save(records.with_signed(receipts))
            return len(waiting)


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
