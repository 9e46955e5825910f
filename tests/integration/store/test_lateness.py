"""What is late or falls due at one agency is found without going through everybody's."""

from axis.store.pool import Pool
from axis.store.sql import load_queries

LINES = load_queries("deadlines")["lines"]


async def test_lateness_of_one_agency_is_read_along_what_it_sent_and_received(
    stocked: Pool,
) -> None:
    async with stocked.acquire() as connection, connection.transaction():
        # tiny tables are cheaper to read whole; what counts is that there is another way
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.execute("SET LOCAL enable_bitmapscan = off")
        # without these only what is the agency's own is left to read along
        await connection.execute("DROP INDEX delivery_late, delivery_deadline")
        plan = await connection.fetch("EXPLAIN " + LINES, "G22", None, False, 50)
    lines = "\n".join(row[0] for row in plan)
    assert lines.count("Index Cond: (receiver = 'G22'::text)") == 2, lines
    assert lines.count("Index Cond: (sender = 'G22'::text)") == 2, lines
