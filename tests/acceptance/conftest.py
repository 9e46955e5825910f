"""A whole axis for the acceptance tests: own servers, PKI, demo registry and one router."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from axis.local.installation import Installation
from tests.conftest import delete_abandoned_servers
from tests.support.endpoint import EndpointSystem
from tests.support.offices import Offices

FOLDER_PREFIX = "axis-test-"
"""The prefix of every test's folder; the general conftest clears away what was left behind."""


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A running axis, shared by all acceptance tests; do not stop it."""
    delete_abandoned_servers()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # the servers' account must be able to pass
    installation = Installation(folder)
    try:
        asyncio.run(installation.prepare())
        asyncio.run(installation.start_router())
        yield installation
    finally:
        asyncio.run(installation.delete())


@pytest.fixture(scope="session")
def offices(installation: Installation) -> Offices:
    """Agencies that write and seal."""
    return Offices(installation)


Connect = Callable[..., Awaitable[list[EndpointSystem]]]


@pytest.fixture
async def connect(installation: Installation) -> AsyncIterator[Connect]:
    """Connect systems of these endpoints; they are disconnected after the test."""
    async with AsyncExitStack() as stack:

        async def connect_all(*endpoints: str) -> list[EndpointSystem]:
            return [
                await stack.enter_async_context(
                    EndpointSystem(installation.endpoint_url(endpoint), endpoint)
                )
                for endpoint in endpoints
            ]

        yield connect_all


@pytest.fixture
async def database(installation: Installation) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the axis's own database."""
    connection = await asyncpg.connect(installation.dsn)
    yield connection
    await connection.close()
