"""AMQP messages without a broker."""

import struct
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class FakeMessage:
    """An incoming message that notes how it was settled."""

    body: bytes = b"x"
    routing_key: str | None = "document"
    user_id: str | None = "g22"
    message_id: str | None = "id-1"
    headers: dict[str, Any] = field(default_factory=dict)
    delivery_tag: int = 0
    type: str | None = None
    timestamp: datetime | None = None
    settled: list[tuple[int, str]] = field(default_factory=list)
    """Shared by the messages of a channel: delivery tag and how it was settled."""
    fault: Exception | None = None
    """What settling raises once the channel is gone."""

    async def ack(self, *, multiple: bool = False) -> None:
        self._settle("ack all" if multiple else "ack")

    async def reject(self, *, requeue: bool) -> None:
        self._settle("requeue" if requeue else "reject")

    def _settle(self, how: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.settled.append((self.delivery_tag, how))


def channel_of(*bodies: bytes) -> list[FakeMessage]:
    """Messages with these bodies, as they come over one channel."""
    settled: list[tuple[int, str]] = []
    return [
        FakeMessage(body, delivery_tag=tag, settled=settled)
        for tag, body in enumerate(bodies, start=1)
    ]


def raw_head(
    exchange: str, routing_key: bytes, size: int, flags: int = 0, properties: bytes = b""
) -> bytes:
    """The frames before a body, with properties that no client library would write.

    `flags` are those of `pamqp.commands.Basic.Properties`; `properties` come in their order.
    """
    name = exchange.encode()
    method = struct.pack(">HHH", 60, 40, 0) + short(name) + short(routing_key) + b"\0"
    head = struct.pack(">HHQH", 60, 0, size, flags) + properties
    return b"".join(
        struct.pack(">BHI", kind, 1, len(payload)) + payload + b"\xce"
        for kind, payload in ((1, method), (2, head))
    )


def short(text: bytes) -> bytes:
    """A short string as AMQP writes it."""
    return bytes([len(text)]) + text


def table(content: bytes) -> bytes:
    """A table or long string as AMQP writes it."""
    return struct.pack(">I", len(content)) + content
