"""What a change of the registry must satisfy before it is written. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from axis.registry.administration import EndpointAccount, NewEnrolment
from axis.registry.agency import (
    MAX_NAME_CHARS,
    Agency,
    EnrolmentError,
    check_enrolment,
    is_endpoint_id,
    legal_day,
)
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


def check_enrolments(
    directory: Directory,
    enrolments: Sequence[NewEnrolment],
    revoked: Mapping[str, datetime],
) -> list[NewEnrolment]:
    """Return the enrolments with their agencies' own codes, the last of each pair only.

    ``revoked`` holds the certificates among them that were revoked before: a lost key stays lost,
    whoever it is bound to next. Raises RegistryFileError with everything that is wrong.
    """
    problems = Problems()
    bindings: dict[tuple[str, str], NewEnrolment] = {}
    for enrolment in enrolments:
        agency = directory.find(enrolment.agency)
        if agency is None:
            code = quoted(enrolment.agency)
            problems.add(
                f"Cơ quan {code} không có trong danh bạ.",
                f"Agency {code} is not in the registry.",
                enrolment.line,
            )
        elif _may_be_bound(enrolment, agency, revoked, problems):
            key = (enrolment.certificate.fingerprint, agency.code)
            bindings[key] = replace(enrolment, agency=agency.code)
    problems.raise_if_any()
    return list(bindings.values())


def _may_be_bound(
    enrolment: NewEnrolment,
    agency: Agency,
    revoked: Mapping[str, datetime],
    problems: Problems,
) -> bool:
    certificate, line = enrolment.certificate, enrolment.line
    subject = quoted(certificate.subject)
    first, last = enrolment.valid_from, enrolment.valid_to
    before = len(problems.found) + problems.unlisted
    try:
        check_enrolment(agency, certificate.organization_identifier)
    except EnrolmentError:
        found = quoted(certificate.organization_identifier or "")
        problems.add(
            f"Chứng thư {subject} thuộc tổ chức {found}, không thuộc cơ quan «{agency.code}».",
            f"Certificate {subject} belongs to organisation {found}, not to agency"
            f" «{agency.code}».",
            line,
        )
    if certificate.fingerprint in revoked:
        day = legal_day(revoked[certificate.fingerprint])
        problems.add(
            f"Chứng thư {subject} đã bị thu hồi trên trục ngày {day}; hãy dùng chứng thư mới.",
            f"Certificate {subject} was revoked on {day}; use a new one.",
            line,
        )
    if first is not None and last is not None and last < first:
        problems.add(
            f"Thời hạn gắn chứng thư kết thúc ({last}) trước khi bắt đầu ({first}).",
            f"The binding would end ({last}) before it starts ({first}).",
            line,
        )
    return len(problems.found) + problems.unlisted == before


def _aliases(agency: Agency) -> tuple[str, ...]:
    return tuple(sorted({*agency.aliases} - {agency.code}))
