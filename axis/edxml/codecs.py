"""How the texts of edXML's elements become typed values, and back."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

from axis.clock import VIETNAM
from axis.edxml.codes import DocumentKind, Priority, ReceiverType, StatusCode, SteeringType
from axis.edxml.limits import MAX_YEAR, MIN_YEAR

XML_SPACE: Final = " \t\r\n"
"""What XML counts as white space; texts are trimmed of it, as the Java producer does."""

_DATE = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")
_TIMESTAMP = re.compile(rf"{_DATE.pattern} ([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}})")
_INTEGER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to read and write a value; `read` raises ValueError on a text it cannot mean."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    expected: str = ""
    """What a right text looks like, in signs that need no translation."""


_remembered = lru_cache(maxsize=1024)
"""The same days and numbers come again and again. Only good texts are kept, and those are short."""


@_remembered
def _read_date(text: str) -> datetime.date:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = map(int, match.groups())
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise ValueError(text)
    return datetime.date(year, month, day)


def _write_date(day: datetime.date) -> str:
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


@_remembered
def _read_timestamp(text: str) -> datetime.datetime:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, *rest = map(int, match.groups())
    if not MIN_YEAR <= year <= MAX_YEAR:
        raise ValueError(text)
    month, day, hour, minute, second = rest
    return datetime.datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM)


def _write_timestamp(moment: datetime.datetime) -> str:
    local = moment.astimezone(VIETNAM)
    return f"{_write_date(local)} {local.hour:02}:{local.minute:02}:{local.second:02}"


@_remembered
def _read_integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(text)
    return int(text)


def _read_boolean(text: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _code_list(kind: type[IntEnum]) -> Codec:
    return Codec(
        _remembered(lambda text: kind(_read_integer(text))),
        lambda member: str(int(member)),
        ", ".join(str(int(member)) for member in kind),
    )


TEXT = Codec(str, str)
DATE = Codec(_read_date, _write_date, "yyyy/MM/dd")
TIMESTAMP = Codec(_read_timestamp, _write_timestamp, "yyyy/MM/dd HH:mm:ss")
"""Việt Nam's time; fractions of a second are not carried."""
INTEGER = Codec(_read_integer, str, "0–999999999")
BOOLEAN = Codec(_read_boolean, lambda value: "true" if value else "false", "true, false")
KIND = _code_list(DocumentKind)
PRIORITY = _code_list(Priority)
RECEIVER_TYPE = _code_list(ReceiverType)
STEERING_TYPE = _code_list(SteeringType)
STATUS = Codec(StatusCode, lambda code: str(code.value), ", ".join(StatusCode))
