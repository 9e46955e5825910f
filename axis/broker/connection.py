"""Connections to RabbitMQ.

Plain ones, not robust ones: after a fault everything is built anew, so that a batch never
acknowledges tags of a channel that is gone, and every lost confirm is seen as such.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError

from axis.broker.foreign import tolerate_foreign_properties
from axis.exchange.faults import BrokerUnavailableError

CONNECT_TIMEOUT_SECONDS = 10.0
"""A node that does not greet within this is treated as away."""

HEARTBEAT_SECONDS = 10
"""A network that drops everything is noticed after about three of these; with RabbitMQ's own 60 an
urgent document could lie in front of a router for minutes."""

BROKER_FAULTS = (AMQPError, OSError, TimeoutError, RuntimeError)
"""What aio-pika and aiormq raise when a connection or channel goes (RuntimeError: writing to a
transport that is closing)."""


@asynccontextmanager
async def connect(url: str, name: str) -> AsyncIterator[AbstractConnection]:
    """Open a connection that shows as `name` in the broker's lists.

    Raises BrokerUnavailableError when the broker can't be reached or refuses the account.
    """
    tolerate_foreign_properties()
    try:
        connection = await aio_pika.connect(
            with_heartbeat(url),
            timeout=CONNECT_TIMEOUT_SECONDS,
            client_properties={"connection_name": name},
        )
    except BROKER_FAULTS as error:
        raise BrokerUnavailableError(f"RabbitMQ: {type(error).__name__}: {error}") from error
    except asyncio.CancelledError as error:
        if being_cancelled():
            raise
        raise BrokerUnavailableError("RabbitMQ: the connection was given up") from error
    try:
        yield connection
    finally:
        await close_quietly(connection)


def with_heartbeat(url: str) -> str:
    """Return the address with our heartbeat, unless it asks for one of its own."""
    parts = urlsplit(url)
    query = f"{parts.query}&heartbeat={HEARTBEAT_SECONDS}".removeprefix("&")  # the first counts
    return urlunsplit(parts._replace(query=query))


def being_cancelled() -> bool:
    """Tell whether a CancelledError is really for this task.

    aiormq also rejects what waits for a dying connection with CancelledError; a task that
    believed it would end silently, and its queue with it.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def close_quietly(connection: AbstractConnection) -> None:
    """Close a connection that may already be broken."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            await connection.close()
    except BROKER_FAULTS:
        return
    except asyncio.CancelledError:
        if being_cancelled():
            raise
