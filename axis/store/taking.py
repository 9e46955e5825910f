"""What an empty inbox proves, on PostgreSQL."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from asyncpg import Record

from axis.exchange.changes import DeliveryChange
from axis.exchange.deliveries.deadlines import Deadlines
from axis.exchange.deliveries.states import DeliveryEvent, DeliveryState, Position, move
from axis.exchange.outgoing.messages import inbox
from axis.exchange.records import Records
from axis.store.deadlines import usual_deadlines
from axis.store.pool import CONNECT_TIMEOUT_SECONDS, Connection, Pool, transaction, translated
from axis.store.sql import load_queries
from axis.store.writing import add_records

_SQL = load_queries("taking")


class PostgresTaking:
    """Implements `axis.exchange.dispatch.taking.TakingStore`."""

    def __init__(self, pool: Pool, deadlines: Deadlines | None = None) -> None:
        self._pool = pool
        self._deadlines = deadlines or usual_deadlines()

    @asynccontextmanager
    async def taking(self) -> AsyncIterator["PostgresTakingLead | None"]:
        """Become the one router that looks; None while another one is."""
        with translated():
            connection = await self._pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS)
        try:
            with translated():
                leads = await connection.fetchval(_SQL["lead"])
            yield PostgresTakingLead(connection, self._pool, self._deadlines) if leads else None
        finally:
            with translated():
                await self._pool.release(connection)  # ends its locks, too


class PostgresTakingLead:
    """Implements `taking.TakingLead` by a lock that ends with its connection."""

    def __init__(self, connection: Connection, pool: Pool, deadlines: Deadlines) -> None:
        self._connection = connection
        self._pool = pool
        self._deadlines = deadlines

    async def waiting(self) -> Collection[str]:
        """Return the inboxes (queues) with copies that nothing is known to have taken."""
        with translated():  # on the lock's own connection: one that is lost leads no more
            rows = await self._connection.fetch(_SQL["waiting"])
        return [inbox(row["endpoint"], urgent=urgent) for row in rows for urgent in (True, False)]

    async def taken(self, before: Mapping[str, datetime], at: datetime, limit: int) -> int:
        """Move deliveries whose copies were confirmed in these queues before a moment."""
        endpoints = [queue.split(".")[1] for queue in before]
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                _SQL["in_inboxes"], endpoints, list(before), list(before.values()), limit
            )
            changes = [
                DeliveryChange(row["id"], moved, at)
                for row in rows
                if (moved := move(_position(row), DeliveryEvent.INBOX_EMPTIED)) != _position(row)
            ]
            await add_records(connection, Records(changes=changes), self._deadlines)
        return len(rows)


def _position(row: Record) -> Position:
    return Position(DeliveryState(row["state"]), DeliveryState(row["reached"]))
