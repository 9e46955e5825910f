"""Agencies that move between endpoints while documents are on their way to them.

A copy that is not published yet is looked at just before (`outbox`, `redirecting.redirect`):
receivers that are served elsewhere get a copy there, those that no way leads to any more are
undeliverable, and the copy goes out for the others, or not at all. What waits in an inbox already,
taken by nobody as far as is known, gets a new copy where its receiver is served now (`Moving`), and
the former endpoint a signed notice, by which it passes the old one over.

The registry is held fast in each of these transactions: after a change no copy goes where it should
not go any more. Each move is one transaction, so it is done or it is not.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from axis.clock import Clock
from axis.exchange.dispatch.redirecting import Receiver, Waiting, moved_on, rerouted
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Workbench
from axis.exchange.records import Records
from axis.exchange.rounds import Rounds
from axis.registry.agency import legal_day
from axis.registry.directory import Directory

MAX_MOVED: Final = 500
"""Deliveries moved in one transaction: each is a receipt to sign, and the registry is held."""

LOOK_AGAIN: Final = timedelta(minutes=10)
"""How often inboxes are looked through although the registry has not changed: a copy may be
confirmed around the midnight at which its receiver closed."""


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
        self._rounds = Rounds(self._move, MAX_MOVED)

    async def round(self) -> int:
        """Move some deliveries and return how many; 0 where nothing has to be moved.

        Raises as `Rounds.round` does.
        """
        return await self._rounds.round()

    async def _move(self, limit: int, but: Collection[UUID], claimed: list[UUID]) -> int:
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
            waiting = await work.waiting(moved.keys(), limit, but)
            claimed += [one.copy.delivery for one in waiting]
            if not waiting:
                return 0
            records = rerouted(waiting, moved, directory, self._notary, now)
            receipts = await self._workbench.sign([row.receipt for row in records.evidence])
            await work.save(records.with_signed(receipts))
            return len(waiting)
