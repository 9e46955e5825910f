"""The watch's transaction on PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from axis.exchange.deliveries.deadlines import Deadlines
from axis.exchange.records import Records
from axis.exchange.watch import Overdue
from axis.registry.directory import Directory
from axis.store.deadlines import facts_of, waiting_of
from axis.store.directory import DirectoryCache
from axis.store.dispatch import copy_arrived
from axis.store.pool import Connection
from axis.store.sql import load_queries
from axis.store.writing import add_records

_SQL = load_queries("deadlines")


class PostgresWatchWork:
    """Implements `axis.exchange.watch.WatchWork` on one open transaction."""

    def __init__(
        self, connection: Connection, directories: DirectoryCache, deadlines: Deadlines
    ) -> None:
        self._connection = connection
        self._directories = directories
        self._deadlines = deadlines

    async def directory(self) -> Directory:
        """Return the registry as it is now; it may change at once."""
        return await self._directories.seen(self._connection)

    async def overdue(
        self, *, at: datetime, limit: int, but: Collection[UUID]
    ) -> Sequence[Overdue]:
        """Lock and return deliveries with a passed deadline, longest first, but for some."""
        claimed = await self._connection.fetch(_SQL["claim"], at, limit, list(but))
        rows = await self._connection.fetch(_SQL["overdue"], [row["id"] for row in claimed])
        return [Overdue(copy_arrived(row), waiting_of(row), facts_of(row)) for row in rows]

    async def save(self, records: Records) -> None:
        """Add what follows from the deadlines."""
        await add_records(self._connection, records, self._deadlines)
