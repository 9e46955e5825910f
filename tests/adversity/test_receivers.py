"""Receivers that do not take, and inboxes that are full: others get theirs, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import asyncpg
import pytest

from axis.evidence.events import Event
from tests.adversity.ground import Ground
from tests.adversity.ledger import Ledger
from tests.adversity.load import PROGRESS_SECONDS
from tests.adversity.stored import queue_depths
from tests.adversity.withstanding import BETWEEN

DEAF = "h37-yte"
"""The endpoint that takes nothing."""

INBOXES = (f"inbox.{DEAF}", f"inbox.{DEAF}.urgent")

FULL = 3
"""Messages that its inboxes have room for, while there is a limit."""

LOOK_SECONDS = 0.2

_NO_PAUSE = """
UPDATE outbox SET due_at = now()
WHERE published_at IS NULL AND cancelled_at IS NULL AND due_at > now()
"""
_TIME_IS_UP = """
UPDATE delivery SET deadline = now() WHERE state = 'dispatched' AND deadline_kind = 'consignment'
"""

pytestmark = pytest.mark.timeout(1200)


async def test_receiver_that_never_takes_fills_its_inbox_and_delays_nobody_else(
    ground: Ground,
) -> None:
    async with ground.routers() as fleet, ground.load() as load:
        await load.progress(BETWEEN)
        load.systems[DEAF].take_no_documents()
        before = taken_by_others(ground.ledger)
        await load.progress(3 * BETWEEN)
        assert taken_by_others(ground.ledger) > before, "others must get theirs meanwhile"
        assert sum((await queue_depths(ground.installation, INBOXES)).values()) > 0
        load.systems[DEAF].take_documents()
        running = fleet.running
    outcome = await ground.reconcile("receiver that takes nothing", 1)
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert running


async def test_full_inbox_puts_copies_off_tells_their_senders_and_gets_everything_later(
    ground: Ground,
) -> None:
    async with ground.routers() as fleet, ground.load() as load:
        await load.progress(BETWEEN)
        load.systems[DEAF].take_no_documents()
        async with limited(ground, FULL):
            await until_told_of_failure(ground)
            depths = await queue_depths(ground.installation, INBOXES)
            before = taken_by_others(ground.ledger)
            await load.progress(BETWEEN)
            assert taken_by_others(ground.ledger) > before, "others must get theirs meanwhile"
        assert max(depths.values()) >= FULL
        load.systems[DEAF].take_documents()
        load.stop()
        await execute(ground, _NO_PAUSE)  # they grow to minutes
        running = fleet.running
    outcome = await ground.reconcile("full inbox", 1)
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert running


def taken_by_others(ledger: Ledger) -> int:
    """Return how many documents the other endpoints have taken."""
    return sum(
        taken.type == "document" and taken.endpoint != DEAF for taken in ledger.taken.values()
    )


@asynccontextmanager
async def limited(ground: Ground, count: int) -> AsyncIterator[None]:
    """Let the inboxes of the deaf endpoint hold so many messages and no more."""
    installation = ground.installation
    rabbitmq = installation.servers.rabbitmq
    url = f"{rabbitmq.management_url}/api/policies/{installation.vhost}/full"
    policy = {
        "pattern": rf"^inbox\.{DEAF}(\.urgent)?$",
        "definition": {"max-length": count},
        "apply-to": "queues",
    }
    login = {"Authorization": rabbitmq.admin.basic_auth()}
    async with aiohttp.ClientSession(headers=login, raise_for_status=True) as session:
        await session.put(url, json=policy)
        try:
            yield
        finally:
            await session.delete(url)


async def until_told_of_failure(ground: Ground) -> None:
    """Wait until a sender has been told that a copy is not in its inbox, hours later."""
    async with asyncio.timeout(PROGRESS_SECONDS):
        while not told_of_failure(ground.ledger):
            await execute(ground, _TIME_IS_UP)
            await asyncio.sleep(LOOK_SECONDS)


def told_of_failure(ledger: Ledger) -> bool:
    return any(
        receipt.event is Event.CONTENT_CONSIGNMENT_FAILURE for receipt in ledger.receipts.values()
    )


async def execute(ground: Ground, statement: str) -> None:
    connection = await asyncpg.connect(ground.installation.dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
