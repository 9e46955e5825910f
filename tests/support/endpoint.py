"""An agency's system at one endpoint, over plain AMQP: it submits, and keeps what it is sent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, DeliveryMode

from axis.evidence.events import Event
from axis.evidence.xml import read_receipt

WAIT_SECONDS = 30.0
"""Far longer than the axis takes, on a machine that is busy with other tests."""


@dataclass(frozen=True)
class Received:
    """A message that came to one of the endpoint's queues."""

    queue: str
    message: AbstractIncomingMessage

    @property
    def body(self) -> bytes:
        return self.message.body

    @property
    def type(self) -> str:
        return self.message.type or ""

    @property
    def event(self) -> Event | None:
        """The event of a receipt, None for anything else."""
        return read_receipt(self.body).event if self.type == "receipt" else None

    def header(self, name: str) -> object:
        return self.message.headers[name]


class EndpointSystem:
    """One endpoint; `async with` connects it and takes from its three queues."""

    def __init__(self, url: str, endpoint: str) -> None:
        self.endpoint = endpoint
        self.received: list[Received] = []
        self._url = url
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._connection = await aio_pika.connect(self._url)
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        self._exchange = await channel.get_exchange("axis.submit", ensure=False)
        inbox = await self._connection.channel()
        for name in (
            f"inbox.{self.endpoint}",
            f"inbox.{self.endpoint}.urgent",
            f"answers.{self.endpoint}",
        ):
            queue = await inbox.get_queue(name, ensure=False)
            await queue.consume(self._keep, consumer_tag=name)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.close()

    async def submit(
        self,
        body: bytes,
        *,
        routing_key: str = "document",
        message_id: str | None = "",
        user_id: str | None = "",
    ) -> str:
        """Submit a message as the contract asks, or differently, and return its message_id."""
        message_id = str(uuid4()) if message_id == "" else message_id
        await self._exchange.publish(
            aio_pika.Message(
                body,
                message_id=message_id,
                user_id=self.endpoint if user_id == "" else user_id,
                content_type="application/edxml+xml",
                delivery_mode=DeliveryMode.PERSISTENT,
            ),
            routing_key=routing_key,
        )
        return message_id or ""

    async def first(self, fits: Callable[[Received], bool]) -> Received:
        """Return the first message received that fits, once there is one."""
        async with asyncio.timeout(WAIT_SECONDS), self._changed:
            await self._changed.wait_for(lambda: any(map(fits, self.received)))
        return next(filter(fits, self.received))

    async def receipt(self, message_id: str, event: Event) -> Received:
        """Return the receipt of this event about an own submission."""
        return await self.first(
            lambda one: one.message.correlation_id == message_id and one.event is event
        )

    async def copy(self, body: bytes) -> Received:
        """Return the copy of a document that came to an inbox, known by its bytes."""
        return await self.first(lambda one: one.type == "document" and one.body == body)

    def all(self, fits: Callable[[Received], bool]) -> list[Received]:
        """Return every message received so far that fits."""
        return list(filter(fits, self.received))

    async def _keep(self, message: AbstractIncomingMessage) -> None:
        async with self._changed:
            self.received.append(Received(message.consumer_tag or "", message))
            self._changed.notify_all()
        await message.ack()
