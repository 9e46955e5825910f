"""Groups (nhóm cơ quan): one code for many receivers, such as all provinces; resolved on the day.

A group has a rule, named members, or both. Only agencies that act on the day are members of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import Struct

from axis.reasons import Reason
from axis.registry.agency import Level
from axis.registry.routing import Resolved
from axis.verdict import Facts, Finding

MAX_MEMBERS = 5_000
"""Members that a group may name. All communes of the country are 3,321, and those are a rule."""

MAX_UNREACHED_NAMED = 10
"""Unreachable members that a finding spells out; of more it gives the number. A fact has 200
characters, which ten codes of the usual length fill."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of agencies that can be addressed by one code."""

    code: str
    """What documents write as ``OrganId``: of the form of an agency code, and no agency's."""
    name: str
    level: Level | None = None
    """The rule: the highest agencies of this level, so provinces without their departments …"""
    below: str | None = None
    """… only those below this agency (code), however far; None: in the whole country."""
    members: tuple[str, ...] = ()
    """Codes of agencies that belong to it beside the rule."""


class Members(Struct, frozen=True):
    """Who belongs to a group on one day."""

    reached: tuple[Resolved, ...] = ()
    """Those that an endpoint serves, each once."""
    unreached: tuple[str, ...] = ()
    """Codes of those that no endpoint serves."""


def unreached_notes(
    group: str, members: Members, sender: str | None, places: Mapping[str, str]
) -> Iterator[Finding]:
    """Say which members of a group a document does not reach, or that it reaches none."""
    place = places.get(group, "")
    if not any(one.agency.code != sender for one in members.reached):
        yield Finding(Reason.GROUP_EMPTY, place, facts={"group": group})
    missed = [code for code in members.unreached if code != sender]
    if missed:
        shown = ", ".join(missed[:MAX_UNREACHED_NAMED])
        more = ", …" if len(missed) > MAX_UNREACHED_NAMED else ""
        told: Facts = {"group": group, "count": len(missed), "codes": shown + more}
        yield Finding(Reason.GROUP_MEMBERS_UNREACHED, place, facts=told)
