"""What breaks between an agency's system and the axis: nothing is lost, nothing shown twice."""

import asyncio
import hashlib
from contextlib import aclosing
from pathlib import Path

import aio_pika
import asyncpg
import pytest
from aio_pika.abc import AbstractChannel

from axis.broker.management import Management
from axis.broker.topology import Account
from axis.client import AgencySystem, ReceiptTrust, SubmissionPendingError
from axis.client.contract import Route
from axis.client.journal import Journal
from axis.clock import system_clock
from axis.ids import new_id
from axis.local.installation import ROUTER_ACCOUNT, Installation
from axis.local.servers import LocalServers
from axis.store.pool import open_pool
from axis.store.registry import PostgresAdministration
from tests.integration.client.conftest import Connect, trust_in
from tests.support.deaf import DeafProxy
from tests.support.eventually import until
from tests.support.offices import Offices
from tests.support.small import small_axis


async def submissions_of(axis: Installation, message_id: str) -> list[str]:
    """Return how the axis ended submissions of this id, from its own database."""
    connection = await asyncpg.connect(axis.dsn)
    try:
        rows = await connection.fetch(
            "SELECT outcome FROM submission WHERE message_key = $1", f"id:{message_id}"
        )
        return [row["outcome"] for row in rows]
    finally:
        await connection.close()


async def was_decided(axis: Installation, message_id: str) -> bool:
    return bool(await submissions_of(axis, message_id))


async def publish(channel: AbstractChannel, queue: str, body: bytes, message_id: str) -> None:
    """Put a copy into a queue as the axis does, which repeats what was not confirmed to it."""
    message = aio_pika.Message(
        body,
        message_id=message_id,
        type="document",
        headers={"axis-from": "G22", "axis-sha256": hashlib.sha256(body).hexdigest()},
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await channel.default_exchange.publish(message, routing_key=queue)


async def test_lost_confirm_leads_to_one_document_under_one_id(
    axis: Installation, offices: Offices, trust: ReceiptTrust, tmp_path: Path
) -> None:
    body = offices.seal(offices.letter("G22", ["H37.02"]))
    port = axis.servers.rabbitmq.port
    async with DeafProxy(port) as proxy:
        url = axis.endpoint_url("g22").replace(f":{port}/", f":{proxy.port}/")
        async with AgencySystem.connect(
            url, "g22", journal=tmp_path / "journal", trust=trust
        ) as system:
            proxy.deaf = True
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(system.submit(body, message_id="confirm-is-lost"))
                await until(lambda: was_decided(axis, "confirm-is-lost"))
                assert not sending.done()
                proxy.deaf = False
                await proxy.cut()
            assert (await sending.result().receipt()).accepted
    assert await submissions_of(axis, "confirm-is-lost") == ["accepted"]


async def test_submission_that_cannot_be_confirmed_in_time_is_pending_and_sent_later(
    axis: Installation, offices: Offices, trust: ReceiptTrust, tmp_path: Path
) -> None:
    body = offices.seal(offices.letter("G22", ["H37.02"]))
    port = axis.servers.rabbitmq.port
    async with DeafProxy(port) as proxy:
        url = axis.endpoint_url("g22").replace(f":{port}/", f":{proxy.port}/")
        async with AgencySystem.connect(
            url, "g22", journal=tmp_path / "journal", trust=trust
        ) as system:
            proxy.deaf = True
            with pytest.raises(SubmissionPendingError, match="pending-1"):
                await system.submit(body, message_id="pending-1", timeout=0.3)
            proxy.deaf = False
            await proxy.cut()
            assert (await system.receipt("pending-1")).accepted


async def test_submission_left_by_a_crashed_process_is_sent_by_the_next(
    axis: Installation, offices: Offices, connect: Connect, tmp_path: Path
) -> None:
    body = offices.seal(offices.letter("G22", ["H37.02"]))
    journal = await Journal.open(tmp_path / "g22")
    await journal.submissions.add("left-behind", Route.DOCUMENT, body, system_clock())
    await journal.close()
    async with connect("g22") as system:
        assert (await system.receipt("left-behind")).accepted


async def test_copies_with_one_message_id_are_shown_once(
    axis: Installation, connect: Connect
) -> None:
    admin = await aio_pika.connect(axis.servers.rabbitmq.amqp_url(axis.vhost))
    channel = await admin.channel()
    message_id, last = str(new_id()), str(new_id())
    async with connect("g09") as g09, aclosing(g09.deliveries()) as deliveries:
        await publish(channel, "inbox.g09", b"copy", message_id)
        await publish(channel, "inbox.g09", b"copy", message_id)
        shown = await anext(deliveries)
        assert shown.message_id == message_id
        await publish(channel, "inbox.g09", b"copy", message_id)
        await shown.acknowledge()
        await publish(channel, "inbox.g09", b"copy", message_id)
        await publish(channel, "inbox.g09", b"last", last)
        shown = await anext(deliveries)
        assert shown.message_id == last
        await shown.acknowledge()
    queue = await channel.declare_queue("inbox.g09", passive=True)
    assert queue.declaration_result.message_count == 0
    await admin.close()


async def test_delivery_in_hand_when_the_connection_is_cut_is_not_shown_twice(
    axis: Installation, trust: ReceiptTrust, tmp_path: Path
) -> None:
    admin = await aio_pika.connect(axis.servers.rabbitmq.amqp_url(axis.vhost))
    channel = await admin.channel()
    in_hand, following = str(new_id()), str(new_id())
    port = axis.servers.rabbitmq.port
    async with DeafProxy(port) as proxy:
        url = axis.endpoint_url("g09").replace(f":{port}/", f":{proxy.port}/")
        async with (
            AgencySystem.connect(url, "g09", journal=tmp_path / "g09", trust=trust) as g09,
            aclosing(g09.deliveries()) as deliveries,
        ):
            await publish(channel, "inbox.g09", b"in hand", in_hand)
            delivery = await anext(deliveries)
            await proxy.cut()
            await publish(channel, "inbox.g09", b"following", following)
            shown = await anext(deliveries)
            assert shown.message_id == following
            assert await delivery.acknowledge()
            assert await shown.acknowledge()
    queue = await channel.declare_queue("inbox.g09", passive=True)
    assert queue.declaration_result.message_count == 0
    await admin.close()


async def test_queue_that_was_made_anew_is_consumed_again(
    axis: Installation, connect: Connect
) -> None:
    rabbitmq = axis.servers.rabbitmq
    admin = await aio_pika.connect(rabbitmq.amqp_url(axis.vhost))
    channel = await admin.channel()
    async with connect("g09") as g09, aclosing(g09.deliveries()) as deliveries:
        await publish(channel, "inbox.g09", b"before", str(new_id()))
        await (await anext(deliveries)).acknowledge()
        await channel.queue_delete("inbox.g09")
        await until(lambda: asyncio.sleep(0, not g09.receiving))
        pool = await open_pool(axis.dsn, max_size=2)
        async with pool:
            known = await PostgresAdministration(pool, system_clock).endpoint_accounts()
        management = Management(
            rabbitmq.management_url, rabbitmq.admin.user, rabbitmq.admin.password
        )
        accounts = [Account(one.id, one.password_hash) for one in known]
        await management.sync(axis.vhost, accounts, router=ROUTER_ACCOUNT)
        await publish(channel, "inbox.g09", b"after", str(new_id()))
        delivery = await anext(deliveries)
        assert delivery.body == b"after"
        await delivery.acknowledge()
    await admin.close()


DOCUMENTS = 40


def test_killed_broker_loses_nothing_and_doubles_nothing(
    own_servers: LocalServers, tmp_path: Path
) -> None:
    with small_axis(own_servers) as axis:
        asyncio.run(_exchange_over_two_kills(axis, tmp_path))


async def _exchange_over_two_kills(axis: Installation, folder: Path) -> None:
    offices = Offices(axis)
    bodies = [offices.seal(offices.letter("G22", ["H37.02"])) for _ in range(DOCUMENTS)]
    trust = trust_in(axis)
    async with (
        AgencySystem.connect(
            axis.endpoint_url("g22"), "g22", journal=folder / "g22", trust=trust
        ) as g22,
        AgencySystem.connect(
            axis.endpoint_url("lgsp-h37"), "lgsp-h37", journal=folder / "lgsp", trust=trust
        ) as lgsp,
        asyncio.TaskGroup() as group,
    ):
        taken = group.create_task(_take(lgsp, DOCUMENTS))
        for number, body in enumerate(bodies):
            submission = await g22.submit(body, message_id=f"m-{number}")
            assert submission.message_id == f"m-{number}"
            if number in (DOCUMENTS // 3, DOCUMENTS // 2):
                await axis.servers.rabbitmq.kill()
                await axis.servers.rabbitmq.start()
        for number in range(DOCUMENTS):
            assert (await g22.receipt(f"m-{number}")).accepted
        assert sorted(await taken) == sorted(bodies)


async def _take(system: AgencySystem, count: int) -> list[bytes]:
    shown: list[bytes] = []
    async with aclosing(system.deliveries()) as deliveries:
        async for delivery in deliveries:
            shown.append(delivery.body)
            await delivery.acknowledge()
            if len(shown) == count:
                break
    async with aclosing(system.waiting()) as rest:
        shown += [delivery.body async for delivery in rest]
    return shown
