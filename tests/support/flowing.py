"""Waiting for held submissions to flow, without waiting for the leases of killed routers."""

import asyncio

from axis.clock import system_clock
from axis.reasons import Reason
from axis.store import holding
from axis.store.pool import open_pool, transaction

PATIENCE_SECONDS = 180.0


async def flowed(dsn: str) -> None:
    """Wake what waits for the scanner, as news would, until nothing waits any more."""
    async with await open_pool(dsn, max_size=1) as pool, asyncio.timeout(PATIENCE_SECONDS):
        while await pool.fetchval("SELECT count(*) FROM held_submission"):
            async with transaction(pool) as connection:
                await holding.wake(connection, system_clock(), Reason.SCANNER_AWAY)
            await asyncio.sleep(1)
