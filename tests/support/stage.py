"""The scene on a fresh database for each test, with the web view in front of it.

Import the fixtures into a conftest. The scene is played once a session; tests get copies.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.local.pki import DemoPki
from axis.local.servers import LocalServers
from axis.settings import WebSettings
from axis.store.accounts import PostgresAccounts
from axis.store.dead_letters import PostgresDeadLetters
from axis.store.exchange import PostgresStore
from axis.store.migrate import migrate
from axis.store.pool import Pool, answers, open_pool
from axis.store.reading import PostgresReader
from axis.store.registry import PostgresAdministration
from axis.store.registry_reading import PostgresRegistryReader
from axis.web.app import create_app
from axis.web.checks import Checks
from axis.web.passwords import Passwords
from tests.support.desk import Desk, Hands, make_pki
from tests.support.scene import HASHER, Scene, play


@dataclass(frozen=True, slots=True)
class Played:
    """The scene as it was left, in a database to copy."""

    database: str
    pki: DemoPki
    scene: Scene
    at: datetime
    """When it ended."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A copy of the scene for one test."""

    pool: Pool
    desk: Desk
    scene: Scene
    clock: Hands

    @property
    def reader(self) -> PostgresReader:
        return PostgresReader(self.pool)

    @property
    def letters(self) -> PostgresDeadLetters:
        return PostgresDeadLetters(self.pool, self.clock)

    def app(self, settings: WebSettings | None = None) -> web.Application:
        """Return a web view of its own state on this database."""
        return create_app(
            reader=self.reader,
            letters=self.letters,
            registry=PostgresRegistryReader(self.pool),
            accounts=PostgresAccounts(self.pool, self.clock),
            administration=PostgresAdministration(self.pool, self.clock),
            settings=settings or WebSettings(),
            clock=self.clock,
            ready=lambda: answers(self.pool),
            metrics=CollectorRegistry(),
            passwords=Passwords(HASHER),
            checks=Checks(self.desk, PostgresStore(self.pool), MAX_DOCUMENT_BYTES),
        )


@pytest.fixture(scope="session")
def played(servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play the scene once."""
    name = f"scene_{uuid4().hex}"
    folder = tmp_path_factory.mktemp("pki")
    yield asyncio.run(_play(servers, name, folder))
    asyncio.run(servers.postgresql.drop_database(name))


@pytest.fixture
async def stage(servers: LocalServers, played: Played) -> AsyncIterator[Stage]:
    """Give a test its own copy."""
    async with copied(servers, played) as stage:
        yield stage


@asynccontextmanager
async def copied(servers: LocalServers, played: Played) -> AsyncIterator[Stage]:
    """Copy the scene, and clear the copy away."""
    name = f"test_{uuid4().hex}"
    dsn = await servers.postgresql.create_database(name, template=played.database)
    pool = await open_pool(dsn, max_size=4)
    clock = Hands(played.at)
    async with pool:
        yield Stage(pool, Desk(pool, played.pki, clock, first_number=9001), played.scene, clock)
    await servers.postgresql.drop_database(name)


async def _play(servers: LocalServers, name: str, folder: Path) -> Played:
    dsn = await servers.postgresql.create_database(name)
    connection = await asyncpg.connect(dsn)
    try:
        await migrate(connection)
    finally:
        await connection.close()
    clock = Hands()
    pki = make_pki(folder)
    async with await open_pool(dsn, max_size=2) as pool:
        desk = Desk(pool, pki, clock)
        await desk.open()
        scene = await play(desk)
    return Played(name, pki, scene, clock())
