"""The dispatch's transaction on a real PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from axis.edxml.codes import Priority, StatusCode
from axis.exchange.dispatch.outbox import LONGEST_PAUSE, DispatchLimits
from axis.exchange.faults import BrokerLostError
from axis.exchange.records import MessageType, OutboxRow
from axis.exchange.stored import OutboxMessage
from axis.store import dispatch
from axis.store.dispatch import PostgresDispatchWork
from axis.store.exchange import PostgresStore
from axis.store.pool import Connection, Pool
from axis.store.sql import load_queries
from tests.support.exchange import NOW, case, document, reported, submission
from tests.support.memory import SIGNATURE, MemoryPublisher
from tests.support.stocked import Exchange, all_of, counts, exchange_on

EVERYTHING = DispatchLimits().size


async def claimed(
    pool: Pool,
    *,
    urgent: bool = False,
    limit: int = 100,
    max_bytes: int = EVERYTHING,
    after: timedelta = timedelta(0),
) -> list[OutboxMessage]:
    """What a dispatcher would take now."""
    async with PostgresStore(pool).dispatch() as work:
        return list(
            await work.claim(urgent=urgent, at=NOW + after, limit=limit, max_bytes=max_bytes)
        )


# -- claims ------------------------------------------------------------------------------------


async def test_each_claimed_message_has_its_own_bytes(exchange: Exchange, stocked: Pool) -> None:
    message, submitted = document("G22", ["G09", "H37.02"]), submission(body=b"<edXML>A</edXML>")
    await exchange.handle(case(message, submitted))
    report = reported("G09", StatusCode.ARRIVED, message, "g09", body=b"<edXML>B</edXML>")
    await exchange.handle(report)
    rows = {(one.row.type, one.row.queue): one.row for one in await claimed(stocked)}
    async with PostgresStore(stocked).dispatch() as work:
        bodies = await work.bodies([*rows.values()])
    found = {what: bodies[row.subject] for what, row in rows.items()}
    assert found[MessageType.DOCUMENT, "inbox.g09"] == b"<edXML>A</edXML>"
    assert found[MessageType.DOCUMENT, "inbox.lgsp-h37"] == b"<edXML>A</edXML>"
    assert found[MessageType.STATUS, "answers.g22"] == b"<edXML>B</edXML>"
    assert found[MessageType.RECEIPT, "answers.g09"].endswith(SIGNATURE)
    for what, row in rows.items():
        assert row.size == len(found[what])
        assert row.created_at == NOW


async def test_claim_takes_the_oldest_of_its_lane_that_are_due(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document()))
    await exchange.handle(case(document(priority=Priority.EXPRESS)))
    await stocked.execute(
        "UPDATE outbox SET due_at = $1 WHERE type = 'receipt'", NOW + timedelta(seconds=5)
    )
    ordinary = await claimed(stocked)
    assert [one.row.queue for one in ordinary] == ["inbox.g09"]
    assert [one.row.queue for one in await claimed(stocked, urgent=True)] == ["inbox.g09.urgent"]
    later = await claimed(stocked, after=timedelta(seconds=5))
    assert [one.row.queue for one in later] == ["inbox.g09", "answers.g22"]


async def test_message_written_under_a_clock_that_was_ahead_becomes_due_when_nothing_else_is(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document()))
    an_hour_ago = timedelta(hours=-1)

    assert await claimed(stocked, after=an_hour_ago) == []
    assert len(await claimed(stocked, after=an_hour_ago)) == 2


@pytest.mark.parametrize(("pause", "comes"), [(LONGEST_PAUSE, False), (timedelta(days=1), True)])
async def test_message_that_was_put_off_waits_no_longer_than_the_longest_pause(
    exchange: Exchange, stocked: Pool, pause: timedelta, comes: bool
) -> None:
    await exchange.handle(case(document()))
    await stocked.execute("UPDATE outbox SET attempts = 1, due_at = $1", NOW + pause)

    assert await claimed(stocked) == []
    assert bool(await claimed(stocked)) is comes


async def test_claim_is_bounded_by_count_and_by_bytes_but_never_empty(
    exchange: Exchange, stocked: Pool
) -> None:
    large = submission(body=b"x" * 100_000)
    await exchange.handle(case(document("G22", ["G09", "H37.02"]), large))
    assert len(await claimed(stocked, limit=2)) == 2
    assert len(await claimed(stocked, max_bytes=1)) == 1
    assert len(await claimed(stocked, max_bytes=199_999)) == 1  # both copies go over the wire
    assert len(await claimed(stocked, max_bytes=200_000)) == 2


async def test_claim_is_bounded_by_the_receivers_that_its_copies_have(
    exchange: Exchange, stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await exchange.handle(case(document("G22", ["H37", "H37.02", "H37.101"])))
    await stocked.execute("UPDATE outbox SET published_at = $1 WHERE type = 'receipt'", NOW)
    monkeypatch.setattr(dispatch, "MAX_RECEIVERS", 6)
    assert len(await claimed(stocked)) == 2
    monkeypatch.setattr(dispatch, "MAX_RECEIVERS", 1)
    assert len(await claimed(stocked)) == 1


async def test_claim_takes_new_messages_before_those_that_a_full_queue_keeps_back(
    exchange: Exchange, stocked: Pool
) -> None:
    for _ in range(8):
        await exchange.handle(case(document()))
    await stocked.execute("UPDATE outbox SET attempts = 9, due_at = $1", NOW - timedelta(hours=1))
    await exchange.handle(*(case(document()) for _ in range(8)))

    some = await claimed(stocked, limit=8)
    assert [one.attempts for one in some].count(0) == 6
    assert [one.attempts for one in some].count(9) == 2  # they have a share of their own
    assert [one.attempts for one in await claimed(stocked, limit=1)] == [0]
    everything = await claimed(stocked)
    assert [one.attempts for one in everything] == [9] * 16 + [0] * 16

    await stocked.execute("UPDATE outbox SET published_at = $1 WHERE attempts = 0", NOW)
    assert len(await claimed(stocked, limit=8)) == 8


async def test_rounds_pass_what_is_put_off_without_reading_it(
    exchange: Exchange, stocked: Pool
) -> None:
    """A hundred thousand messages may wait for a queue that is full."""
    await exchange.handle(case(document()))
    await stocked.execute(
        "INSERT INTO outbox (id, queue, urgent, type, subject, size, headers, created_at, due_at,"
        " attempts) SELECT gen_random_uuid(), queue, urgent, type, subject, size, headers,"
        " created_at, due_at + interval '1 minute', 9 FROM outbox, generate_series(1, 5000)"
    )
    await stocked.execute("UPDATE outbox SET published_at = $1 WHERE attempts = 0", NOW)
    await stocked.execute("ANALYZE outbox")
    claim, hasten = [load_queries("dispatch")[name] for name in ("claim", "hasten")]
    later = NOW + LONGEST_PAUSE
    async with PostgresStore(stocked).dispatch() as work:
        await work._connection.execute("SET LOCAL enable_bitmapscan = off")  # as routers do
        for query, arguments in (
            (claim, (False, NOW, 75, 100)),
            (hasten, (False, NOW, later, 1_000)),
        ):
            assert await pages_of(work._connection, query, *arguments) < 40


async def pages_of(connection: Connection, query: str, *arguments: Any) -> int:
    """How many pages a statement looks at."""
    plan = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *arguments)
    (top,) = orjson.loads(plan)
    return int(top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"])


async def test_dispatchers_at_work_at_once_never_take_the_same_message(
    exchange: Exchange, stocked: Pool
) -> None:
    for _ in range(4):
        await exchange.handle(case(document()))
    store = PostgresStore(stocked)
    async with store.dispatch() as left, store.dispatch() as right:
        first = await left.claim(urgent=False, at=NOW, limit=3, max_bytes=EVERYTHING)
        second = await right.claim(urgent=False, at=NOW, limit=100, max_bytes=EVERYTHING)
        rest = await right.claim(urgent=False, at=NOW, limit=100, max_bytes=EVERYTHING)
    ids = [one.row.id for one in (*first, *second)]
    assert len(first) == 3
    assert len(ids) == len(set(ids)) == 8
    assert {one.row.id for one in rest} == {one.row.id for one in second}


async def test_messages_of_a_dispatcher_that_died_go_to_the_next_one(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document()))
    before = await claimed(stocked)

    async def die() -> None:
        async with PostgresStore(stocked).dispatch() as work:
            taken = await work.claim(urgent=False, at=NOW, limit=9, max_bytes=EVERYTHING)
            await work.confirm([one.row.id for one in taken], NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await die()
    assert [one.row.id for one in await claimed(stocked)] == [one.row.id for one in before]


# -- rounds ------------------------------------------------------------------------------------


async def test_round_moves_the_deliveries_and_proves_it_to_the_sender(
    exchange: Exchange, stocked: Pool
) -> None:
    submitted = submission(message_id="id-1")
    await exchange.handle(case(document("G22", ["G09", "H37.02"]), submitted))
    await exchange.lane().round()
    rows = await all_of(stocked, "delivery")
    assert [row["state"] for row in rows] == ["consigned", "consigned"]
    events = await stocked.fetch("SELECT event, agency, endpoint FROM evidence ORDER BY sequence")
    assert [tuple(event) for event in events] == [
        ("SubmissionAcceptance", "G22", "g22"),
        ("ContentConsignment", "G22", "g22"),
    ]
    assert await counts(stocked, "evidence_delivery") == [4]
    (proof,) = await claimed(stocked)
    assert (proof.row.queue, proof.row.correlation_id) == ("answers.g22", "id-1")
    assert proof.row.size == await stocked.fetchval(
        "SELECT length(receipt) FROM evidence WHERE id = $1", proof.row.subject
    )


async def test_rounds_end_when_everything_is_confirmed(exchange: Exchange, stocked: Pool) -> None:
    await exchange.handle(case(document()), case(document("G09", ["G22"]), submission("g09")))
    lane = exchange.lane()
    rounds = []
    while (done := await lane.round()).confirmed:
        rounds.append(done.confirmed)
    assert rounds == [4, 2]
    assert await stocked.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0


async def test_status_that_overtakes_the_confirm_keeps_its_state_and_the_proof(
    exchange: Exchange, stocked: Pool
) -> None:
    """The receiver may report before the transaction that publishes has committed."""
    message = document()
    await exchange.handle(case(message))

    class Quick(MemoryPublisher):
        async def publish(self, messages):  # type: ignore[no-untyped-def]
            await exchange.handle(reported("G09", StatusCode.ARRIVED, message, "g09"))
            return await super().publish(messages)

    await exchange_on(stocked, publisher=Quick()).lane().round()
    (row,) = await all_of(stocked, "delivery")
    assert row["state"] == "arrived"
    events = await stocked.fetch("SELECT event FROM evidence ORDER BY sequence")
    assert [event["event"] for event in events].count("ContentConsignment") == 1


async def test_returned_messages_wait_and_count_their_attempts(
    exchange: Exchange, stocked: Pool
) -> None:
    exchange.publisher.refused.add("inbox.g09")  # type: ignore[attr-defined]
    await exchange.handle(case(document()))
    await exchange.lane().round()
    (row,) = [row for row in await all_of(stocked, "outbox") if row["type"] == "document"]
    assert (row["attempts"], row["published_at"]) == (1, None)
    assert row["due_at"] == NOW + timedelta(seconds=1)
    assert await claimed(stocked) == []
    assert len(await claimed(stocked, after=timedelta(seconds=1))) == 1


async def test_full_queue_costs_the_database_one_body_a_round(
    exchange: Exchange, stocked: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        await exchange.handle(case(document()))
    await stocked.execute("UPDATE outbox SET published_at = $1 WHERE type = 'receipt'", NOW)
    exchange.publisher.refused.add("inbox.g09")  # type: ignore[attr-defined]
    read: list[int] = []
    bodies = PostgresDispatchWork.bodies

    async def counted(
        work: PostgresDispatchWork, rows: Sequence[OutboxRow]
    ) -> Mapping[UUID, bytes]:
        found = await bodies(work, rows)
        read.append(len(found))
        return found

    monkeypatch.setattr(PostgresDispatchWork, "bodies", counted)
    lane = exchange.lane()
    for _ in range(3):
        assert (await lane.round()).returned == 6
        await stocked.execute("UPDATE outbox SET due_at = $1", NOW)
    assert read == [6, 1, 1]
    exchange.publisher.refused.clear()  # type: ignore[attr-defined]
    assert (await lane.round()).confirmed == 1
    await lane.round()
    assert {row["state"] for row in await all_of(stocked, "delivery")} == {"consigned"}


async def test_attempts_stop_counting_where_the_column_ends(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(document()))
    await stocked.execute("UPDATE outbox SET attempts = 29999")
    ids: list[UUID] = [row["id"] for row in await all_of(stocked, "outbox")]
    async with PostgresStore(stocked).dispatch() as work:
        await work.postpone(ids, NOW)
        await work.postpone(ids, NOW)
    assert {row["attempts"] for row in await all_of(stocked, "outbox")} == {30_000}


async def test_lost_broker_leaves_everything_as_it_was(exchange: Exchange, stocked: Pool) -> None:
    await exchange.handle(case(document()))
    before = await all_of(stocked, "outbox")
    exchange.publisher.fault = BrokerLostError("lost")  # type: ignore[attr-defined]
    with pytest.raises(BrokerLostError):
        await exchange.lane().round()
    assert await all_of(stocked, "outbox") == before
    assert await counts(stocked, "evidence") == [1]
