"""Fixtures for every test: a real RabbitMQ and PostgreSQL, clean for each test that asks.

Both servers start once a session and go with it. While working on a test, keep them:

    .venv/bin/axis local up --folder .axis/test
    AXIS_TEST_SERVERS=.axis/test .venv/bin/pytest tests/integration/…
"""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from hypothesis import HealthCheck, settings

from axis.local.installation import Installation
from axis.local.rabbitmq import Credentials, PrivateRabbitMQ
from axis.local.servers import LocalServers

# How long an example takes says how busy the machine is, and nothing of what is tested. A change
# is judged by the same examples each time; `--hypothesis-profile=search` looks for more and others.
_ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("axis", _ANY_PACE, derandomize=True)
settings.register_profile("search", _ANY_PACE, max_examples=1000)
settings.load_profile("axis")

os.environ.pop("COLUMNS", None)  # what commands print does not depend on who runs the tests

SERVERS_VARIABLE = "AXIS_TEST_SERVERS"
FOLDER_PREFIX = "axis-test-"


@dataclass(frozen=True)
class VirtualHost:
    """A fresh virtual host of the session's RabbitMQ; the administrator may do all in it."""

    name: str
    rabbitmq: PrivateRabbitMQ

    @property
    def amqp_url(self) -> str:
        return self.rabbitmq.amqp_url(self.name)

    def amqp_url_for(self, user: str, password: str) -> str:
        return self.rabbitmq.amqp_url(self.name, Credentials(user, password))

    @property
    def management_url(self) -> str:
        return self.rabbitmq.management_url

    @property
    def admin(self) -> Credentials:
        return self.rabbitmq.admin


@pytest.fixture(scope="session")
def servers() -> Iterator[LocalServers]:
    """Running RabbitMQ and PostgreSQL, shared by the whole session; do not stop them."""
    kept = os.environ.get(SERVERS_VARIABLE)
    if kept:
        servers = LocalServers(Path(kept))
        asyncio.run(servers.start())
        yield servers
        return
    delete_abandoned_servers()
    with _temporary_servers() as servers:
        asyncio.run(servers.start())
        yield servers


@pytest.fixture
def own_servers() -> Iterator[LocalServers]:
    """RabbitMQ (5 s to start) and PostgreSQL (1 s) of this test alone, not started yet."""
    with _temporary_servers() as servers:
        yield servers


@pytest.fixture
async def database(servers: LocalServers) -> AsyncIterator[str]:
    """Address of an empty PostgreSQL database of this test alone."""
    name = f"test_{uuid4().hex}"
    yield await servers.postgresql.create_database(name)
    await servers.postgresql.drop_database(name)


@pytest.fixture
async def vhost(servers: LocalServers) -> AsyncIterator[VirtualHost]:
    """An empty RabbitMQ virtual host of this test alone."""
    name = f"test-{uuid4().hex}"
    rabbitmq = servers.rabbitmq
    login = {"Authorization": rabbitmq.admin.basic_auth()}
    path = f"{rabbitmq.management_url}/api/vhosts/{name}"
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    permissions = f"{rabbitmq.management_url}/api/permissions/{name}/{rabbitmq.admin.user}"
    async with aiohttp.ClientSession(headers=login, raise_for_status=True) as session:
        await session.put(path)
        await session.put(permissions, json=everything)
        yield VirtualHost(name, rabbitmq)
        await session.delete(path)


@contextmanager
def _temporary_servers() -> Iterator[LocalServers]:
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # the servers' account must be able to pass
    servers = LocalServers(folder)
    try:
        yield servers
    finally:
        asyncio.run(servers.delete())


def delete_abandoned_servers() -> None:
    """End what test runs left behind that were killed: servers, and the axis's own processes."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = re.match(rf"{FOLDER_PREFIX}(\d+)-", folder.name)
        if owner is None or Path(f"/proc/{owner[1]}").exists():
            continue
        with suppress(FileNotFoundError):  # a run that begins at the same time was quicker
            if folder.stat().st_uid == os.geteuid():
                asyncio.run(Installation(folder).delete())
