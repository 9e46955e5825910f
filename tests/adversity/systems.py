"""Agency systems that never lose heart: they reconnect, submit again, and note every delivery."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, DeliveryMode, HeadersType
from aio_pika.exceptions import AMQPError

from tests.adversity.contents import Content
from tests.adversity.ledger import Taken

FAULTS = (AMQPError, OSError, TimeoutError, RuntimeError)
"""What aio-pika raises while a broker is away."""

RETRY_SECONDS = 0.2
CONFIRM_SECONDS = 20.0


class AgencySystem:
    """One endpoint's system."""

    def __init__(
        self,
        url: str,
        endpoint: str,
        note: Callable[[Taken], None],
    ) -> None:
        self.endpoint = endpoint
        self._url = url
        self._note = note
        self._exchange: AbstractExchange | None = None
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._takes = True

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay_connected())
        await self._connected.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def take_no_documents(self) -> None:
        """Leave in the inbox what comes from now on, as a system whose intake has failed."""
        self._takes = False
        self._lost.set()

    def take_documents(self) -> None:
        """Take documents again, those first that waited."""
        self._takes = True
        self._lost.set()

    async def submit(self, content: Content, message_id: str) -> int:
        """Publish until the broker has confirmed it, and return how often that took."""
        attempts = 0
        while True:
            attempts += 1
            try:
                await self._connected.wait()
                assert self._exchange is not None
                await self._exchange.publish(
                    aio_pika.Message(
                        content.body,
                        message_id=message_id,
                        user_id=self.endpoint,
                        content_type="application/edxml+xml",
                        delivery_mode=DeliveryMode.PERSISTENT,
                    ),
                    routing_key=content.routing_key,
                    timeout=CONFIRM_SECONDS,
                )
            except Exception:  # noqa: BLE001 - aiormq raises a bare one when it is closed while it writes
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return attempts

    async def _stay_connected(self) -> None:
        while True:
            try:
                connection = await aio_pika.connect(self._url)
                async with connection:
                    await self._session(connection)
            except FAULTS:
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                self._connected.clear()

    async def _session(self, connection: aio_pika.abc.AbstractConnection) -> None:
        # aio-pika's own closed() stays silent when the broker vanishes
        lost = self._lost = asyncio.Event()
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        channel.close_callbacks.add(lambda *_: lost.set())
        self._exchange = await channel.get_exchange("axis.submit", ensure=False)
        inbox = await connection.channel()
        inbox.close_callbacks.add(lambda *_: lost.set())
        await inbox.set_qos(prefetch_count=100)
        for name in queues_of([self.endpoint]):
            if not (self._takes or name.startswith("answers.")):
                continue
            queue = await inbox.get_queue(name, ensure=False)
            await queue.consume(self._take, consumer_tag=name)
        self._connected.set()
        await lost.wait()

    async def _take(self, message: AbstractIncomingMessage) -> None:
        self._note(
            Taken(
                queue=message.consumer_tag or "",
                message_id=message.message_id or "",
                type=message.type or "",
                correlation_id=message.correlation_id,
                headers=_own(message.headers),
                body=message.body,
            )
        )
        with contextlib.suppress(*FAULTS):
            await message.ack()


def _own(headers: HeadersType) -> dict[str, Any]:
    """Return the headers without the broker's own, such as ``x-delivery-count``."""
    return {name: value for name, value in headers.items() if not name.startswith("x-")}


def queues_of(endpoints: Sequence[str]) -> list[str]:
    """Return the queues of these endpoints."""
    return [
        name
        for endpoint in endpoints
        for name in (f"inbox.{endpoint}", f"inbox.{endpoint}.urgent", f"answers.{endpoint}")
    ]
