"""Time: stored in UTC, shown in Việt Nam time, and always passed in as a parameter."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

Clock = Callable[[], datetime]
"""A function that returns the current, timezone-aware moment in UTC."""

VIETNAM = timezone(timedelta(hours=7), "UTC+7")
"""Việt Nam has had no daylight saving time since 1975, so a fixed offset is exact."""


def system_clock() -> datetime:
    """Return the machine's current time in UTC.

    What judges or writes for all goes by the clock that all share: `axis.store.clock`.
    """
    return datetime.now(UTC)


def in_vietnam(moment: datetime) -> datetime:
    """Return the same moment on Việt Nam's clock (UTC+7).

    The calendar's last hours stay its last moment: RFC 5280 writes 9999-12-31 where a certificate
    has no end.
    """
    try:
        return moment.astimezone(VIETNAM)
    except OverflowError:
        return datetime.max.replace(tzinfo=VIETNAM)


def iso_utc(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with milliseconds: ``2025-10-01T02:30:00.000Z``."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
