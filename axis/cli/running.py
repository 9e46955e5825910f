"""What commands need around them: an event loop, the database, who is acting."""

import asyncio
import os
import pwd
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import asyncpg

from axis.clock import Clock
from axis.errors import AxisError
from axis.exchange.faults import StoreUnavailableError
from axis.ids import make_ids_by
from axis.settings import Settings, load_settings
from axis.store.clock import clock_of
from axis.store.pool import Pool, open_pool
from axis.store.registry import PostgresAdministration

POOL_SIZE = 2
"""A command does one thing at a time."""

_Result = TypeVar("_Result")


class DatabaseError(AxisError):
    """PostgreSQL refused what the command asked for."""


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Carry out a command's work."""
    return asyncio.run(work)


@asynccontextmanager
async def database(settings: Settings | None = None) -> AsyncIterator[Pool]:
    """Connect to the axis's database; raises DatabaseError or StoreUnavailableError."""
    dsn = (settings or load_settings()).store.address
    with database_errors():
        async with await open_pool(dsn, max_size=POOL_SIZE) as pool:
            yield pool


async def clock_at(pool: Pool) -> Clock:
    """Return the axis's clock: what a command writes bears its time, as do its identifiers.

    What a command only shows of today goes by this machine's clock. Raises StoreUnavailableError.
    """
    clock = await clock_of(pool)
    make_ids_by(clock)
    return clock


@contextmanager
def database_errors() -> Iterator[None]:
    """Raise DatabaseError, with what to do, for what PostgreSQL refuses."""
    try:
        yield
    except StoreUnavailableError as error:
        if isinstance(error.__cause__, asyncpg.UndefinedTableError):
            raise DatabaseError(
                "Cơ sở dữ liệu chưa có lược đồ; hãy chạy: axis database migrate"
                " / The database has no schema yet; run: axis database migrate"
            ) from error
        raise
    except asyncpg.PostgresError as error:
        raise DatabaseError(f"PostgreSQL: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def administration() -> AsyncIterator[PostgresAdministration]:
    """Open the registry for reading and changing."""
    async with database() as pool:
        yield PostgresAdministration(pool, await clock_at(pool))


def actor() -> str:
    """Return who the audit says did it: the operating system's account."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"cli:{name}"
