"""How batches end: whose fault it is that one cannot be handled decides."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from axis.broker import settling
from axis.broker.settling import MAX_GIVEN_UP, MAX_IN_HAND, Settling
from axis.exchange.faults import StoreRefusedError, StoreUnavailableError, WorkbenchUnavailableError
from tests.support.amqp import channel_of
from tests.support.eventually import until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(settling, "LONGEST_PAUSE_SECONDS", 0.002)


class Handler:
    """Notes what it was given; fails on the bodies of `bad`."""

    def __init__(self, bad: Callable[[bytes], Exception | None] = lambda _: None) -> None:
        self.batches: list[list[bytes]] = []
        self.bad = bad

    async def __call__(self, messages: Sequence[Any]) -> None:
        self.batches.append([message.body for message in messages])
        for message in messages:
            error = self.bad(message.body)
            if error is not None:
                raise error


class Session:
    """A session with a channel of these messages, which are settled batch by batch."""

    def __init__(self, handler: Handler, *bodies: bytes, keeps: bool = False) -> None:
        self.done: list[bytes] = []
        self._channel: Any = channel_of(*bodies)
        self.ends: list[tuple[int, str]] = self._channel[0].settled
        self._settling = Settling("intake.document", handler, self._note, keeps=keeps)

    @property
    def waits(self) -> bool:
        """Whether something is kept in hand."""
        return self._settling.pause is not None

    async def settle(self, count: int | None = None) -> list[tuple[int, str]]:
        """Settle the next messages as one batch; return how all have ended so far."""
        batch, self._channel = self._channel[:count], self._channel[len(self._channel[:count]) :]
        await self._settling.settle(batch)
        return self.ends

    async def try_again(self) -> list[tuple[int, str]]:
        await self._settling.try_again()
        return self.ends

    def _note(self, messages: Sequence[Any]) -> None:
        self.done += [message.body for message in messages]


def refused(*bodies: bytes) -> Callable[[bytes], Exception | None]:
    """The store refuses the work on these."""
    return lambda body: StoreRefusedError("no such column") if body in bodies else None


async def test_batch_is_acknowledged_at_once_after_it_was_handled() -> None:
    handler = Handler()
    session = Session(handler, b"a", b"b", b"c")
    assert await session.settle() == [(3, "ack all")]
    assert handler.batches == [[b"a", b"b", b"c"]]
    assert session.done == [b"a", b"b", b"c"]


# -- a bug -------------------------------------------------------------------------------------


async def test_message_that_nothing_can_handle_is_set_aside_and_costs_no_other() -> None:
    handler = Handler(lambda body: KeyError(body) if body == b"bad" else None)
    session = Session(handler, b"a", b"bad", b"c")
    assert await session.settle() == [(1, "ack all"), (2, "reject"), (3, "ack all")]
    assert handler.batches == [[b"a", b"bad", b"c"], [b"a"], [b"bad"], [b"c"]]
    assert session.done == [b"a", b"bad", b"c"]


async def test_lone_message_that_nothing_can_handle_is_set_aside() -> None:
    session = Session(Handler(lambda body: RecursionError(body)), b"bad")
    assert await session.settle() == [(1, "reject")]


# -- an outage ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [StoreUnavailableError("away"), WorkbenchUnavailableError("no worker")]
)
async def test_outage_is_waited_out_with_the_batch_in_hand(fault: Exception) -> None:
    outages = iter([fault] * 5)
    handler = Handler(lambda _: next(outages, None))
    assert await Session(handler, b"a", b"b").settle() == [(2, "ack all")]
    assert handler.batches == [[b"a", b"b"]] * 6


async def test_outage_between_the_single_messages_of_a_bad_batch_is_waited_out() -> None:
    faults = {b"a": iter([StoreUnavailableError("away")]), b"bad": iter([KeyError()] * 9)}
    handler = Handler(lambda body: next(faults.get(body, iter(())), None))
    assert await Session(handler, b"bad", b"a").settle() == [(1, "reject"), (2, "ack all")]


async def test_cancelling_while_an_outage_lasts_ends_at_once() -> None:
    session = Session(Handler(lambda _: StoreUnavailableError("away")), b"a")
    task = asyncio.create_task(session.settle())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# -- refused by the store ----------------------------------------------------------------------


async def test_message_that_the_store_refuses_alone_is_set_aside_once_others_went_through() -> None:
    session = Session(Handler(refused(b"bad")), b"a", b"bad", b"c", b"d")
    assert await session.settle(3) == [(1, "ack all"), (3, "ack"), (2, "reject")]
    assert not session.waits
    await session.settle()
    assert session.done == [b"a", b"c", b"bad", b"d"]


async def test_message_that_the_store_refuses_waits_while_there_is_no_other() -> None:
    session = Session(Handler(refused(b"bad")), b"bad", b"c")
    assert await session.settle(1) == []
    assert await session.try_again() == []
    assert session.waits
    assert await session.settle() == [(2, "ack"), (1, "reject")]


async def test_missing_schema_stops_everything_and_loses_nothing() -> None:
    bodies = [b"%d" % number for number in range(2 * MAX_IN_HAND)]
    handler = Handler(refused(*bodies))
    session = Session(handler, *bodies)
    settled = asyncio.create_task(session.settle())

    async def tried_often() -> bool:
        return len(handler.batches) >= 10 * MAX_IN_HAND

    await until(tried_often)
    assert session.ends == []
    assert bodies[MAX_IN_HAND] not in {body for batch in handler.batches[1:] for body in batch}

    handler.bad = refused()
    ends = await settled
    assert {tag for tag, _ in ends} == set(range(1, 2 * MAX_IN_HAND + 1))
    assert not any(how == "reject" for _, how in ends)
    assert sorted(session.done) == sorted(bodies)


async def test_schema_that_comes_back_lets_a_lone_message_through() -> None:
    handler = Handler(refused(b"a"))
    session = Session(handler, b"a")
    await session.settle()
    handler.bad = refused()
    assert await session.try_again() == [(1, "ack all")]
    assert not session.waits


async def test_message_that_is_refused_for_a_moment_goes_through_with_the_next() -> None:
    moments = iter([StoreRefusedError("permission denied")])
    handler = Handler(lambda body: next(moments, None) if body == b"a" else None)
    session = Session(handler, b"a", b"b")
    await session.settle(1)
    assert await session.settle() == [(2, "ack"), (1, "ack all")]


async def test_refusals_without_end_are_left_to_people() -> None:
    """A bug in every recall, say: the queue keeps the rest of them."""
    bodies = [body for n in range(MAX_GIVEN_UP + 3) for body in (b"bad %d" % n, b"good %d" % n)]
    session = Session(Handler(refused(*bodies[::2])), *bodies)
    for _ in bodies:
        await session.settle(1)
    assert [how for _, how in session.ends].count("reject") == MAX_GIVEN_UP
    assert session.waits
    assert set(bodies) - set(session.done) == {b"bad %d" % (MAX_GIVEN_UP + n) for n in range(3)}


# -- the last queue ----------------------------------------------------------------------------


async def test_session_that_keeps_gives_nothing_up_and_goes_on_with_the_rest() -> None:
    bugs = iter([KeyError()] * 4)
    handler = Handler(lambda body: next(bugs, None) if body == b"bad" else None)
    session = Session(handler, b"bad", b"b", keeps=True)
    assert await session.settle() == [(2, "ack")]
    assert await session.try_again() == [(2, "ack")]
    assert await session.try_again() == [(2, "ack"), (1, "ack all")]


async def test_lost_channel_is_the_sessions_end_and_not_the_messages() -> None:
    session = Session(Handler(), b"a", b"b")
    session._channel[1].fault = RuntimeError("channel closed")
    with pytest.raises(RuntimeError):
        await session.settle()
    assert session.ends == []
