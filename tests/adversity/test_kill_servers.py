"""RabbitMQ and PostgreSQL are killed under load: the axis waits, and goes on without a loss."""

import asyncio

import pytest
from rich.console import Console

from axis.local.installation import Installation
from axis.local.postgresql import PrivatePostgreSQL
from axis.local.rabbitmq import PrivateRabbitMQ
from tests.adversity.load import under_load
from tests.adversity.reconcile import reconcile

AT_WORK_SECONDS = 4.0
"""Load before and after each crash: enough for some hundred documents in every state."""


@pytest.mark.timeout(400)
async def test_servers_killed_under_load_lose_nothing_and_double_nothing(
    installation: Installation, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    router = await installation.start_router()
    servers = installation.servers
    async with under_load(installation, seed) as ledger:
        for server in (servers.postgresql, servers.rabbitmq):
            await asyncio.sleep(AT_WORK_SECONDS)
            await crash(server)
        await asyncio.sleep(AT_WORK_SECONDS)
    outcome = await reconcile(ledger, installation)
    with capsys.disabled():
        Console().print()
        Console().print(outcome.table("kill -9 of PostgreSQL, of RabbitMQ", {"seed": seed}))
    assert outcome.clean, (outcome.lost[:20], outcome.doubled[:20], outcome.wrong[:20])
    assert outcome.counts["documents"] > 50
    assert router.running, "the router must outlive both crashes"


async def crash(server: PrivatePostgreSQL | PrivateRabbitMQ) -> None:
    """Kill a server and start it again."""
    await server.kill()
    await server.start()
