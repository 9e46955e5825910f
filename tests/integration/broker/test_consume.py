"""Taking batches from a real RabbitMQ: what was not handled comes again, what was does not."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from pamqp import commands

from axis.broker.consume import BatchConsumer, BatchLimits
from axis.broker.topology import DEAD, INTAKE_DOCUMENTS, SUBMIT
from axis.exchange.faults import StoreRefusedError, StoreUnavailableError
from axis.local.bench.amqp import LightConnection
from tests.integration.broker.conftest import Broker
from tests.support.amqp import raw_head, short, table
from tests.support.eventually import until
from tests.support.proxy import proxied

FLAGS = commands.Basic.Properties.flags


class Taken:
    """A handler that keeps what it was given, and does what it is told first."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.messages: list[AbstractIncomingMessage] = []
        self.before: Callable[[list[bytes]], Any] = lambda _: None

    async def __call__(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        outcome = self.before([message.body for message in messages])
        if asyncio.iscoroutine(outcome):
            await outcome
        self.batches.append([message.body for message in messages])
        self.messages += messages

    @property
    def bodies(self) -> list[bytes]:
        return [body for batch in self.batches for body in batch]


@asynccontextmanager
async def consuming(
    broker: Broker,
    handler: Taken,
    *,
    queue: str = INTAKE_DOCUMENTS,
    limits: BatchLimits | None = None,
    keeps: bool = False,
    url: str = "",
) -> AsyncIterator[BatchConsumer]:
    """A consumer at work until the block ends."""
    limits = limits or BatchLimits(count=10, wait_seconds=0.05)
    url = url or broker.url
    consumer = BatchConsumer(url, queue, handler, limits, name=f"test {queue}", keeps=keeps)
    task = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def submit(channel: AbstractChannel, *bodies: bytes, routing_key: str = "document") -> None:
    exchange = await channel.get_exchange(SUBMIT, ensure=False)
    for body in bodies:
        await exchange.publish(aio_pika.Message(body, message_id=str(uuid4())), routing_key)


async def waiting(broker: Broker, queue: str) -> int:
    """How many messages a queue holds, delivered or not."""
    async with await aio_pika.connect(broker.vhost.amqp_url) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0


def numbered(count: int) -> list[bytes]:
    return [f"{number}".encode() for number in range(count)]


async def had(taken: Taken, count: int) -> None:
    await until(lambda: _true(len(taken.bodies) >= count))


async def consumer_takes(channel: AbstractChannel, consumer: BatchConsumer, count: int) -> bool:
    """Keep it busy until it takes portions of this size again."""
    await submit(channel, b"small")
    return consumer._prefetch == count


async def _true(answer: bool) -> bool:
    return answer


# -- batches -----------------------------------------------------------------------------------


async def test_messages_come_in_batches_in_their_order_and_leave_the_queue(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, *numbered(25))
    taken = Taken()
    async with consuming(broker, taken):
        await had(taken, 25)
    assert taken.bodies == numbered(25)
    assert [len(batch) for batch in taken.batches] == [10, 10, 5]
    assert await waiting(broker, INTAKE_DOCUMENTS) == 0


async def test_messages_that_are_too_large_together_are_taken_in_smaller_portions(
    broker: Broker, channel: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.broker.consume.RENEWAL_SECONDS", 0.3)
    bodies = [bytes([65 + number]) * 30_000 for number in range(12)]
    await submit(channel, *bodies)
    taken = Taken()
    held: list[int] = []

    async def slow(batch: list[bytes]) -> None:  # the rest arrives while the first is handled
        held.append(sum(map(len, batch)))
        await asyncio.sleep(0.05)

    taken.before = slow
    limits = BatchLimits(count=10, size=70_000, held=100_000)
    async with consuming(broker, taken, limits=limits) as consumer:
        await had(taken, 12)
        assert consumer._prefetch < 20
        await until(lambda: consumer_takes(channel, consumer, 20))
        await submit(channel, b"after")
        await until(lambda: _true(b"after" in taken.bodies))
    assert set(taken.bodies) == {*bodies, b"small", b"after"}
    assert max(held) <= 100_000


async def test_message_larger_than_all_that_may_be_held_is_taken_alone(
    broker: Broker, channel: AbstractChannel
) -> None:
    bodies = [b"a" * 50_000, b"b" * 50_000]
    await submit(channel, *bodies)
    taken = Taken()
    async with consuming(broker, taken, limits=BatchLimits(count=5, size=10, held=1_000)):
        await had(taken, 2)
    assert set(taken.bodies) == set(bodies)


async def test_consumer_waits_for_a_queue_that_does_not_exist_yet(broker: Broker) -> None:
    await broker.delete_queue(INTAKE_DOCUMENTS)
    taken = Taken()
    async with consuming(broker, taken) as consumer:
        await broker.sync()
        async with await aio_pika.connect(broker.url) as connection:
            await submit(await connection.channel(), b"late")
        await had(taken, 1)
        assert consumer.connected


async def test_consumer_notices_that_its_queue_was_deleted_and_made_again(
    broker: Broker, channel: AbstractChannel
) -> None:
    taken = Taken()
    async with consuming(broker, taken) as consumer:
        await until(lambda: _true(consumer.connected))
        await broker.delete_queue(INTAKE_DOCUMENTS)
        await until(lambda: _true(not consumer.connected))
        await broker.sync()
        await submit(channel, b"after")
        await had(taken, 1)


# -- what comes again --------------------------------------------------------------------------


async def test_batch_whose_connection_is_cut_before_the_acknowledgement_comes_again(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, *numbered(3))
    taken = Taken()
    async with proxied(broker.url) as (url, proxy):
        cuts = iter([proxy.cut])
        taken.before = lambda _: next(cuts, lambda: None)()
        async with consuming(broker, taken, url=url):
            await had(taken, 6)
    assert taken.bodies == numbered(3) * 2
    assert [message.redelivered for message in taken.messages] == [False] * 3 + [True] * 3
    assert await waiting(broker, INTAKE_DOCUMENTS) == 0


async def test_batch_of_a_consumer_that_dies_comes_to_the_next_one(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, *numbered(3))
    stuck, taken = Taken(), Taken()
    reached = asyncio.Event()

    async def hang(_: list[bytes]) -> None:
        reached.set()
        await asyncio.Event().wait()

    stuck.before = hang
    async with consuming(broker, stuck):
        await reached.wait()
    async with consuming(broker, taken):
        await had(taken, 3)
    assert stuck.bodies == []
    assert taken.bodies == numbered(3)


async def test_outage_of_the_store_is_waited_out_without_giving_anything_back(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, *numbered(3))
    taken = Taken()
    outages = iter([StoreUnavailableError("away")] * 3)

    def away(_: list[bytes]) -> None:
        outage = next(outages, None)
        if outage is not None:
            raise outage

    taken.before = away
    async with consuming(broker, taken):
        await had(taken, 3)
    assert [message.redelivered for message in taken.messages] == [False] * 3


# -- poison ------------------------------------------------------------------------------------


async def test_message_that_nothing_can_handle_becomes_a_dead_letter_and_the_rest_goes_on(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, b"a", b"poison", b"c")
    taken, dead = Taken(), Taken()

    def fail(bodies: list[bytes]) -> None:
        if b"poison" in bodies:
            raise KeyError

    taken.before = fail
    async with consuming(broker, taken), consuming(broker, dead, queue=DEAD, keeps=True):
        await had(taken, 2)
        await had(dead, 1)
    assert taken.bodies == [b"a", b"c"]
    assert dead.bodies == [b"poison"]
    headers = dead.messages[0].headers
    assert headers["x-first-death-queue"] == INTAKE_DOCUMENTS
    assert headers["x-first-death-reason"] == "rejected"


async def test_message_that_the_store_refuses_becomes_a_dead_letter_once_others_went_through(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, b"refused")
    taken, dead = Taken(), Taken()
    tries: list[bytes] = []

    def refuse(bodies: list[bytes]) -> None:
        if b"refused" in bodies:
            tries.append(b"refused")
            raise StoreRefusedError("column does not exist")

    taken.before = refuse
    async with consuming(broker, taken), consuming(broker, dead, queue=DEAD, keeps=True):
        await until(lambda: _true(len(tries) >= 3))
        assert dead.bodies == []
        await submit(channel, *numbered(3))
        await had(taken, 3)
        await had(dead, 1)
    assert dead.bodies == [b"refused"]
    assert not any(message.redelivered for message in taken.messages)
    assert await waiting(broker, INTAKE_DOCUMENTS) == 0


async def test_dead_letter_that_cannot_be_kept_for_now_stops_no_other(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, b"poison", b"other")
    taken, dead = Taken(), Taken()
    mended = False

    def keep(bodies: list[bytes]) -> None:
        if b"poison" in bodies and not mended:
            raise KeyError

    def give_up(_: list[bytes]) -> None:
        raise KeyError

    taken.before, dead.before = give_up, keep
    async with consuming(broker, taken), consuming(broker, dead, queue=DEAD, keeps=True):
        await had(dead, 1)
        assert dead.bodies == [b"other"]
        mended = True
        await had(dead, 2)
    assert dead.bodies == [b"other", b"poison"]
    assert not any(message.redelivered for message in dead.messages)


async def test_dead_letter_that_cannot_be_kept_yet_stays_until_it_can(
    broker: Broker, channel: AbstractChannel
) -> None:
    await submit(channel, b"poison")
    taken, dead = Taken(), Taken()
    bugs = iter([KeyError("first"), KeyError("second")])

    def fail(_: list[bytes]) -> None:
        bug = next(bugs, None)
        if bug is not None:
            raise bug

    def poison(_: list[bytes]) -> None:
        raise KeyError

    taken.before, dead.before = poison, fail
    async with consuming(broker, taken), consuming(broker, dead, queue=DEAD, keeps=True):
        await had(dead, 1)
    assert dead.bodies == [b"poison"]


HOSTILE = {
    "routing key that is no UTF-8": (b"\xff\xfe", 0, b""),
    "routing key with NUL": (b"document\0", 0, b""),
    "message_id that is no UTF-8": (b"document", FLAGS["message_id"], short(b"\xff")),
    "type that is no UTF-8": (b"document", FLAGS["message_type"], short(b"\xff")),
    "time beyond the calendar": (b"document", FLAGS["timestamp"], b"\xff" * 8),
    "header name that is no UTF-8": (
        b"document",
        FLAGS["headers"],
        table(short(b"\xff") + b"t\x01"),
    ),
    "time in the headers beyond the calendar": (
        b"document",
        FLAGS["headers"],
        table(short(b"k") + b"T" + b"\xff" * 8),
    ),
    "headers of 100 KB": (
        b"document",
        FLAGS["headers"],
        table(b"".join(short(f"{n:x}".encode()) + b"t\x01" for n in range(14_000))),
    ),
    "copies to every intake queue": (
        b"document",
        FLAGS["headers"],
        table(short(b"CC") + b"A" + table(b"S" + table(b"document") + b"S" + table(b"nowhere"))),
    ),
}


@pytest.mark.parametrize("kind", HOSTILE, ids=str)
async def test_message_with_hostile_properties_is_taken_and_stops_nobody(
    broker: Broker, channel: AbstractChannel, kind: str
) -> None:
    routing_key, flags, properties = HOSTILE[kind]
    confirmed = asyncio.Event()
    endpoint = LightConnection(on_confirm=lambda _: confirmed.set())
    await endpoint.open(broker.url_of(broker.endpoints[0]), "test")
    endpoint.publish(raw_head(SUBMIT, routing_key, 7, flags, properties), b"hostile")
    await confirmed.wait()
    await endpoint.close()
    await submit(channel, b"sound")
    taken = Taken()
    async with consuming(broker, taken):
        await had(taken, 2)
    assert taken.bodies == [b"hostile", b"sound"]
    assert not any(message.redelivered for message in taken.messages)


def test_hostile_headers_reach_the_length_that_one_frame_can_hold() -> None:
    *_, properties = HOSTILE["headers of 100 KB"]
    (length,) = struct.unpack(">I", properties[:4])
    assert 90_000 < length < 128 * 1024
