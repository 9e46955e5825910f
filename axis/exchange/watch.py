"""The watch: acts on deadlines that have passed, and tells sender and receiver.

Any number of routers watch at once. A round is one transaction: deliveries are locked (those that
another router holds are passed over), moved and marked, and the receipts about them are signed and
put into the outbox. One that dies in a round has done nothing, and the next one does it; one that
dies after its commit leaves deliveries whose deadline is gone, so nothing is told twice.

That a deadline has passed is a signed statement against somebody, so two clocks have to say so: the
axis's and the one of the router's machine. One that is set ahead by mistake passes none.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from axis.clock import Clock
from axis.evidence.events import Event
from axis.exchange.changes import DeliveryChange, Lapse
from axis.exchange.deliveries.deadlines import EVENTS, MOVES, DeadlineKind, Facts, Waiting
from axis.exchange.deliveries.states import move
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_receivers, tell_senders
from axis.exchange.ports import Workbench
from axis.exchange.records import Records
from axis.exchange.rounds import Rounds
from axis.exchange.stored import CopyArrived
from axis.registry.directory import Directory

MAX_DELIVERIES: Final = 1_000
"""In one round: a broadcast to 700 agencies is told in one receipt. After a standstill of days,
what is due is dealt with in rounds of this size."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A delivery of which a deadline has passed, locked for the running transaction."""

    copy: CopyArrived
    waiting: Waiting
    facts: Facts


class WatchWork(Protocol):
    """One transaction of the watch."""

    async def directory(self) -> Directory:
        """Return the registry as it is now. It is not held while receipts are signed: it only says
        where their senders are served.
        """

    async def overdue(
        self, *, at: datetime, limit: int, but: Collection[UUID]
    ) -> Sequence[Overdue]:
        """Lock and return deliveries with a passed deadline, longest first, but for some.

        What others hold is passed over.
        """

    async def save(self, records: Records) -> None:
        """Add what follows from the deadlines."""


class WatchStore(Protocol):
    """Where deadlines are kept; raises StoreUnavailableError as `Store` does."""

    def watch(self) -> AbstractAsyncContextManager[WatchWork]:
        """Open a transaction of the watch."""

    async def late(self) -> Mapping[DeadlineKind, int]:
        """Return how many deliveries are late, by what they are late with."""


class Watch:
    """Deals with deadlines that have passed."""

    def __init__(
        self,
        store: WatchStore,
        workbench: Workbench,
        notary: Notary,
        clock: Clock,
        witness: Clock | None = None,
    ) -> None:
        """`clock` dates what is told; where there is a `witness`, it has to agree that a deadline
        has passed.
        """
        self._store = store
        self._workbench = workbench
        self._notary = notary
        self._clock = clock
        self._witness = witness or clock
        self._rounds = Rounds(self._deal, MAX_DELIVERIES)

    async def round(self) -> Mapping[DeadlineKind, int]:
        """Deal with what is due and return how many deadlines of each kind that were.

        Raises as `Rounds.round` does.
        """
        return await self._rounds.round()

    async def late(self) -> Mapping[DeadlineKind, int]:
        """Return how many deliveries are late, by what they are late with."""
        return await self._store.late()

    async def _deal(
        self, limit: int, but: Collection[UUID], claimed: list[UUID]
    ) -> Mapping[DeadlineKind, int]:
        async with self._store.watch() as work:
            directory = await work.directory()
            now = self._clock()
            agreed = min(now, self._witness())
            due = await work.overdue(at=agreed, limit=limit, but=but)
            claimed += [one.copy.delivery for one in due]
            if not due:
                return {}
            records = lapses_of(due, directory, self._notary, now, agreed)
            receipts = await self._workbench.sign([row.receipt for row in records.evidence])
            await work.save(records.with_signed(receipts))
        return Counter(kind for lapse in records.lapses for kind in lapse.missed)


def lapses_of(
    overdue: Sequence[Overdue],
    directory: Directory,
    notary: Notary,
    at: datetime,
    passed_by: datetime,
) -> Records:
    """Return what follows, now, from the deadlines that have passed by a moment."""
    records = Records()
    told: dict[Event, list[CopyArrived]] = {}
    for one in overdue:
        missed = tuple(
            kind
            for kind in one.waiting.passed(passed_by)
            if kind is not DeadlineKind.DUE or not one.facts.superseded
        )
        position = one.copy.position
        for kind in missed:
            position = move(position, MOVES[kind]) if kind in MOVES else position
        if position != one.copy.position:
            records.changes.append(DeliveryChange(one.copy.delivery, position, at))
        records.lapses.append(Lapse(one.copy.delivery, missed))
        copy = replace(one.copy, state=position.state, reached=position.reached)
        for event in dict.fromkeys(EVENTS[kind] for kind in missed):
            told.setdefault(event, []).append(copy)
    for event, copies in told.items():
        tell_senders(notary, event, copies, at, directory, into=records)
        tell_receivers(notary, event, copies, at, into=records)
    return records
