"""A full house of what waits costs the batches beside it next to nothing."""

import asyncpg

from axis.store.pool import IN_INDEX_ORDER
from axis.store.sql import load_queries
from tests.support.exchange import NOW

FULL = 5_000

_SQL = load_queries("held")


async def test_what_waits_is_counted_and_found_without_reading_all_of_it(
    migrated_database: str,
) -> None:
    connection = await asyncpg.connect(migrated_database, server_settings=dict(IN_INDEX_ORDER))
    try:
        await fill(connection)
        ids = await connection.fetchval("SELECT array_agg(submission) FROM first_ones")
        for name, arguments in {
            "load": (),
            "lock": (ids, ["X.1", "X.none"]),
            "make_due": (NOW, ["X.1", "X.none"]),
            "on_hold": (["X.3000"],),
        }.items():
            plan = await connection.fetch("EXPLAIN " + _SQL[name], *arguments)
            lines = "\n".join(row[0] for row in plan)
            assert "Seq Scan on held_submission" not in lines, lines
    finally:
        await connection.close()


async def fill(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Let submissions wait, one in ten for a document, without what they belong to."""
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        """
        INSERT INTO held_submission (submission, body, size, verdict, held_since, next_try_at,
                                     expires_at, endpoint, brings, awaits)
        SELECT gen_random_uuid(), '', 0, jsonb_build_object('text', repeat('x', 500)), now(), now(),
               now(), 'e', 'X.' || n, CASE WHEN n % 10 = 1 THEN ARRAY['X.' || n] END
        FROM generate_series(1, $1) AS n
        """,
        FULL,
    )
    await connection.execute(
        "CREATE TEMPORARY TABLE first_ones AS SELECT submission FROM held_submission LIMIT 20"
    )
    await connection.execute("VACUUM ANALYZE held_submission")
