"""One fault, several times under load; then everything is reconciled."""

from collections.abc import Awaitable, Callable, Mapping

from tests.adversity.ground import Ground
from tests.adversity.outcome import Outcome

BETWEEN = 60
"""Submissions answered before, between and after the faults: work is under way, and goes on."""

Fault = Callable[[], Awaitable[None]]


async def withstand(
    ground: Ground,
    name: str,
    fault: Fault,
    *,
    times: int = 1,
    settings: Mapping[str, str] | None = None,
    urls: Mapping[str, str] | None = None,
) -> Outcome:
    """Let a fault happen to an axis at work; fails unless everything is right afterwards.

    A fault returns when it is over. The routers must outlive it.
    """
    async with ground.routers(**(settings or {})) as fleet, ground.load(urls) as load:
        await load.progress(BETWEEN)
        for _ in range(times):
            assert load.under_way, "the fault must hit work"
            await fault()
            await load.progress(BETWEEN)
        running = fleet.running
    outcome = await ground.reconcile(name, times)
    assert outcome.clean, (ground.seed, outcome.faults)
    assert running, "the routers must outlive it"
    return outcome
