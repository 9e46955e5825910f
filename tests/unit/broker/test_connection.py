"""Addresses, and whose cancellation it is."""

import asyncio

import pytest
from aiormq.connection import Connection

from axis.broker.connection import being_cancelled, with_heartbeat


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        ("amqp://a:b@host/axis", 10),
        ("amqps://a:b@host:5671/axis?cafile=/etc/ca.pem", 10),
        ("amqp://a:b@host/axis?heartbeat=30", 30),
    ],
)
async def test_dead_network_is_noticed_as_soon_as_the_address_asks_for(
    url: str, seconds: int
) -> None:
    assert Connection(with_heartbeat(url)).heartbeat_timeout == seconds


async def test_cancellation_is_told_from_a_cancelled_error_of_the_library() -> None:
    seen: list[bool] = []
    started = asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append(being_cancelled())
            raise

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rejected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    rejected.set_exception(asyncio.CancelledError)
    with pytest.raises(asyncio.CancelledError):
        await rejected
    seen.append(being_cancelled())
    assert seen == [True, False]
