"""Recall, update and replacement on real servers, each shown as its operator traces it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from axis.client import AgencySystem, Delivery, ReceiptTrust
from axis.clock import VIETNAM, system_clock
from axis.edxml.build import recall_of
from axis.edxml.codes import StatusCode
from axis.edxml.follow_ups import replacement_of, update_of
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from tests.support.command import axis_command
from tests.support.eventually import until
from tests.support.offices import Offices

Connect = Callable[[str], AbstractAsyncContextManager[AgencySystem]]


@pytest.fixture(scope="module")
def axis(servers: LocalServers) -> Iterator[Installation]:
    """A running axis of its own with the demo registry: queues are taken away from it."""
    with tempfile.TemporaryDirectory(prefix="axis-kinds-") as folder:
        axis = Installation(Path(folder) / "axis", servers)
        axis.database = axis.vhost = f"kinds_{uuid4().hex[:12]}"
        asyncio.run(axis.prepare())
        asyncio.run(axis.start_router())
        try:
            yield axis
        finally:
            asyncio.run(_clear(axis))


async def _clear(axis: Installation) -> None:
    router = axis.running("router")
    if router is not None:
        await router.kill()
    await axis.servers.postgresql.drop_database(axis.database)
    await _manage(axis, "DELETE", f"vhosts/{axis.vhost}")


async def _manage(axis: Installation, method: str, path: str) -> None:
    rabbitmq = axis.servers.rabbitmq
    login = {"Authorization": rabbitmq.admin.basic_auth()}
    async with aiohttp.ClientSession(headers=login) as session:
        await session.request(method, f"{rabbitmq.management_url}/api/{path}")


@pytest.fixture(scope="module")
def offices(axis: Installation) -> Offices:
    return Offices(axis)


@pytest.fixture
def connect(axis: Installation, tmp_path: Path) -> Connect:
    """Connect an endpoint's system; its journal is kept for the test."""
    trust = ReceiptTrust.of([axis.pki.receipts.certificate], axis.pki.anchors)
    return lambda endpoint: AgencySystem.connect(
        axis.endpoint_url(endpoint), endpoint, journal=tmp_path / endpoint, trust=trust
    )


@pytest.fixture
async def database(axis: Installation) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(axis.dsn)
    yield connection
    await connection.close()


async def sent(system: AgencySystem, offices: Offices, document: Document) -> str:
    """Send a document and return the axis's id of it."""
    receipt = await (await system.submit(offices.seal(document))).receipt()
    assert receipt.proof
    assert receipt.accepted
    assert receipt.receipt is not None
    return str(receipt.receipt.subject.axis_id)


async def take(system: AgencySystem, count: int) -> list[Delivery]:
    """Take over the next documents that the system shows."""
    taken: list[Delivery] = []
    async with aclosing(system.deliveries()) as deliveries:
        async for delivery in deliveries:
            await delivery.acknowledge()
            taken.append(delivery)
            if len(taken) == count:
                return taken
    raise AssertionError("deliveries ended")


async def report(
    system: AgencySystem, offices: Offices, about: Document, code: StatusCode, agency: str
) -> None:
    submission = await system.report(
        about, code, as_agency=agency, key=offices.key(agency), description="Theo đề nghị"
    )
    assert (await submission.receipt()).accepted


async def states(database: asyncpg.Connection, document: str) -> dict[str, str]:
    rows = await database.fetch(
        "SELECT receiver, state FROM delivery WHERE document = $1::uuid", document
    )
    return {row["receiver"]: row["state"] for row in rows}


async def reached(database: asyncpg.Connection, document: str, **expected: str) -> None:
    """Wait until deliveries are in these states; a dot in a code is written as ``_``."""
    wanted = {code.replace("_", "."): state for code, state in expected.items()}

    async def there() -> bool:
        found = await states(database, document)
        return all(found.get(code) == state for code, state in wanted.items())

    await until(there)


async def told(system: AgencySystem, event: Event, document: str) -> None:
    """Wait until a proven receipt of this event about a document has come."""
    async with aclosing(system.answers()) as answers:
        async for answer in answers:
            said = answer.receipt and answer.receipt.receipt
            if said and (said.event, str(said.subject.axis_id)) == (event, document):
                assert answer.receipt is not None
                assert answer.receipt.proof
                return


async def operate(axis: Installation, *arguments: str) -> str:
    """Run a command as the axis's operator and return what it printed."""
    ended = await asyncio.to_thread(axis_command, "--config", axis.config, *arguments)
    assert ended.code == 0, ended.err
    return ended.out


async def trace(axis: Installation, document: str) -> str:
    """Print what the operator sees of a document, and return it."""
    seen = await operate(axis, "document", "trace", document)
    print(seen)
    return seen


async def test_recall_where_one_has_answered_one_has_it_in_its_inbox_and_one_copy_is_not_out(
    axis: Installation, connect: Connect, offices: Offices, database: asyncpg.Connection
) -> None:
    await _manage(axis, "DELETE", f"queues/{axis.vhost}/inbox.h26")
    letter = offices.letter("G22", ["G09", "H37.02", "H26"])
    recall = recall_of(letter, reason="Sai số liệu", at=system_clock().astimezone(VIETNAM))
    async with connect("g22") as g22, connect("g09") as g09:
        original = await sent(g22, offices, letter)
        await reached(database, original, G09="consigned", H37_02="consigned", H26="dispatched")
        assert [one.axis_id for one in await take(g09, 1)] == [original]
        await report(g09, offices, letter, StatusCode.ACCEPTED, "G09")
        question = await sent(g22, offices, recall)
        await until(lambda: _cancelled(database, original))
        (shown,) = await take(g09, 1)
        assert (shown.kind, shown.targets) == ("recall", (original,))
        assert not shown.withdrawn_here
        await report(g09, offices, recall, StatusCode.AGREED, "G09")
        await report(g09, offices, recall, StatusCode.DONE, "G09")
        await told(g22, Event.DESTRUCTION_CONFIRMED, original)
    await operate(axis, "broker", "sync")
    # Both come back after days: the one has the document in its inbox, the other never got it.
    for endpoint, agency in (("lgsp-h37", "H37.02"), ("h26", "H26")):
        async with connect(endpoint) as system:
            (shown,) = await take(system, 1)
            assert (shown.kind, shown.axis_id) == ("recall", question)
            assert shown.withdrawn_here
            noted = await system.journal.withdrawals.of_document(original)
            assert [(one.receiver, one.passed_at is not None) for one in noted] == [
                (agency, endpoint == "lgsp-h37")
            ]
            await report(system, offices, recall, StatusCode.AGREED, agency)
    ended = {"G09": "destroyed", "H37.02": "withdrawn", "H26": "withdrawn"}
    assert await states(database, original) == await states(database, question) == ended
    seen = await trace(axis, original)
    for words in ("bị thu hồi bởi · recalled by", "Đã hủy bản nhận", "Đã rút khi chưa nhận"):
        assert words in seen
    assert "thu hồi văn bản · recalls" in await trace(axis, question)


async def _cancelled(database: asyncpg.Connection, document: str) -> bool:
    return bool(
        await database.fetchval(
            "SELECT count(*) FROM outbox WHERE subject = $1::uuid AND cancelled_at IS NOT NULL",
            document,
        )
    )


async def test_update_that_adds_one_receiver_and_drops_another(
    axis: Installation, connect: Connect, offices: Offices, database: asyncpg.Connection
) -> None:
    letter = offices.letter("G22", ["G09", "H37.02"])
    changed = update_of(
        letter, at=system_clock().astimezone(VIETNAM), added=["H26"], dropped=["G09"]
    )
    async with connect("g22") as g22, connect("g09") as g09, connect("h26") as h26:
        original = await sent(g22, offices, letter)
        await take(g09, 1)
        await report(g09, offices, letter, StatusCode.ARRIVED, "G09")
        update = await sent(g22, offices, changed)
        assert [one.axis_id for one in await take(h26, 2)] == [original, update]
        (shown,) = await take(g09, 1)
        assert (shown.kind, shown.targets) == ("update", (original,))
        await report(g09, offices, letter, StatusCode.AGREED, "G09")
        await report(h26, offices, changed, StatusCode.AGREED, "H26")
        await report(g09, offices, letter, StatusCode.DONE, "G09")
    async with connect("lgsp-h37") as lgsp:
        assert [one.axis_id for one in await take(lgsp, 2)] == [original, update]
    assert await states(database, original) == {
        "G09": "destroyed",
        "H37.02": "consigned",
        "H26": "consigned",
    }
    assert await states(database, update) == {
        "G09": "destroyed",
        "H37.02": "consigned",
        "H26": "received",
    }
    assert "được cập nhật bởi · updated by" in await trace(axis, original)
    await trace(axis, update)


async def test_replacement_of_two_documents_for_different_receivers(
    axis: Installation, connect: Connect, offices: Offices
) -> None:
    one, other = (offices.letter("G22", ["G09", "H37.02"]) for _ in range(2))
    new = replacement_of(
        offices.letter("G22", ["G09", "H37.02"]),
        {one.document_id: ["G09"], other.document_id: ["H37.02"]},
        at=system_clock().astimezone(VIETNAM),
        reason="Gộp hai văn bản",
    )
    async with connect("g22") as g22:
        first = await sent(g22, offices, one)
        second = await sent(g22, offices, other)
        row = await sent(g22, offices, new)
    for endpoint, replaced in (("g09", first), ("lgsp-h37", second)):
        async with connect(endpoint) as system:
            taken = {delivery.axis_id: delivery for delivery in await take(system, 3)}
            assert taken.keys() == {first, second, row}
            assert taken[row].targets == (replaced,)
    assert "được thay thế bởi · replaced by" in await trace(axis, first)
    assert (await trace(axis, row)).count("thay thế văn bản · replaces") == 2
