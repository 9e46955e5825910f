"""What is known of revocation, on PostgreSQL.

Standings are written by one keeper and read by every batch of the intake. A change for the worse
is committed while no batch is under way, so none is decided by what is no longer true.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from axis.exchange.records import AuthorityRow
from axis.facts import RevocationState
from axis.ids import first_id
from axis.reasons import Reason
from axis.revocation.ports import Evidence, Revoked
from axis.store.holding import wake
from axis.store.pool import CONNECT_TIMEOUT_SECONDS, Connection, Pool, transaction, translated
from axis.store.registry_rows import audit
from axis.store.sql import load_queries
from axis.trust.certificates import Certificate
from axis.trust.standing import EVER, Source, Standing, supersede

ACTOR: Final = "axis-keeper"
"""Who the audit says learnt of a revocation."""

STRETCH: Final = 20_000
"""Documents that are looked at in one statement: some tenths of a second."""

CLOCKS_DIFFER: Final = timedelta(days=1)
"""A document's id has the time of the router that accepted it; no two differ by more."""

_SQL = load_queries("revocation")
_Key = tuple[str, Source]


class PostgresLead:
    """Implements `axis.revocation.ports.Lead`: a lock that ends with its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def mark(self) -> object:
        """Return the registry's version and the number of authorities that signatures brought."""
        with translated():
            return tuple(await self._connection.fetchrow(_SQL["mark"]) or ())


class PostgresRevocation:
    """Implements `axis.revocation.ports.KeeperStore`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def lead(self) -> AsyncIterator[PostgresLead | None]:
        """Become the one keeper of all routers; None while another one is."""
        with translated():
            connection = await self._pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS)
        try:
            with translated():
                leads = await connection.fetchval(_SQL["lead"])
            yield PostgresLead(connection) if leads else None
        finally:
            with translated():
                await self._pool.release(connection)  # ends its locks, too

    async def certificates(self, at: datetime) -> Sequence[Certificate]:
        """Return the registry's certificates that have not expired."""
        return await self._read(_SQL["certificates"], at)

    async def authorities(self) -> Sequence[Certificate]:
        """Return the authorities that signatures brought along."""
        return await self._read(_SQL["authorities"])

    async def standings(self) -> Sequence[Standing]:
        """Return all that is known."""
        async with transaction(self._pool) as connection:
            return [standing(row) for row in await connection.fetch(_SQL["standings"])]

    async def record(self, learnt: Sequence[Evidence], at: datetime) -> bool:
        """Keep evidence and what it says, as far as it is newer; return whether any changed."""
        said = {one.fingerprint for evidence in learnt for one in evidence.standings}
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(_SQL["locked_standings"], sorted(said))
            before = {(row["fingerprint"], Source(row["source"])): standing(row) for row in rows}
            after, origin = _merge(before, learnt)
            changed = {key: one for key, one in after.items() if before.get(key) != one}
            if not changed:
                return False
            for evidence in learnt:
                await _put_evidence(connection, evidence)
            await _put_standings(connection, changed, origin, at)
            if any(_worse(before.get(key), one) for key, one in changed.items()):
                await connection.execute(_SQL["hold_intake"])
        return True

    async def wake_held(self, at: datetime) -> None:
        """Let documents that wait for information be tried again now."""
        async with transaction(self._pool) as connection:
            await wake(connection, at, Reason.REVOCATION_UNKNOWN)

    async def review(self, at: datetime) -> Sequence[Revoked]:
        """List the documents accepted since certificates were revoked, one certificate at a time.

        The documents that were decided by older knowledge are committed by now, see `record`.
        """
        done = []
        while (one := await self._review_one(at)) is not None:
            done.append(one)
        return done

    async def prune(self, before: datetime) -> int:
        """Delete evidence fetched before a moment that nothing rests on any more."""
        async with transaction(self._pool) as connection:
            return int((await connection.execute(_SQL["prune_evidence"], before)).split()[-1])

    async def _read(self, query: str, *arguments: object) -> list[Certificate]:
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(query, *arguments)
        return [Certificate.from_der(row["der"]) for row in rows]

    async def _review_one(self, at: datetime) -> Revoked | None:
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["unreviewed"])
            if row is None:
                return None
            fingerprint, revoked_at = row["fingerprint"], row["revoked_at"]
            documents = await _list_documents(connection, row)
            facts = {
                "fingerprint": fingerprint,
                "source": row["source"],
                "revoked_at": revoked_at,
                "known_at": row["known_at"],
                "reason": row["reason"],
                "documents": documents,
            }
            await audit(connection, at, ACTOR, "revocation:learnt", facts)
            await connection.execute(_SQL["reviewed"], fingerprint, row["source"], at)
        return Revoked(fingerprint, revoked_at, documents)


async def standings_of(
    connection: Connection, fingerprints: Collection[str]
) -> Mapping[str, Sequence[Standing]]:
    """Return what is known of these certificates, by fingerprint."""
    found: dict[str, list[Standing]] = {}
    for row in await connection.fetch(_SQL["standings_of"], list(fingerprints)):
        found.setdefault(row["fingerprint"], []).append(standing(row))
    return found


async def remember_authorities(
    connection: Connection, authorities: Collection[AuthorityRow]
) -> None:
    """Keep authorities of proven paths, so that they are asked about."""
    await connection.execute(
        _SQL["remember_authorities"],
        [one.fingerprint for one in authorities],
        [one.der for one in authorities],
        [one.seen_at for one in authorities],
    )


def standing(row: Record) -> Standing:
    """Return a row as a value."""
    return Standing(
        fingerprint=row["fingerprint"],
        source=Source(row["source"]),
        state=RevocationState(row["state"]),
        this_update=row["this_update"],
        next_update=row["next_update"],
        number=int(row["number"]),
        revoked_at=row["revoked_at"],
        reason=row["reason"],
    )


def _merge(
    before: Mapping[_Key, Standing], learnt: Sequence[Evidence]
) -> tuple[dict[_Key, Standing], dict[_Key, str]]:
    """Return what is known after news, and the digest of the evidence for each that is new."""
    after, origin = dict(before), {}
    for evidence in learnt:
        for new in evidence.standings:
            key = (new.fingerprint, new.source)
            old = after.get(key)
            now = new if old is None else supersede(old, new)
            if now != old:
                after[key], origin[key] = now, evidence.sha256
    return after, origin


def _worse(before: Standing | None, after: Standing) -> bool:
    """Return whether a document might pass by the old knowledge that may not by the new."""
    if after.state is not RevocationState.REVOKED:
        return False
    if before is None or before.state is not RevocationState.REVOKED:
        return True
    return (after.revoked_at or EVER) < (before.revoked_at or EVER)


async def _list_documents(connection: Connection, row: Record) -> int:
    """List what was accepted since a revocation, stretch by stretch; return how much that is.

    In one statement it would take longer than any may, where a certificate is revoked from a day
    long past: millions of documents are looked at.
    """
    since = row["revoked_at"] or EVER
    ever = since - EVER <= CLOCKS_DIFFER
    after = UUID(int=0) if ever else first_id(since - CLOCKS_DIFFER)
    found = 0
    while (end := await connection.fetchval(_SQL["stretch"], after, STRETCH)) is not None:
        known = (row["fingerprint"], since, row["known_at"], after, end)
        found += len(await connection.fetch(_SQL["list_documents"], *known))
        after = end
    return found


async def _put_evidence(connection: Connection, evidence: Evidence) -> None:
    first = evidence.standings[0]
    await connection.execute(
        _SQL["put_evidence"],
        evidence.sha256,
        evidence.kind.value,
        evidence.issuer,
        evidence.url,
        first.this_update,
        first.next_update,
        evidence.fetched_at,
        evidence.der,
    )


async def _put_standings(
    connection: Connection,
    changed: Mapping[_Key, Standing],
    origin: Mapping[_Key, str],
    at: datetime,
) -> None:
    values = list(changed.values())
    columns: list[list[Any]] = [
        [one.fingerprint for one in values],
        [one.source.value for one in values],
        [one.state.value for one in values],
        [one.this_update for one in values],
        [one.next_update for one in values],
        [one.number for one in values],
        [one.revoked_at for one in values],
        [one.reason for one in values],
        [origin[key] for key in changed],
    ]
    await connection.execute(_SQL["put_standings"], *columns, at)
