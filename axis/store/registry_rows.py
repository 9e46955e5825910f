"""How the registry's values become rows of PostgreSQL, and lines of the audit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from axis.ids import new_id
from axis.registry.administration import NewCertificate, NewEnrolment
from axis.registry.agency import Agency
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


async def put_enrolments(connection: Connection, bindings: Sequence[NewEnrolment]) -> None:
    """Insert bindings or change their terms."""
    await connection.execute(
        _SQL["put_enrolments"],
        [binding.certificate.fingerprint for binding in bindings],
        [binding.agency for binding in bindings],
        [binding.valid_from for binding in bindings],
        [binding.valid_to for binding in bindings],
    )


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


def enrolment_facts(bindings: Sequence[NewEnrolment]) -> dict[str, Any]:
    """Return what the audit says of certificates that were bound."""
    return {
        "enrolled": len(bindings),
        "certificates": [
            {
                "fingerprint": binding.certificate.fingerprint,
                "subject": binding.certificate.subject,
                "agency": binding.agency,
                "valid_from": binding.valid_from,
                "valid_to": binding.valid_to,
            }
            for binding in bindings[:MAX_AUDITED]
        ],
    }
