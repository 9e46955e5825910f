"""Takes messages from a queue in batches; acknowledges a batch only after it was handled.

A fault of the broker ends the session; a new one starts after a pause and gets what was not
acknowledged again. How batches end is in `axis.broker.settling`.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aio_pika.abc import AbstractIncomingMessage

from axis.broker.connection import being_cancelled, connect
from axis.broker.settling import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Handler, Settling
from axis.exchange.faults import BrokerUnavailableError

RENEWAL_SECONDS = 60.0
"""After so long a consumer that had to take smaller portions tries larger ones again."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much goes into one batch."""

    count: int = 50
    """Messages: where the measured cost a document stops falling (floors: batches of 50)."""
    size: int = 64 * 1024 * 1024
    """Bytes: bounds the memory of a batch and the length of its transaction."""
    wait_seconds: float = 0.005
    """How long a batch waits for a second message; far below what a clerk can notice."""
    held: int = 256 * 1024 * 1024
    """Bytes taken and not yet handled. RabbitMQ counts messages only, and a hundred of the largest
    would fill a machine's memory: what goes beyond is given back and taken in smaller portions.
    """


class _Buffer(asyncio.Queue[AbstractIncomingMessage | None]):
    """What was taken and waits for its batch; None ends the session."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self._held = 0
        self.overflowed = False

    async def take(self, message: AbstractIncomingMessage) -> None:
        """Keep a message; when it is too much, end the session, which gives the rest back."""
        if self.overflowed:
            return
        if self._held and self._held + len(message.body) > self._limit:
            self.overflowed = True
            self.end()
            return
        self._held += len(message.body)
        self.put_nowait(message)

    def release(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        """Count a batch as handled."""
        self._held -= sum(len(message.body) for message in batch)

    def end(self) -> None:
        """End the session once everything kept was handled."""
        self.put_nowait(None)


class BatchConsumer:
    """Feeds one queue's messages to a handler, batch by batch, for ever.

    A message that the handler fails on is set aside as a dead letter, unless the consumer `keeps`:
    then it is tried until the handler succeeds.
    """

    def __init__(
        self,
        url: str,
        queue: str,
        handler: Handler,
        limits: BatchLimits,
        *,
        name: str,
        keeps: bool = False,
    ) -> None:
        self._url = url
        self._queue = queue
        self._handler = handler
        self._limits = limits
        self._name = name
        self._keeps = keeps
        self._prefetch = 2 * limits.count
        self.connected = False
        """Whether a session is open now; readiness is told from it."""

    async def run(self) -> None:
        """Consume until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            try:
                await self._session()
                continue
            except asyncio.CancelledError as error:
                if being_cancelled():
                    raise
                self._lost(error)
            except Exception as error:  # noqa: BLE001 - a library's bug costs a session, not the router
                self._lost(error)
            finally:
                self.connected = False
            if time.monotonic() - started > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _lost(self, error: BaseException) -> None:
        _log.warning("broker.session_lost", queue=self._queue, error=repr(error)[:200])

    async def _session(self) -> None:
        """Take batches until the connection fails, or another prefetch is in order."""
        async with connect(self._url, self._name) as connection:
            channel = await connection.channel(publisher_confirms=False)
            await channel.set_qos(prefetch_count=self._prefetch)
            queue = await channel.get_queue(self._queue, ensure=False)
            buffer = _Buffer(self._limits.held)
            channel.close_callbacks.add(lambda *_: buffer.end())
            underlay = await channel.get_underlay_channel()
            # a queue that is deleted or loses its members leaves the channel open and silent
            underlay.on_consumer_cancel_callbacks.add(lambda _: buffer.end())
            await queue.consume(buffer.take)
            self.connected = True
            settling = Settling(self._queue, self._handler, buffer.release, keeps=self._keeps)
            renewal = time.monotonic() + RENEWAL_SECONDS
            carried: AbstractIncomingMessage | None = None
            while True:
                batch, carried, open_ = await self._gather(buffer, carried, settling.pause)
                if not open_ and not buffer.overflowed:
                    raise BrokerUnavailableError("RabbitMQ: the channel or the queue is gone")
                if not open_:
                    if batch:  # giving it back would count towards the delivery limit
                        await settling.settle(batch)
                    return self._take_portions_of(self._prefetch // 4)
                await (settling.settle(batch) if batch else settling.try_again())
                if self._prefetch < 2 * self._limits.count and time.monotonic() > renewal:
                    return self._take_portions_of(2 * self._prefetch)

    def _take_portions_of(self, prefetch: int) -> None:
        self._prefetch = min(max(prefetch, 1), 2 * self._limits.count)
        _log.info("broker.prefetch", queue=self._queue, messages=self._prefetch)

    async def _gather(
        self,
        buffer: "_Buffer",
        carried: AbstractIncomingMessage | None,
        patience: float | None = None,
    ) -> tuple[list[AbstractIncomingMessage], AbstractIncomingMessage | None, bool]:
        """Return a batch, a message that no longer fits it, and whether the channel is open.

        The batch is empty where none begins within the seconds that it is waited for. One of a
        channel that is gone is of no use.
        """
        try:
            async with asyncio.timeout(patience):
                first = carried or await buffer.get()
        except TimeoutError:
            return [], None, True
        if first is None:
            return [], None, False
        batch, size = [first], len(first.body)
        deadline = time.monotonic() + self._limits.wait_seconds
        while len(batch) < self._limits.count:
            if buffer.empty():
                try:
                    async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                        message = await buffer.get()
                except TimeoutError:
                    break
            else:
                message = buffer.get_nowait()
            if message is None:
                return batch, None, False
            size += len(message.body)
            if size > self._limits.size:
                return batch, message, True
            batch.append(message)
        return batch, None, True
