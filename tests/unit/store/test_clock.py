"""The store's clock between measurements: close to the truth, never back, deaf to the machine's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.exchange.faults import StoreUnavailableError
from axis.store.clock import DRIFT, WAITED_FOR, Measurement, StoreClock, look_again
from tests.support.clocks import Noted

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""Noon in Việt Nam."""

EXACT = timedelta(microseconds=5)
"""Moments are whole microseconds; a handful of them is added up."""


@dataclass
class World:
    """A database whose clock can be set, far away, and a kernel that counts."""

    count: float = 1000.0
    pace: float = 1.0
    """Of the database's clock against the kernel's count."""
    database: datetime = NOON

    def __call__(self) -> float:
        return self.count

    def goes_on(self, seconds: float) -> None:
        self.count += seconds
        self.database += timedelta(seconds=seconds * self.pace)

    def measured(self, way: float = 0.0, back: float = 0.0) -> Measurement:
        """The answer to a question that took so many seconds each way."""
        asked = self.count
        self.goes_on(way)
        told = self.database
        self.goes_on(back)
        return Measurement(asked, told, self.count)

    def clock(self, way: float = 0.0, back: float = 0.0) -> StoreClock:
        return StoreClock(self.measured(way, back), self)


def test_clock_goes_on_by_the_kernels_count() -> None:
    world = World()
    clock = world.clock()
    assert clock() == NOON
    world.goes_on(90.5)
    assert clock() == NOON + timedelta(seconds=90.5)


def test_clock_after_one_measurement_is_wrong_by_half_the_round_trip_at_most() -> None:
    for way, back in ((0.4, 0.0), (0.0, 0.4), (0.2, 0.2)):
        world = World()
        clock = world.clock(way, back)
        assert abs(clock() - world.database) <= timedelta(seconds=0.2)
        assert abs(clock.error - timedelta(seconds=0.2)) <= timedelta(milliseconds=1)


def test_quicker_answer_makes_the_clock_more_exact_and_a_slower_one_no_less() -> None:
    world = World()
    clock = world.clock(way=2.0)
    world.goes_on(5)
    assert clock.correct(world.measured(way=0.002)) == timedelta()
    assert clock.error <= timedelta(milliseconds=1.1)
    world.goes_on(5)
    clock.correct(world.measured(back=3.0))
    assert clock.error <= timedelta(milliseconds=1.1) + timedelta(seconds=11 * DRIFT)
    assert abs(clock() - world.database) <= clock.error


def test_clock_that_was_ahead_within_its_error_stands_still_until_it_is_right() -> None:
    world = World()
    clock = world.clock(way=2.0)  # the middle of the round trip: a second ahead
    ahead = clock()
    clock.correct(world.measured())
    world.goes_on(0.5)
    assert clock() == ahead
    world.goes_on(1)
    assert abs(clock() - world.database) <= EXACT


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-2)])
def test_clock_of_the_database_that_is_set_is_followed_and_told(step: timedelta) -> None:
    world = World()
    clock = world.clock()
    clock()
    world.goes_on(5)
    world.database += step
    told = clock.correct(world.measured(way=0.001))
    assert abs(told - step) <= timedelta(milliseconds=10)
    assert abs(clock() - world.database) <= clock.error


def test_clock_of_the_database_that_is_set_back_a_little_is_waited_for() -> None:
    world = World()
    clock = world.clock()
    before = clock()
    world.database -= WAITED_FOR / 2
    assert clock.correct(world.measured()) == timedelta()
    assert clock() == before
    world.goes_on(2)
    assert abs(clock() - world.database) <= EXACT


def test_outage_of_an_hour_leaves_the_clock_within_its_drift() -> None:
    world = World(pace=1 + DRIFT / 2)
    clock = world.clock()
    world.goes_on(3600)
    assert abs(clock() - world.database) <= clock.error <= timedelta(seconds=3.6) + EXACT
    before = clock()
    assert clock.correct(world.measured()) == timedelta()
    assert clock() >= before
    assert abs(clock() - world.database) <= EXACT


delays = st.floats(0, 3)
paces = st.floats(1 - DRIFT * 0.99, 1 + DRIFT * 0.99)


@given(
    first=st.tuples(delays, delays, paces),
    later=st.lists(st.tuples(st.floats(0, 4000), delays, delays, paces), max_size=12),
)
def test_clock_never_goes_back_and_is_as_exact_as_it_says(
    first: tuple[float, float, float], later: Sequence[tuple[float, float, float, float]]
) -> None:
    *ways, pace = first
    world = World(pace=pace)
    clock = world.clock(*ways)
    assert abs(clock() - world.database) <= clock.error + EXACT
    seen, allowed = clock(), clock.error
    for pause, way, back, world.pace in later:
        world.goes_on(pause)
        measured = world.measured(way, back)
        allowed = max(allowed, clock.error)
        assert clock.correct(measured) == timedelta(), "no clock was set"
        trip = timedelta(seconds=measured.answered - measured.asked)
        assert clock.error <= trip * (0.5 + DRIFT) + EXACT
        assert clock() >= seen
        # What it has told before was wrong by no more than it said then.
        assert -clock.error - EXACT <= clock() - world.database <= allowed + EXACT
        seen = clock()


@given(
    steps=st.lists(
        st.tuples(st.floats(-100_000, 100_000), st.floats(0.1, 60), delays, delays), max_size=12
    )
)
def test_clock_of_the_database_that_is_set_again_and_again_is_always_followed(
    steps: Sequence[tuple[float, float, float, float]],
) -> None:
    world = World()
    clock = world.clock()
    hidden = timedelta()
    """A step that a slow answer hides is no longer than that answer took."""
    for step, pause, way, back in steps:
        clock()
        world.database += timedelta(seconds=step)
        clock.correct(world.measured(way, back))
        hidden = max(hidden, timedelta(seconds=(way + back) * (1 + DRIFT)))
        assert abs(clock() - world.database) <= hidden + WAITED_FOR + EXACT
        world.goes_on(pause)


# -- looking again -------------------------------------------------------------------------------


@pytest.fixture
def noted() -> Noted:
    return Noted()


async def test_machines_clock_that_jumps_changes_nothing_but_what_is_told_of_it(
    noted: Noted,
) -> None:
    world = World()
    clock = world.clock()

    async def ask() -> Measurement:
        return world.measured()

    for wrong in (timedelta(), timedelta(days=1), timedelta(hours=-5)):
        world.goes_on(5)
        await look_again(clock, ask, noted, lambda off=wrong: world.database + off)  # type: ignore[misc]
        assert clock() == world.database
    assert noted.ahead == [timedelta(), timedelta(days=1), timedelta(hours=-5)]
    assert not noted.steps


async def test_database_that_is_away_leaves_the_clock_going_and_the_machine_compared(
    noted: Noted,
) -> None:
    world = World()
    clock = world.clock()

    async def ask() -> Measurement:
        raise StoreUnavailableError("away")

    world.goes_on(600)
    await look_again(clock, ask, noted, lambda: world.database + timedelta(minutes=3))
    assert clock() == world.database
    assert noted.ahead == [timedelta(minutes=3)]


async def test_database_that_was_set_is_told_by_how_much(noted: Noted) -> None:
    world = World()
    clock = world.clock()

    async def ask() -> Measurement:
        return world.measured()

    world.database += timedelta(hours=2)
    await look_again(clock, ask, noted, lambda: world.database)
    assert noted.steps == [timedelta(hours=2)]
    assert noted.ahead == [timedelta()]
