"""Moments on Việt Nam's clock, to the end of the calendar."""

from datetime import UTC, date, datetime

from axis.clock import in_vietnam


def test_day_in_vietnam_begins_at_17_utc() -> None:
    assert in_vietnam(datetime(2026, 3, 1, 16, 59, tzinfo=UTC)).date() == date(2026, 3, 1)
    assert in_vietnam(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)).date() == date(2026, 3, 2)


def test_certificate_without_an_end_ends_on_the_calendars_last_day() -> None:
    endless = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert in_vietnam(endless).date() == date.max
