"""The whole trip of a document that has to wait: real RabbitMQ, PostgreSQL, routers and clamd."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from axis.client import AgencySystem, CheckedReceipt, ReceiptTrust, SubmissionHeldError
from axis.evidence.events import Event
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from axis.settings import CONFIG_VARIABLE
from tests.support.clamd import PrivateClamd, private_clamd
from tests.support.command import axis_command
from tests.support.eventually import until
from tests.support.flowing import flowed
from tests.support.offices import Offices
from tests.support.profiles import write_profile
from tests.support.receipts import proven
from tests.support.small import small_axis


@pytest.fixture
def clamd() -> Iterator[PrivateClamd]:
    with private_clamd() as clamd:
        yield clamd


@pytest.fixture
def axis(servers: LocalServers, clamd: PrivateClamd) -> Iterator[Installation]:
    """A small axis that scans attached files."""
    with small_axis(servers, router=False) as axis:
        asyncio.run(axis.start_router(AXIS_CONTENT__CLAMD_SOCKET=str(clamd.path)))
        yield axis


@pytest.fixture
def operator(axis: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the axis."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(axis.config))


def trust_in(axis: Installation) -> ReceiptTrust:
    return ReceiptTrust.of([axis.pki.receipts.certificate], axis.pki.anchors)


def holds(axis: Installation, count: int) -> Callable[[], Awaitable[bool]]:
    """Ask the database whether so many submissions are held."""

    async def question() -> bool:
        connection = await asyncpg.connect(axis.dsn)
        try:
            found = await connection.fetchval("SELECT count(*) FROM held_submission")
        finally:
            await connection.close()
        return bool(found == count)

    return question


async def test_document_waits_for_the_scanner_and_reaches_its_receiver_by_itself(
    axis: Installation, clamd: PrivateClamd, tmp_path: Path
) -> None:
    body = Offices(axis).seal(Offices(axis).letter("G22", ["H37.02"]))
    notices: list[CheckedReceipt] = []
    async with (
        AgencySystem.connect(
            axis.endpoint_url("g22"), "g22", journal=tmp_path / "g22", trust=trust_in(axis)
        ) as sender,
        AgencySystem.connect(
            axis.endpoint_url("lgsp-h37"), "lgsp-h37", journal=tmp_path / "h37"
        ) as receiver,
    ):
        with clamd.away():
            submission = await sender.submit(body)
            with pytest.raises(SubmissionHeldError, match="C-SCANNER-AWAY") as raised:
                await submission.receipt(20, held=notices.append)
            assert raised.value.notice == notices[0]
            assert await sender.held(submission.message_id) == notices[0]
            router = axis.running("router")
            assert router is not None
            async with aiohttp.ClientSession() as session:
                metrics = f"{router.url}/metrics"

                async def shown() -> bool:
                    async with session.get(metrics) as answer:
                        return "axis_held_submissions 1.0" in await answer.text()

                await until(shown)
        receipt = await submission.receipt(60, held=notices.append)
        delivery = await anext(receiver.deliveries())
        assert await sender.held(submission.message_id) is None
    assert receipt.accepted
    assert receipt.proof
    assert delivery.body == body
    notice, acceptance = (proven(one.xml, axis) for one in (notices[0], receipt))
    assert notice.event is Event.SUBMISSION_HELD
    assert notice.subject.sha256 == acceptance.subject.sha256
    assert notice.submission == acceptance.submission
    assert notice.verdict is not None
    assert [one.code for one in notice.verdict.findings] == ["C-SCANNER-AWAY"]
    assert len(notices) == 2  # one a wait: the second was answered out of the journal


async def test_router_that_is_killed_leaves_what_it_holds_to_its_successor(
    axis: Installation, clamd: PrivateClamd, tmp_path: Path
) -> None:
    offices = Offices(axis)
    scanning = {"AXIS_CONTENT__CLAMD_SOCKET": str(clamd.path)}
    async with AgencySystem.connect(
        axis.endpoint_url("g22"), "g22", journal=tmp_path / "g22", trust=trust_in(axis)
    ) as sender:
        with clamd.away():
            sent = [
                await sender.submit(offices.seal(offices.letter("G22", ["G09"]))) for _ in range(20)
            ]
            await until(holds(axis, 20))
            router = axis.running("router")
            assert router is not None
            await router.kill()
        await axis.start_router(**scanning)
        router = axis.running("router")
        assert router is not None
        await asyncio.sleep(0.2)
        await router.kill()
        await axis.start_router(**scanning)
        await flowed(axis.dsn)
        receipts = await asyncio.gather(*(one.receipt() for one in sent))
        assert all(receipt.accepted for receipt in receipts)
    connection = await asyncpg.connect(axis.dsn)
    rows = await connection.fetch("SELECT outcome, count(*) FROM submission GROUP BY outcome")
    events = await connection.fetch(
        "SELECT event, count(*) FROM evidence WHERE event LIKE 'Submission%' GROUP BY event"
    )
    await connection.close()
    assert {row[0]: row[1] for row in rows} == {"accepted": 20}
    assert {row[0]: row[1] for row in events} == {"SubmissionHeld": 20, "SubmissionAcceptance": 20}


@pytest.mark.usefixtures("operator")
def test_operator_and_clerk_see_a_held_document_and_the_operator_has_it_refused(
    axis: Installation, clamd: PrivateClamd, tmp_path: Path
) -> None:
    offices = Offices(axis)
    letter = offices.letter("G22", ["G09"])
    file = tmp_path / "letter.edxml"
    file.write_bytes(offices.seal(letter))
    profile = write_profile(axis, "g22", tmp_path / "g22", ["G22"])
    with clamd.away():
        sent = axis_command("document", "send", file, "--profile", profile, "--timeout", 8)
        assert sent.code == 3
        assert "C-SCANNER-AWAY" in sent.out
        assert "không cần gửi lại" in sent.err
        as_json = ("document", "send", file, "--profile", profile, "--timeout", 1, "--json")
        again = axis_command(*as_json)
        assert (again.code, again.json["held"], again.json["accepted"]) == (3, True, False)
        (line,) = axis_command("held", "list", "--json").json
        assert line["reasons"] == ["C-SCANNER-AWAY"]
        assert line["document_id"] == letter.document_id
        assert letter.subject in axis_command("held", "show", line["id"]).out
        assert letter.document_id in axis_command("held", "list").out
        traced = axis_command("document", "trace", letter.document_id)
        assert "Đang chờ kiểm tra" in traced.out
        assert axis_command("document", "trace", line["id"], "--json").json == [line]
        assert axis_command("held", "refuse", line["id"], "--reason", " ").code == 1
        refused = axis_command("held", "refuse", line["id"], "--reason", "Gửi nhầm trục")
        assert refused.code == 0
        asyncio.run(until(holds(axis, 0)))
        assert axis_command("held", "show", line["id"]).code == 1
    message_id = again.json["message_id"]
    connected = AgencySystem.connect(
        axis.endpoint_url("g22"), "g22", journal=profile.with_name("journal")
    )

    async def answer() -> CheckedReceipt:
        async with connected as system:
            return await system.receipt(message_id, 30)

    receipt = asyncio.run(answer()).receipt
    assert receipt is not None
    assert receipt.event is Event.SUBMISSION_REJECTION
    assert receipt.verdict is not None
    codes = [one.code for one in receipt.verdict.findings]
    assert codes == ["A-REFUSED-BY-OPERATOR", "C-SCANNER-AWAY"]
    assert "Gửi nhầm trục" in receipt.verdict.findings[0].text_vi
