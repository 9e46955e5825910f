"""Background tasks end when they are stopped, and never die in silence."""

import asyncio
import contextlib

import pytest

from axis.client import background
from axis.client.background import Background


async def test_task_that_loses_a_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "AGAIN_SECONDS", 0.01)
    lost = []

    async def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):  # as aiormq does while a channel closes
            await asyncio.sleep(3600)
        lost.append(True)
        await asyncio.sleep(3600)

    tasks = Background()
    tasks.start("work", work)
    await asyncio.sleep(0)
    await tasks.stop()
    assert lost == [True]


async def test_task_that_has_died_is_told() -> None:
    async def work() -> None:
        raise ValueError("a bug")

    tasks = Background()
    tasks.start("work", work)
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="a bug"):
        tasks.check()
    await tasks.stop()
