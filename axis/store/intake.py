"""The intake's transaction on PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from axis.edxml.codes import DocumentKind, Priority
from axis.exchange.deliveries.deadlines import Deadlines
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.ports import MessageKey
from axis.exchange.records import Records
from axis.exchange.stored import (
    EarlierSubmission,
    Family,
    HeldLoad,
    HeldSubmission,
    KnownDelivery,
    KnownDocument,
    KnownStatus,
)
from axis.exchange.versions import Link
from axis.registry.directory import Directory
from axis.store import holding
from axis.store.directory import DirectoryCache
from axis.store.pool import Connection
from axis.store.revocation import remember_authorities, standings_of
from axis.store.sql import load_queries
from axis.store.writing import add_records
from axis.trust.standing import Standing

_SQL = load_queries("intake")

MAX_LATER_VERSIONS: Final = 100
"""Updates of one document that are asked who has got it, the newest first. Documents are updated a
few times; the limit keeps one that is updated without end from slowing every later one down."""

MAX_VERSION_STEPS: Final = 16
"""So many updates of updates, each under a DocumentId of its own, are followed."""


class PostgresIntakeWork:
    """Implements `axis.exchange.ports.IntakeWork` on one open transaction."""

    def __init__(
        self, connection: Connection, directories: DirectoryCache, deadlines: Deadlines
    ) -> None:
        self._connection = connection
        self._directories = directories
        self._deadlines = deadlines

    async def lock(self, keys: Collection[str]) -> None:
        """Take the advisory locks of these keys in one global order, so that routers can't
        deadlock on each other.
        """
        await self._connection.execute(_SQL["lock_keys"], list(keys))

    async def directory(self) -> Directory:
        """Return the registry at the version that this transaction holds fast."""
        return await self._directories.held(self._connection)

    async def earlier_submissions(
        self, keys: Collection[MessageKey]
    ) -> Mapping[MessageKey, EarlierSubmission]:
        """Return what was decided before under these keys."""
        endpoints = [endpoint for endpoint, _ in keys]
        message_keys = [key for _, key in keys]
        rows = await self._connection.fetch(_SQL["earlier_submissions"], endpoints, message_keys)
        return {
            (row["endpoint"], row["message_key"]): EarlierSubmission(
                row["sha256"],
                row["receipt"],
                row["receipt_size"],
                held=row["held"],
                refusal=row["refusal"],
            )
            for row in rows
        }

    async def documents_named(self, document_ids: Collection[str]) -> Sequence[KnownDocument]:
        """Return stored documents with one of these DocumentIds: new ones, then the oldest."""
        rows = await self._connection.fetch(_SQL["documents_named"], list(document_ids))
        return [_document(row) for row in map(dict, rows)]

    async def family_of(self, documents: Collection[UUID]) -> Family:
        """Return the versions before and after these documents, and the recalls about them all."""
        rows = await self._connection.fetch(
            _SQL["family"], list(documents), MAX_VERSION_STEPS, MAX_LATER_VERSIONS
        )
        links = [_link(row) for row in map(dict, rows)]
        tied = {one for link in links for one in (link.document, link.target)}
        found = await self._connection.fetch(_SQL["documents_by_id"], list(tied)) if tied else []
        return Family([_document(row) for row in map(dict, found)], links)

    async def deliveries_of(
        self, pairs: Collection[tuple[UUID, str]], whole: Collection[UUID] = ()
    ) -> Sequence[KnownDelivery]:
        """Lock and return the deliveries of (document, receiver) pairs and of whole documents."""
        documents = [document for document, _ in pairs]
        receivers = [receiver for _, receiver in pairs]
        locked = await self._connection.fetch(
            _SQL["lock_deliveries"], documents, receivers, list(whole)
        )
        ids = [row["id"] for row in locked]
        rows = await self._connection.fetch(_SQL["deliveries"], ids) if ids else []
        return [
            KnownDelivery(
                **{
                    **row,
                    "named": tuple(row["named"]),
                    "state": DeliveryState(row["state"]),
                    "reached": DeliveryState(row["reached"]),
                }
            )
            for row in map(dict, rows)
        ]

    async def gone(self, copies: Collection[UUID]) -> Collection[UUID]:
        """Return those copies of which a receiver has told that they have left their inbox."""
        return [row["copy"] for row in await self._connection.fetch(_SQL["gone"], list(copies))]

    async def held(self, pairs: Collection[tuple[UUID, str]]) -> Collection[tuple[UUID, str]]:
        """Return those (document, receiver code) pairs where the receiver got the document."""
        rows = await self._reached(pairs, named=False)
        return [(row["document"], row["code"]) for row in rows]

    async def addressed(
        self, names: Collection[tuple[UUID, str]]
    ) -> Collection[tuple[UUID, str, str]]:
        """Return (document, code, receiver) of those who got the document by that code."""
        rows = await self._reached(names, named=True)
        return [(row["document"], row["code"], row["receiver"]) for row in rows]

    async def _reached(
        self, pairs: Collection[tuple[UUID, str]], *, named: bool
    ) -> Sequence[Record]:
        return await self._connection.fetch(
            _SQL["reached"],
            [document for document, _ in pairs],
            [code for _, code in pairs],
            MAX_LATER_VERSIONS,
            MAX_VERSION_STEPS,
            named,
        )

    async def statuses_of(
        self, deliveries: Collection[UUID], digests: Collection[str]
    ) -> Sequence[KnownStatus]:
        """Return the statuses stored for these deliveries with one of these digests."""
        rows = await self._connection.fetch(_SQL["statuses_of"], list(deliveries), list(digests))
        return [KnownStatus(**row) for row in map(dict, rows)]

    async def held_load(self) -> HeldLoad:
        """Return how much waits."""
        return await holding.load(self._connection)

    async def on_hold(self, document_ids: Collection[str]) -> Mapping[str, datetime]:
        """Return those DocumentIds under which a document waits for a check, and until when."""
        return await holding.on_hold(self._connection, document_ids)

    async def claim_held(
        self, *, at: datetime, leased_until: datetime, limit: int, max_bytes: int
    ) -> Sequence[HeldSubmission]:
        """Take held submissions that are due, longest due first."""
        return await holding.claim(
            self._connection, at=at, leased_until=leased_until, limit=limit, max_bytes=max_bytes
        )

    async def standings(self, fingerprints: Collection[str]) -> Mapping[str, Sequence[Standing]]:
        """Return what is known of these certificates' revocation, as it stays until the end."""
        return await standings_of(self._connection, fingerprints)

    async def save(self, records: Records) -> bool:
        """Insert everything that was decided; tell whether something that waited is due now."""
        woken = await add_records(self._connection, records, self._deadlines)
        if records.authorities:
            await remember_authorities(self._connection, records.authorities)
        for resend in records.resends:
            await self._connection.execute(
                _SQL["resend"], resend.receipt, resend.queue, resend.correlation_id, resend.at
            )
        return woken


def _document(row: dict[str, Any]) -> KnownDocument:
    kind, priority = DocumentKind(row["kind"]), Priority(row["priority"])
    return KnownDocument(**{**row, "kind": kind, "priority": priority})


def _link(row: dict[str, Any]) -> Link:
    lists = {name: tuple(row[name]) for name in ("receivers", "dropped")}
    return Link(**{**row, **lists, "kind": DocumentKind(row["kind"])})
