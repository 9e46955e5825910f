"""The one clock of the axis: PostgreSQL's, kept by every router and web view.

Deadlines, orders and the moments in receipts have to agree, whichever machine decides. So the clock
of the truth counts and no machine's own. It is asked every few seconds; in between, and for as long
as the database is away, time goes on by the kernel's count since boot, which nobody can set.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn, Protocol

import structlog

from axis.clock import Clock, system_clock
from axis.exchange.faults import StoreUnavailableError
from axis.store.pool import CONNECT_TIMEOUT_SECONDS, Pool, translated
from axis.store.sql import load_queries

EVERY_SECONDS: Final = 5.0
"""Between measurements: a clock of the database that is set is followed within that time."""

LOOKS: Final = 3
"""Questions a measurement: the quickest answer tells the time best."""

DRIFT: Final = 0.001
"""What the two clocks may differ in pace: a kernel that corrects its own hurries or slows it by
500 ppm at most (adjtimex(2)), and each of two machines may be doing so."""

WAITED_FOR: Final = timedelta(seconds=1)
"""A database's clock that is set back by less is waited for; one that is set by more, followed."""

_SQL = load_queries("clock")
_log = structlog.get_logger(__name__)


def since_boot() -> float:
    """Return the kernel's count of seconds since boot, those of a suspended machine included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Measurement:
    """The database's time, told at some moment between the question and its answer."""

    asked: float
    """Seconds since boot."""
    told: datetime
    answered: float
    """Seconds since boot."""

    @property
    def boot(self) -> tuple[datetime, datetime]:
        """The earliest and the latest time that the database's clock can have shown at boot."""
        earliest, latest = (
            self.told - timedelta(seconds=count) for count in (self.answered, self.asked)
        )
        return earliest, latest


class StoreClock:
    """Tells the database's time without asking for it: an `axis.clock.Clock`.

    It is wrong by half the quickest round trip at most, and by DRIFT of the time since then. It
    goes back only when the database's own clock is set back.
    """

    def __init__(self, first: Measurement, count: Callable[[], float] = since_boot) -> None:
        self._count = count
        self._last = datetime.min.replace(tzinfo=UTC)
        self._believe(first.boot, first.asked)

    def __call__(self) -> datetime:
        """Return the current moment in UTC; it stands still where it would go back."""
        self._last = max(self._last, self._now())
        return self._last

    @property
    def error(self) -> timedelta:
        """How far the clock can be from the database's at the most."""
        earliest, latest = self._boot
        return (latest - earliest) / 2 + self._drift(self._count())

    def correct(self, seen: Measurement) -> timedelta:
        """Learn from another measurement; return by how much the database's clock was set.

        What this measurement and the earlier ones allow in common holds. Where they have nothing in
        common, the clock was set; less than WAITED_FOR counts as nothing.
        """
        before, drift = self._middle, self._drift(seen.answered)
        earliest = max(seen.boot[0], self._boot[0] - drift)
        latest = min(seen.boot[1], self._boot[1] + drift)
        was_set = earliest > latest
        self._believe(seen.boot if was_set else (earliest, latest), seen.asked)
        by = self._middle - before
        if was_set and self._last - self._now() >= WAITED_FOR:
            self._last = self._now()
        return by if was_set and abs(by) >= WAITED_FOR else timedelta()

    def _believe(self, boot: tuple[datetime, datetime], count: float) -> None:
        """Go by these bounds of the database's time at boot, learnt from this count on."""
        self._boot, self._measured = boot, count
        self._middle = boot[0] + (boot[1] - boot[0]) / 2

    def _now(self) -> datetime:
        return self._middle + timedelta(seconds=self._count())

    def _drift(self, count: float) -> timedelta:
        return timedelta(seconds=DRIFT * (count - self._measured))


Ask = Callable[[], Awaitable[Measurement]]
"""Asks the database for its time; raises StoreUnavailableError."""


class ClockObserver(Protocol):
    """Is told how the clocks stand."""

    def measured(self, ahead: timedelta) -> None:
        """The machine's own clock is ahead of the database's by so much, or behind (negative)."""

    def was_set(self, by: timedelta) -> None:
        """The database's clock was set, forward or back (negative)."""


async def clock_of(pool: Pool) -> StoreClock:
    """Return the database's clock, measured now; raises StoreUnavailableError."""
    return StoreClock(await measure(pool))


@asynccontextmanager
async def kept_clock(
    pool: Pool, observer: ClockObserver, machine: Clock = system_clock
) -> AsyncIterator[StoreClock]:
    """Keep the database's clock for as long as the block lasts, and compare the machine's with it.

    Raises StoreUnavailableError when the database cannot be asked at the beginning.
    """
    clock = await clock_of(pool)
    observer.measured(machine() - clock())
    keeping = asyncio.create_task(_keep(clock, lambda: measure(pool), observer, machine))
    try:
        yield clock
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _keep(clock: StoreClock, ask: Ask, observer: ClockObserver, machine: Clock) -> NoReturn:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await look_again(clock, ask, observer, machine)
        except Exception as error:  # noqa: BLE001 - a bug must not end the keeping for good
            _log.exception("clock.failed", error=type(error).__name__)


async def look_again(clock: StoreClock, ask: Ask, observer: ClockObserver, machine: Clock) -> None:
    """Correct a clock by another measurement, if one can be had, and tell how the clocks stand."""
    try:
        by = clock.correct(await ask())
    except StoreUnavailableError:
        by = timedelta()  # whoever works with the store says so; time goes on
    if by:
        observer.was_set(by)
    observer.measured(machine() - clock())


async def measure(pool: Pool) -> Measurement:
    """Ask the database for its time; raises StoreUnavailableError."""
    with translated():
        async with pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            seen = []
            for _ in range(LOOKS):
                asked = since_boot()
                told = await connection.fetchval(_SQL["now"])
                seen.append(Measurement(asked, told, since_boot()))
    return min(seen, key=lambda one: one.answered - one.asked)
