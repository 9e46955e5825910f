"""The story of a certification authority that is down, on real servers, from one end to the other.

While the responders answer, documents are accepted. When they are down, documents go on for the
time of grace and carry that fact; then they wait, and flow by themselves when the responders are
back. A certificate that the authority revokes is refused from the moment the axis knows, and what
was accepted in between is listed. The times are a thousandth of real ones.
"""

import asyncio
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from rich.console import Console
from rich.table import Table

from axis.clock import system_clock
from axis.evidence.events import Event
from axis.local.installation import Installation
from axis.local.pki_revocation import revoke_seal
from axis.local.responders import Responders
from axis.reasons import Reason
from axis.verdict import Outcome
from tests.support.command import axis_command
from tests.support.endpoint import EndpointSystem, Received
from tests.support.eventually import until
from tests.support.offices import Offices
from tests.support.receipts import proven

VALIDITY = timedelta(seconds=8)
GRACE = timedelta(seconds=12)
EVERY = timedelta(seconds=3)
RETRY = timedelta(seconds=0.5)

SENDER, RECEIVER = "G15", "G09"


@dataclass
class Timeline:
    """What happened when."""

    began: datetime = field(default_factory=system_clock)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def note(self, who: str, what: str, says: str = "") -> None:
        """Write down something that just happened."""
        seconds = (system_clock() - self.began).total_seconds()
        self.rows.append((f"{seconds:6.1f} s", who, what, says))

    def show(self) -> None:
        """Print the table."""
        table = Table("Lúc · At", "Ai · Who", "Việc · What", "Trục nói · The axis says")
        for row in self.rows:
            table.add_row(*row)
        Console(width=118).print(table)


@dataclass
class Play:
    """The axis, its authority and one agency that sends."""

    installation: Installation
    responders: Responders
    system: EndpointSystem
    offices: Offices
    database: asyncpg.Connection
    timeline: Timeline

    async def send(self, name: str) -> tuple[str, bytes]:
        """Submit a document and return its message_id and bytes."""
        body = self.offices.seal(self.offices.letter(SENDER, [RECEIVER]))
        message_id = await self.system.submit(body)
        self.timeline.note(SENDER, f"gửi {name} · sends {name}")
        return message_id, body

    async def answer(self, name: str, message_id: str, event: Event) -> list[str]:
        """Return the codes of the findings in the receipt of this event."""
        receipt = await self.system.receipt(message_id, event)
        codes = self.codes(receipt)
        self.timeline.note("trục · axis", f"{name}: {event.value}", ", ".join(sorted(set(codes))))
        return codes

    def codes(self, receipt: Received) -> list[str]:
        """Return what a verified receipt finds."""
        verdict = proven(receipt.body, self.installation).verdict
        assert verdict is not None
        return [finding.code for finding in verdict.findings]

    async def stored(self, body: bytes) -> dict[str, Any] | None:
        """Return the verdict that a document was accepted with; None for one that was not."""
        found = await self.database.fetchval("SELECT verdict FROM document WHERE body = $1", body)
        return None if found is None else dict(json.loads(found))

    async def newest(self) -> datetime:
        """Return from when the newest information about the sender's seal is."""
        fingerprint = self.offices.key(SENDER).certificate.fingerprint
        query = "SELECT max(this_update) FROM revocation_standing WHERE fingerprint = $1"
        found: datetime = await self.database.fetchval(query, fingerprint)
        return found

    async def wait_until(self, moment: datetime) -> None:
        """Let time pass."""
        await asyncio.sleep(max((moment - system_clock()).total_seconds(), 0))

    async def take_down(self) -> None:
        """Stop the authority's responders."""
        await self.responders.stop()
        self.timeline.note("CA", "CRL, OCSP ngừng · go down")

    async def bring_up(self) -> None:
        """Start them again."""
        await self.responders.start()
        self.timeline.note("CA", "CRL, OCSP trở lại · are back")


def write_policies(file: Path) -> None:
    """Write the usual policy with times of seconds and clocks that agree."""
    text = (files("axis.trust") / "policies.toml").read_text(encoding="utf-8")
    times = f"max_age = 1, grace = {GRACE / timedelta(hours=1)}, hold = 1"
    text = re.sub(r"max_age = \d+, grace = \d+, hold = \d+", times, text)
    file.write_text(re.sub(r"clock_tolerance = \d+", "clock_tolerance = 0", text))


@pytest.fixture
def folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix=f"axis-test-{os.getpid()}-"))
    made.chmod(0o711)  # the servers' account must be able to pass
    return made


@pytest.fixture
async def play(folder: Path) -> AsyncIterator[Play]:
    installation = Installation(folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(installation.delete)
        await installation.prepare(responders=True)
        responders = Responders(installation.pki, VALIDITY)
        await responders.start()
        write_policies(folder / "policies.toml")
        await installation.start_router(
            AXIS_TRUST__POLICIES=str(folder / "policies.toml"),
            AXIS_TRUST__KEEPER__EVERY_SECONDS=str(EVERY.total_seconds()),
            AXIS_TRUST__KEEPER__RETRY_SECONDS=str(RETRY.total_seconds()),
        )
        database = await asyncpg.connect(installation.dsn)
        stack.push_async_callback(database.close)
        system = EndpointSystem(installation.endpoint_url("g15"), "g15")
        await stack.enter_async_context(system)
        offices = Offices(installation)
        yield Play(installation, responders, system, offices, database, Timeline())


async def test_authority_goes_down_comes_back_and_revokes(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    timeline = play.timeline
    await play.installation.until_informed()
    timeline.note("CA", "CRL, OCSP trả lời · answer", "biết mọi chứng thư · all are known")

    # All is well: accepted, on fresh information.
    first, body = await play.send("A")
    assert await play.answer("A", first, Event.SUBMISSION_ACCEPTANCE) == []
    verdict = await play.stored(body)
    assert verdict is not None
    facts = verdict["signature"]["revocation"]
    assert {(one["state"], one["grace"]) for one in facts} == {("good", False)}

    # Down: accepted for the time of grace, on old information, which the verdict says.
    await play.take_down()
    lapses = await play.newest() + VALIDITY
    await play.wait_until(lapses + timedelta(seconds=1))
    second, body = await play.send("B")
    codes = await play.answer("B", second, Event.SUBMISSION_ACCEPTANCE)
    assert set(codes) == {Reason.REVOCATION_GRACE.code}
    verdict = await play.stored(body)
    assert verdict is not None
    assert {one["grace"] for one in verdict["signature"]["revocation"]} == {True}

    # Beyond grace: neither accepted nor refused nor lost, but held; and the sender is told.
    await play.wait_until(lapses + GRACE + timedelta(seconds=1))
    third, body = await play.send("C")
    codes = await play.answer("C", third, Event.SUBMISSION_HELD)
    assert set(codes) == {Reason.REVOCATION_UNKNOWN.code}
    assert await play.stored(body) is None
    assert await play.database.fetchval("SELECT count(*) FROM held_submission") == 1

    # Back: it flows by itself.
    await play.bring_up()
    assert await play.answer("C", third, Event.SUBMISSION_ACCEPTANCE) == []
    verdict = await play.stored(body)
    assert verdict is not None
    assert verdict["outcome"] == Outcome.PASSED
    assert await play.database.fetchval("SELECT count(*) FROM held_submission") == 0
    refusals = "SELECT count(*) FROM submission WHERE outcome = 'refused'"
    assert await play.database.fetchval(refusals) == 0

    # Revoked, while nobody can tell the axis: accepted on what is known, and listed afterwards.
    await play.take_down()
    revoked_at = system_clock().replace(microsecond=0) + timedelta(seconds=1)
    await play.wait_until(revoked_at)
    revoke_seal(play.installation.pki, SENDER, revoked_at)
    timeline.note("CA", f"thu hồi chứng thư {SENDER} · revokes it")
    fourth, between = await play.send("D")
    await play.answer("D", fourth, Event.SUBMISSION_ACCEPTANCE)
    await play.bring_up()

    async def learnt() -> bool:
        return bool(await play.database.fetchval("SELECT count(*) FROM revocation_review"))

    await until(learnt)
    timeline.note("trục · axis", "biết chứng thư bị thu hồi · knows of it")
    fifth, body = await play.send("E")
    codes = await play.answer("E", fifth, Event.SUBMISSION_REJECTION)
    assert Reason.CERTIFICATE_REVOKED_BY_ISSUER.code in codes
    assert await play.stored(body) is None

    review = ("--config", play.installation.config, "cert", "review", "--json")
    listed = (await asyncio.to_thread(axis_command, *review)).json
    accepted = await play.database.fetchval("SELECT id FROM document WHERE body = $1", between)
    assert [one["id"] for one in listed] == [str(accepted)]
    assert (listed[0]["sender"], listed[0]["receivers"]) == (SENDER, [RECEIVER])
    timeline.note("axis cert review", "D", f"{SENDER} → {RECEIVER}, {listed[0]['code']}")
    actions = "SELECT count(*) FROM audit WHERE action = 'revocation:learnt'"
    assert await play.database.fetchval(actions) >= 1
    with capsys.disabled():
        print()
        timeline.show()
