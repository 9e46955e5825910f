"""Routers that serve one lane each die like any others: a lane waits, and nothing is lost."""

import asyncio
import os
from random import Random

import pytest

from tests.adversity.ground import Ground

KILLS = int(os.environ.get("AXIS_KILLS", "60"))

LONGEST_PAUSE_SECONDS = 1.0

ANSWERED_BEFORE = 10

TIMEOUT_SECONDS = 300 + 6 * KILLS
"""As where routers of both lanes are killed."""


@pytest.mark.timeout(TIMEOUT_SECONDS)
async def test_routers_of_one_lane_killed_at_random_under_load_lose_nothing(
    ground: Ground, seed: int
) -> None:
    random = Random(f"lanes {seed}")
    async with (
        ground.routers(1, "router-urgent", AXIS_ROUTER__LANES='["urgent"]') as urgent,
        ground.routers(1, "router-ordinary", AXIS_ROUTER__LANES='["ordinary"]') as ordinary,
        ground.load() as load,
    ):
        await load.progress(ANSWERED_BEFORE)
        while urgent.kills + ordinary.kills < KILLS:
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
            fleet = random.choice((urgent, ordinary))
            await fleet.kill(fleet.names)
        kills = urgent.kills + ordinary.kills
    outcome = await ground.reconcile("kill -9 of routers of one lane", kills)
    assert outcome.clean, f"seed {seed}\n{outcome.faults}"
    assert outcome.counts["submissions"] > ANSWERED_BEFORE
