"""The tasks that a connected system keeps running, each started when it is first needed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

AGAIN_SECONDS: Final = 5.0
"""When what still runs is cancelled again: longer than a connection takes to close."""


class Background:
    """Named tasks that run until they are stopped; one that dies is never silent."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a task unless it runs already."""
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(work(), name=name)

    def check(self) -> None:
        """Raise what a task has died of, if one has."""
        for task in self._tasks.values():
            if task.done() and not task.cancelled():
                task.result()

    async def stop(self) -> None:
        """Cancel all tasks and wait for their end.

        aiormq loses a cancellation that meets it while it closes a channel.
        """
        running = set(self._tasks.values())
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=AGAIN_SECONDS)
