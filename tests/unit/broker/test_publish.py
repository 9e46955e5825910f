"""What the publisher makes of the broker's answers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import pytest
from aio_pika.exceptions import ChannelPreconditionFailed, DeliveryError
from pamqp.commands import Basic

from axis.broker.publish import (
    CONFIRM_TIMEOUT_SECONDS,
    SILENT_TIMEOUT_SECONDS,
    RabbitPublisher,
)
from axis.exchange.faults import BrokerLostError, BrokerUnavailableError
from axis.exchange.ports import Publication
from axis.exchange.records import MessageType
from tests.support.exchange import NOW


@dataclass
class FakeExchange:
    """Answers each message as told for its queue."""

    answers: dict[str, BaseException] = field(default_factory=dict)
    published: list[tuple[aio_pika.Message, str, bool]] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)
    """Seconds that a queue was last given."""

    async def publish(
        self, message: aio_pika.Message, routing_key: str, *, mandatory: bool, timeout: float
    ) -> None:
        self.published.append((message, routing_key, mandatory))
        self.limits[routing_key] = timeout
        if routing_key in self.answers:
            raise self.answers[routing_key]


def publication(queue: str, **changes: Any) -> Publication:
    facts: dict[str, Any] = {
        "message_id": f"id-{queue}",
        "queue": queue,
        "type": MessageType.DOCUMENT,
        "body": b"body",
        "correlation_id": None,
        "headers": {"axis-priority": 0},
        "timestamp": NOW,
    }
    return Publication(**(facts | changes))


def publisher(exchange: FakeExchange) -> RabbitPublisher:
    one = RabbitPublisher("", "test")
    one._exchange = exchange  # type: ignore[assignment]
    return one


def nack() -> DeliveryError:
    return DeliveryError(None, Basic.Nack(delivery_tag=1))


async def test_message_carries_the_properties_of_the_contract() -> None:
    exchange = FakeExchange()
    await publisher(exchange).publish(
        [publication("answers.g22", type=MessageType.RECEIPT, correlation_id="id-1")]
    )
    ((message, queue, mandatory),) = exchange.published
    assert (queue, mandatory) == ("answers.g22", True)
    assert message.message_id == "id-answers.g22"
    assert message.type == "receipt"
    assert message.correlation_id == "id-1"
    assert message.content_type == "application/xml"
    assert message.delivery_mode == 2
    assert message.timestamp == NOW
    assert message.headers == {"axis-priority": 0}


@pytest.mark.parametrize("kind", [MessageType.DOCUMENT, MessageType.STATUS])
async def test_edxml_is_labelled_as_such(kind: MessageType) -> None:
    exchange = FakeExchange()
    await publisher(exchange).publish([publication("q", type=kind)])
    assert exchange.published[0][0].content_type == "application/edxml+xml"


async def test_refusal_of_one_message_is_its_own() -> None:
    exchange = FakeExchange({"full": nack()})
    burst = [publication("a"), publication("full"), publication("b")]
    assert await publisher(exchange).publish(burst) == [True, False, True]


@pytest.mark.parametrize(
    "fault",
    [
        ChannelPreconditionFailed("message too large"),
        ConnectionResetError(),
        RuntimeError("closing"),
        asyncio.CancelledError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_lost_confirm_is_an_unknown_outcome_of_the_whole_burst(fault: BaseException) -> None:
    exchange = FakeExchange({"b": fault})
    one = publisher(exchange)
    with pytest.raises(BrokerLostError):
        await one.publish([publication("a"), publication("b"), publication("c")])
    assert one._exchange is None  # the next burst opens another connection


# -- queues that do not take what is for them ------------------------------------------------------


async def test_full_queue_is_in_doubt_until_it_takes_a_message() -> None:
    exchange = FakeExchange({"full": nack()})
    one = publisher(exchange)
    burst = [publication("full"), publication("a")]
    assert not one.doubtful("full")
    assert await one.publish(burst) == [False, True]
    assert (one.doubtful("full"), one.doubtful("a")) == (True, False)

    exchange.answers.clear()
    assert await one.publish(burst) == [True, True]
    assert not one.doubtful("full")


async def test_silent_queue_among_others_is_its_own_fault_and_gets_little_time_from_then_on() -> (
    None
):
    """A quorum queue that has lost its majority answers nothing; its broker is there."""
    exchange = FakeExchange({"silent": TimeoutError()})
    one = publisher(exchange)
    burst = [publication("a"), publication("silent"), publication("silent")]
    assert await one.publish(burst) == [True, False, False]
    assert exchange.limits["silent"] == CONFIRM_TIMEOUT_SECONDS
    assert one.doubtful("silent")
    assert one._exchange is None  # a late confirm finds nobody

    one._exchange = exchange  # type: ignore[assignment]
    assert await one.publish(burst[2:]) == [False]
    assert exchange.limits["silent"] == SILENT_TIMEOUT_SECONDS
    assert one.doubtful("silent")

    one._exchange = exchange  # type: ignore[assignment]
    exchange.answers.clear()
    assert await one.publish(burst) == [True] * 3
    assert not one.doubtful("silent")
    await one.publish(burst)
    assert exchange.limits["silent"] == CONFIRM_TIMEOUT_SECONDS


async def test_silence_of_all_queues_is_the_brokers() -> None:
    exchange = FakeExchange({"a": TimeoutError(), "b": TimeoutError()})
    one = publisher(exchange)
    with pytest.raises(BrokerLostError):
        await one.publish([publication("a"), publication("b")])
    assert one._exchange is None


async def test_message_that_amqp_cannot_express_is_its_own_fault() -> None:
    exchange = FakeExchange({"odd": ValueError("short string over 255 bytes")})
    burst = [publication("odd"), publication("a")]
    assert await publisher(exchange).publish(burst) == [False, True]


async def test_cancelling_a_burst_cancels_it() -> None:
    waiting = asyncio.Event()

    class Silent(FakeExchange):
        async def publish(self, *_: Any, **__: Any) -> None:
            waiting.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(publisher(Silent()).publish([publication("a")]))  # type: ignore[arg-type]
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_broker_that_is_away_has_taken_nothing() -> None:
    one = RabbitPublisher("amqp://guest:guest@127.0.0.1:1/", "test")
    with pytest.raises(BrokerUnavailableError) as caught:
        await one.publish([publication("a")])
    assert not isinstance(caught.value, BrokerLostError)
