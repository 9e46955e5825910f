"""The store's clock on a real PostgreSQL, also on one whose own clock is set."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from axis.clock import system_clock
from axis.exchange.faults import StoreUnavailableError
from axis.local.servers import LocalServers
from axis.store import clock as clocks
from axis.store.clock import StoreClock, clock_of, kept_clock, measure
from axis.store.pool import Pool, open_pool
from tests.support.clocks import Noted
from tests.support.eventually import until
from tests.support.wrong_clock import WrongClock

DAY = timedelta(days=1)

NEAR = timedelta(seconds=2)
"""A machine that is busy lets a process wait for so long between two looks."""


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with await open_pool(database, max_size=2) as pool:
        yield pool


async def told(pool: Pool) -> datetime:
    moment: datetime = await pool.fetchval("SELECT clock_timestamp()")
    return moment


async def within_its_error(clock: StoreClock, pool: Pool) -> bool:
    """Whether the clock tells what PostgreSQL tells just before and just after it."""
    before, now, after = await told(pool), clock(), await told(pool)
    return before - clock.error <= now <= after + clock.error


async def test_clock_tells_what_the_database_tells(pool: Pool) -> None:
    clock = await clock_of(pool)
    assert await within_its_error(clock, pool)
    for _ in range(3):
        assert clock.correct(await measure(pool)) == timedelta()
        assert await within_its_error(clock, pool)


async def test_clock_is_not_measured_on_a_database_that_is_away(pool: Pool) -> None:
    pool.terminate()
    with pytest.raises(StoreUnavailableError):
        await clock_of(pool)


# -- a PostgreSQL of the test's own, whose clock is wrong ------------------------------------------


@pytest.fixture
def wrong(own_servers: LocalServers, monkeypatch: pytest.MonkeyPatch) -> WrongClock:
    """The clock of the test's PostgreSQL; right at first."""
    clock = WrongClock.in_folder(own_servers.folder)
    clock.give_to_postgresql(monkeypatch)
    return clock


@pytest.fixture
async def wrong_pool(wrong: WrongClock, own_servers: LocalServers) -> AsyncIterator[Pool]:
    await own_servers.postgresql.start()
    async with await open_pool(own_servers.postgresql.dsn(), max_size=2) as pool:
        yield pool


async def is_wrong_by(pool: Pool, by: timedelta) -> None:
    """Wait until PostgreSQL has noticed that its clock was set."""

    async def noticed() -> bool:
        return abs(await told(pool) - system_clock() - by) < NEAR

    await until(noticed)


async def test_clock_of_the_database_counts_and_not_the_machines(
    wrong: WrongClock, wrong_pool: Pool, noted: Noted
) -> None:
    wrong.set(DAY.total_seconds())
    await is_wrong_by(wrong_pool, DAY)
    async with kept_clock(wrong_pool, noted) as clock:
        assert await within_its_error(clock, wrong_pool)
    assert abs(noted.ahead[0] + DAY) < NEAR


async def test_clock_of_the_database_that_is_set_is_followed_and_told(
    wrong: WrongClock, wrong_pool: Pool, noted: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "EVERY_SECONDS", 0.05)
    async with kept_clock(wrong_pool, noted) as clock:
        for by in (DAY, -DAY, timedelta(hours=-25)):
            clock()
            wrong.set(by.total_seconds())
            await is_wrong_by(wrong_pool, by)

            async def followed(by: timedelta = by) -> bool:
                return abs(sum(noted.steps, timedelta()) - by) < NEAR

            await until(followed)
            assert await within_its_error(clock, wrong_pool)


async def test_clock_goes_on_while_the_database_is_away(
    own_servers: LocalServers, noted: Noted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "EVERY_SECONDS", 0.05)
    postgresql = own_servers.postgresql
    await postgresql.start()
    machine = Turned()
    async with (
        await open_pool(postgresql.dsn(), max_size=2) as pool,
        kept_clock(pool, noted, machine) as clock,
    ):
        await postgresql.kill()
        machine.by = DAY

        async def seen() -> bool:
            return noted.ahead[-1] > DAY / 2

        await until(seen)
        before = clock()
        assert abs(before - system_clock()) < NEAR
        await postgresql.start()
        assert await within_its_error(clock, pool)
        assert clock() >= before
    assert not noted.steps


@dataclass
class Turned:
    """The machine's clock, turned."""

    by: timedelta = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.by
