"""RabbitMQ and PostgreSQL go and come together under load, as with the power of their room."""

import pytest

from tests.adversity.ground import Ground
from tests.adversity.withstanding import withstand

pytestmark = pytest.mark.timeout(1200)


async def test_both_servers_killed_under_load_lose_and_double_nothing(ground: Ground) -> None:
    servers = ground.installation.servers

    async def power_cut() -> None:
        await servers.kill()
        await servers.start()

    await withstand(ground, "both servers killed", power_cut)


async def test_both_servers_stopped_and_started_under_load_lose_and_double_nothing(
    ground: Ground,
) -> None:
    await withstand(ground, "both servers stopped", ground.installation.servers.restart)
