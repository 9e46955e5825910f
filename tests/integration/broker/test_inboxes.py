"""What RabbitMQ tells of empty queues: only what holds nothing, waiting or given out."""

from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from axis.broker.inboxes import ManagementInboxes
from axis.broker.topology import DEAD
from axis.exchange.faults import BrokerUnavailableError
from axis.exchange.outgoing.messages import inbox
from tests.conftest import VirtualHost
from tests.integration.broker.conftest import Broker
from tests.support.counting import quick_counts
from tests.support.eventually import until


@pytest.fixture
async def quick(vhost: VirtualHost) -> AsyncIterator[None]:
    """Queues that are declared from now on are counted every half second, not every minute."""
    async with quick_counts(vhost.rabbitmq):
        yield


def inboxes_of(broker: Broker, *, password: str = "") -> ManagementInboxes:
    vhost, admin = broker.vhost, broker.vhost.admin
    return ManagementInboxes(
        vhost.management_url, admin.user, password or admin.password, vhost.name
    )


async def seen(broker: Broker, queue: str, *, empty: bool) -> None:
    """Wait until the queue is told to be empty, or not to be."""

    async def told() -> bool:
        return (queue in (await inboxes_of(broker).glance()).empty) is empty

    await until(told)


@pytest.mark.usefixtures("quick")
async def test_queue_is_empty_before_a_message_comes_and_after_it_is_acknowledged(
    broker: Broker, channel: AbstractChannel
) -> None:
    queue = inbox(broker.endpoints[0], urgent=False)
    await seen(broker, queue, empty=True)
    await channel.default_exchange.publish(aio_pika.Message(b"x"), queue)
    await seen(broker, queue, empty=False)
    source = await channel.get_queue(queue, ensure=False)
    message = await source.get()
    glances = [await inboxes_of(broker).glance() for _ in range(3)]
    assert not any(queue in glance.empty for glance in glances)  # given out, not acknowledged
    await message.ack()
    await seen(broker, queue, empty=True)


@pytest.mark.usefixtures("quick")
async def test_dead_letters_are_seen_until_they_are_kept(
    broker: Broker, channel: AbstractChannel
) -> None:
    assert not (await inboxes_of(broker).glance()).dead_letters
    await channel.default_exchange.publish(aio_pika.Message(b"x"), DEAD)
    await seen(broker, DEAD, empty=False)
    assert (await inboxes_of(broker).glance()).dead_letters


async def test_interface_that_refuses_or_is_not_there_tells_nothing(broker: Broker) -> None:
    with pytest.raises(BrokerUnavailableError, match="401"):
        await inboxes_of(broker, password="wrong").glance()
    with pytest.raises(BrokerUnavailableError):
        await ManagementInboxes("http://127.0.0.1:1", "a", "b", "axis").glance()


async def test_virtual_host_without_the_queue_of_dead_letters_counts_as_unsettled(
    broker: Broker,
) -> None:
    await broker.delete_queue(DEAD)
    assert (await inboxes_of(broker).glance()).dead_letters
