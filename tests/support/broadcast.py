"""A document of the scene with 130 receivers more, all named by one group."""

from uuid import UUID

from tests.support.stage import Stage

GROUP = "NHOM.THU"
COUNT = 130
LATE = 3
"""Members that have not taken it out of the inbox in time, the last ones."""


async def widen(stage: Stage) -> UUID:
    """Let the scene's invitation go to a group, too; its first members have done what it asks."""
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO agency_group (code, name) VALUES ($1, 'Các xã thử nghiệm')", GROUP
        )
        await connection.execute(
            """
            INSERT INTO agency (code, name, level, parent)
            SELECT 'H37.' || n, 'Ủy ban nhân dân xã số ' || n, 'commune', 'H37'
            FROM generate_series(500, 499 + $1::integer) AS n
            """,
            COUNT,
        )
        await connection.execute(
            """
            INSERT INTO delivery (id, document, named, receiver, endpoint, copy, state, reached,
                                  changed_at, late)
            SELECT gen_random_uuid(), $1, ARRAY[$2::text], 'H37.' || n, 'lgsp-h37',
                   gen_random_uuid(), state, state, $5,
                   CASE state WHEN 'consigned' THEN '{handover}'::text[] ELSE '{}' END
            FROM (
                SELECT n, CASE WHEN n < 530 THEN 'done'
                               WHEN n < 500 + $3::integer - $4::integer THEN 'received'
                               ELSE 'consigned' END AS state
                FROM generate_series(500, 499 + $3::integer) AS n
            ) AS member
            """,
            stage.scene.invitation,
            GROUP,
            COUNT,
            LATE,
            stage.clock(),
        )
    return stage.scene.invitation
