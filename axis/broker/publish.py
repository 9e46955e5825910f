"""Publishes bursts with confirms, on one connection that is opened anew after a fault."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC

import aio_pika
import structlog
from aio_pika.abc import AbstractExchange, DeliveryMode
from aio_pika.exceptions import DeliveryError

from axis.broker.connection import BROKER_FAULTS, being_cancelled, connect
from axis.exchange.ports import BrokerLostError, BrokerUnavailableError, Publication
from axis.exchange.records import MessageType

CONFIRM_TIMEOUT_SECONDS = 30.0
"""A quorum queue that has not confirmed by then has lost its majority or its disk."""

_CONTENT_TYPES = {
    MessageType.DOCUMENT: "application/edxml+xml",
    MessageType.STATUS: "application/edxml+xml",
    MessageType.RECEIPT: "application/xml",
}

_log = structlog.get_logger(__name__)


class RabbitPublisher:
    """Implements `axis.exchange.ports.Publisher`; one object a publishing task."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._stack = AsyncExitStack()
        self._exchange: AbstractExchange | None = None

    async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
        """Publish all at once and wait for every confirm.

        False means that the message is not in its queue: there is no such queue, it is full, or
        AMQP cannot express the message.
        """
        exchange = self._exchange or await self._open()
        outcomes = await asyncio.gather(
            *(_publish(exchange, message) for message in messages), return_exceptions=True
        )
        answers = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                await self.close()
                text = f"RabbitMQ: {type(outcome).__name__}: {outcome}"
                raise BrokerLostError(text) from outcome
            answers.append(outcome)
        return answers

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


async def _publish(exchange: AbstractExchange, message: Publication) -> bool:
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
            timeout=CONFIRM_TIMEOUT_SECONDS,
        )
    except DeliveryError:
        return False
    except BROKER_FAULTS:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be encoded must not hold up the rest
        _log.error("message.unpublishable", message=message.message_id, error=repr(error)[:200])
        return False
    return True
