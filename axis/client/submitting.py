"""Hands submissions to the broker until it confirms them, always under the same `message_id`.

A lost confirm says nothing about what the broker has, so the message is simply published again:
by contract the axis answers a repetition with the first receipt.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final

import aio_pika
import structlog
from aio_pika.abc import AbstractExchange, DeliveryMode
from aio_pika.exceptions import DeliveryError

from axis.client.connection import backoff, being_cancelled, broker_faults, connect, fault_text
from axis.client.contract import CONTENT_TYPE, SUBMIT_EXCHANGE
from axis.client.errors import (
    AccountRefusedError,
    AxisUnreachableError,
    ClientError,
    JournalError,
    SubmissionPendingError,
)
from axis.client.journal import Journal, SubmissionRecord
from axis.clock import Clock

CONFIRM_TIMEOUT_SECONDS: Final = 30.0
"""A quorum queue that has not confirmed by then has lost its majority or its disk."""

SWEEP_SECONDS: Final = 5.0
"""How often the journal is searched for submissions that the broker has not confirmed."""

RESUBMIT_AFTER: Final = timedelta(hours=1)
"""A confirmed submission without a receipt is sent again after this: the broker may have been
built anew from the axis's database, which does not know what was never committed."""

_log = structlog.get_logger(__name__)


class _NotConfirmedError(ClientError):
    """One attempt failed; nobody knows whether the broker has the message."""


class Submitter:
    """Publishes what the journal holds; one object a connected system."""

    def __init__(self, url: str, endpoint: str, journal: Journal, clock: Clock) -> None:
        self._url = url
        self._endpoint = endpoint
        self._journal = journal
        self._clock = clock
        self._stack = AsyncExitStack()
        self._exchange: AbstractExchange | None = None
        self._opening = asyncio.Lock()
        self._in_hand: set[str] = set()

    async def open(self) -> None:
        """Connect; raises AccountRefusedError or AxisUnreachableError."""
        await self._opened()

    async def close(self) -> None:
        """Give the connection up."""
        await self._drop(self._exchange)

    async def send(self, record: SubmissionRecord, body: bytes, timeout: float) -> None:
        """Publish until the broker confirms; note it in the journal.

        Raises SubmissionPendingError when the time is over; `run` then goes on trying.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        self._in_hand.add(record.message_id)
        try:
            for pause in backoff():
                try:
                    async with asyncio.timeout_at(deadline):
                        await self._publish(record, body)
                    return
                except (TimeoutError, _NotConfirmedError) as error:
                    left = deadline - asyncio.get_running_loop().time()
                    if left <= 0:
                        raise SubmissionPendingError(record.message_id, str(error)) from error
                    await asyncio.sleep(min(pause, left))
        finally:
            self._in_hand.discard(record.message_id)

    async def run(self) -> None:
        """Publish again and again what is still open in the journal, until cancelled."""
        while True:
            try:
                await self._sweep()
            except (JournalError, _NotConfirmedError) as error:
                _log.warning("client.sweep_stopped", error=fault_text(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep(self) -> None:
        for message_id in await self._journal.submissions.unanswered(
            self._clock() - RESUBMIT_AFTER
        ):
            if message_id not in self._in_hand:
                record = await self._journal.submissions.get(message_id)
                await self._publish(record, await self._journal.submissions.body(message_id))
                _log.info("client.submitted_again", message_id=message_id)

    async def _publish(self, record: SubmissionRecord, body: bytes) -> None:
        """Make one attempt; raises _NotConfirmedError."""
        try:
            exchange = await self._opened()
        except (AccountRefusedError, AxisUnreachableError) as error:
            raise _NotConfirmedError(str(error)) from error
        message = aio_pika.Message(
            body,
            message_id=record.message_id,
            user_id=self._endpoint,
            content_type=CONTENT_TYPE,
            delivery_mode=DeliveryMode.PERSISTENT,
            timestamp=record.written_at,
        )
        try:
            await exchange.publish(
                message,
                routing_key=record.route.value,
                mandatory=True,
                timeout=CONFIRM_TIMEOUT_SECONDS,
            )
        except DeliveryError as error:
            # Given back: the axis's intake is full, or not set up. The connection is sound.
            raise _NotConfirmedError("hàng chờ của trục đầy / the intake is full") from error
        except asyncio.CancelledError as error:
            if being_cancelled():
                raise
            # aiormq rejects with it the confirms of a connection that another task has given up.
            raise _NotConfirmedError(fault_text(error)) from error
        except Exception as error:
            # aiormq rejects confirms with whatever closed the channel, bare Exception included;
            # all of it means the same: the outcome is unknown and the connection is suspect.
            await self._drop(exchange)
            raise _NotConfirmedError(fault_text(error)) from error
        await self._journal.submissions.published(record.message_id, self._clock())

    async def _opened(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None:
                async with AsyncExitStack() as stack:
                    connection = await stack.enter_async_context(
                        connect(self._url, f"{self._endpoint} submit")
                    )
                    with broker_faults():
                        channel = await connection.channel(on_return_raises=True)
                        self._exchange = await channel.get_exchange(SUBMIT_EXCHANGE, ensure=False)
                    self._stack = stack.pop_all()
            return self._exchange

    async def _drop(self, exchange: AbstractExchange | None) -> None:
        """Close the connection of this exchange, unless a newer one has taken its place."""
        async with self._opening:
            if exchange is not None and self._exchange is exchange:
                self._exchange = None
                await self._stack.aclose()
