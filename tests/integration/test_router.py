"""A router on a real RabbitMQ and PostgreSQL, with everything around it going wrong."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import aio_pika
import aiohttp
import pytest
from aio_pika.abc import AbstractChannel
from prometheus_client import CollectorRegistry

from axis import router as routing
from axis import turns
from axis.broker import consume
from axis.broker.management import Management
from axis.broker.topology import INTAKE_DOCUMENTS, SUBMIT, endpoint_queues
from axis.examination import Examination
from axis.exchange.dead_letters.desk import LetterFilter, LetterState
from axis.exchange.decision.case import Case
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import DeadLetterRow
from axis.ids import new_id
from axis.local.rabbitmq import Credentials
from axis.reasons import Reason
from axis.router import Parts, Router
from axis.settings import RouterSettings
from axis.store.dead_letters import PostgresDeadLetters
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool, open_pool
from axis.store.pool import answers as database_answers
from axis.verdict import Finding
from tests.conftest import VirtualHost
from tests.support.eventually import until
from tests.support.exchange import ENDPOINTS, ISSUER, NOW, case, document, submission
from tests.support.memory import SIGNATURE
from tests.support.proxy import Proxy, proxied
from tests.support.stocked import counts

POISON = b"<edXML>brings out a bug</edXML>"


@dataclass
class Bench:
    """Implements `Workbench`: examinations by body; a bug for one of them."""

    cases: dict[bytes, Examination] = field(default_factory=dict)

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        if POISON in bodies:
            raise KeyError("a bug")
        unread = case(None, findings=[Finding(Reason.NOT_XML)]).examination
        return [self.cases.get(body, unread) for body in bodies]

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        return [receipt + SIGNATURE for receipt in receipts]


@dataclass
class Site:
    """A virtual host, a database and the ways to both, which may be cut."""

    vhost: VirtualHost
    pool: Pool
    channel: AbstractChannel
    broker: Proxy
    broker_url: str
    database: Proxy
    router_pool: Pool
    bench: Bench = field(default_factory=Bench)

    @asynccontextmanager
    async def router(self) -> AsyncIterator[Router]:
        """A router at work until the block ends."""
        parts = Parts(
            name="test",
            store=PostgresStore(self.router_pool),
            workbench=self.bench,
            notary=Notary(ISSUER),
            broker_url=self.broker_url,
            ready=lambda: database_answers(self.router_pool),
            clock=lambda: NOW,
        )
        settings = RouterSettings(metrics_port=0)
        router = Router(parts, settings, CollectorRegistry())
        task = asyncio.create_task(router.run())
        try:
            yield router
        finally:
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def submit(self, one: Case, routing_key: str = "document") -> str:
        """Hand a message in as its endpoint would; the account may speak for all of them."""
        self.bench.cases[one.submission.body] = one.examination
        exchange = await self.channel.get_exchange(SUBMIT, ensure=False)
        message = aio_pika.Message(
            one.submission.body,
            message_id=one.submission.message_id,
            user_id=one.submission.user_id,
        )
        await exchange.publish(message, routing_key)
        return one.submission.message_id or ""

    async def waiting(self, queue: str) -> int:
        """How many messages a queue holds that nobody has taken."""
        async with await aio_pika.connect(self.vhost.amqp_url) as connection:
            declared = await (await connection.channel()).declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def holds(self, queue: str, count: int) -> None:
        """Wait until a queue holds so many messages, or more: some may be there twice."""

        async def enough() -> bool:
            return await self.waiting(queue) >= count

        await until(enough)

    async def emptied(self, queue: str) -> None:
        """Wait until everything in a queue was taken."""

        async def empty() -> bool:
            return await self.waiting(queue) == 0

        await until(empty)

    async def settled(self) -> None:
        """Wait until everything committed is published."""

        async def done() -> bool:
            query = (
                "SELECT count(*) FROM outbox WHERE published_at IS NULL AND cancelled_at IS NULL"
            )
            return bool(await self.pool.fetchval(query) == 0)

        await until(done)


@pytest.fixture
async def site(
    vhost: VirtualHost, stocked: Pool, stocked_database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    monkeypatch.setattr(consume, "LONGEST_PAUSE_SECONDS", 0.5)
    monkeypatch.setattr(turns, "FAULT_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(turns, "POLL_SECONDS", 0.1)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(topology(vhost))
        dsn, database_proxy = await stack.enter_async_context(proxied(stocked_database))
        router_pool = await open_pool(dsn, max_size=8)
        stack.callback(router_pool.terminate)
        connection = await stack.enter_async_context(await aio_pika.connect(url))
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        proxied_url, broker_proxy = await stack.enter_async_context(proxied(url))
        yield Site(vhost, stocked, channel, broker_proxy, proxied_url, database_proxy, router_pool)


@asynccontextmanager
async def topology(vhost: VirtualHost) -> AsyncIterator[str]:
    """Make the axis's queues and those of the small registry's endpoints; return the address of an
    account that may speak for all of them.
    """
    account = Credentials(f"t{uuid4().hex[:8]}", "password")
    admin = vhost.admin
    login = {"Authorization": admin.basic_auth()}
    api = f"{vhost.management_url}/api"
    user = f"{api}/users/{account.user}"
    async with aiohttp.ClientSession(headers=login, raise_for_status=True) as session:
        await session.put(user, json={"password": account.password, "tags": "impersonator"})
        management = Management(vhost.management_url, admin.user, admin.password)
        await management.sync(vhost.name, [], router=account.user)
        for queue in (queue for name in ENDPOINTS for queue in endpoint_queues(name)):
            await session.put(
                f"{api}/queues/{vhost.name}/{queue.name}",
                json={"durable": True, "arguments": queue.arguments},
            )
        yield vhost.amqp_url_for(account.user, account.password)
        await session.delete(user)


def letter(*to: str) -> Case:
    """A document of the Government Office that nothing is wrong with."""
    return case(document("G22", to or ("G09",)))


# -- the ordinary way --------------------------------------------------------------------------


async def test_router_takes_in_commits_delivers_and_answers(site: Site) -> None:
    async with site.router() as router:
        await until(lambda: _true(router.connected))
        await site.submit(letter("G09", "H37.02"))
        await site.holds("inbox.g09", 1)
        await site.holds("inbox.lgsp-h37", 1)
        await site.holds("answers.g22", 2)  # accepted, consigned
        await site.settled()
    states = await site.pool.fetch("SELECT state FROM delivery")
    assert [row["state"] for row in states] == ["consigned", "consigned"]
    assert await site.waiting(INTAKE_DOCUMENTS) == 0


async def test_routers_share_the_work_and_double_nothing(site: Site) -> None:
    async with site.router(), site.router():
        for _ in range(60):
            await site.submit(letter())
        await site.holds("inbox.g09", 60)
        await site.settled()
    assert await counts(site.pool, "document", "submission") == [60, 60]
    assert await site.waiting("answers.g22") == await site.pool.fetchval(
        "SELECT count(*) FROM outbox WHERE queue = 'answers.g22'"
    )


# -- poison ------------------------------------------------------------------------------------


async def test_message_that_brings_out_a_bug_is_kept_for_administrators(site: Site) -> None:
    async with site.router():
        await site.submit(case(None, submission(body=POISON, message_id="poison")))
        await site.submit(letter())
        await site.holds("inbox.g09", 1)
        await until(lambda: site_counts(site, "dead_letter", 1))
    row = await site.pool.fetchrow("SELECT body, queue, message_id, reasons FROM dead_letter")
    assert row is not None
    assert tuple(row) == (POISON, INTAKE_DOCUMENTS, "poison", ["rejected"])


async def test_dead_letter_that_cannot_be_kept_is_tried_until_it_can(site: Site) -> None:
    async with site.router() as router:
        bury, bugs = router._letters.bury, iter([KeyError(), StoreUnavailableError(), KeyError()])

        async def failing(letters: Sequence[DeadLetterRow]) -> None:
            for bug in bugs:
                raise bug
            await bury(letters)

        router._letters.bury = failing  # type: ignore[method-assign]
        await site.submit(case(None, submission(body=POISON)))
        await until(lambda: site_counts(site, "dead_letter", 1))


async def test_dead_letter_is_taken_in_again_by_a_router_once_its_cause_is_gone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = PostgresDeadLetters(site.pool, lambda: NOW)
    async with site.router():
        await site.submit(case(None, submission(body=POISON, message_id="poison")))
        await until(lambda: site_counts(site, "dead_letter", 1))
        (letter,) = await desk.lines(LetterFilter())
        await desk.republish(letter.id, "cli:a")
        await until(lambda: remarked(site, "KeyError"))  # the bug is still there
        monkeypatch.setattr("tests.integration.test_router.POISON", b"nothing any more")
        await desk.republish(letter.id, "cli:a")
        await site.holds("answers.g22", 1)
    row = await site.pool.fetchrow("SELECT endpoint, message_key, outcome FROM submission")
    assert row is not None
    assert tuple(row) == ("g22", "id:poison", "refused")
    (line,) = await desk.lines(LetterFilter(state=None))
    assert (line.id, line.state) == (letter.id, LetterState.REPUBLISHED)


async def test_open_dead_letters_are_counted_by_kind(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "MEASURE_SECONDS", 0.05)
    async with site.router() as router:
        await site.submit(case(None, submission(None)))

        async def counted() -> bool:
            labels = {"kind": "submission"}
            return router._health.figures.get_sample_value("axis_dead_letters_open", labels) == 1

        await until(counted)


async def test_message_that_breaks_the_channel_does_not_hold_up_its_lane(site: Site) -> None:
    """A header longer than a frame: RabbitMQ closes the connection on it, whoever sends it."""
    first = letter()
    async with site.router():
        await site.submit(first)
        await site.holds("inbox.g09", 1)
        await site.settled()
        poison = new_id()
        await site.pool.execute(
            "INSERT INTO outbox (id, queue, urgent, type, subject, size, headers, created_at,"
            " due_at) SELECT $1, queue, urgent, type, subject, size, $2, created_at,"
            " due_at - interval '1 day' FROM outbox WHERE type = 'document'",
            poison,
            {"axis-to": "G09", "axis-kind": "new", "axis-note": "x" * 200_000},
        )
        await until(lambda: attempted(site, poison))
        await site.submit(letter())
        await site.holds("inbox.g09", 2)


# -- outages -----------------------------------------------------------------------------------


async def test_database_that_goes_away_and_comes_back_costs_nothing_but_time(site: Site) -> None:
    async with site.router() as router:
        await site.submit(letter())
        await site.holds("inbox.g09", 1)
        site.database.refusing = True
        site.database.cut()
        for _ in range(10):
            await site.submit(letter())
        assert router.connected
        assert not await database_answers(site.router_pool)
        site.database.refusing = False
        await until(lambda: site_counts(site, "document", 11))
        await site.settled()
    assert await counts(site.pool, "submission", "dead_letter") == [11, 0]
    await assert_delivered(site, "inbox.g09", 11)


async def test_database_without_its_schema_loses_no_submission(site: Site) -> None:
    await site.pool.execute("ALTER SCHEMA public RENAME TO elsewhere")
    async with site.router():
        for _ in range(5):
            await site.submit(letter())
        await until(lambda: _true(site.database.connections > 0))
        await site.emptied(INTAKE_DOCUMENTS)
        await site.pool.execute("ALTER SCHEMA elsewhere RENAME TO public")
        await site.holds("inbox.g09", 5)
    assert await counts(site.pool, "document", "dead_letter") == [5, 0]


async def test_broker_whose_connections_are_cut_loses_and_doubles_nothing(site: Site) -> None:
    async with site.router():
        for number in range(40):
            await site.submit(letter())
            if number % 8 == 0:
                site.broker.cut()
        await until(lambda: site_counts(site, "document", 40))
        await site.settled()
    assert await counts(site.pool, "document", "submission", "dead_letter") == [40, 40, 0]
    await assert_delivered(site, "inbox.g09", 40)


async def test_broker_that_is_away_puts_nothing_off(site: Site) -> None:
    async with site.router() as router:
        await site.submit(letter())
        await site.holds("inbox.g09", 1)
        site.broker.refusing = True
        site.broker.cut()
        await until(lambda: _true(not router.connected))
        documents = await site.pool.fetchval("SELECT count(*) FROM document")
        assert documents == 1
        await site.submit(letter())
        site.broker.refusing = False
        await site.holds("inbox.g09", 2)
        await site.settled()
    assert await site.pool.fetchval("SELECT max(attempts) FROM outbox") <= 1


async def remarked(site: Site, remark: str) -> bool:
    query = "SELECT count(*) FROM dead_letter WHERE state = 'open' AND remark LIKE '%' || $1"
    return bool(await site.pool.fetchval(query, remark) == 1)


async def assert_delivered(site: Site, queue: str, count: int) -> None:
    """Everything for a queue has come to it; what came twice came under the same message_id."""
    source = await site.channel.get_queue(queue, ensure=False)
    taken: dict[str, bytes] = {}
    while (message := await source.get(fail=False, no_ack=True)) is not None:
        body = taken.setdefault(message.message_id or "", message.body)
        assert body == message.body
    rows = await site.pool.fetch(
        "SELECT o.id, d.body FROM outbox o JOIN document d ON d.id = o.subject WHERE queue = $1",
        queue,
    )
    assert taken == {str(row["id"]): row["body"] for row in rows}
    assert len(taken) == count


async def attempted(site: Site, message: UUID) -> bool:
    query = "SELECT attempts FROM outbox WHERE id = $1"
    return bool(await site.pool.fetchval(query, message) > 0)


async def site_counts(site: Site, table: str, count: int) -> bool:
    return await counts(site.pool, table) == [count]


async def _true(answer: bool) -> bool:
    return answer
