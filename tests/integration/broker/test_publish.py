"""Publishing to a real RabbitMQ: confirmed, given back, or unknown."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from axis.broker.publish import RabbitPublisher
from axis.exchange.faults import BrokerLostError, BrokerUnavailableError
from axis.exchange.outgoing.messages import inbox
from axis.exchange.ports import Publication
from axis.exchange.records import MessageType
from tests.integration.broker.conftest import Broker
from tests.support.eventually import until
from tests.support.exchange import NOW
from tests.support.proxy import proxied


@pytest.fixture
async def publisher(broker: Broker) -> AsyncIterator[RabbitPublisher]:
    publisher = RabbitPublisher(broker.url, "test publisher")
    yield publisher
    await publisher.close()


@pytest.fixture
def own_inbox(broker: Broker) -> str:
    return inbox(broker.endpoints[1], urgent=False)


def publication(queue: str, body: bytes = b"body", **changes: Any) -> Publication:
    facts: dict[str, Any] = {
        "message_id": str(uuid4()),
        "queue": queue,
        "type": MessageType.DOCUMENT,
        "body": body,
        "correlation_id": None,
        "headers": {},
        "timestamp": NOW,
    }
    return Publication(**(facts | changes))


async def taken_from(broker: Broker, queue: str, count: int) -> list[Any]:
    """The messages of a queue as its endpoint takes them, once there are so many."""
    found: list[Any] = []
    async with await aio_pika.connect(broker.url_of(broker.endpoints[1])) as connection:
        channel = await connection.channel()
        source = await channel.get_queue(queue, ensure=False)

        async def enough() -> bool:
            message = await source.get(fail=False, no_ack=True)
            found.extend([message] if message else [])
            return len(found) >= count

        await until(enough)
    return found


async def test_confirmed_message_is_in_its_queue_with_every_property(
    broker: Broker, publisher: RabbitPublisher, own_inbox: str
) -> None:
    headers = {"axis-to": ",".join(f"H37.{number}" for number in range(5_000)), "axis-priority": 4}
    sent = publication(own_inbox, headers=headers, correlation_id="x" * 128)
    assert await publisher.publish([sent]) == [True]
    (message,) = await taken_from(broker, own_inbox, 1)
    assert message.body == b"body"
    assert message.message_id == sent.message_id
    assert headers.items() <= message.headers.items()  # RabbitMQ adds the delivery's number
    assert message.correlation_id == "x" * 128
    assert (message.type, message.delivery_mode, message.timestamp) == ("document", 2, NOW)


async def test_burst_to_many_queues_is_answered_message_by_message(
    broker: Broker, publisher: RabbitPublisher, own_inbox: str
) -> None:
    urgent = inbox(broker.endpoints[1], urgent=True)
    burst = [publication(queue) for _ in range(40) for queue in (own_inbox, "inbox.nobody", urgent)]
    assert await publisher.publish(burst) == [True, False, True] * 40


async def test_empty_body_arrives(
    broker: Broker, publisher: RabbitPublisher, own_inbox: str
) -> None:
    assert await publisher.publish([publication(own_inbox, b"")]) == [True]
    (message,) = await taken_from(broker, own_inbox, 1)
    assert message.body == b""


async def test_full_queue_gives_back_and_holds_up_no_other(
    broker: Broker, publisher: RabbitPublisher, channel: AbstractChannel, own_inbox: str
) -> None:
    arguments = {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-max-length": 1,
    }
    path = f"queues/{broker.vhost.name}/full"
    await broker.ask("PUT", path, {"durable": True, "arguments": arguments})

    async def refused() -> bool:  # a quorum queue takes a few more before it notices
        return await publisher.publish([publication("full"), publication(own_inbox)]) == [
            False,
            True,
        ]

    await until(refused)


async def test_connection_that_was_cut_is_replaced_for_the_next_burst(
    broker: Broker, own_inbox: str
) -> None:
    async with proxied(broker.url) as (url, proxy):
        publisher = RabbitPublisher(url, "test")
        assert await publisher.publish([publication(own_inbox)]) == [True]
        proxy.cut()
        with pytest.raises(BrokerUnavailableError):
            await publisher.publish([publication(own_inbox)])
        assert await publisher.publish([publication(own_inbox)]) == [True]
        await publisher.close()


async def test_confirm_that_is_lost_on_the_way_is_an_unknown_outcome(
    broker: Broker, own_inbox: str
) -> None:
    async with proxied(broker.url) as (url, proxy):
        publisher = RabbitPublisher(url, "test")
        assert await publisher.publish([publication(own_inbox)]) == [True]
        proxy.silence()
        lost = asyncio.create_task(publisher.publish([publication(own_inbox)]))
        await asyncio.sleep(0)
        proxy.cut()
        with pytest.raises(BrokerLostError):
            await lost
        proxy.resume()
        assert await publisher.publish([publication(own_inbox)]) == [True]
        await publisher.close()


async def test_silent_network_is_an_unknown_outcome_after_a_while(
    broker: Broker, own_inbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.broker.publish.CONFIRM_TIMEOUT_SECONDS", 0.5)
    async with proxied(broker.url) as (url, proxy):
        publisher = RabbitPublisher(url, "test")
        assert await publisher.publish([publication(own_inbox)]) == [True]
        proxy.silence()
        async with asyncio.timeout(30):
            with pytest.raises(BrokerLostError):
                await publisher.publish([publication(own_inbox)])


async def test_message_that_closes_the_channel_is_an_unknown_outcome_and_no_end(
    broker: Broker, publisher: RabbitPublisher, own_inbox: str
) -> None:
    """RabbitMQ closes the channel, or the connection, on what it does not take at all."""
    too_long = publication(own_inbox, headers={"axis-to": "x" * 200_000})
    with pytest.raises(BrokerLostError):
        await publisher.publish([too_long])
    assert await publisher.publish([publication(own_inbox)]) == [True]


async def test_account_that_the_broker_does_not_know_is_told(broker: Broker) -> None:
    stranger = RabbitPublisher(broker.vhost.amqp_url_for("nobody", "wrong"), "test")
    with pytest.raises(BrokerUnavailableError):
        await stranger.publish([publication("any")])
