"""Routers that are killed and started again, without waiting until they are ready."""

import asyncio
import signal
from collections.abc import Sequence

from axis.local.processes import end, is_alive
from tests.adversity.nursery import Nursery

END_SECONDS = 20.0


class Fleet:
    """So many routers under fixed names."""

    def __init__(self, nursery: Nursery, count: int, name: str = "router") -> None:
        self._nursery = nursery
        self._pids: dict[str, int] = {}
        self.names = [f"{name}-{number}" for number in range(1, count + 1)]
        self.kills = 0

    @property
    def running(self) -> bool:
        """Whether every router is alive."""
        return all(is_alive(pid) for pid in self._pids.values())

    async def start(self) -> None:
        """Start those that do not run."""
        for name in self.names:
            if name not in self._pids:
                self._pids[name] = await self._nursery.fork(name)

    async def kill(self, names: Sequence[str]) -> None:
        """Kill these at once, and start others in their places."""
        pids = [self._pids.pop(name) for name in names]
        self.kills += sum(is_alive(pid) for pid in pids)
        await asyncio.gather(*(end([pid], signal.SIGKILL, END_SECONDS) for pid in pids))
        await self.start()

    async def end(self) -> None:
        """Stop all in an orderly way."""
        await end(list(self._pids.values()), signal.SIGTERM, END_SECONDS)
        self._pids.clear()
