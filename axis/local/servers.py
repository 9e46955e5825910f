"""Both private servers of a checkout: started, stopped and looked at together."""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axis.local.postgresql import PrivatePostgreSQL
from axis.local.rabbitmq import PrivateRabbitMQ

DEFAULT_FOLDER = Path(".axis")
"""Where the quick start keeps its servers, below the checkout."""


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What there is to say about one server."""

    name: str
    ready: bool
    address: str
    """host:port, or empty before the first start."""
    pids: tuple[int, ...]
    log: Path | None


class LocalServers:
    """A private RabbitMQ and a private PostgreSQL in one folder."""

    def __init__(self, folder: Path = DEFAULT_FOLDER) -> None:
        self.folder = folder.absolute()
        self.rabbitmq = PrivateRabbitMQ(self.folder / "rabbitmq")
        self.postgresql = PrivatePostgreSQL(self.folder / "postgresql")

    async def start(self) -> None:
        """Start what does not run yet, both at once; raises `LocalServerError`."""
        await _both(self.rabbitmq.start(), self.postgresql.start())

    async def stop(self) -> None:
        """Stop both; harmless when they are down."""
        await _both(self.rabbitmq.stop(), self.postgresql.stop())

    async def kill(self) -> None:
        """End both at once with SIGKILL, as a power cut would."""
        await _both(self.rabbitmq.kill(), self.postgresql.kill())

    async def restart(self) -> None:
        """Stop and start both."""
        await self.stop()
        await self.start()

    async def delete(self) -> None:
        """End both and delete their data."""
        await self.kill()
        for server in self._servers:
            server.place.delete()
        with contextlib.suppress(OSError):
            self.folder.rmdir()  # stays when it holds anything else

    async def status(self) -> tuple[ServerStatus, ...]:
        """Return the state of both."""
        found = []
        for name, server in zip(("RabbitMQ", "PostgreSQL"), self._servers, strict=True):
            known = server.place.exists and server.place.state.first_port is not None
            found.append(
                ServerStatus(
                    name=name,
                    ready=known and await server.is_ready(),
                    address=f"127.0.0.1:{server.port}" if known else "",
                    pids=tuple(server.pids()),
                    log=server.log if known else None,
                )
            )
        return tuple(found)

    @property
    def _servers(self) -> tuple[PrivateRabbitMQ | PrivatePostgreSQL, ...]:
        return self.rabbitmq, self.postgresql


async def _both(*actions: Coroutine[Any, Any, None]) -> None:
    """Carry out both to their end, then raise what one of them raised."""
    results = await asyncio.gather(*actions, return_exceptions=True)
    for result in results:
        if result is not None:
            raise result
