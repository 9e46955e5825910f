"""Agencies that move while routers carry documents to them, on a real RabbitMQ and PostgreSQL."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import aio_pika
import pytest

from axis.exchange.dispatch import outbox
from axis.registry.agency import Agency
from axis.store.registry import PostgresAdministration
from tests.integration.test_router import Site, letter, site
from tests.support.eventually import until
from tests.support.exchange import AGENCIES, NOW
from tests.support.stocked import counts

__all__ = ["site"]

YESTERDAY = date(2026, 3, 1)
DOCUMENTS = 120
FOREVER = 60.0
"""Seconds, longer than the broker takes: a change of the registry waits for what is under way."""


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds for which a change of the registry waits for the broker."""
    seconds: float = getattr(request, "param", FOREVER)
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", seconds)
    return seconds


@dataclass(frozen=True)
class Copy:
    """A message in an inbox."""

    message_id: UUID
    document: UUID
    receivers: tuple[str, ...]
    sha256: str
    body: bytes


async def copies_in(site: Site, queue: str) -> list[Copy]:
    """Take everything out of an inbox."""

    async def messages() -> AsyncIterator[aio_pika.abc.AbstractIncomingMessage]:
        async with await aio_pika.connect(site.vhost.amqp_url) as connection:
            inbox = await (await connection.channel()).get_queue(queue, ensure=False)
            while (message := await inbox.get(fail=False, no_ack=True)) is not None:
                yield message

    return [
        Copy(
            UUID(message.message_id),
            UUID(str(message.headers["axis-document"])),
            tuple(str(message.headers["axis-to"]).split(",")),
            str(message.headers["axis-sha256"]),
            message.body,
        )
        async for message in messages()
    ]


async def put(site: Site, code: str, **changes: object) -> None:
    (agency,) = [one for one in AGENCIES if one.code == code]
    changed: Agency = replace(agency, **changes)  # type: ignore[arg-type]
    await PostgresAdministration(site.pool, lambda: NOW).put_agencies([changed], "test")


async def all_moved(site: Site) -> bool:
    query = "SELECT count(*) FROM delivery WHERE endpoint = 'g09' AND state = 'consigned'"
    return bool(await site.pool.fetchval(query) == DOCUMENTS)


@pytest.mark.parametrize("patience", [FOREVER, 0.0], indirect=True)
@pytest.mark.parametrize(
    "changes", [{"endpoint": "g09"}, {"valid_to": YESTERDAY, "successor": "G09"}]
)
async def test_documents_on_their_way_to_an_agency_that_moves_or_is_succeeded_all_arrive(
    site: Site, changes: dict[str, object], patience: float
) -> None:
    async with site.router(), site.router():
        for _ in range(DOCUMENTS // 2):
            await site.submit(letter("H37.02"))
        await site.holds("inbox.lgsp-h37", 10)  # some are there, some are on their way
        await put(site, "H37.02", **changes)
        before = await site.waiting("inbox.lgsp-h37")
        for _ in range(DOCUMENTS // 2):
            await site.submit(letter("H37.02" if "endpoint" in changes else "G09"))
        await until(lambda: all_moved(site))
        await site.settled()
    old, new = await copies_in(site, "inbox.lgsp-h37"), await copies_in(site, "inbox.g09")
    if patience:  # nothing came to the old endpoint once the change was committed
        assert len(old) == before
    rows = await site.pool.fetch(
        "SELECT v.copy, v.document, v.endpoint, d.sha256, d.body"
        " FROM delivery v JOIN document d ON d.id = v.document"
    )
    assert len(rows) == DOCUMENTS
    assert {row["endpoint"] for row in rows} == {"g09"}
    found = {copy.message_id: copy for copy in new}
    assert len(found) == len(new) == DOCUMENTS  # each once, none lost
    for row in rows:
        copy = found[row["copy"]]
        assert (copy.document, copy.sha256) == (row["document"], row["sha256"])
        assert copy.body == row["body"]
    withdrawn = await site.pool.fetchval(
        "SELECT count(*) FROM evidence WHERE event = 'DeliveryWithdrawn' AND endpoint = 'lgsp-h37'"
    )
    assert withdrawn >= len(old)  # each copy in the old inbox is withdrawn
    told = Counter(row["event"] for row in await site.pool.fetch("SELECT event FROM evidence"))
    assert told["SubmissionAcceptance"] == DOCUMENTS
    assert told["ContentConsignment"] >= 1
    assert await counts(site.pool, "dead_letter") == [0]


async def test_documents_on_their_way_to_an_agency_that_closes_arrive_or_are_told_undeliverable(
    site: Site,
) -> None:
    async with site.router(), site.router():
        for _ in range(DOCUMENTS):
            await site.submit(letter("H37.101"))
        await site.holds("inbox.lgsp-h37", 1)
        await put(site, "H37.101", valid_to=YESTERDAY)
        before = await site.waiting("inbox.lgsp-h37")

        async def decided() -> bool:
            query = "SELECT count(*) FROM submission"
            return bool(await site.pool.fetchval(query) == DOCUMENTS)

        await until(decided)
        await site.settled()
    rows = await site.pool.fetch("SELECT id, copy, state FROM delivery")
    old = await copies_in(site, "inbox.lgsp-h37")
    assert len(old) == before
    there = {copy.message_id for copy in old}
    assert {row["copy"] for row in rows if row["state"] == "consigned"} == there
    lost = {row["id"] for row in rows if row["state"] != "consigned"}
    assert {row["state"] for row in rows if row["id"] in lost} <= {"undeliverable"}
    told = await site.pool.fetch(
        "SELECT d.delivery FROM evidence e JOIN evidence_delivery d ON d.evidence = e.id"
        " WHERE e.event = 'ContentConsignmentFailure' AND e.endpoint = 'g22'"
    )
    assert sorted(row["delivery"] for row in told) == sorted(lost)  # each once
    refused = await site.pool.fetchval("SELECT count(*) FROM submission WHERE outcome = 'refused'")
    assert refused + len(rows) == DOCUMENTS  # what came later was refused with its reason
