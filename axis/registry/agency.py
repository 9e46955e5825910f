"""Who takes part: agencies (cơ quan) and their endpoints (hệ thống kết nối).

Values only; who may sign for them is `axis.registry.mandates`, what follows from it all (routes,
authority) is `axis.registry.directory`.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from axis.clock import in_vietnam

MAX_CODE_CHARS = 35
"""Longest agency code that Decision 20/2020/QĐ-TTg allows."""

MAX_NAME_CHARS = 500
"""Longest agency or endpoint name; real ones stay under 200, spreadsheets paste anything."""

MAX_ENDPOINT_ID_CHARS = 63
"""Keeps ``inbox.<id>.urgent`` far below RabbitMQ's 255 bytes for a queue name."""

_CODE = re.compile(r"[0-9A-Za-z]+(?:[._-][0-9A-Za-z]+)*")
_ENDPOINT_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED_ACCOUNTS = frozenset({"axis", "guest"})


class Level(StrEnum):
    """The four levels of the state (bốn cấp hành chính)."""

    CENTRAL = "central"
    """Trung ương: ministries, bodies of ministry rank; state enterprises are listed here too."""
    PROVINCE = "province"
    """Tỉnh, thành phố: a provincial people's committee and its departments (sở, ngành)."""
    DISTRICT = "district"
    """Huyện, quận: closed everywhere on 30 June 2025, still named in old documents."""
    COMMUNE = "commune"
    """Xã, phường, đặc khu."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency with its code (mã định danh, QĐ 20/2020/QĐ-TTg)."""

    code: str
    name: str
    level: Level
    parent: str | None = None
    """Code of the agency above it (cơ quan chủ quản)."""
    aliases: tuple[str, ...] = ()
    """Other codes of the same agency: the 13-character code of QCVN 102:2016 and earlier ones."""
    endpoint: str | None = None
    """Id of its own endpoint; without one the nearest ancestor's endpoint serves it."""
    valid_from: date | None = None
    """First day on which it acts (None: always has)."""
    valid_to: date | None = None
    """Last day on which it acts (None: open)."""
    successor: str | None = None
    """Code of the agency that took over its work (cơ quan kế thừa) once it closed."""

    def opened_by(self, day: date) -> bool:
        """Return whether its first day has come."""
        return self.valid_from is None or self.valid_from <= day

    def closed_before(self, day: date) -> bool:
        """Return whether its last day is past."""
        return self.valid_to is not None and self.valid_to < day

    def open_on(self, day: date) -> bool:
        """Return whether it acts on this day."""
        return self.opened_by(day) and not self.closed_before(day)

    @property
    def codes(self) -> tuple[str, ...]:
        """Its code, then its aliases."""
        return (self.code, *self.aliases)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A connected system: one agency's document system (QLVB) or a platform (LGSP) for many."""

    id: str
    """Also the name of its RabbitMQ account and the middle of its queues' names."""
    name: str


def is_agency_code(text: str) -> bool:
    """Return whether the text can serve as an agency code.

    Lenient on purpose: ``02.29.W00``, bare tax numbers and lower case circulate, and the
    registry decides what exists. Separators of lists (comma, semicolon, space) never pass.
    """
    return len(text) <= MAX_CODE_CHARS and _CODE.fullmatch(text) is not None


def is_endpoint_id(text: str) -> bool:
    """Return whether the text can name an endpoint: lower-case letters, digits, hyphens.

    ``guest``, ``axis`` and ``axis-…`` are refused: they are RabbitMQ's and the axis's accounts.
    """
    return (
        len(text) <= MAX_ENDPOINT_ID_CHARS
        and _ENDPOINT_ID.fullmatch(text) is not None
        and text not in _RESERVED_ACCOUNTS
        and not text.startswith("axis-")
    )


@lru_cache(maxsize=16)
def legal_day(at: date) -> date:
    """Return the day that counts in law: a moment's day on Việt Nam's clock, a day as it is.

    Remembered, because a whole batch asks for the day of one moment again and again.
    """
    return in_vietnam(at).date() if isinstance(at, datetime) else at
