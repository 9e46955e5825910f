"""Waiting until nothing moves any more, so that what is then missing is lost."""

import asyncio
from collections import Counter

import asyncpg

from axis.local.installation import Installation
from tests.adversity.ledger import Ledger
from tests.adversity.stored import left_in_queues

SETTLE_SECONDS = 300.0
"""The time that everything may take once nothing is broken any more: routers wait up to 10 s before
they try a server again, publishers up to 30 s for a confirm."""

CALM_SECONDS = 1.0
CALM_LOOKS = 3
"""So many looks in a row must find nothing under way: what a router has in hand is in no queue."""

_UNDER_WAY = """
SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL AND cancelled_at IS NULL)
    OR EXISTS (SELECT FROM held_submission)
"""
_PUBLISHED = "SELECT id::text FROM outbox WHERE published_at IS NOT NULL"


async def settled(ledger: Ledger, installation: Installation) -> None:
    """Wait until nothing is due any more and the systems have taken what was published."""
    calm = 0
    before: Counter[str] = Counter()
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while calm < CALM_LOOKS:
                still = await _nothing_due(ledger, installation)
                calm = calm + 1 if still and before == ledger.counts else 0
                before = ledger.counts.copy()
                await asyncio.sleep(CALM_SECONDS)
    except TimeoutError:
        return  # the reconciliation will name what is missing


async def _nothing_due(ledger: Ledger, installation: Installation) -> bool:
    if not all(submission.answered.is_set() for submission in ledger.submissions.values()):
        return False
    connection = await asyncpg.connect(installation.dsn)
    try:
        if await connection.fetchval(_UNDER_WAY):
            return False
        published = {row["id"] for row in await connection.fetch(_PUBLISHED)}
    finally:
        await connection.close()
    taken = {message_id for _, message_id in ledger.taken}
    return published <= taken and not await left_in_queues(installation)
