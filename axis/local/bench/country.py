"""A registry of the whole country's size: 111,000 agencies at 2,000 endpoints, made up.

It has what makes routing work: three levels that act and one that closed, communes merged out of
older ones over one or two mergers, aliases, platforms for provinces, own connections below them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.groups import Group
from axis.registry.mandates import Mandate

AGENCIES: Final = 111_000
ENDPOINTS: Final = 2_000
PROVINCES: Final = 34
COMMUNES: Final = 3_321
FORMER_COMMUNES: Final = 10_035
DISTRICTS: Final = 696
MINISTRIES: Final = 30
DEPARTMENTS: Final = 20
"""Of each province."""
SEALS: Final = 20_000

MERGED: Final = date(2025, 7, 1)
"""When districts closed and communes were merged."""
_LAST: Final = date(2025, 6, 30)
_EARLIER: Final = date(2024, 12, 31)

COMMUNES_GROUP: Final = "NHOM.XA"
"""Code of the group of all communes."""


@dataclass(frozen=True, slots=True)
class Country:
    """The values that a snapshot is made of."""

    agencies: tuple[Agency, ...]
    endpoints: tuple[Endpoint, ...]
    mandates: tuple[Mandate, ...]
    groups: tuple[Group, ...]

    def directory(self, version: int = 1) -> Directory:
        """Return the snapshot."""
        return Directory(self.agencies, self.endpoints, self.mandates, version, self.groups)


def make_country() -> Country:
    """Return the same country each time."""
    agencies = [*_upper(), *_communes(), *_former()]
    agencies += _units(AGENCIES - len(agencies))
    endpoints = sorted({agency.endpoint for agency in agencies if agency.endpoint})
    endpoints += [f"free-{number}" for number in range(ENDPOINTS - len(endpoints))]
    mandates = (
        Mandate(sha256(agency.code.encode()).hexdigest(), agency.code)
        for agency in agencies[:SEALS]
    )
    groups = (
        Group(COMMUNES_GROUP, "Tất cả các xã", Level.COMMUNE),
        Group("NHOM.TINH", "Tất cả các tỉnh", Level.PROVINCE),
        *(
            Group(
                f"NHOM.XA.{_province(number)}", "Các xã của tỉnh", Level.COMMUNE, _province(number)
            )
            for number in range(PROVINCES)
        ),
    )
    return Country(
        tuple(agencies), tuple(Endpoint(name, name) for name in endpoints), tuple(mandates), groups
    )


def commune(number: int) -> str:
    """Return the code of a commune that acts."""
    return f"{_province(number % PROVINCES)}.{1000 + number}"


def former_commune(number: int) -> str:
    """Return the code of a commune that was merged; the first 2,000 were merged twice."""
    return f"{_province(number % COMMUNES % PROVINCES)}.{20_000 + number}"


def unit(number: int) -> str:
    """Return the code of a unit below a commune, whose endpoint is its ancestor's."""
    return f"{commune(number % COMMUNES)}.{number // COMMUNES + 1}"


def alias(code: str) -> str:
    """Return an agency's older code."""
    return f"000.{code}"


def _province(number: int) -> str:
    return f"H{number + 10}"


def _upper() -> Iterator[Agency]:
    for number in range(MINISTRIES):
        code = f"G{number + 10}"
        yield Agency(code, f"Bộ số {number}", Level.CENTRAL, None, (alias(code),), code.lower())
    for number in range(PROVINCES):
        code, platform = _province(number), f"lgsp-{_province(number).lower()}"
        yield Agency(code, f"Tỉnh số {number}", Level.PROVINCE, None, (alias(code),), platform)
        for department in range(1, DEPARTMENTS + 1):
            own = f"{code}.{department:02}"
            endpoint = f"{code.lower()}-{department:02}" if department <= 10 else None
            yield Agency(own, f"Sở {own}", Level.PROVINCE, code, (alias(own),), endpoint)
    for number in range(DISTRICTS):
        code = f"{_province(number % PROVINCES)}.{300 + number}"
        heir = commune(number)
        yield Agency(
            code, f"Huyện {code}", Level.DISTRICT, code[:3], valid_to=_LAST, successor=heir
        )


def _communes() -> Iterator[Agency]:
    for number in range(COMMUNES):
        code = commune(number)
        own = code.lower().replace(".", "-") if number % 3 == 0 else None
        yield Agency(
            code, f"Xã {code}", Level.COMMUNE, code[:3], (alias(code),), own, valid_from=MERGED
        )


def _former() -> Iterator[Agency]:
    for number in range(FORMER_COMMUNES):
        code, twice = former_commune(number), number < 2_000
        heir = former_commune(number + COMMUNES) if twice else commune(number % COMMUNES)
        last = _EARLIER if twice else _LAST
        yield Agency(
            code, f"Xã cũ {code}", Level.COMMUNE, code[:3], (alias(code),), None, None, last, heir
        )


def _units(count: int) -> Iterator[Agency]:
    for number in range(count):
        code = unit(number)
        parent = commune(number % COMMUNES)
        aliases = (alias(code),) if number % 3 == 0 else ()
        yield Agency(code, f"Đơn vị {code}", Level.COMMUNE, parent, aliases)
