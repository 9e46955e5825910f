"""How the registry's values become rows of PostgreSQL, and lines of the audit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from axis.facts import Capacity
from axis.ids import new_id
from axis.registry.administration import CertificateLine
from axis.registry.agency import Agency
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.groups import Group
from axis.registry.mandates import Mandate, MessageKind, in_order
from axis.registry.rollover import Switch, WantedSwitch
from axis.store.pool import Connection
from axis.store.sql import load_queries

MAX_AUDITED = 100
"""Agencies or certificates that one line of the audit spells out; of more it gives the number.
A full import has 111,000 and is kept as the file that it came from."""

_SQL = load_queries("registry")


async def put_agencies(connection: Connection, agencies: Sequence[Agency]) -> None:
    """Insert or update agencies, and put their aliases in place of the former ones."""
    if not agencies:
        return
    await connection.execute(
        _SQL["put_agencies"],
        [agency.code for agency in agencies],
        [agency.name for agency in agencies],
        [agency.level.value for agency in agencies],
        [agency.parent for agency in agencies],
        [agency.endpoint for agency in agencies],
        [agency.valid_from for agency in agencies],
        [agency.valid_to for agency in agencies],
        [agency.successor for agency in agencies],
    )
    aliases = [(alias, agency.code) for agency in agencies for alias in agency.aliases]
    await connection.execute(_SQL["drop_aliases"], [agency.code for agency in agencies])
    await connection.execute(
        _SQL["put_aliases"], [alias for alias, _ in aliases], [code for _, code in aliases]
    )


async def put_groups(connection: Connection, groups: Sequence[Group]) -> None:
    """Insert or update groups, and put their members in place of the former ones."""
    await connection.execute(
        _SQL["put_groups"],
        [group.code for group in groups],
        [group.name for group in groups],
        [group.level and group.level.value for group in groups],
        [group.below for group in groups],
    )
    members = [(group.code, member) for group in groups for member in group.members]
    await connection.execute(_SQL["drop_members"], [group.code for group in groups])
    await connection.execute(
        _SQL["put_members"], [code for code, _ in members], [member for _, member in members]
    )


async def put_certificates(connection: Connection, certificates: Sequence[NewCertificate]) -> None:
    """Insert certificates that are not there yet."""
    once = list({item.fingerprint: item for item in certificates}.values())
    await connection.execute(
        _SQL["put_certificates"],
        [item.fingerprint for item in once],
        [item.der for item in once],
        [item.subject for item in once],
        [item.issuer for item in once],
        [item.serial for item in once],
        [item.not_before for item in once],
        [item.not_after for item in once],
        [item.organization_identifier for item in once],
    )


async def put_mandates(connection: Connection, mandates: Sequence[Mandate]) -> None:
    """Insert mandates, or change the kinds and terms of those that are there."""
    await connection.execute(
        _SQL["put_mandates"],
        [new_id() for _ in mandates],
        [mandate.fingerprint for mandate in mandates],
        [mandate.agency for mandate in mandates],
        [mandate.capacity.value for mandate in mandates],
        [" ".join(in_order(mandate.kinds)) for mandate in mandates],
        [mandate.act for mandate in mandates],
        [mandate.valid_from for mandate in mandates],
        [mandate.valid_to for mandate in mandates],
    )


def certificate_line(row: Mapping[str, Any]) -> CertificateLine:
    """Return a certificate with one of its mandates as it was read."""
    capacity = row["capacity"]
    kinds = tuple(map(MessageKind, row["kinds"]))
    return CertificateLine(**{**row, "capacity": capacity and Capacity(capacity), "kinds": kinds})


async def audit(
    connection: Connection, at: datetime, actor: str, action: str, facts: Mapping[str, Any]
) -> None:
    """Add a line to the audit."""
    await connection.execute(_SQL["audit"], new_id(), at, actor, action, dict(facts))


def agency_facts(added: Sequence[Agency], changed: Sequence[Agency]) -> dict[str, Any]:
    """Return what the audit says of agencies that were put."""
    return {
        "added": len(added),
        "changed": len(changed),
        "agencies": [
            {
                "code": agency.code,
                "name": agency.name,
                "level": agency.level.value,
                "parent": agency.parent,
                "aliases": agency.aliases,
                "endpoint": agency.endpoint,
                "valid_from": agency.valid_from,
                "valid_to": agency.valid_to,
                "successor": agency.successor,
            }
            for agency in [*added, *changed][:MAX_AUDITED]
        ],
    }


def group_facts(groups: Sequence[Group]) -> dict[str, Any]:
    """Return what the audit says of groups that were put."""
    return {
        "put": len(groups),
        "groups": [
            {
                "code": group.code,
                "name": group.name,
                "level": group.level and group.level.value,
                "below": group.below,
                "count": len(group.members),
                "members": group.members[:MAX_AUDITED],
            }
            for group in groups[:MAX_AUDITED]
        ],
    }


def enrolment_facts(enrolments: Sequence[NewEnrolment]) -> dict[str, Any]:
    """Return what the audit says of certificates that were given mandates."""
    return {
        "enrolled": len(enrolments),
        "certificates": [
            {"subject": one.certificate.subject, **mandate_facts(one.mandate)}
            for one in enrolments[:MAX_AUDITED]
        ],
    }


def switch_facts(wanted: WantedSwitch, plan: Switch) -> dict[str, Any]:
    """Return what the audit says of a certificate that takes another's place."""
    return {
        "agency": plan.agency,
        "fingerprint": wanted.certificate.fingerprint,
        "on": wanted.on,
        "last": plan.last,
        **enrolment_facts(plan.enrolments),
        "ending": [mandate_facts(mandate) for mandate in plan.ending],
    }


def mandate_facts(mandate: Mandate) -> dict[str, Any]:
    """Return what the audit says of a mandate."""
    return {
        "fingerprint": mandate.fingerprint,
        "agency": mandate.agency,
        "capacity": mandate.capacity.value,
        "kinds": in_order(mandate.kinds),
        "act": mandate.act,
        "valid_from": mandate.valid_from,
        "valid_to": mandate.valid_to,
    }
