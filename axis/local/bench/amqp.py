"""An AMQP 0-9-1 connection that costs the load generator next to nothing.

A convenient client needs more processor time for a message than the axis does, and would measure
itself on a machine that both share. This one knows what a benchmark needs, keeps no abstractions
between socket and callback, and gives up at the first fault.
"""

import asyncio
import contextlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pamqp import commands, frame, header
from pamqp.base import Frame

from axis.errors import AxisError

FRAME_MAX: Final = 131_072
"""RabbitMQ's own default, in bytes."""

REPLY_SECONDS: Final = 30.0
"""A broker that leaves a question open for longer hangs."""

ACK_EVERY: Final = 50
"""Deliveries acknowledged at once: where the measured cost a message stops falling."""

ACK_DELAY_SECONDS: Final = 0.02
"""The longest that an acknowledgement waits for others."""

_CHANNEL: Final = 1
_HEAD: Final = struct.Struct(">BHL")
_METHOD, _HEADER, _BODY = 1, 2, 3
_END: Final = b"\xce"


class BrokerFaultError(AxisError):
    """The broker refused something or closed the connection: the measurement is worthless."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that the broker delivered."""

    queue: str
    """The consumer's tag: connections of this module name a consumer after its queue."""
    tag: int
    properties: commands.Basic.Properties
    body: bytes


@dataclass(frozen=True, slots=True)
class QueueState:
    """What the broker says of a queue."""

    messages: int
    consumers: int


class LightConnection(asyncio.Protocol):
    """One connection with one channel, for publishing with confirms, or for consuming."""

    def __init__(
        self,
        *,
        on_delivery: Callable[[Delivery], None] | None = None,
        on_confirm: Callable[[int], None] | None = None,
    ) -> None:
        self._on_delivery = on_delivery
        self._on_confirm = on_confirm
        self._transport: asyncio.WriteTransport | None = None
        self._buffer = bytearray()
        self._reply: asyncio.Future[Frame] | None = None
        self._deliver: commands.Basic.Deliver | None = None
        self._properties = commands.Basic.Properties()
        self._size = 0
        self._chunks: list[bytearray] = []
        self._received = 0
        self._published = 0
        self._unconfirmed: set[int] = set()
        self._to_ack: list[int] = []
        self._ack_timer: asyncio.TimerHandle | None = None
        self.fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Fails when the connection is lost; awaited beside the work."""

    # -- opening and closing ---------------------------------------------------------------------

    async def open(self, url: str, name: str) -> None:
        """Log in, open the channel, and switch confirms on."""
        parts = urlsplit(url)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(
            lambda: self, parts.hostname or "localhost", parts.port or 5672
        )
        self._transport = transport
        login = f"\0{unquote(parts.username or '')}\0{unquote(parts.password or '')}"
        start = self._expect()
        transport.write(b"AMQP\x00\x00\x09\x01")
        await self._answer(start)
        start_ok = commands.Connection.StartOk(
            client_properties={"connection_name": name}, mechanism="PLAIN", response=login
        )
        await self.ask(start_ok, channel=0)
        self._send(commands.Connection.TuneOk(16, FRAME_MAX, 0), channel=0)
        vhost = unquote(parts.path.removeprefix("/")) or "/"
        await self.ask(commands.Connection.Open(vhost), channel=0)
        await self.ask(commands.Channel.Open())
        await self.ask(commands.Confirm.Select())

    async def close(self) -> None:
        """Close in an orderly way; what was not acknowledged goes back to its queue."""
        self._acknowledge()
        if self._transport is not None and not self._transport.is_closing():
            if not self.fault.done():
                self.fault.set_result(None)
            with contextlib.suppress(BrokerFaultError):
                await self.ask(commands.Connection.Close(200, "done", 0, 0), channel=0)
            self._transport.close()

    # -- asking ----------------------------------------------------------------------------------

    async def ask(self, command: Frame, *, channel: int = _CHANNEL) -> Frame:
        """Send a command and return the broker's answer."""
        reply = self._expect()
        self._send(command, channel=channel)
        return await self._answer(reply)

    async def queue_state(self, queue: str) -> QueueState:
        """Return what the broker says of a queue that exists."""
        answer = await self.ask(commands.Queue.Declare(queue=queue, passive=True))
        assert isinstance(answer, commands.Queue.DeclareOk)
        return QueueState(answer.message_count or 0, answer.consumer_count or 0)

    async def declare(self, queue: str, arguments: Mapping[str, Any]) -> None:
        """Make a durable queue."""
        await self.ask(commands.Queue.Declare(queue=queue, durable=True, arguments=dict(arguments)))

    async def consume(self, queue: str, *, prefetch: int) -> None:
        """Begin to take messages from a queue."""
        await self.ask(commands.Basic.Qos(0, prefetch, False))
        await self.ask(commands.Basic.Consume(queue=queue, consumer_tag=queue))

    # -- messages --------------------------------------------------------------------------------

    def publish(self, head: bytes, body: bytes) -> int:
        """Send a message with a head of `message_head`; return its number among the confirms."""
        assert self._transport is not None
        pieces = [head]
        for start in range(0, len(body), FRAME_MAX - 8):
            piece = body[start : start + FRAME_MAX - 8]
            pieces += [_HEAD.pack(_BODY, _CHANNEL, len(piece)), piece, _END]
        self._transport.write(b"".join(pieces))
        self._published += 1
        self._unconfirmed.add(self._published)
        return self._published

    def done_with(self, delivery: Delivery) -> None:
        """Acknowledge a delivery, soon and together with others."""
        self._to_ack.append(delivery.tag)
        if len(self._to_ack) >= ACK_EVERY:
            self._acknowledge()
        elif self._ack_timer is None:
            loop = asyncio.get_running_loop()
            self._ack_timer = loop.call_later(ACK_DELAY_SECONDS, self._acknowledge)

    def _acknowledge(self) -> None:
        if self._ack_timer is not None:
            self._ack_timer.cancel()
            self._ack_timer = None
        if not self._to_ack or self._transport is None:
            return
        self._send(commands.Basic.Ack(self._to_ack[-1], multiple=True))
        self._to_ack.clear()

    # -- what comes in ---------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Cut the stream into frames."""
        buffer = self._buffer
        buffer += data
        position, end = 0, len(buffer)
        while end - position > _HEAD.size:
            kind, _, size = _HEAD.unpack_from(buffer, position)
            stop = position + _HEAD.size + size + 1
            if stop > end:
                break
            if kind == _BODY:
                self._body_received(buffer[position + _HEAD.size : stop - 1])
            else:
                self._frame_received(kind, bytes(buffer[position:stop]))
            position = stop
        del buffer[:position]

    def connection_lost(self, error: Exception | None) -> None:
        """Give up: a benchmark does not reconnect."""
        self._fail(f"the connection was lost: {error}")

    def _frame_received(self, kind: int, data: bytes) -> None:
        _, _, received = frame.unmarshal(data)
        if kind == _HEADER:
            assert isinstance(received, header.ContentHeader)
            self._properties = received.properties
            self._size = received.body_size
            self._chunks, self._received = [], 0
            if self._size == 0:
                self._delivered()
        elif isinstance(received, commands.Basic.Deliver):
            self._deliver = received
        elif isinstance(received, commands.Basic.Ack):
            self._confirmed(received.delivery_tag or 0, multiple=bool(received.multiple))
        elif isinstance(
            received,
            commands.Basic.Nack
            | commands.Basic.Return
            | commands.Basic.Cancel
            | commands.Channel.Close
            | commands.Connection.Close,
        ):
            reason = getattr(received, "reply_text", "")
            self._fail(f"{received.name} {reason}".strip())
        elif self._reply is not None and not self._reply.done():
            assert isinstance(received, Frame)
            self._reply.set_result(received)

    def _body_received(self, chunk: bytearray) -> None:
        self._chunks.append(chunk)
        self._received += len(chunk)
        if self._received >= self._size:
            self._delivered()

    def _delivered(self) -> None:
        assert self._deliver is not None
        assert self._on_delivery is not None
        delivery = Delivery(
            queue=self._deliver.consumer_tag or "",
            tag=self._deliver.delivery_tag or 0,
            properties=self._properties,
            body=b"".join(self._chunks),
        )
        self._chunks = []
        self._on_delivery(delivery)

    def _confirmed(self, tag: int, *, multiple: bool) -> None:
        numbers = (
            sorted(number for number in self._unconfirmed if number <= tag) if multiple else [tag]
        )
        self._unconfirmed.difference_update(numbers)
        if self._on_confirm is not None:
            for number in numbers:
                self._on_confirm(number)

    # -- shared ----------------------------------------------------------------------------------

    def _send(self, command: Frame, *, channel: int = _CHANNEL) -> None:
        assert self._transport is not None
        self._transport.write(frame.marshal(command, channel))

    def _expect(self) -> asyncio.Future[Frame]:
        self._reply = asyncio.get_running_loop().create_future()
        return self._reply

    async def _answer(self, reply: asyncio.Future[Frame]) -> Frame:
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                return await reply
        except TimeoutError:
            raise BrokerFaultError(f"RabbitMQ: no answer within {REPLY_SECONDS:g} s") from None

    def _fail(self, reason: str) -> None:
        error = BrokerFaultError(f"RabbitMQ: {reason}")
        for future in (self._reply, self.fault):
            if future is not None and not future.done():
                future.set_exception(error)


def message_head(
    exchange: str, routing_key: str, size: int, properties: commands.Basic.Properties
) -> bytes:
    """Return the frames of a publish that come before the body, ready for the socket."""
    method = commands.Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=True)
    return frame.marshal(method, _CHANNEL) + frame.marshal(
        header.ContentHeader(0, size, properties), _CHANNEL
    )
