"""The broker brought in line with the registry, and what an endpoint's account may do there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import (
    AMQPError,
    ChannelAccessRefused,
    ChannelPreconditionFailed,
    ProbableAuthenticationError,
)

from axis.broker.management import Management, ManagementError
from axis.broker.topology import DEAD, INTAKE_DOCUMENTS, QUEUES, SUBMIT, Account
from axis.exchange.outgoing.messages import answers, inbox
from axis.registry.passwords import new_password
from tests.integration.broker.conftest import Broker
from tests.support.eventually import until


@pytest.fixture
async def endpoint(broker: Broker) -> AsyncIterator[AbstractChannel]:
    """A channel of the first endpoint's account."""
    async with await aio_pika.connect(broker.url_of(broker.endpoints[0])) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def submit(
    channel: AbstractChannel, endpoint: str, *, routing_key: str = "document", user_id: str = ""
) -> None:
    exchange = await channel.get_exchange(SUBMIT, ensure=False)
    message = aio_pika.Message(b"<edXML/>", user_id=user_id or endpoint, message_id="id-1")
    await exchange.publish(message, routing_key=routing_key, mandatory=True)


async def first_of(channel: AbstractChannel, queue: str) -> Any:
    """The first message of a queue, once it is there."""
    source = await channel.get_queue(queue, ensure=False)
    found: list[Any] = []

    async def arrived() -> bool:
        message = await source.get(fail=False)
        found.append(message)
        return message is not None

    await until(arrived)
    await found[-1].ack()
    return found[-1]


# -- sync --------------------------------------------------------------------------------------


async def test_sync_makes_every_queue_with_its_arguments(broker: Broker) -> None:
    queues = {queue["name"]: queue["arguments"] for queue in await broker.listed("queues")}
    assert len(queues) == len(QUEUES) + 6
    for queue in QUEUES:
        assert queues[queue.name] == queue.arguments
    for name in broker.endpoints:
        assert {inbox(name, urgent=False), inbox(name, urgent=True), answers(name)} <= queues.keys()


async def test_sync_again_changes_nothing_and_keeps_the_messages(
    broker: Broker, endpoint: AbstractChannel, channel: AbstractChannel
) -> None:
    await submit(endpoint, broker.endpoints[0])
    kinds = ("queues", "exchanges", "bindings", "permissions")
    before = [sorted(map(_named, await broker.listed(kind))) for kind in kinds]
    assert await broker.sync() == len(QUEUES) + 6
    assert [sorted(map(_named, await broker.listed(kind))) for kind in kinds] == before
    assert (await first_of(channel, INTAKE_DOCUMENTS)).body == b"<edXML/>"


async def test_sync_makes_again_what_was_deleted(broker: Broker) -> None:
    name = inbox(broker.endpoints[1], urgent=False)
    await broker.delete_queue(name)
    await broker.sync()
    assert name in {queue["name"] for queue in await broker.listed("queues")}


async def test_sync_gives_an_endpoint_its_new_password(broker: Broker) -> None:
    name, other = broker.endpoints
    old = broker.url_of(name)
    renewed = replace(broker, passwords={name: new_password(), other: broker.passwords[other]})
    await renewed.sync()
    async with await aio_pika.connect(renewed.url_of(name)):
        pass
    with pytest.raises(ProbableAuthenticationError):
        await aio_pika.connect(old)


async def test_sync_of_hundreds_of_endpoints_goes_in_several_requests(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.broker.management._CHUNK", 1)
    assert await broker.sync() == len(QUEUES) + 6


async def test_sync_of_no_endpoint_makes_the_axiss_own_queues(broker: Broker) -> None:
    count = await broker.management.sync(broker.vhost.name, [], router=broker.router.user)
    assert count == len(QUEUES)


async def test_refusal_of_the_management_interface_is_told_with_its_answer(
    broker: Broker,
) -> None:
    broken = [Account(broker.endpoints[0], "no hash")]
    with pytest.raises(ManagementError, match="HTTP 4"):
        await broker.management.sync(broker.vhost.name, broken, router=broker.router.user)


async def test_management_interface_that_is_away_is_told() -> None:
    management = Management("http://127.0.0.1:1", "axis-admin", "secret")
    with pytest.raises(ManagementError, match="RabbitMQ") as caught:
        await management.sync("axis", [], router="axis-router")
    assert "secret" not in str(caught.value)


def _named(item: dict[str, Any]) -> tuple[str, ...]:
    facts = ("name", "user", "source", "destination", "routing_key", "configure", "write", "read")
    return tuple(str(item.get(fact)) for fact in facts)


# -- what an endpoint may do -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routing_key", "queue"),
    [
        ("document", "intake.document"),
        ("document.urgent", "intake.document.urgent"),
        ("status", "intake.status"),
        ("no-such-route", "intake.document"),
        ("", "intake.document"),
    ],
)
async def test_submission_reaches_an_intake_queue_by_any_route(
    broker: Broker,
    endpoint: AbstractChannel,
    channel: AbstractChannel,
    routing_key: str,
    queue: str,
) -> None:
    name = broker.endpoints[0]
    await submit(endpoint, name, routing_key=routing_key)
    message = await first_of(channel, queue)
    assert (message.user_id, message.routing_key) == (name, routing_key)


async def test_foreign_user_id_is_refused_by_the_broker(
    broker: Broker, endpoint: AbstractChannel
) -> None:
    with pytest.raises(ChannelPreconditionFailed, match="user_id"):
        await submit(endpoint, broker.endpoints[0], user_id=broker.endpoints[1])


async def test_endpoint_takes_from_its_own_three_queues(
    broker: Broker, endpoint: AbstractChannel, channel: AbstractChannel
) -> None:
    name = broker.endpoints[0]
    for queue in (inbox(name, urgent=False), inbox(name, urgent=True), answers(name)):
        await channel.default_exchange.publish(aio_pika.Message(b"x"), queue)
        assert (await first_of(endpoint, queue)).body == b"x"


Attempt = Callable[[AbstractChannel, str], Awaitable[Any]]
FORBIDDEN: dict[str, Attempt] = {
    "take from another's inbox": lambda channel, other: _get(channel, inbox(other, urgent=False)),
    "take from another's answers": lambda channel, other: _get(channel, answers(other)),
    "take from the intake": lambda channel, _: _get(channel, INTAKE_DOCUMENTS),
    "take dead letters": lambda channel, _: _get(channel, DEAD),
    "empty another's inbox": lambda channel, other: _purge(channel, inbox(other, urgent=False)),
    "write to another's inbox": lambda channel, other: channel.default_exchange.publish(
        aio_pika.Message(b"x"), inbox(other, urgent=False)
    ),
    "make a queue": lambda channel, _: channel.declare_queue("own"),
    "make a queue of any name": lambda channel, _: channel.declare_queue(exclusive=True),
    "make an exchange": lambda channel, _: channel.declare_exchange("own"),
    "delete an intake queue": lambda channel, _: channel.queue_delete(INTAKE_DOCUMENTS),
    "delete an inbox": lambda channel, other: channel.queue_delete(inbox(other, urgent=False)),
    "delete the submit exchange": lambda channel, _: channel.exchange_delete(SUBMIT),
    "write to the dead letters": lambda channel, _: _write(channel, DEAD),
    "write past the submit exchange": lambda channel, _: _write(channel, "amq.fanout"),
}


@pytest.mark.parametrize("attempt", FORBIDDEN, ids=str)
async def test_endpoint_may_not(broker: Broker, endpoint: AbstractChannel, attempt: str) -> None:
    with pytest.raises(ChannelAccessRefused):
        await FORBIDDEN[attempt](endpoint, broker.endpoints[1])


async def test_endpoint_is_refused_in_every_other_virtual_host(
    broker: Broker,
) -> None:
    name = broker.endpoints[0]
    url = broker.url_of(name).replace(broker.vhost.name, "axis")
    with pytest.raises(AMQPError):
        await aio_pika.connect(url)


async def _get(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).get(fail=False)


async def _purge(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).purge()


async def _write(channel: AbstractChannel, exchange: str) -> None:
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(aio_pika.Message(b"x"), "any")
