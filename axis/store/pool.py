"""The connection pool and what every transaction of ours has in common."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from axis.exchange.faults import StoreRefusedError, StoreUnavailableError

if TYPE_CHECKING:
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy
    Pool = asyncpg.Pool

COMMAND_TIMEOUT_SECONDS = 60.0
"""Longer than any statement of ours needs; a hung server must not hang a router for ever."""

CONNECT_TIMEOUT_SECONDS = 10.0
"""A host that does not answer within this is treated as away and tried again."""

IDLE_TRANSACTION_SECONDS = 300
"""A transaction waits for signatures or confirms, two minutes at most. A router that stops in the
middle of one, with its locks in hand, would otherwise hold back the registry and its siblings."""

FRESH_PLANS = {"plan_cache_mode": "force_custom_plan"}
"""Plan each statement for the table as it is. A prepared statement's kept plan is that of the table
when the connection was young: on a fresh installation it reads whole tables long after they have
grown. Planning costs a fraction of a millisecond a batch."""

IN_INDEX_ORDER = {**FRESH_PLANS, "enable_bitmapscan": "off"}
"""For routers, whose statements are all by key. The outbox's index holds every message that was
ever due until it is vacuumed; a plain scan in its order stops at the first due ones and marks the
dead entries that it passes, a bitmap scan reads them all and each time anew."""

_JSONB_VERSION = b"\x01"

_UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresError,
)
"""Errors that are not the message's fault: the unit of work is done again from its beginning. A
disk that is full, a password that changed or a schema that is missing ends some day, too, and until
then nothing may be given up."""

_FAULT_OF_THE_WORK = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""Errors that the values of a unit of work bring about, and would bring about again."""

_REFUSALS = (
    asyncpg.SyntaxOrAccessError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.InternalServerError,
)
"""Errors that a schema or a right which is missing brings about in all work, and a bug of ours or a
damaged row in some."""

_MOVE_ON = (
    asyncpg.exceptions.ReadOnlySQLTransactionError,
    asyncpg.exceptions.OperatorInterventionError,
)
"""After these the pooled connections may hang on a server that no longer leads."""


async def open_pool(dsn: str, *, max_size: int, planner: Mapping[str, str] = FRESH_PLANS) -> Pool:
    """Connect to PostgreSQL; `planner` holds settings of its query planner.

    Raises StoreUnavailableError when no server accepts the connection now.
    """
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=max_size,
            init=_prepare,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            timeout=CONNECT_TIMEOUT_SECONDS,
            server_settings={
                "application_name": "axis",
                **planner,
                "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_SECONDS}s",
            },
        )
    except _UNAVAILABLE as error:
        raise StoreUnavailableError(f"PostgreSQL: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """Run one transaction; turn every fault that its values did not cause into
    StoreUnavailableError, or StoreRefusedError where the database refuses this work alone.
    """
    try:
        async with (
            pool.acquire(timeout=CONNECT_TIMEOUT_SECONDS) as connection,
            connection.transaction(),
        ):
            yield connection
    except _FAULT_OF_THE_WORK:
        raise
    except _UNAVAILABLE as error:
        if isinstance(error, _MOVE_ON):
            await pool.expire_connections()
        refused = isinstance(error, _REFUSALS)
        away = StoreRefusedError if refused else StoreUnavailableError
        raise away(f"PostgreSQL: {type(error).__name__}: {error}") from error


@contextmanager
def translated() -> Iterator[None]:
    """Turn every fault of work outside a transaction into StoreUnavailableError."""
    try:
        yield
    except _UNAVAILABLE as error:
        raise StoreUnavailableError(f"PostgreSQL: {type(error).__name__}: {error}") from error


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),
    )


async def answers(pool: Pool) -> bool:
    """Tell whether the database answers a query now."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS), pool.acquire() as connection:
            return bool(await connection.fetchval("SELECT true"))
    except _UNAVAILABLE:
        return False
