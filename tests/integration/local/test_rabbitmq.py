"""The private RabbitMQ node: what is kept, what is refused, what listens."""

import socket
from pathlib import Path

import aio_pika
import pytest
from aio_pika.exceptions import AMQPConnectionError

from axis.local.processes import LocalServerError, until
from axis.local.rabbitmq import Credentials, PrivateRabbitMQ
from axis.local.servers import LocalServers

QUEUE = "kept"


async def publish(node: PrivateRabbitMQ, body: bytes) -> None:
    connection = await aio_pika.connect(node.amqp_url())
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=QUEUE, timeout=30)


async def queue_is_on_disk(node: PrivateRabbitMQ) -> bool:
    """Wait for the register of quorum queues, which RabbitMQ 3 writes up to 0.5 s late."""
    (register,) = (node.place.data / "mnesia").glob("*/quorum/*/names.dets")
    return await until(lambda: QUEUE.encode() in register.read_bytes(), 30)


async def take(node: PrivateRabbitMQ) -> bytes:
    connection = await aio_pika.connect(node.amqp_url())
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue(QUEUE)
        message = await queue.get(timeout=30)
        await message.ack()
        return message.body


async def test_second_start_of_a_running_node_changes_nothing(servers: LocalServers) -> None:
    before = servers.rabbitmq.pids()

    await servers.rabbitmq.start()

    assert set(servers.rabbitmq.pids()) & set(before[:2]) == set(before[:2])


async def test_control_reaches_this_node_and_repeats_what_it_says(servers: LocalServers) -> None:
    found = await servers.rabbitmq.control("eval", "rabbit_nodes:cluster_name().")

    assert servers.rabbitmq.place.state.name in found


async def test_control_with_a_wrong_command_is_refused(servers: LocalServers) -> None:
    with pytest.raises(LocalServerError):
        await servers.rabbitmq.control("no_such_command")


async def test_stop_and_start_keep_address_queue_and_message(own_servers: LocalServers) -> None:
    node = own_servers.rabbitmq
    await node.start()
    address = node.amqp_url()
    await publish(node, b"stays")

    await node.stop()
    assert not await node.is_ready()
    assert node.pids() == []
    await node.start()

    assert node.amqp_url() == address
    assert await take(node) == b"stays"


async def test_kill_and_start_keep_a_confirmed_message(own_servers: LocalServers) -> None:
    node = own_servers.rabbitmq
    await node.start()
    await publish(node, b"survives")
    assert await queue_is_on_disk(node)

    await node.kill()
    assert node.pids() == []
    await node.start()

    assert await take(node) == b"survives"


async def test_start_on_a_taken_port_moves_and_keeps_the_data(own_servers: LocalServers) -> None:
    node = own_servers.rabbitmq
    await node.start()
    await publish(node, b"moves along")
    assert await queue_is_on_disk(node)
    taken = node.port
    await node.kill()

    with socket.create_server(("127.0.0.1", taken)):
        await node.start()

        assert node.port != taken
        assert await take(node) == b"moves along"


async def test_default_guest_account_does_not_exist(servers: LocalServers) -> None:
    guest = servers.rabbitmq.amqp_url(account=Credentials("guest", "guest"))

    with pytest.raises(AMQPConnectionError):
        await aio_pika.connect(guest)


async def test_stop_of_a_node_never_started_is_harmless(tmp_path: Path) -> None:
    node = PrivateRabbitMQ(tmp_path / "rabbitmq")

    await node.stop()

    assert node.pids() == []


async def test_start_with_a_broken_configuration_names_the_cause_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = PrivateRabbitMQ(tmp_path / "rabbitmq")
    monkeypatch.setattr("axis.local.rabbitmq.VHOST", "axis\nno_such_setting = 1")

    try:
        with pytest.raises(LocalServerError, match="no_such_setting"):
            await node.start()
        assert node.pids() == []
    finally:
        await node.kill()
        node.place.delete()
