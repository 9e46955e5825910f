"""What a change of the registry must satisfy before it is written. No I/O."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from axis.registry.administration import EndpointAccount
from axis.registry.agency import MAX_NAME_CHARS, Agency, is_agency_code, is_endpoint_id
from axis.registry.consistency import check_directory
from axis.registry.directory import Directory
from axis.registry.groups import MAX_MEMBERS, Group
from axis.registry.problems import Problems, quoted
from axis.store.pool import Connection


@dataclass(slots=True)
class Change:
    """A change that is being carried out in an open transaction."""

    connection: Connection
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the audit will say of it."""
    agencies: Collection[str] = ()
    """Codes of the agencies that it adds or changes."""
    certificates: Collection[str] = ()
    """Fingerprints of the certificates whose mandates it changes."""


def check_agencies(
    directory: Directory, agencies: Sequence[Agency]
) -> tuple[list[Agency], list[Agency]]:
    """Check the registry as it would stand; return the agencies to add and those to change.

    Raises RegistryFileError with everything that would not fit together.
    """
    wanted = [replace(agency, aliases=_aliases(agency)) for agency in agencies]
    codes = {agency.code for agency in wanted}
    kept = [agency for agency in directory if agency.code not in codes]
    problems = Problems(check_directory([*kept, *wanted], directory.endpoints))
    groups = {group.code for group in directory.groups}
    for code in sorted(groups.intersection(code for agency in wanted for code in agency.codes)):
        problems.add(f"Mã {quoted(code)} là mã của một nhóm.", f"{quoted(code)} is a group's code.")
    problems.raise_if_any()
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


def check_groups(directory: Directory, groups: Sequence[Group]) -> list[Group]:
    """Check groups and return them with the members' own codes.

    Raises RegistryFileError with everything that is wrong.
    """
    problems = Problems()
    seen: set[str] = set()
    for group in groups:
        shown = quoted(group.code)
        for vi, en in _wrong_with(directory, group):
            problems.add(f"Nhóm {shown}: {vi}", f"Group {shown}: {en}")
        if group.code in seen:
            problems.add(f"{shown} xuất hiện hai lần.", f"{shown} occurs twice.")
        seen.add(group.code)
    problems.raise_if_any()
    return [
        replace(
            group,
            below=None if group.below is None else _own_code(directory, group.below),
            members=tuple(sorted({_own_code(directory, code) for code in group.members})),
        )
        for group in groups
    ]


def _wrong_with(directory: Directory, group: Group) -> Iterator[tuple[str, str]]:
    if not is_agency_code(group.code):
        yield "mã không hợp lệ.", "the code is not valid."
    elif directory.find(group.code) is not None:
        yield "mã này đã thuộc về một cơ quan.", "an agency has this code."
    if not group.name.strip() or len(group.name) > MAX_NAME_CHARS or not group.name.isprintable():
        yield (
            f"tên phải có từ 1 đến {MAX_NAME_CHARS} ký tự in được.",
            f"the name must have 1 to {MAX_NAME_CHARS} printable characters.",
        )
    if group.level is None and not group.members:
        yield "cần cấp (level) hoặc thành viên (members).", "give a level or members."
    if group.below is not None and group.level is None:
        yield "có «below» thì phải có cấp (level).", "«below» needs a level."
    if len(group.members) > MAX_MEMBERS:
        yield (
            f"có {len(group.members)} thành viên, vượt giới hạn {MAX_MEMBERS}.",
            f"{len(group.members)} members, over the limit of {MAX_MEMBERS}.",
        )
    for code in filter(None, (group.below, *group.members)):
        if directory.find(code) is None:
            yield (
                f"{quoted(code)} không có trong danh bạ.",
                f"{quoted(code)} is not in the registry.",
            )


def _own_code(directory: Directory, code: str) -> str:
    agency = directory.find(code)
    return code if agency is None else agency.code


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
