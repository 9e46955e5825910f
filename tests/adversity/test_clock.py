"""Clocks are set under load, a router's machine's and PostgreSQL's: nothing is lost, doubled or
kept back; and what a router's machine takes for the time counts for nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import pytest

from axis.exchange.deliveries.deadlines import EVENTS
from axis.local.processes import until
from tests.adversity.ground import Ground
from tests.adversity.withstanding import BETWEEN
from tests.support.wrong_clock import WrongClock

MACHINE_SECONDS: Final = (240.0, -240.0, 3600.0, -3600.0, 86_400.0, 2_592_000.0, 0.0)
"""By how much a machine's clock is wrong, one after the other: from minutes to thirty days, in
which every deadline of every document would pass; and right again."""

POSTGRESQL_SECONDS: Final = (20.0, -20.0, 600.0, -600.0, 2_592_000.0, 0.0)
"""The same of PostgreSQL's clock."""

NEAR: Final = timedelta(seconds=30)
"""Between the beginning of a batch and its end, on a machine that is busy."""

pytestmark = pytest.mark.timeout(1200)


async def test_machine_whose_clock_is_set_under_load_dates_and_delays_nothing_by_it(
    ground: Ground,
) -> None:
    wrong = WrongClock.in_folder(ground.installation.folder)
    before = {receipt.id for receipt in ground.ledger.receipts.values()}
    begun = datetime.now(UTC)
    async with (
        ground.routers(1) as others,
        ground.routers(
            1, name="wrong", AXIS_DEADLINES__GRACE_SECONDS="0", **wrong.environment
        ) as routers,
        ground.load() as load,
    ):
        await load.progress(BETWEEN)
        for seconds in MACHINE_SECONDS:
            wrong.set(seconds)
            await load.progress(BETWEEN)
        running = others.running and routers.running
    ended = datetime.now(UTC)
    outcome = await ground.reconcile("clock of a router's machine set", len(MACHINE_SECONDS))
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert running
    said = log(ground, "wrong-1")
    assert said.count("clock.machine_differs") >= 1
    assert "submission.accepted" in said, "it must have decided something"
    receipts = [one for one in ground.ledger.receipts.values() if one.id not in before]
    assert not {one.event for one in receipts} & set(EVENTS.values()), "no deadline has passed"
    assert all(begun - NEAR < one.at < ended + NEAR for one in receipts)
    documents = await accepted(ground)
    assert all(abs(made_at(one) - at) < NEAR for one, at in documents), "ids tell the time, too"


async def test_postgresqls_clock_that_is_set_under_load_is_followed_and_nothing_is_lost(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql = ground.installation.servers.postgresql
    wrong = WrongClock.in_folder(ground.installation.folder)
    with monkeypatch.context() as patch:
        wrong.give_to_postgresql(patch)
        await postgresql.restart()
    before = {receipt.id for receipt in ground.ledger.receipts.values()}
    async with (
        ground.routers(2, name="follower", AXIS_DEADLINES__GRACE_SECONDS="0") as routers,
        ground.load() as load,
    ):
        await load.progress(BETWEEN)
        for count, seconds in enumerate(POSTGRESQL_SECONDS, start=1):
            wrong.set(seconds)
            assert await until(lambda: all(followed(ground, routers.names, count)), 60)  # noqa: B023
            await load.progress(BETWEEN)
        running = routers.running
    outcome = await ground.reconcile("PostgreSQL's clock set", len(POSTGRESQL_SECONDS))
    assert outcome.clean, f"seed {ground.seed}\n{outcome.faults}"
    assert running
    receipts = [one for one in ground.ledger.receipts.values() if one.id not in before]
    assert not {one.event for one in receipts} & set(EVENTS.values()), "no deadline has passed"
    await postgresql.restart()  # its clock is right again


def followed(ground: Ground, routers: Sequence[str], times: int) -> list[bool]:
    """Tell of each router whether it has followed PostgreSQL's clock so many times."""
    return [log(ground, name).count("clock.database_was_set") >= times for name in routers]


def log(ground: Ground, router: str) -> str:
    """What a router has said."""
    folder: Path = ground.installation.folder / "log"
    return (folder / f"{router}.log").read_text()


async def accepted(ground: Ground) -> list[tuple[UUID, datetime]]:
    """Return every document with the moment of its acceptance."""
    connection = await asyncpg.connect(ground.installation.dsn)
    try:
        rows = await connection.fetch("SELECT id, accepted_at FROM document")
    finally:
        await connection.close()
    return [(row["id"], row["accepted_at"]) for row in rows]


def made_at(identity: UUID) -> datetime:
    """Return the moment that an identifier tells (UUIDv7)."""
    return datetime.fromtimestamp((identity.int >> 80) / 1000, UTC)
