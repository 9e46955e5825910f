"""Waiting for something that a server does in its own time and reports only when asked."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 120.0
"""Far longer than anything takes, on a machine that is busy with other tests."""


async def until(question: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as the answer is yes; raises TimeoutError when it stays no."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await question():  # noqa: ASYNC110 - the answer is another process's
            await asyncio.sleep(0.01)
