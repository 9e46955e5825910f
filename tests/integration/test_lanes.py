"""Routers of one lane on a real RabbitMQ and PostgreSQL: neither waits for the other's work."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import aio_pika
import aiohttp
import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import CollectorRegistry

from axis import turns
from axis.broker import lanes
from axis.broker.topology import INTAKE_DOCUMENTS, INTAKE_STATUSES, INTAKE_URGENT, SUBMIT
from axis.edxml.codes import Priority
from axis.examination import Examination
from axis.exchange.decision.case import Case
from axis.exchange.lanes import Lane
from axis.exchange.outgoing.receipts import Notary
from axis.local.ports import free_port
from axis.router import Parts, Router
from axis.settings import RouterSettings
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.store.pool import answers as database_answers
from tests.conftest import VirtualHost
from tests.integration.test_router import topology
from tests.support.eventually import until
from tests.support.exchange import ISSUER, NOW, case, document
from tests.support.memory import SIGNATURE
from tests.support.proxy import proxied


@dataclass
class Bench:
    """Implements `Workbench`: examinations by body, once it may begin."""

    cases: dict[bytes, Examination]
    may_begin: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        self.begun.set()
        await self.may_begin.wait()
        return [self.cases[body] for body in bodies]

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        return [receipt + SIGNATURE for receipt in receipts]


@dataclass
class Site:
    """A virtual host and a database, and routers at work on both."""

    url: str
    pool: Pool
    channel: AbstractChannel
    cases: dict[bytes, Examination] = field(default_factory=dict)

    @asynccontextmanager
    async def router(self, *served: Lane, idle: bool = False) -> AsyncIterator["Served"]:
        """A router of these lanes until the block ends; an `idle` one examines nothing."""
        bench = Bench(self.cases)
        if not idle:
            bench.may_begin.set()
        parts = Parts(
            name=f"test {' '.join(served)}",
            store=PostgresStore(self.pool),
            workbench=bench,
            notary=Notary(ISSUER),
            broker_url=self.url,
            ready=lambda: database_answers(self.pool),
            clock=lambda: NOW,
        )
        settings = RouterSettings(metrics_port=free_port(), lanes=frozenset(served))
        router = Router(parts, settings, CollectorRegistry())
        task = asyncio.create_task(router.run())
        try:
            await until(lambda: _true(router.connected))
            yield Served(bench, f"http://127.0.0.1:{settings.metrics_port}/readyz")
        finally:
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def submit(self, one: Case, routing_key: str) -> None:
        """Hand a message in as its endpoint would."""
        self.cases[one.submission.body] = one.examination
        exchange = await self.channel.get_exchange(SUBMIT, ensure=False)
        message = aio_pika.Message(
            one.submission.body,
            message_id=one.submission.message_id,
            user_id=one.submission.user_id,
        )
        await exchange.publish(message, routing_key)

    async def holds(self, queue: str, count: int) -> None:
        """Wait until so many messages wait in a queue."""

        async def enough() -> bool:
            return await self.waiting(queue) == count

        await until(enough)

    async def waiting(self, queue: str) -> int:
        """How many messages a queue holds that nobody has taken."""
        declared = await self.channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0


@dataclass
class Served:
    """A router at work."""

    bench: Bench
    readyz: str

    async def says_missing(self, missing: Collection[Lane]) -> None:
        """Wait until the router says that nobody serves these lanes; it is ready all the time."""

        async def says() -> bool:
            async with aiohttp.ClientSession() as session, session.get(self.readyz) as response:
                body = await response.json()
            assert response.status == 200, body
            return bool(body["missing_lanes"] == sorted(missing))

        await until(says)


async def _true(answer: bool) -> bool:
    return answer


@pytest.fixture
async def site(
    vhost: VirtualHost, stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    monkeypatch.setattr(turns, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(lanes, "LOOK_SECONDS", 0.1)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(topology(vhost))
        connection = await stack.enter_async_context(await aio_pika.connect(url))
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield Site(url, stocked, channel)


def letter(priority: Priority) -> Case:
    return case(document("G22", ("G09",), priority=priority))


async def test_urgent_document_passes_ordinary_ones_that_are_still_examined(site: Site) -> None:
    async with (
        site.router(Lane.ORDINARY, idle=True) as ordinary,
        site.router(Lane.URGENT),
    ):
        for _ in range(120):
            await site.submit(letter(Priority.NORMAL), "document")
        await ordinary.bench.begun.wait()
        await site.submit(letter(Priority.EXPRESS), "document.urgent")
        await site.holds("inbox.g09.urgent", 1)
        await site.holds("answers.g22", 2)  # accepted and consigned: its receipts wait for no one
        assert await site.waiting("inbox.g09") == 0
        ordinary.bench.may_begin.set()
        await site.holds("inbox.g09", 120)


async def test_router_of_the_urgent_lane_leaves_everything_else_in_its_queue(site: Site) -> None:
    async with site.router(Lane.URGENT) as urgent:
        await site.submit(letter(Priority.NORMAL), "document")
        await site.submit(letter(Priority.NORMAL), "status")
        await site.submit(letter(Priority.URGENT), "document.urgent")
        await site.holds("inbox.g09.urgent", 1)
        assert await site.waiting(INTAKE_DOCUMENTS) == 1
        assert await site.waiting(INTAKE_STATUSES) == 1
        await urgent.says_missing({Lane.ORDINARY})
        async with site.router(Lane.ORDINARY) as ordinary:
            await site.holds(INTAKE_DOCUMENTS, 0)
            await site.holds(INTAKE_STATUSES, 0)
            await urgent.says_missing(())
            await ordinary.says_missing(())
        await urgent.says_missing({Lane.ORDINARY})


async def test_router_of_the_ordinary_lane_leaves_the_urgent_intake_alone(site: Site) -> None:
    async with site.router(Lane.ORDINARY) as ordinary:
        await site.submit(letter(Priority.URGENT), "document.urgent")
        await site.submit(letter(Priority.NORMAL), "document")
        await site.holds("inbox.g09", 1)
        assert await site.waiting(INTAKE_URGENT) == 1
        await ordinary.says_missing({Lane.URGENT})


async def test_urgent_document_of_the_ordinary_intake_goes_out_without_an_urgent_router(
    site: Site,
) -> None:
    async with site.router(Lane.ORDINARY):
        await site.submit(letter(Priority.URGENT), "document")
        await site.holds("inbox.g09.urgent", 1)


async def test_router_of_both_lanes_misses_nothing(site: Site) -> None:
    async with site.router(*Lane) as router:
        await site.submit(letter(Priority.URGENT), "document.urgent")
        await site.submit(letter(Priority.NORMAL), "document")
        await site.holds("inbox.g09.urgent", 1)
        await site.holds("inbox.g09", 1)
        await router.says_missing(())


async def test_lanes_are_unknown_while_the_broker_is_away_and_seen_again_after(
    site: Site,
) -> None:
    seen: list[Mapping[str, lanes.QueueState]] = []
    async with proxied(site.url) as (url, broker):
        watch = asyncio.create_task(lanes.LaneWatch(url, "test", seen.append).run())
        await until(lambda: _true(bool(seen) and bool(seen[-1])))
        broker.refusing = True
        broker.cut()
        await until(lambda: _true(not seen[-1]))
        broker.refusing = False
        await until(lambda: _true(bool(seen[-1])))
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
