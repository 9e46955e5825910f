"""Kill −9 of routers at any point loses nothing and doubles nothing visible."""

import asyncio
import os
from random import Random

import pytest

from tests.adversity.ground import Ground

KILLS = int(os.environ.get("AXIS_KILLS", "300"))
"""How many routers are killed; set AXIS_KILLS for fewer in a hurry or for more over night."""

ROUTERS = 3
LONGEST_PAUSE_SECONDS = 1.0
"""From one kill to the next at most. A router lives three times as long, and needs a quarter of a
second to get ready: about one kill in five hits one that is starting."""

ALL_SHARE = 0.1
"""How often all routers are killed at once."""

ROUND = 10
"""After so many kills some submissions must have been answered: even then the work goes on."""

ANSWERED_A_ROUND = 10

TIMEOUT_SECONDS = 300 + 6 * KILLS
"""A kill takes about half a second on a machine of its own, and far longer beside other tests."""


@pytest.mark.timeout(TIMEOUT_SECONDS)
async def test_routers_killed_at_random_under_load_lose_nothing_and_double_nothing(
    ground: Ground, seed: int
) -> None:
    random = Random(f"kills {seed}")
    hits = 0
    async with ground.routers(ROUTERS) as fleet, ground.load() as load:
        await load.progress(ANSWERED_A_ROUND)
        while fleet.kills < KILLS:
            answered = asyncio.create_task(load.progress(ANSWERED_A_ROUND))
            for _ in range(ROUND):
                await asyncio.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
                everybody = random.random() < ALL_SHARE
                victims = fleet.names if everybody else [random.choice(fleet.names)]
                hits += len(victims) if load.under_way else 0
                await fleet.kill(victims)
            await answered
        kills = fleet.kills
    outcome = await ground.reconcile("kill -9 of routers", kills)
    assert outcome.clean, f"seed {seed}\n{outcome.faults}"
    assert hits >= 0.95 * kills, "kills must hit work"
    assert outcome.counts["of them again"] > 0, "no kill hit a message on its way"
    assert outcome.counts["submissions"] >= kills
