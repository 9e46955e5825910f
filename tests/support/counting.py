"""RabbitMQ that counts its quorum queues often, for tests that wait for the counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axis.local.rabbitmq import PrivateRabbitMQ

QUICK_MILLISECONDS = 500
USUAL_MILLISECONDS = 60_000


@asynccontextmanager
async def quick_counts(rabbitmq: PrivateRabbitMQ) -> AsyncIterator[None]:
    """Have queues that are declared meanwhile counted every half second."""
    await _tick(rabbitmq, QUICK_MILLISECONDS)
    try:
        yield
    finally:
        await _tick(rabbitmq, USUAL_MILLISECONDS)


async def _tick(rabbitmq: PrivateRabbitMQ, milliseconds: int) -> None:
    setting = f"application:set_env(rabbit, quorum_tick_interval, {milliseconds})."
    await rabbitmq.control("eval", setting)
