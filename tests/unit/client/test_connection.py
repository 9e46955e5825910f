"""Faults of the broker, whatever shape they come in."""

import asyncio
from itertools import islice

import pytest
from aio_pika.exceptions import AMQPConnectionError, ChannelInvalidStateError

from axis.client import connection
from axis.client.connection import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    backoff,
    broker_faults,
    connect,
    insist,
)
from axis.client.errors import AccountRefusedError, AxisUnreachableError, JournalError


@pytest.mark.parametrize(
    "fault",
    [
        AMQPConnectionError("gone"),
        ChannelInvalidStateError("closed"),
        ConnectionResetError("reset"),
        TimeoutError("late"),
        RuntimeError("transport is closing"),
        asyncio.CancelledError(),
        Exception(),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_every_shape_of_a_lost_connection_is_axis_unreachable(fault: BaseException) -> None:
    with pytest.raises(AxisUnreachableError), broker_faults():
        raise fault


async def test_cancellation_of_the_task_itself_stays_a_cancellation() -> None:
    async def wait() -> None:
        with broker_faults():
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_bug_and_own_error_pass_through_unchanged() -> None:
    with pytest.raises(KeyError), broker_faults():
        raise KeyError("bug")
    with pytest.raises(AccountRefusedError), broker_faults():
        raise AccountRefusedError("g22")


async def test_work_on_the_journal_is_repeated_until_it_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "FIRST_PAUSE_SECONDS", 0.0)
    faults = [JournalError("g22.journal", "disk full"), JournalError("g22.journal", "locked")]

    async def work() -> str:
        if faults:
            raise faults.pop()
        return "written"

    assert await insist(work) == "written"
    assert not faults


def test_pauses_grow_to_a_limit() -> None:
    pauses = list(islice(backoff(), 20))
    assert pauses[0] < FIRST_PAUSE_SECONDS * 1.31
    assert max(pauses) < LONGEST_PAUSE_SECONDS * 1.31
    assert min(pauses[10:]) > LONGEST_PAUSE_SECONDS * 0.69


async def test_address_where_nobody_listens_is_axis_unreachable() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(AxisUnreachableError):
            async with connect(f"amqp://g22:x@127.0.0.1:{port}/axis", "test"):
                pass
    with pytest.raises(AxisUnreachableError):
        async with connect(f"amqp://g22:x@127.0.0.1:{port}/axis", "test"):
            pass
