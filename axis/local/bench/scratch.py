"""The plain cost of storing and carrying: scratch tables and queues on the same two servers."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import aiohttp
import asyncpg
from pamqp import commands

from axis.ids import new_id
from axis.local.bench.accounting import ProcessGroup
from axis.local.bench.amqp import REPLY_SECONDS, Delivery, LightConnection, message_head
from axis.local.bench.corpus import Corpus
from axis.local.postgresql import PrivatePostgreSQL
from axis.local.rabbitmq import PrivateRabbitMQ

BATCH: Final = 50
"""Documents a transaction: the axis's own batch."""

BATCH_BYTES: Final = 32 * 1024 * 1024
"""Bounds a transaction of large documents."""

WINDOW: Final = 500
"""Messages not confirmed at a time: where the measured cost a message stops falling."""

WINDOW_BYTES: Final = 32 * 1024 * 1024
"""Bytes not confirmed at a time: bounds the broker's memory."""

PREFETCH: Final = 200

_Row = tuple[UUID, bytes]


async def store_plainly(
    postgresql: PrivatePostgreSQL,
    group: ProcessGroup,
    bodies: Sequence[bytes],
    receipts: Sequence[bytes],
) -> tuple[float, float]:
    """Insert documents, each with its receipts, into one table of a scratch database.

    Returns milliseconds a document: of PostgreSQL, and of this end of the connection.
    """
    name = f"bench_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(await postgresql.create_database(name))
    try:
        await connection.execute("CREATE TABLE scratch (id uuid PRIMARY KEY, body bytea NOT NULL)")
        await connection.execute("ALTER TABLE scratch ALTER COLUMN body SET STORAGE EXTERNAL")
        await connection.execute("CHECKPOINT")  # what others left to write is not our cost
        before, started = group.cpu_seconds(), time.thread_time()
        for batch in _batches(bodies):
            rows: list[_Row] = [(new_id(), body) for body in batch]
            rows += [(new_id(), receipt) for _ in batch for receipt in receipts]
            async with connection.transaction():
                await connection.copy_records_to_table(
                    "scratch", records=rows, columns=["id", "body"]
                )
        own = time.thread_time() - started
        used = group.cpu_seconds() - before
    finally:
        await connection.close()
        await postgresql.drop_database(name)
    return used * 1000 / len(bodies), own * 1000 / len(bodies)


async def carry_plainly(
    rabbitmq: PrivateRabbitMQ,
    group: ProcessGroup,
    corpus: Corpus,
    bodies: Sequence[bytes],
    receipts: Sequence[bytes],
) -> tuple[float, float]:
    """Send as many messages a document through quorum queues as an exchange has to.

    That is the document in, one copy to each of its receivers, and its receipts. Returns
    milliseconds a document: of RabbitMQ, and of both ends of its connections.
    """
    endpoints = sorted({name for entry in corpus.entries for name in entry.receivers})
    async with _virtual_host(rabbitmq) as vhost:
        carrier = _Carrier(rabbitmq.amqp_url(vhost))
        try:
            await carrier.open(["in", "answers", *endpoints])
            before, started = group.cpu_seconds(), time.thread_time()
            for entry, body in zip(corpus.entries, bodies, strict=False):
                await carrier.publish("in", body)
                for endpoint in entry.receivers:
                    await carrier.publish(endpoint, body)
                for receipt in receipts:
                    await carrier.publish("answers", receipt)
            await carrier.drained()
            own = time.thread_time() - started
            used = group.cpu_seconds() - before
        finally:
            await carrier.close()
    return used * 1000 / len(bodies), own * 1000 / len(bodies)


class _Carrier:
    """Publishes to scratch queues within a window and takes everything back."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._publisher = LightConnection(on_confirm=self._confirmed)
        self._consumers: dict[str, LightConnection] = {}
        self._sizes: dict[int, int] = {}
        self._unconfirmed = 0
        self._open_messages = 0
        self._moved = asyncio.Event()

    async def open(self, queues: Sequence[str]) -> None:
        await self._publisher.open(self._url, "axis bench scratch")
        for queue in queues:
            await self._publisher.declare(queue, {"x-queue-type": "quorum"})
            consumer = LightConnection(on_delivery=self._delivered)
            await consumer.open(self._url, "axis bench scratch")
            await consumer.consume(queue, prefetch=PREFETCH)
            self._consumers[queue] = consumer

    async def publish(self, queue: str, body: bytes) -> None:
        while self._sizes and (
            len(self._sizes) >= WINDOW or self._unconfirmed + len(body) > WINDOW_BYTES
        ):
            await self._wait()
        properties = commands.Basic.Properties(delivery_mode=2, message_id=str(new_id()))
        number = self._publisher.publish(message_head("", queue, len(body), properties), body)
        self._sizes[number] = len(body)
        self._unconfirmed += len(body)
        self._open_messages += 1

    async def drained(self) -> None:
        while self._sizes or self._open_messages:
            await self._wait()

    async def close(self) -> None:
        for connection in (self._publisher, *self._consumers.values()):
            await connection.close()

    async def _wait(self) -> None:
        self._moved.clear()
        async with asyncio.timeout(REPLY_SECONDS):
            await self._moved.wait()
        for connection in (self._publisher, *self._consumers.values()):
            if connection.fault.done():
                connection.fault.result()

    def _confirmed(self, number: int) -> None:
        self._unconfirmed -= self._sizes.pop(number)
        self._moved.set()

    def _delivered(self, delivery: Delivery) -> None:
        self._consumers[delivery.queue].done_with(delivery)
        self._open_messages -= 1
        self._moved.set()


@asynccontextmanager
async def _virtual_host(rabbitmq: PrivateRabbitMQ) -> AsyncIterator[str]:
    """Make a virtual host for the administrator, and delete it with all that it holds."""
    name = f"bench-{secrets.token_hex(6)}"
    login = {"Authorization": rabbitmq.admin.basic_auth()}
    host = f"{rabbitmq.management_url}/api/vhosts/{name}"
    permissions = f"{rabbitmq.management_url}/api/permissions/{name}/{rabbitmq.admin.user}"
    async with aiohttp.ClientSession(headers=login, raise_for_status=True) as session:
        await session.put(host)
        try:
            await session.put(permissions, json=dict.fromkeys(("configure", "write", "read"), ".*"))
            yield name
        finally:
            await session.delete(host)


def _batches(bodies: Sequence[bytes]) -> list[list[bytes]]:
    batches: list[list[bytes]] = []
    size = 0
    for body in bodies:
        size += len(body)
        if not batches or len(batches[-1]) == BATCH or size > BATCH_BYTES:
            batches.append([])
            size = len(body)
        batches[-1].append(body)
    return batches
