"""Connections to RabbitMQ are cut in the middle of frames: nothing is lost, nothing doubled."""

import asyncio
from contextlib import AsyncExitStack
from random import Random

import pytest

from axis.local.installation import ROUTER_ACCOUNT
from tests.adversity.contents import ENDPOINTS
from tests.adversity.cutting import CuttingProxy, cut_short
from tests.adversity.ground import Ground
from tests.adversity.withstanding import withstand

CUTS = 60
"""Connections cut before the proxy lets them be again."""

LOOK_SECONDS = 0.1

pytestmark = pytest.mark.timeout(1200)


async def test_router_connections_cut_at_any_byte_lose_and_double_nothing(
    ground: Ground, seed: int
) -> None:
    rabbitmq = ground.installation.servers.rabbitmq
    url = f"amqp://{ROUTER_ACCOUNT}@127.0.0.1:{rabbitmq.port}/{ground.installation.vhost}"
    async with cut_short(url, Random(f"cuts {seed}")) as (through, proxy):
        await withstand(
            ground,
            "routers' connections cut",
            lambda: cut([proxy], CUTS),
            settings={"AXIS_BROKER__URL": through},
        )
    assert len(proxy.cuts) == 2, "both directions must have been cut"


async def test_systems_connections_cut_at_any_byte_lose_and_double_nothing(
    ground: Ground, seed: int
) -> None:
    async with AsyncExitStack() as stack:
        urls = {}
        proxies = []
        for endpoint in ENDPOINTS:
            url = ground.installation.endpoint_url(endpoint)
            random = Random(f"cuts {endpoint} {seed}")
            urls[endpoint], proxy = await stack.enter_async_context(cut_short(url, random))
            proxies.append(proxy)
        await withstand(ground, "systems' connections cut", lambda: cut(proxies, CUTS), urls=urls)
    assert all(sum(proxy.cuts[way] for proxy in proxies) for way in proxies[0].cuts)


async def cut(proxies: list[CuttingProxy], count: int) -> None:
    """Cut connections until so many were cut, then leave them alone."""
    for proxy in proxies:
        proxy.cutting = True
    while sum(proxy.cuts.total() for proxy in proxies) < count:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    for proxy in proxies:
        proxy.cutting = False
