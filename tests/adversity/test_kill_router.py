"""Kill −9 of the router at any point loses nothing and doubles nothing visible."""

import asyncio
from random import Random

import pytest
from rich.console import Console

from axis.local.installation import Installation
from tests.adversity.load import under_load
from tests.adversity.reconcile import reconcile

KILLS_ALONE = 16
"""Kills of the only router: everything stands still until it is back."""

KILLS_OF_TWO = 16
"""Kills of one of two routers that share the work, now and then of both."""

LONGEST_WAIT_SECONDS = 1.0
"""A router is killed at a random moment up to so long after it has become ready."""

BOTH_SHARE = 0.2


@pytest.mark.timeout(600)
async def test_router_killed_at_random_under_load_loses_nothing_and_doubles_nothing(
    installation: Installation, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(f"kills {seed}")
    kills = 0
    await installation.start_router("router")
    async with under_load(installation, seed) as ledger:
        for _ in range(KILLS_ALONE):
            kills += await kill(installation, ["router"], random)
        await installation.start_router("router-2")
        while kills < KILLS_ALONE + KILLS_OF_TWO:
            names = ["router", "router-2"]
            victims = names if random.random() < BOTH_SHARE else [random.choice(names)]
            kills += await kill(installation, victims, random)
    outcome = await reconcile(ledger, installation)
    with capsys.disabled():
        Console().print()
        Console().print(outcome.table("kill -9 of the router", {"seed": seed, "kills": kills}))
    assert kills >= 30
    assert outcome.clean, (outcome.lost[:20], outcome.doubled[:20], outcome.wrong[:20])
    assert outcome.counts["documents"] > 100
    assert outcome.counts["of them again (same message_id)"] > 0, "no kill hit any work"


async def kill(installation: Installation, victims: list[str], random: Random) -> int:
    """Kill routers at a random moment, start them again, and return how many were killed."""
    await asyncio.sleep(random.uniform(0, LONGEST_WAIT_SECONDS))
    handles = [installation.running(name) for name in victims]
    await asyncio.gather(*(handle.kill() for handle in handles if handle is not None))
    await asyncio.gather(*(installation.start_router(name) for name in victims))
    return sum(handle is not None for handle in handles)
