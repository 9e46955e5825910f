"""Agencies that move, close and are succeeded while documents are on their way; on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from axis.edxml.codes import Priority, StatusCode
from axis.evidence.events import Event
from axis.exchange.decision.case import Ending
from axis.exchange.dispatch import outbox
from axis.exchange.dispatch.moving import LOOK_AGAIN, Moving
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Publication
from axis.exchange.records import EvidenceRow
from axis.registry.agency import Agency
from axis.store.deadlines import usual_deadlines
from axis.store.dispatch import PostgresDispatchWork
from axis.store.exchange import PostgresStore
from axis.store.moving import PostgresMovingWork
from axis.store.pool import Pool, transaction
from axis.store.registry import PostgresAdministration
from tests.support.eventually import until
from tests.support.exchange import AGENCIES, ISSUER, NOW, case, document, recall, reported
from tests.support.memory import MemoryPublisher, MemoryWorkbench
from tests.support.stocked import Exchange, all_of, exchange_on

YESTERDAY = date(2026, 3, 1)


def agency(code: str) -> Agency:
    (found,) = [one for one in AGENCIES if one.code == code]
    return found


async def put(pool: Pool, *agencies: Agency) -> None:
    await PostgresAdministration(pool, lambda: NOW).put_agencies(agencies, "test")


def moving(pool: Pool, store: PostgresStore | None = None, **facts: Any) -> Moving:
    clock = facts.get("clock", lambda: NOW)
    return Moving(store or PostgresStore(pool), MemoryWorkbench(), Notary(ISSUER), clock)


async def published(exchange: Exchange) -> dict[str, list[Publication]]:
    """Dispatch until there is nothing left; return what went into which queue."""
    publisher = MemoryPublisher()
    exchange.publisher = publisher
    for urgent in (True, False):
        lane = exchange.lane(urgent=urgent)
        while not (await lane.round()).idle:
            pass
    found: dict[str, list[Publication]] = {}
    for message in (one for burst in publisher.bursts for one in burst):
        found.setdefault(message.queue, []).append(message)
    return found


async def somebody_waits(pool: Pool) -> bool:
    """Tell whether a transaction waits for another one's lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(await pool.fetchval(query))


async def positions(pool: Pool) -> dict[str, tuple[str, str]]:
    """Endpoint and state of each receiver's delivery."""
    rows = await pool.fetch("SELECT receiver, endpoint, state FROM delivery")
    return {row["receiver"]: (row["endpoint"], row["state"]) for row in rows}


async def events(pool: Pool) -> list[tuple[str, str]]:
    """Events told, in order, each with the endpoint that it was told to."""
    rows = await pool.fetch("SELECT event, endpoint FROM evidence ORDER BY sequence")
    return [(row["event"], row["endpoint"]) for row in rows]


# -- before it is published ------------------------------------------------------------------------


async def test_unpublished_copy_of_an_agency_that_moves_goes_to_its_new_endpoint_alone(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37.02"], priority=Priority.EXPRESS)))
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    sent = await published(exchange)
    assert "inbox.lgsp-h37.urgent" not in sent
    (copy,) = sent["inbox.g09.urgent"]
    assert copy.headers["axis-to"] == "H37.02"
    assert await positions(stocked) == {"H37.02": ("g09", "consigned")}
    assert await events(stocked) == [
        (Event.SUBMISSION_ACCEPTANCE, "g22"),
        (Event.DELIVERY_WITHDRAWN, "lgsp-h37"),
        (Event.CONTENT_CONSIGNMENT, "g22"),
    ]
    ((_, message_id),) = await all_of(stocked, "delivery", "id, copy")
    assert str(message_id) == copy.message_id
    former = await stocked.fetchrow("SELECT * FROM outbox WHERE cancelled_at IS NOT NULL")
    assert former is not None
    assert (former["queue"], former["published_at"]) == ("inbox.lgsp-h37.urgent", None)


async def test_unpublished_copy_for_several_goes_out_for_those_who_stay_under_its_old_id(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37", "H37.02", "H37.101"])))
    row = await stocked.fetchrow("SELECT id FROM outbox WHERE type = 'document'")
    assert row is not None
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    sent = await published(exchange)
    (stayed,) = sent["inbox.lgsp-h37"]
    (moved,) = sent["inbox.g09"]
    assert (stayed.message_id, stayed.headers["axis-to"]) == (str(row["id"]), "H37,H37.101")
    assert (moved.headers["axis-to"], moved.body) == ("H37.02", stayed.body)
    assert moved.headers["axis-document"] == stayed.headers["axis-document"]
    assert {state for _, state in (await positions(stocked)).values()} == {"consigned"}


async def test_unpublished_copy_of_a_closed_agency_goes_to_its_successor_under_its_old_code(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document("G22", ["H37.101"])
    await exchange.handle(case(message))
    await put(stocked, replace(agency("H37.101"), valid_to=YESTERDAY, successor="G09"))
    sent = await published(exchange)
    assert [one.headers["axis-to"] for one in sent["inbox.g09"]] == ["H37.101"]
    assert await positions(stocked) == {"H37.101": ("g09", "consigned")}
    (decision,) = await exchange.handle(reported("G09", StatusCode.ARRIVED, message, "g09"))
    assert decision.ending is Ending.ACCEPTED
    assert await positions(stocked) == {"H37.101": ("g09", "arrived")}


async def test_unpublished_copy_of_a_closed_agency_without_successor_fails_and_is_told(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37.101", "H37"])))
    await put(stocked, replace(agency("H37.101"), valid_to=YESTERDAY))
    sent = await published(exchange)
    assert [one.headers["axis-to"] for one in sent["inbox.lgsp-h37"]] == ["H37"]
    assert await positions(stocked) == {
        "H37.101": ("lgsp-h37", "undeliverable"),
        "H37": ("lgsp-h37", "consigned"),
    }
    assert (Event.CONTENT_CONSIGNMENT_FAILURE, "g22") in await events(stocked)


async def test_receipt_for_a_sender_that_has_moved_goes_where_it_is_now(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37"])))
    await put(stocked, replace(agency("G22"), endpoint="g09"))
    sent = await published(exchange)
    assert [one.type for one in sent["answers.g22"]] == ["receipt"]  # the acceptance
    assert [one.type for one in sent["answers.g09"]] == ["receipt"]  # the consignment
    assert (Event.CONTENT_CONSIGNMENT, "g09") in await events(stocked)


async def test_copy_that_follows_another_follows_where_that_one_went(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37.02"])), case(document("G22", ["G09"])))
    first, second = [
        row["id"] for row in await stocked.fetch("SELECT copy AS id FROM delivery ORDER BY id")
    ]
    await stocked.execute(
        "UPDATE outbox SET follows = ARRAY[$2::uuid] WHERE id = $1", second, first
    )
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    sent = await published(exchange)
    assert [one.headers["axis-to"] for one in sent["inbox.g09"]] == ["H37.02", "G09"]


# -- in an inbox ---------------------------------------------------------------------------------


async def test_copy_in_an_inbox_that_is_not_its_receivers_any_more_is_made_anew(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37", "H37.02"])))
    await exchange.handle(case(document("G22", ["H37.02"])))
    first = await published(exchange)
    mover = moving(stocked)
    assert await mover.round() == 0
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    assert await mover.round() == 2
    assert await mover.round() == 0
    then = await published(exchange)
    assert "inbox.lgsp-h37" not in then
    assert [one.headers["axis-to"] for one in then["inbox.g09"]] == ["H37.02", "H37.02"]
    documents = [one.headers["axis-document"] for one in first["inbox.lgsp-h37"]]
    assert [one.headers["axis-document"] for one in then["inbox.g09"]] == documents
    assert await positions(stocked) == {
        "H37": ("lgsp-h37", "consigned"),
        "H37.02": ("g09", "consigned"),
    }
    notices = [one for one in then["answers.lgsp-h37"] if one.type == "receipt"]
    withdrawn = {one.message_id for one in first["inbox.lgsp-h37"]}
    assert len(notices) == len(withdrawn) == 2
    for message_id in withdrawn:
        assert any(message_id.encode() in one.body for one in notices)


async def test_copy_in_the_inbox_of_a_closed_agency_moves_only_with_a_successor(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document("G22", ["H37.101", "H37.02"])))
    await published(exchange)
    mover = moving(stocked)
    await put(stocked, replace(agency("H37.101"), valid_to=YESTERDAY))
    assert await mover.round() == 0
    await put(
        stocked,
        replace(agency("H37.101"), valid_to=YESTERDAY, successor="H37.02"),
        replace(agency("H37.02"), endpoint="g09"),
    )
    assert await mover.round() == 2
    assert {place for place, _ in (await positions(stocked)).values()} == {"g09"}


@dataclass
class SlowWorkbench(MemoryWorkbench):
    """Signs when it is told to; until then the deliveries are in the mover's hands."""

    signing: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        self.signing.set()
        await self.go_on.wait()
        return await super().sign(receipts)


async def test_recall_that_waits_while_a_copy_is_moved_takes_the_lane_of_the_new_one(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document("G22", ["H37.02"], priority=Priority.EXPRESS)
    await exchange.handle(case(message))
    await published(exchange)
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    slow = SlowWorkbench()
    mover = Moving(PostgresStore(stocked), slow, Notary(ISSUER), lambda: NOW)
    moved = asyncio.create_task(mover.round())
    await slow.signing.wait()
    recalled = asyncio.create_task(exchange.handle(case(recall(message, ["H37.02"]))))
    await until(lambda: somebody_waits(stocked))
    slow.go_on.set()
    assert await moved == 1
    await recalled
    sent = await published(exchange)
    kinds = {
        queue: [one.headers["axis-kind"] for one in found if one.type == "document"]
        for queue, found in sent.items()
    }
    assert kinds["inbox.g09.urgent"] == ["recall"]
    assert "inbox.g09" not in kinds


async def test_delivery_that_brings_out_a_bug_keeps_no_other_from_moving(
    exchange: Exchange, stocked: Pool
) -> None:
    for _ in range(3):
        await exchange.handle(case(document("G22", ["H37.02"])))
    await published(exchange)
    bad, *_ = [row["id"] for row in await all_of(stocked, "document")]
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))

    class Bugged(Notary):
        def about_own_copies(self, *args: Any) -> EvidenceRow:
            _, copies, _ = args
            if any(one.document.id == bad for one in copies):
                raise ValueError("a bug")
            return super().about_own_copies(*args)

    mover = Moving(PostgresStore(stocked), MemoryWorkbench(), Bugged(ISSUER), lambda: NOW)
    with pytest.raises(ValueError, match="a bug"):
        await mover.round()
    places = await stocked.fetch("SELECT endpoint FROM delivery ORDER BY id")
    assert [row["endpoint"] for row in places] == ["lgsp-h37", "g09", "g09"]
    assert await mover.round() == 0
    assert await moving(stocked).round() == 1  # a router that was mended


async def test_copy_that_was_taken_stays_where_it_was_taken(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document("G22", ["H37.02"])
    await exchange.handle(case(message))
    await published(exchange)
    await exchange.handle(reported("H37.02", StatusCode.ARRIVED, message, "lgsp-h37"))
    await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    assert await moving(stocked).round() == 0
    assert await positions(stocked) == {"H37.02": ("lgsp-h37", "arrived")}


async def test_inboxes_are_looked_through_again_on_the_day_that_an_agency_is_gone(
    exchange: Exchange, stocked: Pool
) -> None:
    clock = {"now": NOW}
    mover = moving(stocked, clock=lambda: clock["now"])
    tomorrow = NOW.date() + timedelta(days=1)
    await put(stocked, replace(agency("H37.101"), valid_to=tomorrow, successor="G09"))
    await exchange.handle(case(document("G22", ["H37.101"])))
    await published(exchange)
    assert await mover.round() == 0
    clock["now"] += timedelta(days=1)
    assert await mover.round() == 0
    clock["now"] += timedelta(days=1)
    assert await mover.round() == 1
    assert await mover.round() == 0
    # one that was confirmed at the old endpoint around midnight
    await stocked.execute(
        "UPDATE delivery SET endpoint = 'lgsp-h37', reached = 'consigned', state = 'consigned'"
    )
    assert await mover.round() == 0  # nothing says that it should look
    clock["now"] += LOOK_AGAIN
    assert await mover.round() == 1


# -- at any moment -------------------------------------------------------------------------------


class Died(BaseException):
    """The process ended here."""


@dataclass
class Mortal:
    """A connection that dies with its transaction at its nth statement."""

    connection: Any
    left: int

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.connection, name)

        async def counted(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise Died
            return await real(*args, **kwargs)

        return counted


class MortalStore(PostgresStore):
    """A store whose transactions die at their nth statement."""

    statements = 0

    @asynccontextmanager
    async def moving(self) -> AsyncIterator[PostgresMovingWork]:
        async with transaction(self._pool) as connection:
            mortal: Any = Mortal(connection, self.statements)
            yield PostgresMovingWork(mortal, self._directories, usual_deadlines())

    @asynccontextmanager
    async def dispatch(self) -> AsyncIterator[PostgresDispatchWork]:
        async with transaction(self._pool) as connection:
            mortal: Any = Mortal(connection, self.statements)
            yield PostgresDispatchWork(mortal, self._directories, usual_deadlines())


async def everything(pool: Pool) -> list[Sequence[asyncpg.Record]]:
    return [
        await all_of(pool, "delivery"),
        await all_of(pool, "outbox"),
        await all_of(pool, "evidence"),
    ]


@pytest.mark.parametrize("in_inbox", [False, True])
async def test_move_that_dies_at_any_statement_has_not_happened(
    exchange: Exchange, stocked: Pool, in_inbox: bool
) -> None:
    await exchange.handle(case(document("G22", ["H37", "H37.02", "H37.101"])))
    if in_inbox:
        await published(exchange)
    await put(
        stocked,
        replace(agency("H37.02"), endpoint="g09"),
        replace(agency("H37.101"), valid_to=YESTERDAY),
    )
    before = await everything(stocked)
    store = MortalStore(stocked)
    mover, lane = moving(stocked, store), exchange_on(stocked).lane()
    lane._store = store
    deaths = 0
    while True:
        try:
            await (mover.round() if in_inbox else lane.round())
        except Died:
            assert await everything(stocked) == before
            store.statements += 1
            deaths += 1
        else:
            break
    assert deaths > 8
    expected = {"H37": "lgsp-h37", "H37.02": "g09", "H37.101": "lgsp-h37"}
    await published(exchange)
    places = await positions(stocked)
    assert {code: place for code, (place, _) in places.items()} == expected
    rows = await stocked.fetch("SELECT queue FROM outbox WHERE type = 'document' ORDER BY queue")
    assert [row["queue"] for row in rows] == ["inbox.g09", "inbox.lgsp-h37"]


async def test_registry_change_does_not_wait_for_a_broker_that_keeps_a_burst_waiting(
    exchange: Exchange, stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy may be in the old inbox by then: its endpoint is told to pass it over."""
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", 0.01)
    await exchange.handle(case(document("G22", ["H37.02", "H37"])))
    go_on, there = asyncio.Event(), asyncio.Event()

    class Stuck(MemoryPublisher):
        async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
            there.set()
            await go_on.wait()
            return await super().publish(messages)

    exchange.publisher = Stuck()
    publishing = asyncio.create_task(exchange.lane().round())
    await there.wait()
    async with asyncio.timeout(30):
        await put(stocked, replace(agency("H37.02"), endpoint="g09"))
    assert not publishing.done()
    go_on.set()
    done = await publishing

    assert (done.confirmed, done.redirected) == (1, 1)  # the receipt, and the copy
    assert (await positions(stocked))["H37.02"] == ("g09", "accepted")
    sent = await published(exchange)
    assert [one.headers["axis-to"] for one in sent["inbox.g09"]] == ["H37.02"]
    assert [one.headers["axis-to"] for one in sent["inbox.lgsp-h37"]] == ["H37"]
    assert await positions(stocked) == {
        "H37.02": ("g09", "consigned"),
        "H37": ("lgsp-h37", "consigned"),
    }
    assert ("DeliveryWithdrawn", "lgsp-h37") in await events(stocked)


async def test_registry_change_waits_for_copies_that_are_being_published(
    exchange: Exchange, stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it changes then finds them in their inbox, and moves them on."""
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", 60)
    await exchange.handle(case(document("G22", ["H37.02"])))
    go_on, there = asyncio.Event(), asyncio.Event()

    class Slow(MemoryPublisher):
        async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
            there.set()
            await go_on.wait()
            return await super().publish(messages)

    exchange.publisher = Slow()
    publishing = asyncio.create_task(exchange.lane().round())
    await there.wait()
    change = asyncio.create_task(put(stocked, replace(agency("H37.02"), endpoint="g09")))
    await until(lambda: somebody_waits(stocked))
    assert not change.done()
    go_on.set()
    await publishing
    await change
    assert await positions(stocked) == {"H37.02": ("lgsp-h37", "consigned")}
    assert await moving(stocked).round() == 1
    assert "inbox.g09" in await published(exchange)
    assert await positions(stocked) == {"H37.02": ("g09", "consigned")}
