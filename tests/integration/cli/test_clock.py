"""Programs on a machine whose clock is a day wrong go by the database's and say so."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from axis.ids import first_id
from axis.local.installation import Installation
from tests.support.wrong_clock import WrongClock

DAY = timedelta(days=1)
NEAR = timedelta(minutes=5)
"""Longer than any of these programs takes on a busy machine, shorter by far than a day."""


@pytest.fixture
def wrong(tmp_path: Path) -> WrongClock:
    return WrongClock.in_folder(tmp_path)


@pytest.mark.parametrize("by", [DAY, -DAY], ids=["ahead", "behind"])
async def test_what_a_command_writes_bears_the_databases_time(
    axis: Installation, wrong: WrongClock, by: timedelta
) -> None:
    wrong.set(by.total_seconds())
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "axis", "--config", str(axis.config)),
        *("group", "add", "NHOM.GIO", "--name", f"Giờ sai {by}", "--member", "H37.02"),
        env=wrong.environment,
    )
    assert await command.wait() == 0
    database = await asyncpg.connect(axis.dsn)
    try:
        row = await database.fetchrow("SELECT id, at FROM audit ORDER BY at DESC LIMIT 1")
    finally:
        await database.close()
    assert row is not None
    assert abs(row["at"] - datetime.now(UTC)) < NEAR
    assert first_id(row["at"] - NEAR) < row["id"] < first_id(row["at"] + NEAR)


@pytest.mark.parametrize("name", ["router-wrong", "web-wrong"])
async def test_process_shows_and_says_that_its_machines_clock_is_wrong(
    axis: Installation, wrong: WrongClock, name: str
) -> None:
    wrong.set(DAY.total_seconds())
    start = axis.start_web if name.startswith("web") else axis.start_router
    process = await start(name, **wrong.environment)
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{process.url}/metrics") as answer,
        ):
            metrics = await answer.text()
    finally:
        await process.stop()
    figures = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line[0] != "#")
    offset = timedelta(seconds=float(figures["axis_clock_offset_seconds"]))
    assert abs(offset - DAY) < NEAR
    said = [line for line in process.log.read_text().splitlines() if "clock." in line]
    assert "clock.machine_differs" in said[0]
