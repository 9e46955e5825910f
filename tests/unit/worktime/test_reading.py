"""A calendar file is read whole or refused with the key that is wrong."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from axis.errors import ConfigurationError
from axis.worktime.calendar import Span
from axis.worktime.reading import MAX_FILE_BYTES, calendar_of, read_calendar, shipped_calendar

WEEK = """
until = 2026-12-31
[week]
days = [1, 2, 3]
hours = ["08:00-12:00", "20:00-24:00"]
"""
HOLIDAY = """
[[off]]
first = 2026-05-01
last = 2026-05-04
name = "Nghỉ"
source = "Quyết định"
announced = true
"""


def test_calendar_is_read_with_its_days_and_hours() -> None:
    calendar = read_calendar(
        WEEK + HOLIDAY + '[[worked]]\nday = 2026-05-09\ninstead_of = 2026-05-04\nsource = "Q"\n',
        "mine",
    )
    assert calendar.week == {1, 2, 3}
    assert calendar.hours[1] == Span(timedelta(hours=20), timedelta(hours=24))
    assert sorted(calendar.off) == [date(2026, 5, day) for day in (1, 2, 3, 4)]
    assert calendar.works_on(date(2026, 5, 9))
    assert calendar.until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("until = ", "Invalid value"),
        ("until = 2026-12-31", "week"),
        (WEEK + "more = 1", "week.more"),
        (WEEK.replace("[1, 2, 3]", "[]"), "week.days"),
        (WEEK.replace("[1, 2, 3]", "[0]"), "week.days"),
        (WEEK.replace("08:00-12:00", "8-12"), "week.hours"),
        (WEEK.replace("08:00-12:00", "12:00-08:00"), "week"),
        (WEEK.replace("08:00-12:00", "08:00-20:00"), "week"),
        (WEEK.replace("20:00-24:00", "20:00-24:30"), "week"),
        (WEEK + HOLIDAY.replace("2026-05-04", "2026-04-30"), "off.0"),
        (WEEK + HOLIDAY.replace("2026-05-04", "2027-05-04"), "off.0"),
        (WEEK + HOLIDAY.replace("announced = true", ""), "off.0.announced"),
        (WEEK + HOLIDAY.replace("2026-", "2027-"), "after the calendar's end"),
        (WEEK + HOLIDAY + HOLIDAY, "named twice: 2026-05-01"),
        (WEEK + '[[worked]]\nday = 2026-05-09\ninstead_of = 2026-05-04\nsource = "Q"\n', "not off"),
    ],
)
def test_broken_calendar_is_refused_with_what_is_wrong(text: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match="«mine»") as raised:
        read_calendar(text, "mine")
    assert named in str(raised.value)


def test_own_calendar_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(WEEK, encoding="utf-8")
    assert calendar_of(file).off == {}
    assert calendar_of(None) is shipped_calendar()


@pytest.mark.parametrize("content", [None, b"\xff", b"#" * (MAX_FILE_BYTES + 1)])
def test_file_that_is_no_calendar_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"mine\.toml"):
        calendar_of(file)


# -- the shipped one ------------------------------------------------------------------------------


def test_every_day_off_is_a_weekday_or_beside_one_in_its_stretch() -> None:
    """An entry for a mere weekend would be a slip in the date."""
    calendar = shipped_calendar()
    for day in calendar.off:
        stretch = [day + timedelta(days=step) for step in (-1, 0, 1)]
        assert any(one.isoweekday() < 6 and one in calendar.off for one in stretch), day


def test_worked_days_are_days_of_the_weekend_near_the_day_that_they_replace() -> None:
    calendar = shipped_calendar()
    assert calendar.worked
    for day, one in calendar.worked.items():
        assert day.isoweekday() > 5
        assert one.instead_of.isoweekday() < 6
        assert abs(day - one.instead_of) <= timedelta(days=14)


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_year_has_the_eleven_paid_days_of_the_law(year: int) -> None:
    """Điều 112: 1 + 5 + 1 + 1 + 1 + 2; exchanged days come on top and are worked elsewhere."""
    calendar = shipped_calendar()
    weekdays = [day for day in calendar.off if day.year == year and day.isoweekday() < 6]
    exchanged = [day for day in calendar.worked if day.year == year]
    assert len(weekdays) - len(exchanged) == 11
