"""Recalls, updates and replacements on a real PostgreSQL: found again, locked, called off."""

import asyncio
from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.edxml.values import Document, ResponseFor
from axis.exchange.decision.case import Ending
from axis.exchange.dispatch.outbox import DispatchLimits
from axis.exchange.faults import BrokerLostError
from axis.exchange.views.links import Relation
from axis.exchange.views.scope import Scope
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.store.reading import PostgresReader
from tests.support.changing import replace
from tests.support.eventually import until
from tests.support.exchange import (
    NOW,
    case,
    document,
    recall,
    replacement,
    reported,
    submission,
    update,
)
from tests.support.memory import MemoryPublisher
from tests.support.stocked import Exchange, exchange_on

ALL = Scope(everything=True)


async def accept(exchange: Exchange, message: Document, endpoint: str = "g22") -> UUID:
    (decision,) = await exchange.handle(case(message, submission(endpoint)))
    assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())
    assert decision.document is not None
    return decision.document


async def report(
    exchange: Exchange, sender: str, code: StatusCode, about: Document, endpoint: str, to: str = ""
) -> None:
    (decision,) = await exchange.handle(
        reported(sender, code, about, endpoint, to=to, description="Lý do")
    )
    assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())


async def states(pool: Pool, document: UUID) -> dict[str, str]:
    rows = await pool.fetch("SELECT receiver, state FROM delivery WHERE document = $1", document)
    return {row["receiver"]: row["state"] for row in rows}


async def copies(pool: Pool, document: UUID) -> dict[str, str]:
    """Each queue with what has become of the document's copy for it."""
    rows = await pool.fetch(
        "SELECT queue, CASE WHEN cancelled_at IS NOT NULL THEN 'cancelled'"
        " WHEN published_at IS NOT NULL THEN 'published' ELSE 'waits' END AS fate"
        " FROM outbox WHERE subject = $1",
        document,
    )
    return {row["queue"]: row["fate"] for row in rows}


def published(publisher: MemoryPublisher) -> list[str]:
    """The queues that documents went to, each with the kind, in their order."""
    return [
        f"{one.queue} {one.headers['axis-kind']}"
        for burst in publisher.bursts
        for one in burst
        if one.type == "document"
    ]


async def drain(exchange: Exchange, *, urgent: bool = False) -> None:
    """Publish one lane until nothing is due."""
    lane = exchange.lane(urgent=urgent)
    while not (await lane.round()).idle:
        pass


# -- what does not go out -------------------------------------------------------------------------
async def test_recall_keeps_what_is_unpublished_from_ever_going_out(stocked: Pool) -> None:
    publisher = MemoryPublisher()
    exchange = exchange_on(stocked, publisher=publisher)
    first = document("G22", ["G09", "H37"])
    original = await accept(exchange, first)
    row = await accept(exchange, recall(first, ["G09"]))
    assert await copies(stocked, original) == {
        "inbox.g09": "cancelled",
        "inbox.lgsp-h37": "cancelled",
    }
    await drain(exchange, urgent=True)
    await drain(exchange)
    assert sorted(published(publisher)) == ["inbox.g09 recall", "inbox.lgsp-h37 recall"]
    assert await states(stocked, row) == {"G09": "consigned", "H37": "consigned"}
    assert set((await states(stocked, original)).values()) == {"take_back_asked"}


async def test_take_back_from_one_receiver_leaves_the_copy_to_the_others(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["H37", "H37.02"])
    original = await accept(exchange, first)
    await report(exchange, "G22", StatusCode.TAKE_BACK, first, "g22", to="H37")
    assert await copies(stocked, original) == {"inbox.lgsp-h37": "waits"}
    headers = await stocked.fetchval("SELECT headers FROM outbox WHERE subject = $1", original)
    assert headers["axis-to"] == "H37.02"
    await report(exchange, "G22", StatusCode.TAKE_BACK, first, "g22", to="H37.02")
    assert await copies(stocked, original) == {"inbox.lgsp-h37": "cancelled"}


async def test_copy_that_is_just_being_published_goes_on_and_the_recall_comes_behind_it(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await accept(exchange, first)
    async with PostgresStore(stocked).dispatch() as work:
        claimed = await work.claim(urgent=False, at=NOW, limit=10, max_bytes=10**6)
        (copy,) = [one.row.id for one in claimed if one.row.queue == "inbox.g09"]
        await accept(exchange, recall(first, ["G09"]))  # waits for nobody
        async with PostgresStore(stocked).dispatch() as other:
            behind = await other.claim(urgent=False, at=NOW, limit=10, max_bytes=10**6)
            assert [one for one in behind if one.row.queue == "inbox.g09"] == []
        await work.confirm([copy], NOW)
    assert await copies(stocked, original) == {"inbox.g09": "published"}
    async with PostgresStore(stocked).dispatch() as work:
        free = await work.claim(urgent=False, at=NOW, limit=10, max_bytes=10**6)
        assert [one.row.headers["axis-kind"] for one in free if one.row.queue == "inbox.g09"] == [
            "recall"
        ]


async def test_copy_that_the_broker_gives_back_after_its_recall_does_not_go_out_again(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await accept(exchange, first)

    class Slow(MemoryPublisher):
        async def publish(self, messages):  # type: ignore[no-untyped-def]
            await accept(exchange, recall(first, ["G09"]))
            return [False for _ in messages]

    exchange.publisher = Slow()
    await exchange.lane(limits=DispatchLimits(count=1)).round()
    assert await copies(stocked, original) == {"inbox.g09": "cancelled"}
    assert await states(stocked, original) == {"G09": "take_back_asked"}


async def test_router_that_dies_with_the_copy_in_hand_leaves_it_to_go_in_front_of_the_recall(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await accept(exchange, first)

    class Dying(MemoryPublisher):
        async def publish(self, messages):  # type: ignore[no-untyped-def]
            await accept(exchange, recall(first, ["G09"]))
            raise BrokerLostError("gone")

    exchange.publisher = Dying()
    with pytest.raises(BrokerLostError):
        await exchange.lane(limits=DispatchLimits(count=1)).round()
    exchange.publisher = publisher = MemoryPublisher()
    await drain(exchange)
    assert published(publisher) == ["inbox.g09 new", "inbox.g09 recall"]
    assert await copies(stocked, original) == {"inbox.g09": "published"}


async def test_recalls_statuses_and_confirms_at_once_wait_for_each_other_and_never_in_a_circle(
    stocked: Pool,
) -> None:
    first = document("G22", ["G09", "H37", "H37.02", "H37.101"])
    second = document("G22", ["G09", "H37", "H37.02", "H37.101"])
    exchange = exchange_on(stocked)
    originals = [await accept(exchange, one) for one in (first, second)]

    async def recalls(batch: list[Document]) -> None:
        messages = [
            recall(one, ["G09"], f"{one.document_id}/{batch[0].document_id}") for one in batch
        ]
        await exchange_on(stocked).handle(*(case(one, submission()) for one in messages))

    async def reports(batch: list[Document]) -> None:
        await exchange_on(stocked).handle(
            *(
                reported(code, StatusCode.ARRIVED, one, "lgsp-h37")
                for one in batch
                for code in ("H37.101", "H37", "H37.02")
            )
        )

    await asyncio.gather(
        recalls([first, second]),
        reports([second, first]),
        recalls([second, first]),
        reports([first, second]),
        drain(exchange),
        drain(exchange_on(stocked)),
    )
    for original in originals:
        assert set((await states(stocked, original)).values()) == {"take_back_asked"}


# -- what is found again --------------------------------------------------------------------------
async def test_recall_in_a_later_batch_finds_all_versions_and_its_answers_find_it(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    second = update(first, ["G09", "H37"], adds=["H37"], document_id="G22,2026/03/02,7/X")
    third = update(second, ["H37.02"], adds=["H37.02"], document_id="G22,2026/03/02,8/X")
    rows = [await accept(exchange, one) for one in (first, second, third)]
    for code, endpoint in (("G09", "g09"), ("H37", "lgsp-h37"), ("H37.02", "lgsp-h37")):
        about = third if code == "H37.02" else second
        await report(exchange, code, StatusCode.ARRIVED, about, endpoint)
    asking = recall(first, ["G09"], "G22,2026/03/02,9/TH")
    row = await accept(exchange, asking)
    assert set(await states(stocked, row)) == {"G09", "H37", "H37.02"}
    for one in rows:
        assert set((await states(stocked, one)).values()) == {"take_back_asked"}
    await report(exchange, "H37", StatusCode.AGREED, asking, "lgsp-h37")
    assert (await states(stocked, rows[1]))["H37"] == "agreed"
    assert (await states(stocked, row))["H37"] == "agreed"
    await report(exchange, "H37", StatusCode.DONE, second, "lgsp-h37")
    assert (await states(stocked, rows[1]))["H37"] == "destroyed"
    assert (await states(stocked, row))["H37"] == "destroyed"


async def test_added_receiver_gets_the_original_first_and_a_dropped_one_gives_it_back(
    stocked: Pool,
) -> None:
    publisher = MemoryPublisher()
    exchange = exchange_on(stocked, publisher=publisher)
    first = document("G22", ["G09"])
    original = await accept(exchange, first)
    await drain(exchange)
    row = await accept(exchange, update(first, ["H37"], adds=["H37"], drops=["G09"]))
    await drain(exchange)
    assert published(publisher)[1:] in (
        ["inbox.lgsp-h37 new", "inbox.g09 update", "inbox.lgsp-h37 update"],
        ["inbox.g09 update", "inbox.lgsp-h37 new", "inbox.lgsp-h37 update"],
    )
    await report(exchange, "G09", StatusCode.AGREED, first, "g09")
    assert await states(stocked, original) == {"G09": "withdrawn", "H37": "consigned"}
    assert await states(stocked, row) == {"G09": "withdrawn", "H37": "consigned"}


async def test_recall_takes_the_lane_in_which_the_original_went(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"], priority=Priority.URGENT)
    await accept(exchange, first)
    await drain(exchange, urgent=True)
    row = await accept(exchange, recall(first, ["G09"]))
    assert await copies(stocked, row) == {"inbox.g09.urgent": "waits"}


# -- what people see ------------------------------------------------------------------------------
async def test_documents_lead_to_each_other_for_those_whom_it_concerns(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    one, other = (document("G22", ["G09", "H37"]) for _ in range(2))
    first, second = await accept(exchange, one), await accept(exchange, other)
    message = replacement(["G09", "H37"], (one, ["G09"]), (other, []))
    row = await accept(exchange, message)
    reader = PostgresReader(stocked)

    async def related(scope: Scope, about: UUID) -> set[tuple[UUID, Relation]]:
        view = await reader.document(scope, about)
        assert view is not None
        return {(link.id, link.relation) for link in (*view.targets, *view.acted_on_by)}

    sender, g09, h37 = (Scope(frozenset({code})) for code in ("G22", "G09", "H37"))
    for scope in (ALL, sender, g09):
        assert await related(scope, row) == {
            (first, Relation.REPLACES),
            (second, Relation.REPLACES),
        }
        assert await related(scope, first) == {(row, Relation.REPLACED_BY)}
    assert await related(h37, row) == {(second, Relation.REPLACES)}
    assert await related(h37, first) == set()
    view = await reader.document(sender, first)
    assert view is not None
    assert [link.receivers for link in view.acted_on_by] == [("G09",)]


async def test_answers_are_joined_in_whatever_order_they_come_and_seen_by_who_sees_both(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    asked = document("G22", ["G09", "H37"])
    response = ResponseFor(organ_id="G22", code="1/X", document_id=asked.document_id)
    early = await accept(exchange, replace(document("G09", ["G22"]), responses=(response,)), "g09")
    question = await accept(exchange, asked)
    late = await accept(
        exchange, replace(document("H37", ["G22"]), responses=(response,)), "lgsp-h37"
    )
    reader = PostgresReader(stocked)
    view = await reader.document(ALL, question)
    assert view is not None
    assert [(link.id, link.relation) for link in view.acted_on_by] == [
        (early, Relation.ANSWERED_BY),
        (late, Relation.ANSWERED_BY),
    ]
    for code, expected in (("G22", 2), ("G09", 1), ("H37", 1)):
        seen = await reader.document(Scope(frozenset({code})), question)
        assert seen is not None
        assert len(seen.acted_on_by) == expected
    answer = await reader.document(ALL, early)
    assert answer is not None
    assert [(link.id, link.relation) for link in answer.targets] == [(question, Relation.ANSWERS)]


async def test_recall_of_a_document_marks_its_later_version_and_shows_its_answers_there(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    second = update(first, ["G09"], document_id="G22,2026/03/02,7/X")
    original, changed = [await accept(exchange, one) for one in (first, second)]
    row = await accept(exchange, recall(first, ["G09"], "G22,2026/03/02,9/TH"))
    await report(exchange, "G09", StatusCode.AGREED, first, "g09")
    reader = PostgresReader(stocked)
    view = await reader.document(ALL, changed)
    assert view is not None
    assert (row, Relation.RECALLED_BY) in [(one.id, one.relation) for one in view.acted_on_by]
    for about in (original, row):
        view = await reader.document(ALL, about)
        assert view is not None
        assert StatusCode.AGREED in [one.status for one in view.timeline if one.receipt]


async def test_links_know_whose_they_are(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09", "H37"])
    await accept(exchange, first)
    await accept(exchange, update(first, ["H37"], drops=["G09"]))
    row = await stocked.fetchrow("SELECT receivers, dropped FROM document_link")
    assert row["receivers"] == []
    assert "G09" in row["dropped"]
    kinds = await stocked.fetch("SELECT kind FROM document ORDER BY id")
    assert [one["kind"] for one in kinds] == [DocumentKind.NEW, DocumentKind.UPDATE]


async def test_index_of_what_is_due_leaves_out_what_was_cancelled(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    await accept(exchange, first)
    await accept(exchange, recall(first, ["G09"]))
    definition = await stocked.fetchval(
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'outbox_fresh'"
    )
    assert "cancelled_at IS NULL" in definition
    await until(lambda: _none_cancelled_is_claimed(stocked))


async def _none_cancelled_is_claimed(pool: Pool) -> bool:
    async with PostgresStore(pool).dispatch() as work:
        found = await work.claim(urgent=False, at=NOW, limit=100, max_bytes=10**6)
    return all(one.row.headers.get("axis-kind") != "new" for one in found)
