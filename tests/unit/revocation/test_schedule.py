"""When is asked again: never too late while all is well, never in a storm while nobody answers."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from axis.revocation.schedule import LONGEST_RETRY, Pace, Schedule
from axis.trust.standing import Source

AT = datetime(2025, 10, 6, 3, 0, tzinfo=UTC)
KEY = (Source.CRL, "list")
SECONDS = st.integers(1, 10**7).map(lambda seconds: timedelta(seconds=seconds))


def wait_of(schedule: Schedule, since: datetime) -> timedelta:
    """Return how long until the question is due, found by bisection to the second."""
    low, high = 0, 10**8
    while low < high:
        middle = (low + high) // 2
        if schedule.due(KEY, since + timedelta(seconds=middle)):
            high = middle
        else:
            low = middle + 1
    return timedelta(seconds=low)


@given(SECONDS, SECONDS, SECONDS, st.integers())
def test_information_is_renewed_in_the_first_half_of_its_life(
    every: timedelta, retry: timedelta, life: timedelta, seed: int
) -> None:
    schedule = Schedule(Pace(every, min(retry, every)), Random(seed))
    schedule.add(KEY, AT, at_once=True)
    schedule.succeeded(KEY, "host", AT, AT + life)
    assert wait_of(schedule, AT) <= max(min(every, life / 2), retry) + timedelta(seconds=1)


@given(SECONDS, st.integers(1, 60), st.integers())
def test_waits_after_failures_grow_to_a_bound(retry: timedelta, times: int, seed: int) -> None:
    schedule = Schedule(Pace(retry, retry), Random(seed))
    schedule.add(KEY, AT, at_once=True)
    for _ in range(times):
        schedule.failed(KEY, AT)
    assert wait_of(schedule, AT) <= LONGEST_RETRY
    assert schedule.failures(KEY) == times


@given(SECONDS, SECONDS, st.integers())
def test_what_is_at_hand_is_spread_over_the_first_half_of_its_life(
    every: timedelta, life: timedelta, seed: int
) -> None:
    schedule = Schedule(Pace(every, timedelta(seconds=1)), Random(seed))
    assert AT <= schedule.spread(AT, AT + life) <= AT + min(every, life / 2)
    assert schedule.spread(AT, AT - life) == AT


def test_host_that_was_down_is_asked_again_and_forgotten_when_it_answers() -> None:
    schedule = Schedule(Pace(timedelta(hours=1), timedelta(seconds=30)), Random(1))
    schedule.add(KEY, AT, at_once=True)
    schedule.host_down("host", AT)
    assert schedule.waits_for("host", AT)
    assert not schedule.waits_for("other", AT)
    assert not schedule.waits_for("host", AT + timedelta(seconds=30))
    schedule.succeeded(KEY, "host", AT, AT + timedelta(hours=1))
    assert not schedule.waits_for("host", AT)


def test_question_that_fails_anyway_is_not_hurried() -> None:
    schedule = Schedule(Pace(timedelta(hours=1), timedelta(seconds=30)), Random(1))
    schedule.add(KEY, AT, at_once=True)
    schedule.failed(KEY, AT)
    schedule.add(KEY, AT, at_once=True)
    assert not schedule.due(KEY, AT)


def test_question_that_is_no_longer_asked_is_forgotten() -> None:
    schedule = Schedule(Pace(timedelta(hours=1), timedelta(seconds=30)), Random(1))
    schedule.add(KEY, AT, at_once=True)
    schedule.failed(KEY, AT)
    schedule.keep(set())
    schedule.add(KEY, AT, at_once=False)
    assert schedule.due(KEY, AT)
