"""What a router does about deliveries that nobody moves: it acts on deadlines that have passed, and
finds out which copies were taken out of their inboxes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from axis.exchange.dispatch.taking import Taking, TakingStore
from axis.exchange.faults import BrokerUnavailableError, UnavailableError
from axis.exchange.watch import Watch
from axis.metrics.background import WatchFigures

ROUND_SECONDS: Final = 1.0
"""Between looks for deadlines that have passed; a look costs one query of an index."""

MEASURE_SECONDS: Final = 10.0
"""How often what is late is counted for the metrics."""

TAKEOVER_SECONDS: Final = 5.0
"""Between attempts to become the router that looks at inboxes."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watching:
    """The background work of one router on deadlines and inboxes."""

    watch: Watch
    grace: float
    """Seconds with RabbitMQ at hand before deadlines count: what was handed in while the axis was
    away comes in first."""
    figures: WatchFigures
    store: TakingStore
    taking: Taking | None = None
    """None where RabbitMQ's management interface is not set up: nothing is known to be taken then
    until the receiver reports it."""

    async def run(self, connected: Callable[[], bool], wake: Callable[[], None]) -> None:
        """Work until cancelled; `wake` makes the dispatch look for new receipts."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch(connected, wake))
            tasks.create_task(self._measure())
            if self.taking is None:
                _log.warning("inboxes.not_watched", reason="broker.management_password_file")
            else:
                tasks.create_task(self._look(self.taking))

    async def _watch(self, connected: Callable[[], bool], wake: Callable[[], None]) -> None:
        clock = asyncio.get_running_loop().time
        since: float | None = None
        while True:
            since = (since or clock()) if connected() else None
            passed = False
            if since is not None and clock() - since >= self.grace:
                passed = await self._guarded("watch", self._deadlines(wake))
            if not passed:
                await asyncio.sleep(ROUND_SECONDS)

    async def _deadlines(self, wake: Callable[[], None]) -> bool:
        passed = await self.watch.round()
        self.figures.passed(passed)
        if passed:
            wake()
        return bool(passed)

    async def _measure(self) -> None:
        while True:
            await self._guarded("watch", self._count())
            await asyncio.sleep(MEASURE_SECONDS)

    async def _count(self) -> bool:
        self.figures.late(await self.watch.late())
        return True

    async def _look(self, taking: Taking) -> None:
        while True:
            await self._guarded("inboxes", self._lead(taking))
            await asyncio.sleep(TAKEOVER_SECONDS)

    async def _lead(self, taking: Taking) -> bool:
        """Look at inboxes as long as this router is the one that does."""
        async with self.store.taking() as lead:
            while lead is not None:
                try:
                    self.figures.looked(await taking.round(lead))
                except BrokerUnavailableError as error:
                    self.figures.blind(str(error))
                await asyncio.sleep(taking.pace.every.total_seconds())
        return False

    async def _guarded(self, where: str, work: Awaitable[bool]) -> bool:
        """Wait a fault out; a bug must not end the work for good."""
        try:
            return await work
        except UnavailableError as error:
            _log.warning(f"{where}.fault", error=str(error)[:200])
        except Exception as error:  # noqa: BLE001 - logged; the next round tries again
            _log.exception(f"{where}.failed", error=type(error).__name__)
        return False
