"""The scanner goes and comes under load while routers are killed: what had to wait flows, once."""

import asyncio
from random import Random

import pytest

from tests.adversity.ground import Ground
from tests.support.clamd import private_clamd
from tests.support.flowing import flowed

OUTAGES = 3
AWAY_SECONDS = 12.0
"""Longer than the first pauses between tries, so that some are tried in vain."""

KILLS_AN_OUTAGE = 2


@pytest.mark.timeout(1200)
async def test_what_waits_for_the_scanner_is_neither_lost_nor_doubled_while_routers_are_killed(
    ground: Ground, seed: int
) -> None:
    random = Random(f"held {seed}")
    with private_clamd() as clamd:
        scanning = {"AXIS_CONTENT__CLAMD_SOCKET": str(clamd.path)}
        async with ground.routers(**scanning) as fleet, ground.load() as load:
            for _ in range(OUTAGES):
                await asyncio.sleep(random.uniform(1, 3))
                with clamd.away():
                    for _ in range(KILLS_AN_OUTAGE):
                        await asyncio.sleep(random.uniform(0, AWAY_SECONDS / KILLS_AN_OUTAGE))
                        await fleet.kill([random.choice(fleet.names)])
                await fleet.kill([random.choice(fleet.names)])
            load.stop()
            await flowed(ground.installation.dsn)
            kills = fleet.kills
    outcome = await ground.reconcile("scanner away, routers killed", kills)
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert outcome.counts["held meanwhile"] > 20
