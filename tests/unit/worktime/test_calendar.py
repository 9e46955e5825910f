"""Sums of working time: what holds for all moments, and days that people can check by hand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.clock import VIETNAM
from axis.worktime.calendar import end_of_day
from axis.worktime.reading import shipped_calendar

CALENDAR = shipped_calendar()

moments = st.datetimes(
    datetime(2024, 12, 1), datetime(2028, 3, 1), timezones=st.just(UTC)
)  # before, in and after the years of the file
works = st.timedeltas(timedelta(), timedelta(hours=100))


def vietnam(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@given(moments, works)
def test_after_is_never_before_its_start_and_always_in_working_hours(
    moment: datetime, work: timedelta
) -> None:
    found = CALENDAR.after(moment, work)
    local = found.astimezone(VIETNAM)
    assert found >= moment
    assert CALENDAR.works_on(local.date())
    assert time(7, 30) <= local.time() <= time(11, 30) or time(13) <= local.time() <= time(17)


@given(moments, works)
def test_after_lets_exactly_the_working_time_pass(moment: datetime, work: timedelta) -> None:
    assert CALENDAR.between(moment, CALENDAR.after(moment, work)) == work


@given(moments, moments, works)
def test_after_is_monotone_in_its_start(one: datetime, other: datetime, work: timedelta) -> None:
    earlier, later = sorted((one, other))
    assert CALENDAR.after(earlier, work) <= CALENDAR.after(later, work)


@given(moments, works, works)
def test_after_is_monotone_and_additive_in_its_time(
    moment: datetime, some: timedelta, more: timedelta
) -> None:
    there = CALENDAR.after(moment, some)
    assert there <= CALENDAR.after(moment, some + more)
    assert CALENDAR.after(there, more) == CALENDAR.after(moment, some + more)


@given(moments, st.integers(0, 3))
def test_after_counts_the_same_on_every_day_of_the_year(moment: datetime, days: int) -> None:
    """No daylight saving time: a working day has eight hours in summer and winter."""
    start = CALENDAR.after(moment, timedelta())
    end = CALENDAR.after(start, timedelta(hours=8 * days))
    assert CALENDAR.between(start, end) == timedelta(hours=8 * days)


@given(moments, moments, moments)
def test_between_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    whole = CALENDAR.between(first, last)
    assert CALENDAR.between(first, middle) + CALENDAR.between(middle, last) == whole


@given(moments, moments)
def test_between_is_nothing_backwards(one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert CALENDAR.between(later, earlier) == timedelta()


def test_after_refuses_to_count_backwards() -> None:
    with pytest.raises(ValueError, match="adds up"):
        CALENDAR.after(datetime(2026, 3, 2, tzinfo=UTC), timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T07:30", 8, "2026-03-02T17:00"),  # Monday, a whole day
        ("2026-03-02T10:30", 1, "2026-03-02T11:30"),  # its end belongs to it
        ("2026-03-02T10:30", 2, "2026-03-02T14:00"),  # across noon
        ("2026-03-06T16:00", 2, "2026-03-09T08:30"),  # across a weekend
        ("2026-03-07T23:00", 0, "2026-03-09T07:30"),  # nothing, from a Saturday night
        ("2026-02-13T16:00", 2, "2026-02-23T08:30"),  # across Tết 2026
        ("2025-04-25T16:00", 2, "2025-04-26T08:30"),  # into a Saturday that is worked
        ("2025-04-29T16:00", 2, "2025-05-05T08:30"),  # and across what it was exchanged for
        ("2026-08-28T16:00", 2, "2026-09-03T08:30"),  # across 2/9
        ("2026-04-24T16:00", 2, "2026-04-28T08:30"),  # Giỗ Tổ on a Sunday, Monday off
        ("2028-02-04T16:00", 2, "2028-02-07T08:30"),  # after the calendar's end: weeks only
    ],
)
def test_after_lands_where_a_person_would_count_to(start: str, hours: int, end: str) -> None:
    assert CALENDAR.after(vietnam(start), timedelta(hours=hours)) == vietnam(end)


def test_calendar_tells_where_its_knowledge_ends() -> None:
    assert CALENDAR.knows(vietnam("2027-12-31T23:59"))
    assert not CALENDAR.knows(vietnam("2028-01-01T00:00"))


def test_day_ends_at_midnight_in_vietnam() -> None:
    last = end_of_day(date(2026, 3, 2))
    assert last.tzinfo is UTC
    assert last + timedelta(microseconds=1) == vietnam("2026-03-03T00:00")
    assert end_of_day(date.min) < end_of_day(date.max)
