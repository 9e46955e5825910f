"""The store of the exchange: opens its two kinds of transactions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axis.store.directory import DirectoryCache
from axis.store.dispatch import PostgresDispatchWork
from axis.store.intake import PostgresIntakeWork
from axis.store.pool import Pool, transaction


class PostgresStore:
    """Implements `axis.exchange.ports.Store`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._directories = DirectoryCache()

    @asynccontextmanager
    async def intake(self) -> AsyncIterator[PostgresIntakeWork]:
        """Open the intake's transaction; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresIntakeWork(connection, self._directories)

    @asynccontextmanager
    async def dispatch(self) -> AsyncIterator[PostgresDispatchWork]:
        """Open the dispatch's transaction; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresDispatchWork(connection)
