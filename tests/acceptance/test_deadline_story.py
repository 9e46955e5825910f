"""The story of a receiver that never takes, on real servers, from one end to the other.

The Government Office sends a letter to a ministry and to a department of a province. The province's
platform takes its copy; the ministry's system is down, and nobody notices there. The axis does: it
tells both sides that the copy was not taken, then that nobody answered, and names what is late to
its operators. When the ministry is back, it finds the letter and what it was told, accepts it late,
and everything is in order again. Days pass by moving what is due back, not by waiting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from rich.console import Console
from rich.table import Table

from axis.clock import in_vietnam, system_clock
from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from axis.settings import CONFIG_VARIABLE
from tests.support.command import axis_command
from tests.support.counting import quick_counts
from tests.support.endpoint import EndpointSystem, Received
from tests.support.eventually import until
from tests.support.offices import Offices
from tests.support.receipts import proven
from tests.support.small import small_axis

SENDER, TAKES, NEVER_TAKES = "G22", "H37.02", "G09"


@dataclass
class Play:
    """The axis, the systems of sender and province, and a ministry that is away."""

    axis: Installation
    sender: EndpointSystem
    province: EndpointSystem
    database: asyncpg.Connection
    offices: Offices
    past: timedelta = timedelta()
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def note(self, who: str, what: str, says: str = "") -> None:
        """Write down something that just happened, on the clock of the story."""
        at = in_vietnam(system_clock() + self.past)
        self.rows.append((f"{at:%d/%m %H:%M}", who, what, says))

    def show(self) -> None:
        """Print the timeline."""
        table = Table("Lúc · At", "Ai · Who", "Việc · What", "Nói gì · Says")
        for row in self.rows:
            table.add_row(*row)
        Console(width=132).print(table)

    async def let_pass(self, receiver: str) -> None:
        """Let time go by until a receiver's next deadline is over."""
        query = "SELECT deadline FROM delivery WHERE receiver = $1"
        deadline = await self.database.fetchval(query, receiver)
        assert deadline is not None
        self.past += deadline - system_clock()
        await self.database.execute(
            "UPDATE delivery SET deadline = now() WHERE receiver = $1", receiver
        )

    async def becomes(self, receiver: str, state: str, *late: str) -> None:
        """Wait until a receiver's delivery is in this state, late with these steps."""
        query = "SELECT state, late FROM delivery WHERE receiver = $1"

        async def found() -> bool:
            row = await self.database.fetchrow(query, receiver)
            return row is not None and (row["state"], row["late"]) == (state, list(late))

        await until(found)
        self.note(
            "trục · axis", f"{receiver}: {state}", f"trễ · late: {', '.join(late)}" if late else ""
        )

    async def told(self, system: EndpointSystem, event: Event) -> Receipt:
        """Return the verified receipt of an event about the ministry that came to an endpoint."""

        def fits(one: Received) -> bool:
            return one.event is event and NEVER_TAKES in {
                line.code for line in read_receipt(one.body).receivers
            }

        receipt = proven((await system.first(fits)).body, self.axis)
        named = ", ".join(f"{line.code} ({line.state})" for line in receipt.receivers)
        self.note(f"→ {system.endpoint}", f"{event.code} {event.value}", named)
        return receipt

    async def late(self) -> list[dict[str, Any]]:
        """Return what `axis deadlines --late` names."""
        ended = await asyncio.to_thread(axis_command, "deadlines", "--late", "--json")
        lines: list[dict[str, Any]] = ended.json
        named = "; ".join(f"{one['receiver']}: {', '.join(one['late'])}" for one in lines)
        self.note("quản trị · operator", "axis deadlines --late", named or "—")
        return lines


@pytest.fixture
async def play(servers: LocalServers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Play]:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(quick_counts(servers.rabbitmq))
        small = small_axis(servers, router=False)
        axis = await asyncio.to_thread(small.__enter__)
        stack.push_async_callback(asyncio.to_thread, small.__exit__, None, None, None)
        monkeypatch.setenv(CONFIG_VARIABLE, str(axis.config))
        await axis.start_router(
            AXIS_DEADLINES__GRACE_SECONDS="0",
            AXIS_DEADLINES__INBOX_SECONDS="1",
            AXIS_DEADLINES__INBOX_MARGIN_SECONDS="3",
        )
        systems = [
            await stack.enter_async_context(EndpointSystem(axis.endpoint_url(name), name))
            for name in ("g22", "lgsp-h37")
        ]
        database = await asyncpg.connect(axis.dsn)
        stack.push_async_callback(database.close)
        yield Play(axis, *systems, database, Offices(axis))


async def test_receiver_that_never_takes_is_told_of_until_it_answers(play: Play) -> None:
    letter = play.offices.letter(SENDER, [TAKES, NEVER_TAKES])
    body = play.offices.seal(letter)
    message_id = await play.sender.submit(body)
    play.note(SENDER, "gửi · sends", f"{letter.code} → {TAKES}, {NEVER_TAKES}")
    await play.sender.receipt(message_id, Event.CONTENT_CONSIGNMENT)
    await play.becomes(NEVER_TAKES, "consigned")
    await play.province.copy(body)
    play.note("lgsp-h37", "lấy văn bản · takes it", "không báo gì · reports nothing")
    await play.becomes(TAKES, "taken")
    await play.province.submit(
        play.offices.status(letter, StatusCode.ACCEPTED, TAKES), routing_key="status"
    )
    await play.becomes(TAKES, "received")

    await play.let_pass(NEVER_TAKES)
    await play.becomes(NEVER_TAKES, "consigned", "handover")
    receipt = await play.told(play.sender, Event.CONTENT_HANDOVER_FAILURE)
    assert [line.code for line in receipt.receivers] == [NEVER_TAKES]
    assert receipt.submission is not None
    assert receipt.submission.message_id == message_id

    await play.let_pass(NEVER_TAKES)
    await play.becomes(NEVER_TAKES, "expired", "answer", "handover")
    receipt = await play.told(play.sender, Event.ACCEPTANCE_REJECTION_EXPIRY)
    assert [line.state for line in receipt.receivers] == ["expired"]
    (line,) = await play.late()
    assert (line["receiver"], line["late"]) == (NEVER_TAKES, ["answer", "handover"])
    assert line["owner"] == "receiver"

    play.note("g09", "hoạt động trở lại · is back")
    async with EndpointSystem(play.axis.endpoint_url("g09"), "g09") as ministry:
        assert (await ministry.copy(body)).header("axis-to") == NEVER_TAKES
        play.note("g09", "lấy văn bản · takes it")
        for event in (Event.CONTENT_HANDOVER_FAILURE, Event.ACCEPTANCE_REJECTION_EXPIRY):
            receipt = await play.told(ministry, event)
            assert receipt.submission is None
            assert receipt.subject.document_id == letter.document_id
        await play.becomes(NEVER_TAKES, "expired", "answer")
        await ministry.submit(
            play.offices.status(letter, StatusCode.ACCEPTED, NEVER_TAKES), routing_key="status"
        )
        play.note("g09", "báo 03 đã tiếp nhận · reports 03")
        await play.becomes(NEVER_TAKES, "received")
    accepted = await play.told(play.sender, Event.CONSIGNMENT_ACCEPTANCE)
    assert accepted.status is not None
    assert await play.late() == []
    failures = play.sender.all(
        lambda one: one.event in (Event.CONTENT_HANDOVER_FAILURE, Event.ACCEPTANCE_REJECTION_EXPIRY)
    )
    assert len(failures) == 2  # each once
    play.show()
