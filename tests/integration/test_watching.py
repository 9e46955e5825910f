"""A router that watches: real RabbitMQ and PostgreSQL, with a clock that the test turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aio_pika
import aiohttp
import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import CollectorRegistry

from axis.broker.inboxes import ManagementInboxes
from axis.clock import system_clock
from axis.edxml.codes import Priority
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.evidence.xml import read_receipt
from axis.exchange.dispatch.taking import Pace, Taking
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.watch import Watch
from axis.metrics.background import WatchFigures
from axis.router import Parts, Router
from axis.settings import RouterSettings
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool, answers
from axis.store.taking import PostgresTaking
from axis.watching import Watching
from tests.conftest import VirtualHost
from tests.integration.test_router import Bench, topology
from tests.support.counting import quick_counts
from tests.support.eventually import until
from tests.support.exchange import ISSUER, NOW, case, document, submission
from tests.support.memory import SIGNATURE
from tests.support.stocked import Exchange


@dataclass
class Shifted:
    """The machine's clock, from Monday, 2 March 2026, 08:00 in Việt Nam on, and turned forward."""

    started: datetime = field(default_factory=system_clock)
    turned: timedelta = timedelta()

    def __call__(self) -> datetime:
        return NOW + (system_clock() - self.started) + self.turned


@dataclass
class Site:
    """An axis whose routers watch, on a virtual host and a database of their own."""

    vhost: VirtualHost
    pool: Pool
    channel: AbstractChannel
    url: str
    clock: Shifted = field(default_factory=Shifted)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)

    @asynccontextmanager
    async def router(self, *, grace: float = 0) -> AsyncIterator[Router]:
        """A router at work until the block ends."""
        store, bench, notary = PostgresStore(self.pool), Bench(), Notary(ISSUER)
        admin = self.vhost.admin
        inboxes = ManagementInboxes(
            self.vhost.management_url, admin.user, admin.password, self.vhost.name
        )
        pace = Pace(every=timedelta(seconds=0.5), margin=timedelta(seconds=3))
        self.metrics = CollectorRegistry()
        parts = Parts(
            name="test",
            store=store,
            workbench=bench,
            notary=notary,
            broker_url=self.url,
            ready=lambda: answers(self.pool),
            clock=self.clock,
            watching=Watching(
                watch=Watch(store, bench, notary, self.clock),
                grace=grace,
                figures=WatchFigures(self.metrics),
                store=PostgresTaking(self.pool),
                taking=Taking(inboxes, self.clock, pace),
            ),
        )
        router = Router(parts, RouterSettings(metrics_port=0), self.metrics)
        task = asyncio.create_task(router.run())
        try:
            yield router
        finally:
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def accept(self, *messages: Document) -> None:
        """Take documents in as another router would."""
        exchange = Exchange(PostgresStore(self.pool), clock=self.clock)
        await exchange.handle(*(case(one, submission()) for one in messages))

    async def becomes(self, *expected: tuple[str, list[str]]) -> None:
        """Wait until the deliveries are in these states, late with these steps."""

        async def found() -> bool:
            rows = await self.pool.fetch("SELECT state, late FROM delivery ORDER BY id")
            return [(row["state"], row["late"]) for row in rows] == list(expected)

        await until(found)

    async def receipts(self, endpoint: str, count: int) -> list[Event]:
        """Take so many receipts out of an endpoint's answers; which events they state."""
        queue = await self.channel.get_queue(f"answers.{endpoint}", ensure=False)
        events: list[Event] = []

        async def enough() -> bool:
            while (message := await queue.get(fail=False)) is not None:
                events.append(read_receipt(message.body.removesuffix(SIGNATURE)).event)
                await message.ack()
            return len(events) >= count

        await until(enough)
        return events

    async def take(self, endpoint: str) -> None:
        """Take everything out of an endpoint's inbox and acknowledge it."""
        queue = await self.channel.get_queue(f"inbox.{endpoint}", ensure=False)
        while (message := await queue.get(fail=False)) is not None:
            await message.ack()

    async def delete_queue(self, name: str) -> None:
        login = {"Authorization": self.vhost.admin.basic_auth()}
        async with aiohttp.ClientSession(headers=login, raise_for_status=True) as session:
            await session.delete(f"{self.vhost.management_url}/api/queues/{self.vhost.name}/{name}")

    async def shows(self, value: float, name: str, **labels: str) -> None:
        """Wait until the router, which counts after its commit, shows a figure."""

        async def shown() -> bool:
            return self.figure(name, **labels) == value

        await until(shown)

    def figure(self, name: str, **labels: str) -> float:
        return self.metrics.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def site(vhost: VirtualHost, stocked: Pool) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(quick_counts(vhost.rabbitmq))
        url = await stack.enter_async_context(topology(vhost))
        connection = await stack.enter_async_context(await aio_pika.connect(url))
        yield Site(vhost, stocked, await connection.channel(), url)


async def test_copies_that_left_their_inbox_are_taken_and_others_are_not(site: Site) -> None:
    await site.accept(document("G22", ["G09", "H37.02"]))
    async with site.router():
        await site.becomes(("consigned", []), ("consigned", []))
        await site.take("g09")
        await site.becomes(("taken", []), ("consigned", []))
        await site.shows(1, "axis_deliveries_taken_total")


async def test_both_sides_find_out_about_a_receiver_that_never_takes(site: Site) -> None:
    await site.accept(document("G22", ["G09"]))
    async with site.router():
        await site.becomes(("consigned", []))
        site.clock.turned = timedelta(days=1, minutes=2)
        await site.becomes(("consigned", ["handover"]))
        site.clock.turned = timedelta(days=4)
        await site.becomes(("expired", ["answer", "handover"]))
        told = [Event.CONTENT_HANDOVER_FAILURE, Event.ACCEPTANCE_REJECTION_EXPIRY]
        assert await site.receipts("g09", 2) == told
        receipts = await site.receipts("g22", 4)
        assert sorted(receipts) == sorted(
            [Event.SUBMISSION_ACCEPTANCE, Event.CONTENT_CONSIGNMENT, *told]
        )
        for kind in ("handover", "answer"):
            await site.shows(1, "axis_deadlines_passed_total", kind=kind)
        await site.shows(1, "axis_deliveries_late", kind="answer")


async def test_endpoint_without_an_inbox_is_told_of_in_time(site: Site) -> None:
    await site.delete_queue("inbox.g09.urgent")
    await site.accept(document("G22", ["G09"], priority=Priority.EXPRESS))
    async with site.router():
        await site.becomes(("dispatched", []))
        site.clock.turned = timedelta(minutes=32)
        await site.becomes(("undeliverable", ["consignment"]))
        assert await site.receipts("g09", 1) == [Event.CONTENT_CONSIGNMENT_FAILURE]


async def test_router_that_has_just_started_lets_what_waits_come_in_first(site: Site) -> None:
    await site.accept(document("G22", ["G09"]))
    async with site.router(grace=3600):
        await site.becomes(("consigned", []))
        site.clock.turned = timedelta(weeks=1)
        await site.take("g09")
        await site.becomes(("taken", []))  # others of its rounds go on
        assert site.figure("axis_deadlines_passed_total", kind="handover") == 0
