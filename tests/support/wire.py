"""A broker connection that takes what is published and sends nothing anywhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import aio_pika
from pamqp.header import ContentHeader


class Wire:
    """A broker connection that keeps what is published."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, aio_pika.Message]] = []
        self.options: list[dict[str, Any]] = []
        self.exchange = ""

    @asynccontextmanager
    async def connect(self, _url: str, _name: str) -> AsyncIterator[Any]:
        async def channel(**_options: object) -> Any:
            return SimpleNamespace(default_exchange=self, get_exchange=self.get_exchange)

        yield SimpleNamespace(channel=channel)

    async def get_exchange(self, name: str, **_options: object) -> "Wire":
        self.exchange = name
        return self

    async def publish(self, sent: aio_pika.Message, routing_key: str, **options: object) -> None:
        self.sent.append((routing_key, sent))
        self.options.append(options)


def on_the_wire(sent: aio_pika.Message) -> tuple[dict[str, object], dict[str, object]]:
    """Return the AMQP properties and the headers that a receiver of a message reads."""
    header = ContentHeader()
    header.unmarshal(ContentHeader(properties=sent.properties).marshal())
    properties: dict[str, Any] = {
        name: value for name, value in header.properties if value not in (None, "")
    }
    headers = properties.pop("headers", {})
    if "message_type" in properties:  # pamqp's name for AMQP's `type`
        properties["type"] = properties.pop("message_type")
    if isinstance(moment := properties.get("timestamp"), datetime):
        properties["timestamp"] = int(moment.timestamp())
    return properties, headers
