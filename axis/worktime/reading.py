"""Reads working calendars; the one that comes with the program is `vietnam.toml`."""

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from axis.errors import ConfigurationError
from axis.worktime.calendar import DayOff, DayWorked, Span, WorkCalendar

MAX_FILE_BYTES: Final = 256 * 1024
"""A year has 2 kB; a larger file is no calendar."""

MAX_DAYS_OFF: Final = 30
"""In one stretch: three times the longest Tết; more is a slip in a year."""

_Time = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$")
]
_Text = Annotated[str, Field(min_length=1, max_length=300)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Week(_Part):
    days: frozenset[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1)
    hours: tuple[_Time, ...] = Field(min_length=1, max_length=8)

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(Span(*map(_since_midnight, text.split("-"))) for text in self.hours)

    @model_validator(mode="after")
    def _in_order(self) -> "_Week":
        moments = [moment for span in self.spans for moment in (span.start, span.end)]
        if sorted(set(moments)) != moments or moments[-1] > timedelta(days=1):
            raise ValueError("hours must follow each other without touching, 24:00 the latest")
        return self


class _Off(_Part):
    first: date
    last: date | None = None
    """The same day where it is left out."""
    name: _Text
    source: _Text
    announced: bool

    @model_validator(mode="after")
    def _forward(self) -> "_Off":
        if not timedelta() <= (self.last or self.first) - self.first < timedelta(MAX_DAYS_OFF):
            raise ValueError(f"last must not be before first, nor {MAX_DAYS_OFF} days after it")
        return self

    @property
    def days(self) -> list[date]:
        count = ((self.last or self.first) - self.first).days + 1
        return [self.first + timedelta(number) for number in range(count)]


class _Worked(_Part):
    day: date
    instead_of: date
    source: _Text


class _File(_Part):
    until: date
    week: _Week
    off: tuple[_Off, ...] = ()
    worked: tuple[_Worked, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> "_File":
        off = [day for one in self.off for day in one.days]
        worked = [one.day for one in self.worked]
        twice = {day for day in (*off, *worked) if (*off, *worked).count(day) > 1}
        if twice:
            raise ValueError(f"named twice: {', '.join(map(str, sorted(twice)))}")
        late = [day for day in (*off, *worked) if day > self.until]
        if late:
            raise ValueError(f"after the calendar's end: {', '.join(map(str, late))}")
        missing = [one.instead_of for one in self.worked if one.instead_of not in off]
        if missing:
            raise ValueError(f"worked instead of a day that is not off: {missing[0]}")
        return self


def read_calendar(text: str, source: str) -> WorkCalendar:
    """Return the calendar of a TOML text; ``source`` is how errors call it.

    Raises ConfigurationError that names each wrong key.
    """
    try:
        file = _File.model_validate(tomllib.loads(text))
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise _wrong(source, "\n  ".join(lines)) from error
    except (tomllib.TOMLDecodeError, RecursionError, OverflowError) as error:
        raise _wrong(source, str(error)) from error
    return WorkCalendar(
        week=file.week.days,
        hours=file.week.spans,
        off={
            day: DayOff(day, one.name, one.source, one.announced)
            for one in file.off
            for day in one.days
        },
        worked={one.day: DayWorked(one.day, one.instead_of, one.source) for one in file.worked},
        until=file.until,
    )


def calendar_of(file: Path | None) -> WorkCalendar:
    """Return the calendar of a file, or the one that comes with the program.

    Raises ConfigurationError when the file cannot be used.
    """
    if file is None:
        return shipped_calendar()
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise _wrong(str(file), f"> {MAX_FILE_BYTES} byte")
        return read_calendar(text.decode(), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(file), str(error)) from error


@cache
def shipped_calendar() -> WorkCalendar:
    """Return the calendar that comes with the program."""
    source = files("axis.worktime") / "vietnam.toml"
    return read_calendar(source.read_text(encoding="utf-8"), source.name)


def _since_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _wrong(source: str, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"Lịch làm việc «{source}» không dùng được."
        f" / The working calendar «{source}» cannot be used:\n  {detail}"
    )
