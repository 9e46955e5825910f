"""Migrations on a real PostgreSQL: once each, in order, and never over an unknown database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import asyncpg
import pytest

from axis.edxml.limits import MAX_FIELD_CHARS
from axis.registry.mandates import MessageKind
from axis.store import migrate as migrating
from axis.store.migrate import Migration, MigrationError, known_migrations, migrate


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


def pretend(monkeypatch: pytest.MonkeyPatch, *migrations: Migration) -> None:
    monkeypatch.setattr(migrating, "known_migrations", lambda: list(migrations))


FIRST = Migration("0001_first.sql", "CREATE TABLE one (a int); INSERT INTO one VALUES (1);")
SECOND = Migration("0002_second.sql", "ALTER TABLE one ADD b int;")


async def test_empty_database_gets_every_migration_in_order(
    connection: asyncpg.Connection,
) -> None:
    names = [migration.name for migration in known_migrations()]
    assert names[0] == "0001_first.sql"
    assert names == sorted(names)
    assert await migrate(connection) == names
    assert await connection.fetchval("SELECT version FROM registry_version") == 1


async def test_second_run_has_nothing_to_do(connection: asyncpg.Connection) -> None:
    await migrate(connection)
    assert await migrate(connection) == []


async def test_only_what_is_missing_is_applied(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, FIRST)
    assert await migrate(connection) == ["0001_first.sql"]
    pretend(monkeypatch, FIRST, SECOND)
    assert await migrate(connection) == ["0002_second.sql"]
    assert await connection.fetchrow("SELECT * FROM one") == (1, None)


async def test_processes_that_start_at_once_apply_each_migration_once(database: str) -> None:
    connections = [await asyncpg.connect(database) for _ in range(4)]
    applied = await asyncio.gather(*map(migrate, connections))
    await asyncio.gather(*(connection.close() for connection in connections))
    names = [migration.name for migration in known_migrations()]
    assert sorted(applied, key=len) == [[], [], [], names]


async def test_certificates_enrolled_before_there_were_mandates_are_seals_for_everything(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = known_migrations()
    before = [one for one in everything if one.name < "0003"]
    pretend(monkeypatch, *before)
    await migrate(connection)
    await connection.execute(
        "INSERT INTO agency (code, name, level) VALUES ('G22', 'x', 'central'), ('H37', 'x',"
        " 'province');"
        "INSERT INTO certificate (fingerprint, der, subject, issuer, serial, not_before, not_after)"
        " SELECT repeat(letter, 64), '', 'CN=' || letter, 'CN=CA', '1', now(), now()"
        " FROM unnest('{a,b}'::text[]) AS letter;"
        "INSERT INTO enrolment VALUES"
        " (repeat('a', 64), 'G22', '2026-01-01', '2026-12-31', NULL),"
        " (repeat('a', 64), 'H37', NULL, NULL, NULL),"
        " (repeat('b', 64), 'G22', NULL, NULL, '2026-02-01Z');"
    )
    kept = "SELECT fingerprint, agency, valid_from, valid_to, revoked_at FROM enrolment"
    rows = {tuple(row) for row in await connection.fetch(kept)}
    pretend(monkeypatch, *everything)
    assert await migrate(connection) == [one.name for one in everything if one.name >= "0003"]
    assert {tuple(row) for row in await connection.fetch(kept)} == rows
    mandates = await connection.fetch("SELECT id, capacity, kinds, act FROM enrolment")
    assert {(row["capacity"], tuple(row["kinds"]), row["act"]) for row in mandates} == {
        ("seal", tuple(MessageKind), "")
    }
    ids = {row["id"] for row in mandates}
    assert len(ids) == 3
    for identifier in ids:
        assert (identifier.version, identifier.variant) == (7, RFC_4122)
        made = datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
        assert abs(datetime.now(UTC) - made) < timedelta(hours=1)


async def test_destruction_that_was_agreed_to_before_it_had_a_deadline_gets_one(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = known_migrations()
    pretend(monkeypatch, *(one for one in everything if one.name < "0014"))
    await migrate(connection)
    await connection.execute(
        "SET session_replication_role = replica;"  # the document and the agency are not at stake
        "INSERT INTO delivery (id, document, named, receiver, endpoint, copy, state, reached,"
        " changed_at) SELECT gen_random_uuid(), gen_random_uuid(), '{}', 'G09', 'g09',"
        " gen_random_uuid(), state, 'received', now()"
        " FROM unnest('{agreed,received}'::text[]) AS state;"
        "RESET session_replication_role;"
    )
    pretend(monkeypatch, *everything)
    await migrate(connection)
    rows = await connection.fetch(
        "SELECT state, deadline_kind, deadline > now() AS coming FROM delivery ORDER BY state"
    )
    assert [tuple(row) for row in rows] == [
        ("agreed", "destruction", True),
        ("received", None, None),
    ]


async def test_documents_from_before_have_no_reason_and_their_table_is_not_rewritten(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = known_migrations()
    pretend(monkeypatch, *(one for one in everything if one.name < "0016"))
    await migrate(connection)
    await connection.execute(
        "SET session_replication_role = replica;"  # neither the agency nor the seal is at stake
        "INSERT INTO document (id, sender, document_id, kind, sha256, size, body, priority, number,"
        " notation, subject, type_name, endpoint, certificate, verdict, accepted_at)"
        " VALUES (gen_random_uuid(), 'G22', 'G22,2026/03/02,1/X', 1, '', 0, '', 0, '1', 'X', '',"
        " '', 'g22', '', '{}', now())"
    )
    file = "SELECT pg_relation_filenode('document')"
    before = await connection.fetchval(file)
    pretend(monkeypatch, *everything)
    await migrate(connection)
    assert await connection.fetchval(file) == before
    assert await connection.fetchval("SELECT reason FROM document") is None
    give = "UPDATE document SET reason = repeat('ệ', $1)"
    await connection.execute(give, MAX_FIELD_CHARS)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(give, MAX_FIELD_CHARS + 1)


@pytest.mark.parametrize(
    "known",
    [
        [Migration("0001_first.sql", "CREATE TABLE one (a bigint);")],
        [Migration("0001_renamed.sql", FIRST.sql)],
        [],
    ],
    ids=["edited", "renamed", "unknown"],
)
async def test_database_of_another_program_is_left_alone(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, known: list[Migration]
) -> None:
    pretend(monkeypatch, FIRST)
    await migrate(connection)
    pretend(monkeypatch, *known, SECOND)
    with pytest.raises(MigrationError, match="0001_first"):
        await migrate(connection)
    columns = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'one'"
    )
    assert len(columns) == 1


async def test_migration_that_fails_leaves_nothing_behind_and_frees_the_lock(
    connection: asyncpg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Migration("0002_second.sql", "CREATE TABLE two (a int); SELECT nonsense;")
    pretend(monkeypatch, FIRST, broken)
    with pytest.raises(asyncpg.UndefinedColumnError):
        await migrate(connection)
    assert await connection.fetchval("SELECT to_regclass('two')") is None
    pretend(monkeypatch, FIRST, SECOND)
    other = await asyncpg.connect(database)
    assert await migrate(other) == ["0002_second.sql"]
    await other.close()


async def test_migration_that_would_wait_behind_traffic_gives_up(
    connection: asyncpg.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "_LOCK_TIMEOUT", "50ms")
    pretend(monkeypatch, FIRST)
    await migrate(connection)
    other = await asyncpg.connect(database)
    async with other.transaction():
        await other.execute("LOCK TABLE one IN ACCESS SHARE MODE")
        pretend(monkeypatch, FIRST, SECOND)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await migrate(connection)
    await other.close()
    assert await migrate(connection) == ["0002_second.sql"]
