"""A receiver that is killed at any step is shown everything, and nothing again that it took over.

The same ``message_id`` comes again whenever the broker was not told; the journal knows it.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from axis.client import AgencySystem
from axis.ids import new_id
from axis.local.installation import Installation
from tests.integration.client.conftest import Connect
from tests.support.dying import Step
from tests.support.eventually import until

OF_DOCUMENTS = (Step.SHOWN, Step.BEFORE_JOURNAL, Step.BEFORE_ACK, Step.ACKNOWLEDGED)
OF_ANSWERS = (
    Step.ANSWER_BEFORE_JOURNAL,
    Step.ANSWER_BEFORE_ACK,
    Step.ANSWER_SHOWN,
    Step.ANSWER_ACKNOWLEDGED,
)


@pytest.fixture
async def channel(axis: Installation) -> AsyncIterator[AbstractChannel]:
    """A channel of the axis's own account, which may publish into every queue."""
    connection = await aio_pika.connect(axis.servers.rabbitmq.amqp_url(axis.vhost))
    async with connection:
        yield await connection.channel()


async def put(channel: AbstractChannel, queue: str, type_: str, message_id: str) -> None:
    """Publish as the axis does."""
    message = aio_pika.Message(
        message_id.encode(),
        message_id=message_id,
        type=type_,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await channel.default_exchange.publish(message, routing_key=queue)


async def killed(axis: Installation, step: Step, endpoint: str, folder: Path) -> list[str]:
    """Run a receiver that dies at a step; return the ids of what it was shown."""
    notes = folder / f"notes-{step}-{new_id()}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.dying",
        *(step.value, axis.endpoint_url(endpoint), endpoint, str(folder / endpoint), str(notes)),
    )
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL
    return notes.read_text("ascii").split() if notes.exists() else []


async def given_back(channel: AbstractChannel, queue: str) -> None:
    """Wait until the broker has noticed the death: what was not acknowledged is there again."""

    async def unattended() -> bool:
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.consumer_count == 0

    await until(unattended)


async def left_in(channel: AbstractChannel, queue: str) -> int:
    """Count what waits in a queue that nobody consumes."""
    await given_back(channel, queue)
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count or 0


async def shown_until(system: AgencySystem, last: str) -> list[str]:
    """Take documents over up to a certain one; return the ids of those before it."""
    found: list[str] = []
    async with aclosing(system.deliveries()) as deliveries:
        async for delivery in deliveries:
            await delivery.acknowledge()
            if delivery.message_id == last:
                break
            found.append(delivery.message_id)
    return found


@pytest.mark.parametrize("step", OF_DOCUMENTS)
async def test_document_is_shown_again_only_if_it_was_not_taken_over(
    step: Step, axis: Installation, channel: AbstractChannel, connect: Connect, tmp_path: Path
) -> None:
    queue, message_id, last = "inbox.g09", str(new_id()), str(new_id())
    await put(channel, queue, "document", message_id)
    assert await killed(axis, step, "g09", tmp_path) == [message_id]
    await given_back(channel, queue)
    await put(channel, queue, "document", last)
    async with connect("g09") as system:
        again = await shown_until(system, last)
    taken_over = step in (Step.BEFORE_ACK, Step.ACKNOWLEDGED)
    assert again == ([] if taken_over else [message_id])
    assert await left_in(channel, queue) == 0


async def test_document_whose_receiver_is_killed_at_every_step_in_turn_is_taken_over_once(
    axis: Installation, channel: AbstractChannel, connect: Connect, tmp_path: Path
) -> None:
    queue, message_id, last = "inbox.g09", str(new_id()), str(new_id())
    await put(channel, queue, "document", message_id)
    for step in (Step.SHOWN, Step.BEFORE_JOURNAL, Step.BEFORE_ACK):
        assert await killed(axis, step, "g09", tmp_path) == [message_id]
        await given_back(channel, queue)
    await put(channel, queue, "document", last)
    async with connect("g09") as system:
        assert await shown_until(system, last) == []
        assert await system.journal.deliveries.taken([message_id, last]) == {message_id, last}
    assert await left_in(channel, queue) == 0


@pytest.mark.parametrize("type_", ["status", "receipt"])
@pytest.mark.parametrize("step", OF_ANSWERS)
async def test_answer_is_kept_once_and_shown_until_it_is_acknowledged(
    step: Step,
    type_: str,
    axis: Installation,
    channel: AbstractChannel,
    connect: Connect,
    tmp_path: Path,
) -> None:
    queue, message_id, last = "answers.g09", str(new_id()), str(new_id())
    await put(channel, queue, type_, message_id)
    seen = await killed(axis, step, "g09", tmp_path)
    assert seen == ([message_id] if step in OF_ANSWERS[2:] else [])
    await given_back(channel, queue)
    await put(channel, queue, type_, message_id)  # the axis was not told that it had arrived
    await put(channel, queue, type_, last)
    found = []
    async with connect("g09") as system, aclosing(system.answers()) as answers:
        async for answer in answers:
            await answer.acknowledge()
            found.append(answer.record.message_id)
            if answer.record.message_id == last:
                break
    assert found == ([last] if step is Step.ANSWER_ACKNOWLEDGED else [message_id, last])
    assert await left_in(channel, queue) == 0
