"""The store of the exchange: opens its kinds of transactions."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from axis.exchange.deliveries.deadlines import DeadlineKind, Deadlines
from axis.store.deadlines import late_counts, usual_deadlines
from axis.store.directory import DirectoryCache, current_mark
from axis.store.dispatch import PostgresDispatchWork
from axis.store.intake import PostgresIntakeWork
from axis.store.letter_work import PostgresLetterWork
from axis.store.moving import PostgresMovingWork
from axis.store.pool import Pool, transaction
from axis.store.watch import PostgresWatchWork


class PostgresStore:
    """Implements `axis.exchange.ports.Store`, and the stores of `axis.exchange.dead_letters`,
    `axis.exchange.dispatch.moving` and `axis.exchange.watch`.
    """

    def __init__(self, pool: Pool, deadlines: Deadlines | None = None) -> None:
        self._pool = pool
        self._deadlines = deadlines or usual_deadlines()
        self._directories = DirectoryCache()

    @asynccontextmanager
    async def intake(self) -> AsyncIterator[PostgresIntakeWork]:
        """Open the intake's transaction; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresIntakeWork(connection, self._directories, self._deadlines)

    @asynccontextmanager
    async def dispatch(self) -> AsyncIterator[PostgresDispatchWork]:
        """Open the dispatch's transaction; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresDispatchWork(connection, self._directories, self._deadlines)

    @asynccontextmanager
    async def moving(self) -> AsyncIterator[PostgresMovingWork]:
        """Open one that moves deliveries; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresMovingWork(connection, self._directories, self._deadlines)

    async def registry_version(self) -> int:
        """Return the registry's version; nothing is held."""
        async with transaction(self._pool) as connection:
            return (await current_mark(connection)).version

    @asynccontextmanager
    async def letters(self) -> AsyncIterator[PostgresLetterWork]:
        """Open one about dead letters; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresLetterWork(connection, self._deadlines)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[PostgresWatchWork]:
        """Open one of the watch; it commits when the block ends without an error."""
        async with transaction(self._pool) as connection:
            yield PostgresWatchWork(connection, self._directories, self._deadlines)

    async def late(self) -> Mapping[DeadlineKind, int]:
        """Return how many deliveries are late, by what they are late with."""
        async with transaction(self._pool) as connection:
            return await late_counts(connection)
