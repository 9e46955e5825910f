"""Routers' clocks jump under load, each for itself: nothing is lost, doubled or kept back."""

from pathlib import Path

import pytest

from tests.adversity.disturbed import CLOCK
from tests.adversity.ground import Ground
from tests.adversity.withstanding import BETWEEN

JUMPS_SECONDS = (240.0, -240.0, 3600.0, -3600.0, 86_400.0, 0.0)
"""By how much a clock is wrong, one after the other: a few minutes, an hour, a day, right again."""

pytestmark = pytest.mark.timeout(1200)


async def test_clock_that_jumps_under_load_loses_doubles_and_delays_nothing(
    ground: Ground, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    async with (
        ground.routers(1) as right,
        ground.routers(1, **{CLOCK: str(clock)}) as wrong,
        ground.load() as load,
    ):
        await load.progress(BETWEEN)
        for seconds in JUMPS_SECONDS:
            set_clock(clock, seconds)
            await load.progress(BETWEEN)
        running = right.running and wrong.running
    outcome = await ground.reconcile("clock jumps of a router", len(JUMPS_SECONDS))
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert running


def set_clock(file: Path, seconds: float) -> None:
    """Make the clock wrong by so many seconds, in one step."""
    draft = file.with_suffix(".new")
    draft.write_text(str(seconds))
    draft.replace(file)
