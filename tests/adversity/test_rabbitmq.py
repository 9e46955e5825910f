"""RabbitMQ goes and comes under load: the axis waits, and goes on without a loss."""

import asyncio
from http import HTTPStatus

import aiohttp
import pytest

from axis.local.rabbitmq import PrivateRabbitMQ
from tests.adversity.ground import Ground
from tests.adversity.withstanding import withstand
from tests.support.eventually import until

ALARM_SECONDS = 8.0
"""Publishers are blocked for so long."""

pytestmark = pytest.mark.timeout(1200)


async def test_rabbitmq_stopped_and_started_under_load_loses_and_doubles_nothing(
    ground: Ground,
) -> None:
    await withstand(ground, "RabbitMQ stopped", ground.installation.servers.rabbitmq.restart)


async def test_rabbitmq_killed_under_load_loses_and_doubles_nothing(ground: Ground) -> None:
    rabbitmq = ground.installation.servers.rabbitmq

    async def crash() -> None:
        await rabbitmq.kill()
        await rabbitmq.start()

    await withstand(ground, "RabbitMQ killed", crash)


async def test_disk_alarm_of_rabbitmq_under_load_loses_and_doubles_nothing(ground: Ground) -> None:
    rabbitmq = ground.installation.servers.rabbitmq

    async def fill() -> None:
        await rabbitmq.control("set_disk_free_limit", "1000000GB")
        await until(lambda: alarmed(rabbitmq))
        await asyncio.sleep(ALARM_SECONDS)
        await rabbitmq.control("set_disk_free_limit", "1GB")

    await withstand(ground, "disk alarm of RabbitMQ", fill)


async def alarmed(rabbitmq: PrivateRabbitMQ) -> bool:
    """Tell whether the node has raised an alarm."""
    url = f"{rabbitmq.management_url}/api/health/checks/local-alarms"
    headers = {"Authorization": rabbitmq.admin.basic_auth()}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        return answer.status == HTTPStatus.SERVICE_UNAVAILABLE
