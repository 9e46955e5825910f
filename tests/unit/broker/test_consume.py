"""Batches, how they are filled, and sessions, which are followed by others."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from axis.broker import consume
from axis.broker.consume import BatchConsumer, BatchLimits
from tests.support.amqp import FakeMessage, channel_of

LIMITS = BatchLimits(count=3, size=100, wait_seconds=0.001)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consume, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(consume, "LONGEST_PAUSE_SECONDS", 0.002)


async def handler(_: Sequence[Any]) -> None:
    """Handles everything."""


def consumer() -> BatchConsumer:
    return BatchConsumer("", "intake.document", handler, LIMITS, name="test")


async def gathered(*messages: FakeMessage | None) -> list[list[bytes]]:
    """The batches that come of these messages, which are all there at once."""
    buffer: Any = asyncio.Queue()
    for message in messages:
        buffer.put_nowait(message)
    one = consumer()
    carried, batches = None, []
    while carried is not None or not buffer.empty():
        batch, carried, open_ = await one._gather(buffer, carried)
        if not open_:
            return [*batches, [b"closed"]]
        batches.append([message.body for message in batch])
    return batches


# -- filling -----------------------------------------------------------------------------------


async def test_batch_takes_what_is_there_up_to_its_count() -> None:
    assert await gathered(*channel_of(b"a", b"b", b"c", b"d")) == [[b"a", b"b", b"c"], [b"d"]]


async def test_lone_message_does_not_wait_for_company_for_long() -> None:
    async with asyncio.timeout(60):
        assert await gathered(*channel_of(b"a")) == [[b"a"]]


async def test_message_that_no_longer_fits_opens_the_next_batch() -> None:
    batches = await gathered(*channel_of(b"a" * 60, b"b" * 60, b"c" * 30))
    assert batches == [[b"a" * 60], [b"b" * 60, b"c" * 30]]


async def test_message_larger_than_a_batch_is_a_batch_of_its_own() -> None:
    batches = await gathered(*channel_of(b"a", b"b" * 500, b"c" * 500, b"d"))
    assert batches == [[b"a"], [b"b" * 500], [b"c" * 500], [b"d"]]


async def test_batch_of_a_closed_channel_is_left_to_the_next_session() -> None:
    assert await gathered(*channel_of(b"a"), None) == [[b"closed"]]
    assert await gathered(None) == [[b"closed"]]


async def test_batch_that_does_not_begin_in_time_is_empty() -> None:
    """What is kept in hand is then tried again."""
    buffer: Any = asyncio.Queue()
    assert await consumer()._gather(buffer, None, 0.001) == ([], None, True)


# -- sessions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        OSError(),
        RuntimeError(),
        KeyError(),
        UnicodeDecodeError("utf-8", b"", 0, 1, "x"),
        EOFError(),
    ],
)
async def test_session_that_ends_in_any_way_is_followed_by_another(error: Exception) -> None:
    await assert_goes_on_after(error)


async def test_session_that_the_library_cancels_is_followed_by_another() -> None:
    """aiormq rejects what waits for a dying connection with CancelledError."""
    await assert_goes_on_after(asyncio.CancelledError())


async def assert_goes_on_after(error: BaseException) -> None:
    one = consumer()
    third = asyncio.Event()
    sessions = 0

    async def session() -> None:
        nonlocal sessions
        sessions += 1
        if sessions < 3:
            raise error
        third.set()
        await asyncio.Event().wait()

    one._session = session  # type: ignore[method-assign]
    task = asyncio.create_task(one.run())
    async with asyncio.timeout(60):
        await third.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not one.connected
