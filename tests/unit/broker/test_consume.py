"""Batches: how they are filled, when they are acknowledged, what one bad message costs."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from axis.broker import consume
from axis.broker.consume import BatchConsumer, BatchLimits
from axis.exchange.ports import StoreUnavailableError, WorkbenchUnavailableError
from tests.support.amqp import FakeMessage, channel_of

LIMITS = BatchLimits(count=3, size=100, wait_seconds=0.001)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consume, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(consume, "LONGEST_PAUSE_SECONDS", 0.002)


class Handler:
    """Notes what it was given; fails on the bodies of `bad`."""

    def __init__(self, bad: Callable[[bytes], Exception | None] = lambda _: None) -> None:
        self.batches: list[list[bytes]] = []
        self._bad = bad

    async def __call__(self, messages: Sequence[Any]) -> None:
        self.batches.append([message.body for message in messages])
        for message in messages:
            error = self._bad(message.body)
            if error is not None:
                raise error


def consumer(handler: Handler, *, keeps: bool = False) -> BatchConsumer:
    return BatchConsumer("", "intake.document", handler, LIMITS, name="test", keeps=keeps)


async def gathered(*messages: FakeMessage | None) -> list[list[bytes]]:
    """The batches that come of these messages, which are all there at once."""
    buffer: Any = asyncio.Queue()
    for message in messages:
        buffer.put_nowait(message)
    one = consumer(Handler())
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
    async with asyncio.timeout(5):
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


# -- settling ----------------------------------------------------------------------------------


async def settled(handler: Handler, *bodies: bytes, keeps: bool = False) -> list[tuple[int, str]]:
    """How the messages of a batch end."""
    batch: Any = channel_of(*bodies)
    await consumer(handler, keeps=keeps)._settle(batch)
    return batch[0].settled  # type: ignore[no-any-return]


async def test_batch_is_acknowledged_at_once_after_it_was_handled() -> None:
    handler = Handler()
    assert await settled(handler, b"a", b"b", b"c") == [(3, "ack all")]
    assert handler.batches == [[b"a", b"b", b"c"]]


async def test_message_that_nothing_can_handle_is_set_aside_and_costs_no_other() -> None:
    handler = Handler(lambda body: KeyError(body) if body == b"bad" else None)
    ends = await settled(handler, b"a", b"bad", b"c")
    assert ends == [(1, "ack all"), (2, "reject"), (3, "ack all")]
    assert handler.batches == [[b"a", b"bad", b"c"], [b"a"], [b"bad"], [b"c"]]


async def test_lone_message_that_nothing_can_handle_is_set_aside() -> None:
    handler = Handler(lambda body: RecursionError(body))
    assert await settled(handler, b"bad") == [(1, "reject")]


@pytest.mark.parametrize(
    "fault", [StoreUnavailableError("away"), WorkbenchUnavailableError("no worker")]
)
async def test_outage_is_waited_out_with_the_batch_in_hand(fault: Exception) -> None:
    outages = iter([fault] * 5)
    handler = Handler(lambda _: next(outages, None))
    assert await settled(handler, b"a", b"b") == [(2, "ack all")]
    assert handler.batches == [[b"a", b"b"]] * 6


async def test_outage_between_the_single_messages_of_a_bad_batch_is_waited_out() -> None:
    faults = {b"a": iter([StoreUnavailableError("away")]), b"bad": iter([KeyError()] * 9)}
    handler = Handler(lambda body: next(faults.get(body, iter(())), None))
    assert await settled(handler, b"bad", b"a") == [(1, "reject"), (2, "ack all")]


async def test_consumer_that_keeps_tries_until_the_handler_succeeds() -> None:
    bugs = iter([KeyError()] * 3)
    handler = Handler(lambda _: next(bugs, None))
    assert await settled(handler, b"a", b"b", keeps=True) == [(2, "ack all")]
    assert len(handler.batches) == 4


async def test_lost_channel_is_the_sessions_end_and_not_the_messages() -> None:
    batch: Any = channel_of(b"a", b"b")
    batch[1].fault = RuntimeError("channel closed")
    with pytest.raises(RuntimeError):
        await consumer(Handler())._settle(batch)
    assert batch[0].settled == []


async def test_cancelling_while_an_outage_lasts_ends_at_once() -> None:
    handler = Handler(lambda _: StoreUnavailableError("away"))
    task = asyncio.create_task(settled(handler, b"a"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


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
    one = consumer(Handler())
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
    async with asyncio.timeout(5):
        await third.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not one.connected
