"""The private PostgreSQL server: what is kept, what is refused, what listens."""

import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from axis.local.postgresql import PrivatePostgreSQL
from axis.local.processes import LocalServerError
from axis.local.servers import LocalServers


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def fetch_value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_second_start_of_a_running_server_changes_nothing(servers: LocalServers) -> None:
    started = await fetch_value(servers.postgresql.dsn(), "SELECT pg_postmaster_start_time()")

    await servers.postgresql.start()

    again = await fetch_value(servers.postgresql.dsn(), "SELECT pg_postmaster_start_time()")
    assert again == started


@pytest.mark.parametrize(
    "end",
    [
        PrivatePostgreSQL.stop,
        partial(PrivatePostgreSQL.stop, immediate=True),
        PrivatePostgreSQL.kill,
    ],
    ids=["stop", "stop immediately", "kill"],
)
async def test_stop_or_kill_and_start_keep_address_and_committed_rows(
    own_servers: LocalServers, end: Callable[[PrivatePostgreSQL], Awaitable[None]]
) -> None:
    server = own_servers.postgresql
    await server.start()
    dsn = await server.create_database("kept")
    await execute(dsn, "CREATE TABLE t AS SELECT 'văn bản' AS name")

    await end(server)
    assert server.pids() == []
    assert not await server.is_ready()
    await server.start()

    assert server.dsn("kept") == dsn
    assert await fetch_value(dsn, "SELECT name FROM t") == "văn bản"


async def test_start_on_a_taken_port_moves_and_keeps_the_data(own_servers: LocalServers) -> None:
    server = own_servers.postgresql
    await server.start()
    await server.create_database("kept")
    taken = server.port
    await server.stop()

    with socket.create_server(("127.0.0.1", taken)):
        await server.start()

        assert server.port != taken
        assert await fetch_value(server.dsn("kept"), "SELECT 1") == 1


async def test_connection_with_a_wrong_password_is_refused(servers: LocalServers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.postgresql.dsn(), password="wrong")


async def test_database_names_that_are_not_plain_are_refused(servers: LocalServers) -> None:
    with pytest.raises(LocalServerError, match="not a database name"):
        await servers.postgresql.create_database('x"; DROP DATABASE postgres; --')


async def test_each_test_gets_an_empty_database(database: str) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"

    assert await fetch_value(database, tables) == 0
    assert await fetch_value(database, "SHOW server_encoding") == "UTF8"


async def test_stop_of_a_server_never_started_is_harmless(tmp_path: Path) -> None:
    server = PrivatePostgreSQL(tmp_path / "postgresql")

    await server.stop()

    assert server.pids() == []
