"""What passes, what does not: faults of a real PostgreSQL and the pool that outlives them."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from axis.exchange.faults import StoreRefusedError, StoreUnavailableError, is_outage
from axis.store import pool as pooling
from axis.store.pool import Pool, answers, open_pool, transaction
from tests.support.proxy import proxied


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with await open_pool(database, max_size=4) as pool:
        await pool.execute("CREATE TABLE kept (a int PRIMARY KEY CHECK (a < 100), t text, j jsonb)")
        yield pool


async def kept(pool: Pool) -> list[int]:
    return [row["a"] for row in await pool.fetch("SELECT a FROM kept ORDER BY a")]


async def test_transaction_commits_at_its_end_and_not_before(pool: Pool) -> None:
    async with transaction(pool) as connection:
        await connection.execute("INSERT INTO kept VALUES (1)")
        assert await kept(pool) == []
    assert await kept(pool) == [1]


@pytest.mark.parametrize("error", [KeyError, asyncio.CancelledError, KeyboardInterrupt])
async def test_transaction_that_raises_leaves_nothing(
    pool: Pool, error: type[BaseException]
) -> None:

    async def work() -> None:
        async with transaction(pool) as connection:
            await connection.execute("INSERT INTO kept VALUES (1)")
            raise error

    with pytest.raises(error):
        await work()
    assert await kept(pool) == []


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("INSERT INTO kept VALUES (1), (1)", asyncpg.UniqueViolationError),
        ("INSERT INTO kept VALUES (200)", asyncpg.CheckViolationError),
        ("INSERT INTO kept VALUES (2147483647::int + 1)", asyncpg.NumericValueOutOfRangeError),
        ("INSERT INTO kept (a, t) VALUES (1, convert_from('\\xff', 'UTF8'))", asyncpg.DataError),
    ],
)
async def test_fault_of_the_values_is_told_as_it_is(
    pool: Pool, statement: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with transaction(pool) as connection:
            await connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT pg_cancel_backend(pg_backend_pid())",
        "SET LOCAL lock_timeout = '1ms'; LOCK TABLE kept",
        "SET TRANSACTION READ ONLY; INSERT INTO kept VALUES (1)",
        "SET LOCAL idle_in_transaction_session_timeout = 1; SELECT pg_sleep(0)",
    ],
)
async def test_fault_of_the_server_may_pass_and_the_pool_goes_on(
    pool: Pool, statement: str
) -> None:
    async def work() -> None:
        async with transaction(pool) as connection:
            await connection.execute(statement)
            while True:  # until the server acts on its own
                await asyncio.sleep(0.05)
                await connection.execute("SELECT 1")

    async with pool.acquire() as other, other.transaction(), asyncio.timeout(30):
        await other.execute("LOCK TABLE kept IN ACCESS SHARE MODE")
        with pytest.raises(StoreUnavailableError) as caught:
            await work()
    assert is_outage(caught.value)
    async with transaction(pool) as connection:
        await connection.execute("INSERT INTO kept VALUES (1)")
    assert await kept(pool) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM no_such_table",
        "SELECT no_such_column FROM kept",
        "SELECT no_such_function()",
        "DO $$ BEGIN RAISE EXCEPTION 'damaged' USING ERRCODE = 'data_corrupted'; END $$",
    ],
)
async def test_work_that_the_server_refuses_is_told_from_an_outage(
    pool: Pool, statement: str
) -> None:
    with pytest.raises(StoreRefusedError):
        async with transaction(pool) as connection:
            await connection.execute(statement)


async def test_connections_to_a_server_that_no_longer_leads_are_given_up(
    pool: Pool,
) -> None:
    """After a failover the old leader goes on as a read-only standby."""
    async with pool.acquire() as idle:
        before = idle.get_server_pid()

    async def work() -> None:
        async with transaction(pool) as connection:
            assert connection.get_server_pid() == before
            await connection.execute("SET TRANSACTION READ ONLY")
            await connection.execute("INSERT INTO kept VALUES (1)")

    with pytest.raises(StoreUnavailableError, match="ReadOnly"):
        await work()
    async with transaction(pool) as connection:
        await connection.execute("INSERT INTO kept VALUES (1)")
        assert connection.get_server_pid() != before


async def test_server_that_is_away_is_waited_for_at_the_next_try(database: str) -> None:
    async with proxied(database) as (dsn, proxy), await open_pool(dsn, max_size=2) as pool:
        assert await answers(pool)
        proxy.refusing = True
        proxy.cut()
        for _ in range(2):
            with pytest.raises(StoreUnavailableError):
                async with transaction(pool) as connection:
                    await connection.execute("SELECT 1")
        assert not await answers(pool)
        proxy.refusing = False
        async with transaction(pool) as connection:
            assert await connection.fetchval("SELECT 1") == 1
        assert await answers(pool)


async def test_connection_that_is_cut_in_the_middle_commits_nothing(
    database: str, pool: Pool
) -> None:
    async with proxied(database) as (dsn, proxy), await open_pool(dsn, max_size=2) as cut:

        async def work() -> None:
            async with transaction(cut) as connection:
                await connection.execute("INSERT INTO kept VALUES (1)")
                proxy.cut()
                await connection.execute("INSERT INTO kept VALUES (2)")

        with pytest.raises(StoreUnavailableError):
            await work()
    assert await kept(pool) == []


async def test_silent_server_does_not_hold_a_transaction_for_ever(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "COMMAND_TIMEOUT_SECONDS", 0.5)
    async with proxied(database) as (dsn, proxy):
        pool = await open_pool(dsn, max_size=2)

        async def work() -> None:
            async with transaction(pool) as connection:
                proxy.silence()
                await connection.execute("SELECT 1")

        async with asyncio.timeout(30):
            with pytest.raises(StoreUnavailableError):
                await work()
        pool.terminate()


async def test_router_that_stops_inside_a_transaction_does_not_keep_its_locks_for_ever(
    database: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "IDLE_TRANSACTION_SECONDS", 1)
    async with await open_pool(database, max_size=2) as stopping:

        async def stop_inside() -> None:
            async with transaction(stopping) as connection:
                await connection.execute("LOCK TABLE kept")
                async with transaction(pool) as other:
                    await other.execute("LOCK TABLE kept")
                await connection.execute("SELECT 1")

        with pytest.raises(StoreUnavailableError):
            await stop_inside()


async def test_pool_without_a_free_connection_is_an_outage(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "CONNECT_TIMEOUT_SECONDS", 0.2)
    async with await open_pool(database, max_size=1) as pool, pool.acquire():
        with pytest.raises(StoreUnavailableError):
            async with transaction(pool):
                raise AssertionError


async def test_server_that_refuses_from_the_start_is_an_outage() -> None:
    with pytest.raises(StoreUnavailableError):
        await open_pool("postgresql://axis@127.0.0.1:1/axis", max_size=1)


async def test_wrong_password_is_an_outage_that_somebody_has_to_end(database: str) -> None:
    login, _, place = database.rpartition("@")
    scheme, _, _ = login.partition("//")
    with pytest.raises(StoreUnavailableError) as caught:
        await open_pool(f"{scheme}//nobody:topsecret@{place}", max_size=1)
    assert "topsecret" not in str(caught.value)


async def test_json_comes_back_as_it_went_in(pool: Pool) -> None:
    facts = {"đ": ["ô", 1, None, True, {"x": 1.5}], "quote": '"\\'}
    await pool.execute("INSERT INTO kept (a, j) VALUES (1, $1)", facts)
    assert await pool.fetchval("SELECT j FROM kept") == facts
