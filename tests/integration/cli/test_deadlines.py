"""`axis deadlines` names what is late and whose step it is; `axis calendar` what counts."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.watch import Watch
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from tests.support.command import Ended, axis_command
from tests.support.exchange import ISSUER, NOW, case, document, reported, submission
from tests.support.keeping import Hands
from tests.support.memory import MemoryWorkbench
from tests.support.stocked import Exchange

LATE = document("G22", ["G09", "H37.02"])
FRESH = document("G22", ["G09"])
TAKEN = document("G09", ["G22"])


@pytest.fixture
async def story(stocked: Pool, stocked_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One document that two receivers have not taken in time, and two that run."""
    monkeypatch.setenv("AXIS_STORE__DSN", stocked_database)
    clock = Hands(NOW)
    store = PostgresStore(stocked)
    exchange = Exchange(store, clock=clock)

    async def send(message: Document) -> None:
        await exchange.handle(case(message, submission(message.sender.lower())))
        await exchange.lane().round()

    await send(LATE)
    clock.turn(timedelta(days=1, hours=1))
    await Watch(store, MemoryWorkbench(), Notary(ISSUER), clock).round()
    await send(FRESH)
    await send(TAKEN)
    await exchange.handle(reported("G22", StatusCode.ARRIVED, TAKEN, "g22"))


async def axis(*arguments: object) -> Ended:
    """Run a command beside the test's event loop."""
    return await asyncio.to_thread(axis_command, *arguments)


@pytest.mark.usefixtures("story")
async def test_late_deliveries_come_first_then_what_falls_due_next() -> None:
    lines = (await axis("deadlines", "--json")).json
    assert [(one["document_id"], one["receiver"], one["late"]) for one in lines] == [
        (LATE.document_id, "G09", ["handover"]),
        (LATE.document_id, "H37.02", ["handover"]),
        (FRESH.document_id, "G09", []),
        (TAKEN.document_id, "G22", []),
    ]
    assert [one["owner"] for one in lines] == ["receiver_system"] * 3 + ["receiver"]
    assert lines[0]["awaited"] == "answer"
    assert lines[2]["deadline"] < lines[3]["deadline"]
    shown = await axis("deadlines")
    assert LATE.document_id in shown.out
    assert "lấy văn bản" in shown.out


@pytest.mark.usefixtures("story")
async def test_list_is_narrowed_to_an_agency_an_owner_and_what_is_late() -> None:
    async def receivers(*options: object) -> list[str]:
        return [one["receiver"] for one in (await axis("deadlines", "--json", *options)).json]

    assert await receivers("--late") == ["G09", "H37.02"]
    assert await receivers("--agency", "H37.02") == ["H37.02"]
    assert await receivers("--agency", "G09", "--owner", "receiver") == ["G22"]
    assert await receivers("--owner", "administrator") == []
    assert await receivers("--limit", 1) == ["G09"]


@pytest.mark.usefixtures("story")
async def test_calendar_that_ends_soon_is_warned_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "old.toml"
    file.write_text('until = 2020-12-31\n[week]\ndays = [1]\nhours = ["08:00-09:00"]\n')
    monkeypatch.setenv("AXIS_DEADLINES__CALENDAR", str(file))
    ended = await axis("deadlines", "--json")
    assert len(ended.json) == 4
    assert "31/12/2020" in ended.err


def test_calendar_shows_days_with_their_source_and_counts_working_hours() -> None:
    days = axis_command("calendar", "show", "--year", 2026, "--json").json
    tet = [one for one in days if one["day"] == "2026-02-17"]
    assert "Tết" in tet[0]["name"]
    assert {one["day"][:4] for one in days} == {"2026"}
    end = axis_command("calendar", "next", "--hours", 16, "--from", "2026-02-13 16:00")
    assert "24/02/2026 16:00" in end.out
    assert axis_command("calendar", "show").code == 0
