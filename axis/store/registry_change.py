"""What a change of the registry must satisfy before it is written. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from axis.registry.administration import EndpointAccount
from axis.registry.agency import MAX_NAME_CHARS, Agency, is_endpoint_id
from axis.registry.consistency import check_directory
from axis.registry.directory import Directory
from axis.registry.problems import Problems, RegistryFileError, quoted
from axis.store.pool import Connection


@dataclass(slots=True)
class Change:
    """A change that is being carried out in an open transaction."""

    connection: Connection
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the audit will say of it."""


def check_agencies(
    directory: Directory, agencies: Sequence[Agency]
) -> tuple[list[Agency], list[Agency]]:
    """Check the registry as it would stand; return the agencies to add and those to change.

    Raises RegistryFileError with everything that would not fit together.
    """
    wanted = [replace(agency, aliases=_aliases(agency)) for agency in agencies]
    codes = {agency.code for agency in wanted}
    kept = [agency for agency in directory if agency.code not in codes]
    problems = check_directory([*kept, *wanted], directory.endpoints)
    if problems:
        raise RegistryFileError(tuple(problems))
    added: list[Agency] = []
    changed: list[Agency] = []
    for agency in wanted:
        # by code only: what was another agency's alias until now names a new agency
        before = directory.find(agency.code)
        if before is None or before.code != agency.code:
            added.append(agency)
        elif replace(before, aliases=_aliases(before)) != agency:
            changed.append(agency)
    return added, changed


def check_endpoints(endpoints: Sequence[EndpointAccount]) -> None:
    """Check ids and names; raises RegistryFileError with everything that is wrong."""
    problems = Problems()
    seen: set[str] = set()
    for endpoint in endpoints:
        shown = quoted(endpoint.id)
        if not is_endpoint_id(endpoint.id):
            problems.add(
                f"{shown} không dùng được làm tên hệ thống: chỉ chữ thường a-z, số và dấu gạch"
                " nối, không bắt đầu bằng «axis».",
                f"{shown} cannot be an endpoint id: lower-case letters, digits and hyphens"
                " only, not starting with «axis».",
            )
        elif endpoint.id in seen:
            problems.add(f"{shown} xuất hiện hai lần.", f"{shown} occurs twice.")
        seen.add(endpoint.id)
        name = endpoint.name
        if not name.strip() or len(name) > MAX_NAME_CHARS or not name.isprintable():
            problems.add(
                f"Tên của hệ thống {shown} phải có từ 1 đến {MAX_NAME_CHARS} ký tự in được.",
                f"The name of endpoint {shown} must have 1 to {MAX_NAME_CHARS} printable"
                " characters.",
            )
    problems.raise_if_any()


def _aliases(agency: Agency) -> tuple[str, ...]:
    return tuple(sorted({*agency.aliases} - {agency.code}))
