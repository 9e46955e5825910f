"""Publishes bursts with confirms, on one connection that is opened anew after a fault."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC
from typing import NoReturn

import aio_pika
import structlog
from aio_pika.abc import AbstractExchange, DeliveryMode
from aio_pika.exceptions import DeliveryError

from axis.broker.connection import BROKER_FAULTS, being_cancelled, connect
from axis.exchange.faults import BrokerLostError, BrokerUnavailableError
from axis.exchange.ports import Publication
from axis.exchange.records import MessageType

CONFIRM_TIMEOUT_SECONDS = 30.0
"""A quorum queue that has not confirmed by then has lost its majority or its disk."""

SILENT_TIMEOUT_SECONDS = 2.0
"""What a queue gets that has not answered before: hundreds of times what one in health takes."""

_CONTENT_TYPES = {
    MessageType.DOCUMENT: "application/edxml+xml",
    MessageType.STATUS: "application/edxml+xml",
    MessageType.RECEIPT: "application/xml",
}

_log = structlog.get_logger(__name__)


class RabbitPublisher:
    """Implements `axis.exchange.ports.Publisher`; one object a publishing task.

    A queue that gave no answer to the last message is given little time to do so, so that it holds
    up no other.
    """

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._stack = AsyncExitStack()
        self._exchange: AbstractExchange | None = None
        self._full: set[str] = set()
        """Queues that did not take the last message."""
        self._silent: set[str] = set()
        """Queues that gave no answer to the last message, while others did."""

    async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
        """Publish all at once and wait for every confirm.

        False means that the message is not in its queue as far as is known: there is no such queue,
        it is full or does not answer while others do, or AMQP cannot express the message.
        """
        exchange = self._exchange or await self._open()
        try:
            outcomes = await asyncio.gather(
                *(self._one(exchange, message) for message in messages),
                return_exceptions=True,
            )
        except asyncio.CancelledError:
            await self.close()
            raise
        answers: list[bool] = []
        silent = {
            message.queue
            for message, outcome in zip(messages, outcomes, strict=True)
            if isinstance(outcome, TimeoutError)
        }
        for outcome in outcomes:
            if isinstance(outcome, TimeoutError):
                if True not in outcomes and not silent <= self._silent:
                    await self._lose(outcome)  # nobody has answered: it may be the broker
                answers.append(False)
            elif isinstance(outcome, BaseException):
                await self._lose(outcome)
            else:
                answers.append(outcome)
        if silent:
            _log.warning("queues.silent", queues=sorted(silent))
            self._silent |= silent
            await self.close()  # so that no confirm comes late
        return answers

    def doubtful(self, queue: str) -> bool:
        """Tell whether a queue did not take the last message, or gave no answer to it."""
        return queue in self._full or queue in self._silent

    async def _one(self, exchange: AbstractExchange, message: Publication) -> bool:
        known = message.queue in self._silent
        limit = SILENT_TIMEOUT_SECONDS if known else CONFIRM_TIMEOUT_SECONDS
        taken = await _publish(exchange, message, limit)
        self._silent.discard(message.queue)
        if taken is False:
            self._full.add(message.queue)
        else:
            self._full.discard(message.queue)
        return bool(taken)

    async def _lose(self, fault: BaseException) -> NoReturn:
        await self.close()
        raise BrokerLostError(f"RabbitMQ: {type(fault).__name__}: {fault}") from fault

    async def close(self) -> None:
        """Give the connection up; the next burst opens another."""
        self._exchange = None
        await self._stack.aclose()

    async def _open(self) -> AbstractExchange:
        connection = await self._stack.enter_async_context(connect(self._url, self._name))
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        except (*BROKER_FAULTS, asyncio.CancelledError) as error:
            await self.close()
            if isinstance(error, asyncio.CancelledError) and being_cancelled():
                raise
            raise BrokerUnavailableError(f"RabbitMQ: {type(error).__name__}: {error}") from error
        self._exchange = channel.default_exchange
        return self._exchange


async def _publish(exchange: AbstractExchange, message: Publication, limit: float) -> bool | None:
    """Return whether the queue has taken it; None where AMQP cannot express it."""
    try:
        await exchange.publish(
            aio_pika.Message(
                message.body,
                message_id=message.message_id,
                type=message.type.value,
                correlation_id=message.correlation_id,
                headers=dict(message.headers),
                content_type=_CONTENT_TYPES[message.type],
                delivery_mode=DeliveryMode.PERSISTENT,
                timestamp=message.timestamp.astimezone(UTC),
                app_id="axis",
            ),
            routing_key=message.queue,
            mandatory=True,
            timeout=limit,
        )
    except DeliveryError:
        return False
    except BROKER_FAULTS:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be encoded must not hold up the rest
        _log.error("message.unpublishable", message=message.message_id, error=repr(error)[:200])
        return None
    return True
