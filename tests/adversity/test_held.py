"""The scanner goes and comes under load while routers are killed: what had to wait flows, once."""

import asyncio
from random import Random

import pytest
from rich.console import Console

from axis.local.installation import Installation
from tests.adversity.load import under_load
from tests.adversity.reconcile import reconcile
from tests.support.clamd import private_clamd
from tests.support.flowing import flowed

OUTAGES = 3
AWAY_SECONDS = 12.0
"""Longer than the first pauses between tries, so that some are tried in vain."""

KILLS_AN_OUTAGE = 2


@pytest.mark.timeout(600)
async def test_what_waits_for_the_scanner_is_neither_lost_nor_doubled_while_routers_are_killed(
    installation: Installation, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(f"held {seed}")
    kills = 0
    with private_clamd() as clamd:
        scanning = {"AXIS_CONTENT__CLAMD_SOCKET": str(clamd.path)}
        names = ["router", "router-2"]
        for name in names:
            await installation.start_router(name, **scanning)
        async with under_load(installation, seed) as ledger:
            for _ in range(OUTAGES):
                await asyncio.sleep(random.uniform(1, 3))
                with clamd.away():
                    for _ in range(KILLS_AN_OUTAGE):
                        await asyncio.sleep(random.uniform(0, AWAY_SECONDS / KILLS_AN_OUTAGE))
                        kills += await kill(installation, random.choice(names), scanning)
                kills += await kill(installation, random.choice(names), scanning)
            await flowed(installation.dsn)
        outcome = await reconcile(ledger, installation)
    with capsys.disabled():
        Console().print()
        Console().print(
            outcome.table("scanner away, routers killed", {"seed": seed, "kills": kills})
        )
    assert kills >= OUTAGES * KILLS_AN_OUTAGE
    assert outcome.clean, (outcome.lost[:20], outcome.doubled[:20], outcome.wrong[:20])
    assert outcome.counts["of them held meanwhile"] > 50


async def kill(installation: Installation, name: str, settings: dict[str, str]) -> int:
    """Kill a router and start it again; return how many were killed."""
    handle = installation.running(name)
    if handle is not None:
        await handle.kill()
    await installation.start_router(name, **settings)
    return int(handle is not None)
