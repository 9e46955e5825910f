"""The registry as administrators look at it, read from PostgreSQL a page at a time."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from axis.registry.agency import Level, legal_day
from axis.registry.views import (
    EXPIRY_WARNING,
    NO_MANDATE,
    AgencyFilter,
    AgencyLine,
    CertificateEntry,
    CertificateFilter,
    ReviewLine,
    Standing,
)
from axis.store.pool import Pool, transaction
from axis.store.reading import like_text
from axis.store.registry_rows import certificate_line
from axis.store.sql import load_queries

_SQL = load_queries("registry_reading")
_REVIEW = load_queries("revocation")["review"]


class PostgresRegistryReader:
    """Implements `axis.registry.views.RegistryReader`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def agencies(self, wanted: AgencyFilter) -> Sequence[AgencyLine]:
        """Return matching agencies by code."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(
                _SQL["agencies"],
                wanted.after or "",
                like_text(wanted.text),
                wanted.level.value if wanted.level else None,
                wanted.parent,
                wanted.limit,
            )
        return [_agency(row) for row in found]

    async def agency(self, code: str) -> AgencyLine | None:
        """Return the agency with this code or alias, or None."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["agency"], code)
        return None if row is None else _agency(row)

    async def certificates(
        self, wanted: CertificateFilter, at: datetime
    ) -> Sequence[CertificateEntry]:
        """Return matching certificates by agency code, one entry a mandate."""
        soon = at + EXPIRY_WARNING
        async with transaction(self._pool) as connection:
            found = await connection.fetch(
                _SQL["certificates"],
                *(wanted.after or ("", "", NO_MANDATE)),
                like_text(wanted.text),
                wanted.standing.value if wanted.standing else None,
                wanted.agency,
                wanted.fingerprint,
                wanted.limit,
                at,
                legal_day(at),
                soon,
                legal_day(soon),
            )
        return [_entry(row) for row in found]

    async def to_review(self, fingerprint: str | None, limit: int) -> Sequence[ReviewLine]:
        """Return documents to look at, the newest first."""
        async with transaction(self._pool) as connection:
            found = await connection.fetch(_REVIEW, fingerprint, limit)
        return [ReviewLine(**{**row, "receivers": tuple(row["receivers"])}) for row in found]


def _agency(row: Record) -> AgencyLine:
    return AgencyLine(**{**row, "level": Level(row["level"]), "aliases": tuple(row["aliases"])})


def _entry(row: Record) -> CertificateEntry:
    facts = dict(row)
    standing = Standing(facts.pop("standing"))
    return CertificateEntry(certificate_line(facts), standing)
