"""Databases that are migrated, or have a small registry in them too: one a test, each a copy of one
that was made once, since a copy takes a third of the time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import uuid4

import asyncpg
import pytest

from axis.local.postgresql import PrivatePostgreSQL
from axis.local.servers import LocalServers
from axis.store.migrate import migrate
from axis.store.pool import Pool, open_pool
from tests.support.stocked import Exchange, exchange_on, stock


@pytest.fixture(scope="session")
def migrated_template(servers: LocalServers) -> Iterator[str]:
    """Name of a database with every table and nothing in them, to be copied."""
    with _template(servers.postgresql, _migrate) as name:
        yield name


@pytest.fixture(scope="session")
def stocked_template(servers: LocalServers, migrated_template: str) -> Iterator[str]:
    """Name of a database with the agencies, endpoints and seals of `tests.support.exchange`."""
    with _template(servers.postgresql, _stock, migrated_template) as name:
        yield name


@pytest.fixture
async def migrated_database(servers: LocalServers, migrated_template: str) -> AsyncIterator[str]:
    """Address of a database of this test alone, with every table and nothing in them."""
    async with _copy(servers.postgresql, migrated_template) as dsn:
        yield dsn


@pytest.fixture
async def stocked_database(servers: LocalServers, stocked_template: str) -> AsyncIterator[str]:
    """Address of a database of this test alone, with the small registry."""
    async with _copy(servers.postgresql, stocked_template) as dsn:
        yield dsn


@pytest.fixture
async def stocked(stocked_database: str) -> AsyncIterator[Pool]:
    """A pool on the database with the small registry."""
    async with await open_pool(stocked_database, max_size=8) as pool:
        yield pool


@pytest.fixture
def exchange(stocked: Pool) -> Exchange:
    """A router's exchange on that database."""
    return exchange_on(stocked)


@contextmanager
def _template(
    postgresql: PrivatePostgreSQL, fill: Callable[[str], Awaitable[None]], of: str = "template1"
) -> Iterator[str]:
    name = f"template_{uuid4().hex}"

    async def make() -> None:
        await fill(await postgresql.create_database(name, template=of))

    asyncio.run(make())
    yield name
    asyncio.run(postgresql.drop_database(name))


@asynccontextmanager
async def _copy(postgresql: PrivatePostgreSQL, template: str) -> AsyncIterator[str]:
    name = f"test_{uuid4().hex}"
    yield await postgresql.create_database(name, template=template)
    await postgresql.drop_database(name)


async def _migrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await migrate(connection)
    finally:
        await connection.close()


async def _stock(dsn: str) -> None:
    async with await open_pool(dsn, max_size=2) as pool:
        await stock(pool)
