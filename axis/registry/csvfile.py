"""Registry files: agencies, groups, endpoints and certificates in CSV, as administrators keep them.

Each reader collects every problem of the file and raises one `RegistryFileError`, or returns
the values; a file is taken over whole or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from axis.facts import Capacity
from axis.registry.agency import MAX_NAME_CHARS, Agency, Endpoint
from axis.registry.cells import MAX_ALIASES, Cells
from axis.registry.groups import MAX_MEMBERS, Group
from axis.registry.mandates import ALL_KINDS, MAX_ACT_CHARS, MessageKind
from axis.registry.problems import Problems, quoted
from axis.registry.table import Columns, read_rows

MAX_PATH_CHARS = 1024
"""Longest path of a certificate file."""

AGENCY_COLUMNS = Columns(
    required=("code", "name", "level"),
    optional=("parent", "aliases", "endpoint", "valid_from", "valid_to", "successor"),
)
GROUP_COLUMNS = Columns(required=("code", "name"), optional=("level", "below", "members"))
ENDPOINT_COLUMNS = Columns(required=("id", "name"))
CERTIFICATE_COLUMNS = Columns(
    required=("code", "certificate"),
    optional=("valid_from", "valid_to", "capacity", "kinds", "act"),
    synonyms={"pem": "certificate"},
)

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate to enrol: a file named by the table, not yet opened."""

    line: int
    code: str
    """Code or alias of the agency."""
    path: str
    """Path of the PEM or DER file, relative to the table."""
    valid_from: date | None = None
    valid_to: date | None = None
    capacity: Capacity = Capacity.SEAL
    kinds: frozenset[MessageKind] = ALL_KINDS
    act: str = ""


def read_agencies(data: bytes) -> list[Agency]:
    """Read agencies.csv; raises `RegistryFileError`."""
    return _read(data, AGENCY_COLUMNS, _agency, lambda agency: agency.code)


def read_groups(data: bytes) -> list[Group]:
    """Read groups.csv; raises `RegistryFileError`."""
    return _read(data, GROUP_COLUMNS, _group, lambda group: group.code)


def read_endpoints(data: bytes) -> list[Endpoint]:
    """Read endpoints.csv; raises `RegistryFileError`."""
    return _read(data, ENDPOINT_COLUMNS, _endpoint, lambda endpoint: endpoint.id)


def read_certificates(data: bytes) -> list[CertificateRow]:
    """Read certificates.csv; raises `RegistryFileError`."""
    return _read(data, CERTIFICATE_COLUMNS, _certificate, _certificate_key)


def _read(
    data: bytes,
    columns: Columns,
    make: Callable[[Cells], _Value],
    key: Callable[[_Value], str],
) -> list[_Value]:
    problems = Problems()
    values: list[_Value] = []
    first_lines: dict[str, int] = {}
    for row in read_rows(data, columns, problems):
        cells = Cells(row, problems)
        value = make(cells)
        if cells.wrong:
            continue
        earlier = first_lines.setdefault(key(value), row.line)
        if earlier != row.line:
            cells.refuse(
                f"{quoted(key(value))} đã có ở dòng {earlier}.",
                f"{quoted(key(value))} is already on line {earlier}.",
            )
        values.append(value)
    problems.raise_if_any()
    return values


def _agency(cells: Cells) -> Agency:
    code = cells.code("code", required=True)
    first, last = cells.term()
    return Agency(
        code=code,
        name=cells.text("name", MAX_NAME_CHARS),
        level=cells.level(),
        parent=cells.code("parent") or None,
        aliases=tuple(alias for alias in cells.codes("aliases", MAX_ALIASES) if alias != code),
        endpoint=cells.endpoint("endpoint") or None,
        valid_from=first,
        valid_to=last,
        successor=cells.code("successor") or None,
    )


def _group(cells: Cells) -> Group:
    return Group(
        code=cells.code("code", required=True),
        name=cells.text("name", MAX_NAME_CHARS),
        level=cells.level_if_any(),
        below=cells.code("below") or None,
        members=tuple(cells.codes("members", MAX_MEMBERS)),
    )


def _endpoint(cells: Cells) -> Endpoint:
    return Endpoint(cells.endpoint("id", required=True), cells.text("name", MAX_NAME_CHARS))


def _certificate(cells: Cells) -> CertificateRow:
    code = cells.code("code", required=True)
    path = cells.text("certificate", MAX_PATH_CHARS)
    return CertificateRow(
        cells.row.line,
        code,
        path,
        *cells.term(),
        capacity=cells.capacity(),
        kinds=cells.kinds(),
        act=cells.text("act", MAX_ACT_CHARS, required=False),
    )


def _certificate_key(row: CertificateRow) -> str:
    """Return what makes a line another mandate than those before."""
    return " ".join(filter(None, (row.code, row.path, row.capacity.value, row.act)))
