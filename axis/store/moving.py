"""Deliveries that move between endpoints, on PostgreSQL."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Record

from axis.exchange.deliveries.deadlines import Deadlines
from axis.exchange.dispatch.redirecting import Receiver, Waiting
from axis.exchange.records import MessageType, OutboxRow, Records
from axis.registry.directory import Directory
from axis.store.directory import DirectoryCache
from axis.store.dispatch import copy_arrived
from axis.store.pool import Connection
from axis.store.sql import load_queries
from axis.store.writing import add_records

_SQL = load_queries("moving")


class PostgresMovingWork:
    """Implements `axis.exchange.dispatch.moving.MovingWork` on one open transaction."""

    def __init__(
        self, connection: Connection, directories: DirectoryCache, deadlines: Deadlines
    ) -> None:
        self._connection = connection
        self._directories = directories
        self._deadlines = deadlines

    async def directory(self) -> Directory:
        """Return the registry at the version that this transaction holds fast."""
        return await self._directories.held(self._connection)

    async def in_inboxes(self) -> Collection[Receiver]:
        """Return the receivers of which copies wait in inboxes, each with the inbox's endpoint."""
        rows = await self._connection.fetch(_SQL["in_inboxes"])
        return [(row["receiver"], row["endpoint"]) for row in rows]

    async def waiting(
        self, receivers: Collection[Receiver], limit: int, but: Collection[UUID]
    ) -> Sequence[Waiting]:
        """Lock and return deliveries that wait in these inboxes, but for some."""
        codes = [code for code, _ in receivers]
        endpoints = [endpoint for _, endpoint in receivers]
        claimed = await self._connection.fetch(_SQL["claim"], codes, endpoints, limit, list(but))
        rows = await self._connection.fetch(_SQL["waiting"], [row["id"] for row in claimed])
        return [Waiting(copy_arrived(row), _row(row)) for row in rows]

    async def save(self, records: Records) -> None:
        """Add what was moved."""
        await add_records(self._connection, records, self._deadlines)


def _row(row: Record) -> OutboxRow:
    return OutboxRow(
        id=row["copy"],
        queue=row["queue"],
        urgent=row["copy_urgent"],
        type=MessageType.DOCUMENT,
        subject=row["document"],
        size=row["size"],
        correlation_id=None,
        headers=row["headers"],
        created_at=row["created_at"],
    )
