"""A virtual host with the whole topology and the accounts of two endpoints in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aio_pika
import aiohttp
import pytest
from aio_pika.abc import AbstractChannel

from axis.broker.management import Management
from axis.broker.topology import Account
from axis.local.rabbitmq import Credentials
from axis.registry.passwords import new_password, rabbit_hash
from tests.conftest import VirtualHost


@dataclass(frozen=True)
class Broker:
    """A RabbitMQ as the axis sets it up; accounts are the server's, so each test has its own."""

    vhost: VirtualHost
    router: Credentials
    """The account under which the axis itself works."""
    passwords: dict[str, str]
    """By endpoint."""

    @property
    def url(self) -> str:
        """The axis's own address."""
        return self.vhost.amqp_url_for(self.router.user, self.router.password)

    @property
    def endpoints(self) -> tuple[str, str]:
        """Two endpoints: the first submits, the second receives."""
        first, second = self.passwords
        return first, second

    @property
    def accounts(self) -> list[Account]:
        return [Account(name, rabbit_hash(word)) for name, word in self.passwords.items()]

    @property
    def management(self) -> Management:
        admin = self.vhost.admin
        return Management(self.vhost.management_url, admin.user, admin.password)

    def url_of(self, endpoint: str) -> str:
        return self.vhost.amqp_url_for(endpoint, self.passwords[endpoint])

    async def sync(self) -> int:
        """Bring the virtual host in line, as `axis broker sync` does."""
        return await self.management.sync(self.vhost.name, self.accounts, router=self.router.user)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the management interface."""
        admin = self.vhost.admin
        login = {"Authorization": admin.basic_auth()}
        async with (
            aiohttp.ClientSession(headers=login, raise_for_status=True) as session,
            session.request(method, f"{self.vhost.management_url}/api/{path}", json=body) as reply,
        ):
            return await reply.json() if reply.status == 200 else None

    async def listed(self, kind: str) -> list[dict[str, Any]]:
        """What the management interface lists in this virtual host."""
        name = self.vhost.name
        path = f"vhosts/{name}/{kind}" if kind == "permissions" else f"{kind}/{name}"
        return list(await self.ask("GET", path))

    async def delete_queue(self, name: str) -> None:
        await self.ask("DELETE", f"queues/{self.vhost.name}/{name}")


@pytest.fixture
async def broker(vhost: VirtualHost) -> AsyncIterator[Broker]:
    """A virtual host with the axis's topology and two endpoints."""
    mark = uuid4().hex[:8]
    router = Credentials(f"t{mark}-router", new_password())
    broker = Broker(vhost, router, {f"t{mark}-a": new_password(), f"t{mark}-b": new_password()})
    await broker.ask("PUT", f"users/{router.user}", {"password": router.password, "tags": ""})
    await broker.sync()
    yield broker
    for account in (router.user, *broker.endpoints):
        await broker.ask("DELETE", f"users/{account}")


@pytest.fixture
async def channel(broker: Broker) -> AsyncIterator[AbstractChannel]:
    """A channel of the axis's own account."""
    async with await aio_pika.connect(broker.url) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)
