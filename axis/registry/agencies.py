"""The agencies of a snapshot, indexed by what they are asked for: codes, successors, parents.

Indexes hold codes, so that one that a change leaves as it was is shared with the snapshot before:
a change of one agency among 111,000 costs milliseconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from axis.errors import InvalidInputError
from axis.registry.agency import Agency, Level


class Agencies:
    """All agencies, open and closed; immutable."""

    __slots__ = ("by_code", "children", "codes", "heirs")

    def __init__(
        self,
        by_code: Mapping[str, Agency],
        codes: Mapping[str, Agency],
        heirs: Mapping[str, Sequence[str]],
        children: Mapping[str, Sequence[str]],
    ) -> None:
        self.by_code = by_code
        """Agencies by their own code."""
        self.codes = codes
        """Agencies by code and by alias."""
        self.heirs = heirs
        """Code of an agency → codes of those that name it as their successor."""
        self.children = children
        """Code of an agency → codes of those directly below it; "" → those with nobody above."""

    @classmethod
    def of(cls, agencies: Iterable[Agency]) -> "Agencies":
        """Index agencies; raises InvalidInputError when a code occurs twice."""
        return _indexed(_by_code(agencies))

    def changed(self, agencies: Sequence[Agency]) -> "Agencies":
        """Return these agencies with some added or put in the place of their former selves."""
        by_code = {**self.by_code}
        codes = {**self.codes}
        for agency in agencies:
            before = by_code.get(agency.code)
            if before is None or not _as_related(before, agency):
                changed = {one.code: one for one in agencies}
                return _indexed({**self.by_code, **changed})
            by_code[agency.code] = agency
            for code in agency.codes:
                if codes.get(code) is before:
                    codes[code] = agency
        return Agencies(by_code, codes, self.heirs, self.children)

    def highest(self, level: Level, below: str | None, day: date) -> Iterator[Agency]:
        """Yield the highest agencies of a level that act on that day, below one or in the country.

        Provinces without their departments, communes without what belongs to them, even where one
        has closed. It walks down only as far as the level: the cost is that of what is above it.
        """
        seen: set[str] = set()
        waiting = list(self.children.get(below or "", ()))[::-1]
        while waiting:
            code = waiting.pop()
            if code in seen:
                continue
            seen.add(code)
            agency = self.by_code[code]
            if agency.level is not level:
                waiting += reversed(self.children.get(code, ()))
            elif agency.open_on(day):
                yield agency


def _as_related(before: Agency, after: Agency) -> bool:
    """Return whether a change leaves all indexes as they are."""
    return (before.aliases, before.parent, before.successor) == (
        after.aliases,
        after.parent,
        after.successor,
    )


def _indexed(by_code: Mapping[str, Agency]) -> Agencies:
    codes = _with_aliases(by_code)
    heirs: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    for agency in by_code.values():
        heir = codes.get(agency.successor) if agency.successor is not None else None
        if heir is not None:
            heirs.setdefault(heir.code, []).append(agency.code)
        above = codes.get(agency.parent) if agency.parent is not None else None
        children.setdefault("" if above is None else above.code, []).append(agency.code)
    return Agencies(by_code, codes, heirs, children)


def _by_code(agencies: Iterable[Agency]) -> dict[str, Agency]:
    found: dict[str, Agency] = {}
    for agency in agencies:
        if found.setdefault(agency.code, agency) is not agency:
            raise InvalidInputError(f"agency code {agency.code} occurs twice")
    return found


def _with_aliases(agencies: Mapping[str, Agency]) -> dict[str, Agency]:
    """Index by code and alias. A code outranks an alias; an alias claimed twice names nobody.

    Refusing an ambiguous code is repaired by a clerk; delivering to the wrong agency is not.
    """
    claims: dict[str, Agency | None] = {}
    for agency in agencies.values():
        for alias in agency.aliases:
            claims[alias] = agency if claims.get(alias, agency) is agency else None
    return {code: agency for code, agency in claims.items() if agency is not None} | dict(agencies)
