"""Settles batches: what was handled is acknowledged, what nothing can handle is a dead letter.

Whose fault it is decides. A part that is away is waited for with the batch in hand, because giving
it back would count towards the queue's delivery limit. A bug costs the one message that brings it
out. Where the store refuses the work, either may be: a schema that is missing, or a statement that
one message alone leads to. Such a message is kept in hand until others have shown which.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from aio_pika.abc import AbstractIncomingMessage

from axis.exchange.faults import StoreRefusedError, UnavailableError

Handler = Callable[[Sequence[AbstractIncomingMessage]], Awaitable[None]]

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
"""Pauses double up to this: a server that comes back finds its routers within seconds."""

MAX_IN_HAND: Final = 5
"""Messages refused one after the other while none goes through: beyond so many the fault is taken
to be everywhere, and no further message is tried."""

MAX_GIVEN_UP: Final = 20
"""Messages of one session that are given up because the store refuses them while others go through;
after so many people have to look, and the rest stays in the queue."""

_log = structlog.get_logger(__name__)


class Settling:
    """Handles and settles the batches of one session.

    The queue where dead letters end has no such place behind it: a session that `keeps` gives
    nothing up, and tries what cannot be handled again and again beside the rest.
    """

    def __init__(
        self,
        queue: str,
        handler: Handler,
        done: Callable[[Sequence[AbstractIncomingMessage]], None],
        *,
        keeps: bool = False,
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._done = done
        self._keeps = keeps
        self._in_hand: list[AbstractIncomingMessage] = []
        self._given_up = 0
        self._pause = FIRST_PAUSE_SECONDS

    @property
    def pause(self) -> float | None:
        """Seconds after which what is kept in hand is to be tried again; None for nothing."""
        return self._pause if self._in_hand else None

    async def settle(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        """Handle a batch and acknowledge it; raises what the channel raises when it is gone."""
        try:
            await self._handle(batch)
        except Exception as error:  # noqa: BLE001 - any bug must cost one message, not the queue
            if len(batch) > 1:
                for message in batch:
                    await self.settle([message])
            elif self._keeps or isinstance(error, StoreRefusedError):
                await self._keep(batch[0], error)
            else:
                await self._give_up(batch[0], error)
            return
        await self._acknowledge(batch)
        await self._judge()

    async def try_again(self) -> None:
        """Try what is kept in hand; where it goes through, that settles the others, too."""
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        error: Exception | None = None
        for message in list(self._in_hand):
            error = await self._refusal(message)
            if error is None:
                await self._judge()
                return
        kept = len(self._in_hand)
        _log.warning("messages.wait", queue=self._queue, kept=kept, error=repr(error)[:200])

    async def _keep(self, message: AbstractIncomingMessage, error: Exception) -> None:
        _log.warning("message.kept", queue=self._queue, error=repr(error)[:200])
        self._in_hand.append(message)
        while len(self._in_hand) >= MAX_IN_HAND:
            await asyncio.sleep(self._pause)
            await self.try_again()

    async def _judge(self) -> None:
        """Now that another one went through, give up what is still refused."""
        self._pause = FIRST_PAUSE_SECONDS
        for message in list(self._in_hand):
            error = await self._refusal(message)
            if error is None or self._keeps or self._given_up >= MAX_GIVEN_UP:
                continue
            self._in_hand.remove(message)
            self._given_up += 1
            await self._give_up(message, error)

    async def _refusal(self, message: AbstractIncomingMessage) -> Exception | None:
        """Handle one of those in hand; return what keeps it from going through, if anything."""
        try:
            await self._handle([message])
        except Exception as error:  # noqa: BLE001 - judged by who calls
            return error
        self._in_hand.remove(message)
        await self._acknowledge([message])
        return None

    async def _handle(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self._handler(batch)
            except StoreRefusedError:
                raise
            except UnavailableError as error:
                _log.warning("batch.waits", queue=self._queue, error=str(error)[:200])
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _acknowledge(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        if self._in_hand:  # older ones among them are not to be acknowledged
            for message in batch:
                await message.ack()
        else:
            await batch[-1].ack(multiple=True)
        self._done(batch)

    async def _give_up(self, message: AbstractIncomingMessage, error: Exception) -> None:
        _log.error("message.unhandled", queue=self._queue, exc_info=error)
        await message.reject(requeue=False)
        self._done([message])
