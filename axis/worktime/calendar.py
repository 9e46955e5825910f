"""The working calendar: which days and hours count, and sums of working time.

Moments are in UTC on both sides; days and hours are Việt Nam's (UTC+7, no daylight saving time).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from axis.clock import VIETNAM

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of working hours, as times since midnight."""

    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True)
class DayOff:
    """A weekday on which offices are closed: a public holiday, or a day given in exchange."""

    day: date
    name: str
    source: str
    """The law or the announcement that it follows from."""
    announced: bool
    """False: follows from the law alone; the government may yet choose another day beside it."""


@dataclass(frozen=True, slots=True)
class DayWorked:
    """A day of the weekend that is worked in exchange for a weekday."""

    day: date
    instead_of: date
    source: str


@dataclass(frozen=True)
class WorkCalendar:
    """Weekly working hours, and the days that differ from them."""

    week: frozenset[int]
    """Working days as ISO numbers: Monday is 1."""
    hours: tuple[Span, ...]
    """Of every working day, in order; they neither touch nor overlap."""
    off: Mapping[date, DayOff]
    worked: Mapping[date, DayWorked]
    until: date
    """The last day whose holidays are known. After it the weekly hours hold, holidays or not."""

    def works_on(self, day: date) -> bool:
        """Tell whether offices are open on a day."""
        if day in self.worked:
            return True
        return day.isoweekday() in self.week and day not in self.off

    def knows(self, moment: datetime) -> bool:
        """Tell whether the holidays around a moment are in the calendar."""
        return moment.astimezone(VIETNAM).date() <= self.until

    def after(self, moment: datetime, work: timedelta) -> datetime:
        """Return the first moment by which so much working time has passed since another.

        Always within working hours, where their first and their last moment belong to them: eight
        hours from Friday morning end on Friday at 17:00. Raises ValueError for negative time.
        """
        if work < timedelta():
            raise ValueError("working time only adds up")
        for start, end in self._spans_from(moment):
            begin = max(start, moment)
            if begin > end:
                continue
            if work <= end - begin:
                return begin + work
            work -= end - begin
        raise AssertionError("unreachable: weeks go on")  # pragma: no cover

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments; none where the end comes first."""
        total = timedelta()
        for opening, closing in self._spans_from(start):
            if opening >= end:
                return total
            total += max(min(closing, end) - max(opening, start), timedelta())
        return total  # pragma: no cover - weeks go on

    def _spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working hours of the day of a moment and of all days after it, in UTC."""
        day = moment.astimezone(VIETNAM).date()
        midnight = datetime.combine(day, time(), VIETNAM).astimezone(UTC)
        while True:
            if self.works_on(day):
                for span in self.hours:
                    yield midnight + span.start, midnight + span.end
            day += _DAY
            midnight += _DAY


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day in Việt Nam, in UTC."""
    return datetime.combine(day, time.max, VIETNAM).astimezone(UTC)
