"""Whether the agencies of a registry fit together: parents, successors, aliases, endpoints."""

from collections.abc import Callable, Iterable, Mapping

from axis.registry.agency import Agency, Endpoint
from axis.registry.problems import Problem, Problems

_SHOWN_IN_CIRCLE = 6
"""How many codes of a circle a message lists."""


def check_directory(agencies: Iterable[Agency], endpoints: Iterable[Endpoint]) -> list[Problem]:
    """Return what is wrong with the whole registry as it would stand; empty when it may stand.

    To be called on everything that will be valid after an import, not only on what is new.
    """
    problems = Problems()
    listed = list(agencies)
    codes = _codes(listed, problems)
    endpoint_ids = {endpoint.id for endpoint in endpoints}
    for agency in listed:
        _check_references(agency, codes, endpoint_ids, problems)
    for circle in _circles(listed, lambda agency: codes.get(agency.parent or "")):
        problems.add(
            f"Các cơ quan là cấp trên của nhau thành vòng: {circle}.",
            f"Agencies are each other's parents in a circle: {circle}.",
        )
    for circle in _circles(listed, lambda agency: codes.get(agency.successor or "")):
        problems.add(
            f"Các cơ quan kế thừa nhau thành vòng: {circle}.",
            f"Agencies succeed each other in a circle: {circle}.",
        )
    return problems.found


def _codes(agencies: list[Agency], problems: Problems) -> dict[str, Agency]:
    """Index all codes and aliases, naming each one that two agencies claim."""
    owners: dict[str, Agency] = {}
    for agency in agencies:
        if owners.setdefault(agency.code, agency) is not agency:
            problems.add(
                f"Mã «{agency.code}» được dùng cho hai cơ quan.",
                f"Code «{agency.code}» is used for two agencies.",
            )
    for agency in agencies:
        for alias in agency.aliases:
            owner = owners.setdefault(alias, agency)
            if owner is not agency:
                problems.add(
                    f"Mã khác «{alias}» của «{agency.code}» đã thuộc về «{owner.code}».",
                    f"Alias «{alias}» of «{agency.code}» already belongs to «{owner.code}».",
                )
    return owners


def _check_references(
    agency: Agency, codes: Mapping[str, Agency], endpoint_ids: set[str], problems: Problems
) -> None:
    code = agency.code
    if agency.parent is not None and agency.parent not in codes:
        problems.add(
            f"Cơ quan cấp trên «{agency.parent}» của «{code}» không có trong danh bạ.",
            f"Parent «{agency.parent}» of «{code}» is not in the registry.",
        )
    if agency.successor is not None and agency.successor not in codes:
        problems.add(
            f"Cơ quan kế thừa «{agency.successor}» của «{code}» không có trong danh bạ.",
            f"Successor «{agency.successor}» of «{code}» is not in the registry.",
        )
    if agency.successor is not None and agency.valid_to is None:
        problems.add(
            f"«{code}» có cơ quan kế thừa nhưng thiếu ngày ngừng hoạt động (valid_to).",
            f"«{code}» has a successor but no closing day (valid_to).",
        )
    if agency.endpoint is not None and agency.endpoint not in endpoint_ids:
        problems.add(
            f"Hệ thống «{agency.endpoint}» của «{code}» chưa được đăng ký.",
            f"Endpoint «{agency.endpoint}» of «{code}» is not registered.",
        )


def _circles(agencies: list[Agency], following: Callable[[Agency], Agency | None]) -> Iterable[str]:
    """Yield every circle once, as ``A → B → A``; each agency is walked over once."""
    walked: dict[str, int] = {}
    for walk, start in enumerate(agencies):
        path: list[str] = []
        step: Agency | None = start
        while step is not None and step.code not in walked:
            walked[step.code] = walk
            path.append(step.code)
            step = following(step)
        if step is not None and walked[step.code] == walk:
            circle = path[path.index(step.code) :]
            shown = circle[:_SHOWN_IN_CIRCLE]
            middle = ["…"] if len(circle) > len(shown) else []
            yield " → ".join([*shown, *middle, circle[0]])
