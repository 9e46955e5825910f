"""The whole country on a real PostgreSQL: 111,000 agencies, 2,000 endpoints, all communes."""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from axis.evidence.reader import MAX_RECEIPT_BYTES
from axis.evidence.xml import read_receipt
from axis.exchange.decision.case import Ending
from axis.exchange.outgoing.messages import MAX_COPY_RECEIVERS
from axis.local.bench.country import (
    COMMUNES,
    COMMUNES_GROUP,
    Country,
    alias,
    commune,
    former_commune,
    make_country,
    unit,
)
from axis.registry.administration import EndpointAccount
from axis.registry.directory import Directory
from axis.registry.routing import Resolved
from axis.store.directory import DirectoryCache, load_directory
from axis.store.pool import Connection, Pool, open_pool
from axis.store.registry import PostgresAdministration
from tests.support.exchange import NOW, case, document, submission
from tests.support.memory import SIGNATURE, MemoryPublisher
from tests.support.stocked import enrolment, exchange_on

SENDER = "G10"
COUNTRY = make_country()


@pytest.fixture
async def pool(migrated_database: str) -> AsyncIterator[Pool]:
    async with await open_pool(migrated_database, max_size=4) as pool:
        await fill(PostgresAdministration(pool, lambda: NOW), COUNTRY)
        yield pool
    gc.unfreeze()


async def fill(registry: PostgresAdministration, country: Country) -> None:
    accounts = [
        EndpointAccount(id=one.id, name=one.name, password_hash="hash") for one in country.endpoints
    ]
    await registry.put_endpoints(accounts, "test")
    await registry.put_agencies(country.agencies, "test")
    await registry.put_groups(country.groups, "test")
    await registry.enrol([enrolment(SENDER)], "test")


async def snapshot(pool: Pool, cache: DirectoryCache) -> Directory:
    async with pool.acquire() as connection, connection.transaction():
        return await cache.held(connection)


async def test_whole_country_is_routed_and_changed_and_all_its_communes_get_a_document(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await snapshot_is_not_looked_through_for_garbage(pool)
    await snapshot_follows_changes_without_reading_all(pool, monkeypatch)
    await document_to_all_communes_is_bounded_in_every_part(pool)


async def snapshot_is_not_looked_through_for_garbage(pool: Pool) -> None:
    directory = await snapshot(pool, DirectoryCache())
    looked_through = {id(one) for one in gc.get_objects()}
    assert looked_through.isdisjoint(map(id, directory))


async def snapshot_follows_changes_without_reading_all(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, reads = DirectoryCache(), []

    async def counted(connection: Connection, version: int) -> Directory:
        reads.append(version)
        return await load_directory(connection, version)

    monkeypatch.setattr("axis.store.directory.load_directory", counted)
    loading = asyncio.create_task(snapshot(pool, cache))
    turns = 0
    while not loading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100  # everything else went on meanwhile
    directory = await loading
    assert reads == [directory.version]
    assert len(directory) == len(COUNTRY.agencies) == 111_000
    assert len(list(directory.endpoints)) == 2_000
    for code, expected in (
        (commune(1), commune(1)),
        (alias(commune(1)), commune(1)),
        (former_commune(0), commune(0)),  # merged twice
        (unit(3_400), unit(3_400)),
    ):
        found = directory.resolve(code, NOW)
        assert isinstance(found, Resolved)
        assert found.agency.code == expected
    registry = PostgresAdministration(pool, lambda: NOW)
    one = directory.find(commune(1))
    assert one is not None
    await registry.put_agencies([replace(one, endpoint="g11")], "test")
    reads.clear()
    later = await snapshot(pool, cache)
    found = later.resolve(unit(1), NOW)
    assert isinstance(found, Resolved)
    assert found.endpoint == "g11"
    assert later.find(commune(2)) is directory.find(commune(2))
    assert reads == []
    changes = await pool.fetch("SELECT whole, agencies FROM registry_change ORDER BY version")
    assert [row["whole"] for row in changes] == [False, True, False, False, False]
    assert changes[-1]["agencies"] == [commune(1)]


async def document_to_all_communes_is_bounded_in_every_part(pool: Pool) -> None:
    exchange = exchange_on(pool, publisher=MemoryPublisher())
    (decision,) = await exchange.handle(
        case(document(SENDER, [COMMUNES_GROUP]), submission(SENDER.lower()))
    )
    assert (decision.ending, decision.deliveries) == (Ending.ACCEPTED, COMMUNES)
    while not (await exchange.lane().round()).idle:
        pass
    assert isinstance(exchange.publisher, MemoryPublisher)
    sent = [message for burst in exchange.publisher.bursts for message in burst]
    copies = [message for message in sent if message.type == "document"]
    reached = [code for one in copies for code in str(one.headers["axis-to"]).split(",")]
    assert len(reached) == len(set(reached)) == COMMUNES
    for one in copies:
        assert str(one.headers["axis-to"]).count(",") < MAX_COPY_RECEIVERS
        assert sum(len(str(value)) for value in one.headers.values()) < 64 * 1024  # half a frame
    rows = await pool.fetch("SELECT named, state FROM delivery")
    assert {(tuple(row["named"]), row["state"]) for row in rows} == {
        ((COMMUNES_GROUP,), "consigned")
    }
    acceptance, *consignments = [
        (row["event"], row["receipt"].removesuffix(SIGNATURE))
        for row in await pool.fetch("SELECT event, receipt FROM evidence ORDER BY sequence")
    ]
    assert len(read_receipt(acceptance[1]).receivers) == COMMUNES
    assert len(acceptance[1]) < MAX_RECEIPT_BYTES / 8
    told = [len(read_receipt(receipt).receivers) for _, receipt in consignments]
    assert sum(told) == COMMUNES
