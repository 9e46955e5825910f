"""PostgreSQL goes, comes, refuses and is slow under load: the axis waits, and loses nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.adversity.ground import Ground
from tests.adversity.withstanding import withstand

FAULT_SECONDS = 6.0
"""How long PostgreSQL refuses or is slow."""

ROUNDS = 3
"""How often the routers lose the connections that they got all the same."""

OTHERS = 400
"""More connections than the server has room for."""

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.parametrize("immediate", [False, True], ids=["fast", "immediate"])
async def test_postgresql_stopped_and_started_under_load_loses_and_doubles_nothing(
    ground: Ground, immediate: bool
) -> None:
    postgresql = ground.installation.servers.postgresql

    async def stop() -> None:
        await postgresql.stop(immediate=immediate)
        await postgresql.start()

    how = "at once" if immediate else "in order"
    await withstand(ground, f"PostgreSQL stopped {how}", stop, times=2)


async def test_postgresql_killed_under_load_loses_and_doubles_nothing(ground: Ground) -> None:
    postgresql = ground.installation.servers.postgresql

    async def crash() -> None:
        await postgresql.kill()
        await postgresql.start()

    await withstand(ground, "PostgreSQL killed", crash, times=2)


async def test_read_only_postgresql_under_load_loses_and_doubles_nothing(ground: Ground) -> None:
    async def refuse() -> None:
        async with superuser(ground) as connection:
            await connection.execute("SET default_transaction_read_only = off")
            await connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await connection.execute("SELECT pg_reload_conf()")
            await asyncio.sleep(FAULT_SECONDS)
            await connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            await connection.execute("SELECT pg_reload_conf()")

    await withstand(ground, "PostgreSQL read-only", refuse)


async def test_postgresql_out_of_connections_under_load_loses_and_doubles_nothing(
    ground: Ground,
) -> None:
    async def occupy() -> None:
        async with AsyncExitStack() as stack, superuser(ground) as connection:
            await fill_up(ground, stack)
            for _ in range(ROUNDS):
                # what the routers lose goes to others, and they must ask anew
                await connection.execute(_END_ROUTERS)
                await fill_up(ground, stack)
                await asyncio.sleep(FAULT_SECONDS / ROUNDS)

    await withstand(ground, "PostgreSQL out of connections", occupy)


async def test_slow_postgresql_under_load_loses_and_doubles_nothing(ground: Ground) -> None:
    async def block(table: str) -> None:
        async with superuser(ground, ground.installation.database) as one, one.transaction():
            await one.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(FAULT_SECONDS)

    async def slow() -> None:
        for table in ("submission", "outbox", "delivery"):
            await block(table)

    await withstand(ground, "PostgreSQL slow (locks)", slow)


_END_ROUTERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'axis'
"""


async def fill_up(ground: Ground, stack: AsyncExitStack) -> None:
    """Take every connection that the axis's role can still get."""
    with contextlib.suppress(asyncpg.TooManyConnectionsError):
        for _ in range(OTHERS):
            connection = await asyncpg.connect(ground.installation.dsn)
            stack.push_async_callback(partial(connection.close, timeout=10))
        raise AssertionError("the server never ran out of connections")


@asynccontextmanager
async def superuser(
    ground: Ground, database: str = "postgres"
) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """Connect as the superuser, for whom some connections are kept."""
    connection = await asyncpg.connect(ground.installation.servers.postgresql.dsn(database))
    try:
        yield connection
    finally:
        await connection.close()
