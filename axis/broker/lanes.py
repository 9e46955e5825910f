"""Looks whether somebody serves each lane: what waits in the intake's queues, and who takes it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from aio_pika.abc import AbstractChannel

from axis.broker.connection import being_cancelled, connect
from axis.broker.topology import INTAKE
from axis.exchange.lanes import Lane

LOOK_SECONDS: Final = 5.0
"""Between two looks: a router that was killed is missed, and seen to be back, within seconds."""

_log = structlog.get_logger(__name__)

_QUEUES: Final = [queue for queues in INTAKE.values() for queue in queues]


@dataclass(frozen=True, slots=True)
class QueueState:
    """What the broker says of a queue."""

    waiting: int
    """Messages that nobody has taken."""
    consumers: int
    """Open sessions that take from it, of all routers."""


def missing(states: Mapping[str, QueueState]) -> list[Lane]:
    """Return the lanes with a queue from which nobody takes; none where nothing is known."""
    return [
        lane
        for lane, queues in INTAKE.items()
        if any(queue in states and not states[queue].consumers for queue in queues)
    ]


class LaneWatch:
    """Asks the broker about every queue of the intake, again and again."""

    def __init__(
        self, url: str, name: str, note: Callable[[Mapping[str, QueueState]], None]
    ) -> None:
        self._url = url
        self._name = name
        self._note = note

    async def run(self) -> None:
        """Look until cancelled; `note` is told what was seen: nothing while the broker is away."""
        while True:
            try:
                await self._session()
            except Exception as error:  # noqa: BLE001 - who only looks must not end a router
                self._lost(error)
            except asyncio.CancelledError as error:
                if being_cancelled():
                    raise
                self._lost(error)
            await asyncio.sleep(LOOK_SECONDS)

    def _lost(self, error: BaseException) -> None:
        self._note({})
        _log.info("lanes.not_seen", error=repr(error)[:200])

    async def _session(self) -> None:
        async with connect(self._url, self._name) as connection:
            channel = await connection.channel(publisher_confirms=False)
            while True:
                self._note({queue: await _state(channel, queue) for queue in _QUEUES})
                await asyncio.sleep(LOOK_SECONDS)


async def _state(channel: AbstractChannel, queue: str) -> QueueState:
    found = (await channel.declare_queue(queue, passive=True)).declaration_result
    return QueueState(found.message_count or 0, found.consumer_count or 0)
