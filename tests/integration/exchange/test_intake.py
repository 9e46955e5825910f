"""Several routers on one database: whatever meets there is stored once and answered each time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import permutations
from random import Random

import pytest

from axis.edxml.codes import StatusCode
from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.intake.batches import Intake
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import IntakeWork
from axis.reasons import Reason
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool, open_pool
from tests.support.exchange import ISSUER, NOW, again, case, document, reported, submission
from tests.support.memory import MemoryWorkbench, Observed
from tests.support.proxy import proxied
from tests.support.stocked import Exchange, all_of, counts, exchange_on

TIMES = 8
"""Each race is run so often, on fresh messages."""

CUTS = 40
"""How often the connections are cut."""


def resubmitted(first: Case, message_id: str) -> Case:
    return Case(again(first.submission, message_id=message_id), first.examination)


async def race(stocked: Pool, *batches: Sequence[Case]) -> list[list[Decision]]:
    """Handle batches at once, each in a router of its own."""
    routers = [exchange_on(stocked) for _ in batches]
    return list(
        await asyncio.gather(
            *(router.handle(*batch) for router, batch in zip(routers, batches, strict=True))
        )
    )


def endings(outcomes: list[list[Decision]]) -> Counter[Ending]:
    return Counter(decision.ending for batch in outcomes for decision in batch)


# -- races -------------------------------------------------------------------------------------


async def test_one_submission_at_two_routers_is_decided_once(stocked: Pool) -> None:
    for _ in range(TIMES):
        first = case(document())
        outcomes = await race(stocked, [first], [Case(again(first.submission), first.examination)])
        assert endings(outcomes) == {Ending.ACCEPTED: 1, Ending.REPEATED: 1}
    assert await counts(stocked, "document", "submission", "evidence") == [TIMES] * 3


async def test_one_document_under_two_message_ids_at_two_routers_is_stored_once(
    stocked: Pool,
) -> None:
    for number in range(TIMES):
        first = case(document(), submission(message_id=f"a-{number}"))
        outcomes = await race(stocked, [first], [resubmitted(first, f"b-{number}")])
        assert endings(outcomes) == {Ending.ACCEPTED: 1, Ending.DUPLICATE: 1}
    assert await counts(stocked, "document", "delivery", "evidence") == [TIMES] * 3


async def test_one_document_id_with_two_contents_at_two_routers_is_accepted_once(
    stocked: Pool,
) -> None:
    for _ in range(TIMES):
        message = document()
        rival = document(document_id=message.document_id)
        outcomes = await race(stocked, [case(message)], [case(rival)])
        assert endings(outcomes) == {Ending.ACCEPTED: 1, Ending.REFUSED: 1}
        reasons = [one.reasons for batch in outcomes for one in batch if one.reasons]
        assert reasons == [(Reason.DOCUMENT_CONFLICT.code,)]


async def test_one_message_id_with_two_contents_at_two_routers_is_used_once(
    stocked: Pool,
) -> None:
    for number in range(TIMES):
        batches = [[case(document(), submission(message_id=f"m-{number}-x"))] for _ in range(2)]
        outcomes = await race(stocked, *batches)
        assert endings(outcomes) == {Ending.ACCEPTED: 1, Ending.REFUSED: 1}


async def test_one_status_at_two_routers_is_stored_once(stocked: Pool) -> None:
    for number in range(TIMES):
        message = document()
        await race(stocked, [case(message)])
        first = reported("G09", StatusCode.ARRIVED, message, "g09")
        outcomes = await race(stocked, [first], [resubmitted(first, f"s-{number}")])
        assert endings(outcomes) == {Ending.ACCEPTED: 1, Ending.DUPLICATE: 1}
    assert await counts(stocked, "status") == [TIMES]


async def test_statuses_of_one_delivery_at_several_routers_leave_it_at_the_furthest(
    stocked: Pool,
) -> None:
    codes = (StatusCode.ARRIVED, StatusCode.ACCEPTED, StatusCode.DONE)
    for order in permutations(codes):
        message = document()
        await race(stocked, [case(message)])
        await race(stocked, *([reported("G09", code, message, "g09")] for code in order))
    assert {row["state"] for row in await all_of(stocked, "delivery")} == {"done"}


async def test_batches_that_share_their_keys_crosswise_do_not_block_each_other(
    stocked: Pool,
) -> None:
    for _ in range(TIMES):
        cases = [case(document()) for _ in range(6)]
        backwards = [Case(again(one.submission), one.examination) for one in reversed(cases)]
        async with asyncio.timeout(30):
            outcomes = await race(stocked, cases, backwards)
        assert endings(outcomes) == {Ending.ACCEPTED: 6, Ending.REPEATED: 6}


# -- dying ---------------------------------------------------------------------------------------


async def test_router_that_dies_after_the_commit_answers_the_same_when_asked_again(
    exchange: Exchange, stocked: Pool
) -> None:
    """The commit went through, its confirmation did not: the batch is handled once more."""
    cases = [case(document()), case(document("G22", ["X99"])), case(document(), submission(None))]

    class Forgetful(PostgresStore):
        @asynccontextmanager
        async def intake(self) -> AsyncIterator[IntakeWork]:  # type: ignore[override]
            async with super().intake() as work:
                yield work
            raise StoreUnavailableError("the connection was lost")

    with pytest.raises(StoreUnavailableError):
        await Exchange(Forgetful(stocked)).handle(*cases)
    decisions = await exchange.handle(*cases)
    assert [one.ending for one in decisions[:2]] == [Ending.REPEATED] * 2
    assert await counts(stocked, "document", "submission", "evidence", "outbox") == [1, 2, 2, 3]
    assert await counts(stocked, "dead_letter") == [1]


async def test_connection_that_is_cut_while_receipts_are_signed_leaves_nothing(
    exchange: Exchange, stocked: Pool, stocked_database: str
) -> None:
    first = case(document())
    async with proxied(stocked_database) as (dsn, proxy), await open_pool(dsn, max_size=2) as pool:

        class Cutting(MemoryWorkbench):
            async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
                proxy.cut()
                return await super().sign(receipts)

        workbench = Cutting({first.submission.body: first.examination})
        observed = Observed()
        intake = Intake(PostgresStore(pool), workbench, Notary(ISSUER), observed, lambda: NOW)
        with pytest.raises(StoreUnavailableError):
            await intake.handle([first.submission])
    assert observed.decisions == []
    assert await counts(stocked, "document", "submission", "outbox") == [0, 0, 0]
    (decision,) = await exchange.handle(first)
    assert decision.ending is Ending.ACCEPTED


async def test_routers_whose_connections_are_cut_at_random_lose_and_double_nothing(
    stocked: Pool, stocked_database: str
) -> None:
    """Few documents under few ids, redelivered and resubmitted to three routers over and over,
    while the database's connections are cut.
    """
    random = Random(20260302)
    messages = [document(document_id=f"G22,2026/03/02,{number}/CUT") for number in range(8)]
    documents = [case(one, submission(message_id="first")) for one in messages]
    rivals = [case(document(document_id=one.document_id)) for one in messages]
    submitted = [
        resubmitted(random.choice([*documents, *rivals]), f"m-{random.randrange(60)}")
        for _ in range(120)
    ]
    async with proxied(stocked_database) as (dsn, proxy), await open_pool(dsn, max_size=8) as pool:
        finished = asyncio.Event()
        cuts = barren = 0  # cuts in all, and since a batch was last committed

        async def cut() -> None:
            nonlocal cuts, barren
            while not finished.is_set():
                # a busy machine needs longer for a batch; cutting faster would only stop it
                await asyncio.sleep(random.uniform(0.01, 0.1) * (1 + barren / 10))
                proxy.cut()
                cuts += 1
                barren += 1

        async def router(batches: list[list[Case]]) -> None:
            nonlocal barren
            one, waiting = exchange_on(pool), list(batches)
            while waiting or cuts < CUTS:
                batch = waiting[0] if waiting else random.choice(batches)
                try:
                    await one.handle(*batch)
                except StoreUnavailableError:
                    await asyncio.sleep(0.005)
                else:
                    waiting, barren = waiting[1:], 0

        batches = [submitted[start : start + 5] for start in range(0, len(submitted), 5)]
        cutting = asyncio.create_task(cut())
        async with asyncio.timeout(90):
            await asyncio.gather(*(router(batches[part::3]) for part in range(3)))
        finished.set()
        await cutting
    rows = await all_of(stocked, "submission")
    asked = {(f"id:{one.submission.message_id}", one.examination.sha256) for one in submitted}
    answered = {(row["message_key"].split(" ")[0], row["sha256"]) for row in rows}
    assert answered == asked
    stored = await all_of(stocked, "document", "id, document_id, sha256")
    assert len({row["document_id"] for row in stored}) == len(stored) == len(messages)
    assert await counts(stocked, "delivery") == [len(messages)]
    receipts = {row["id"] for row in await all_of(stocked, "evidence")}
    assert {row["receipt"] for row in rows} == receipts
    outbox = Counter((row["type"]) for row in await all_of(stocked, "outbox"))
    assert outbox == {"document": len(messages), "receipt": len(rows)}
