"""What waits for a check on a real database: claimed once, settled once, never lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from axis.examination import Examination
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.holding import FIRST_PAUSE, LONGEST_WAIT, HoldLimits
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.intake.batches import Intake
from axis.exchange.intake.retrying import LEASE, Retrying
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import IntakeWork
from axis.reasons import Reason
from axis.store import holding
from axis.store.exchange import PostgresStore
from axis.store.holding import PostgresHolding
from axis.store.pool import Pool, open_pool, transaction
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import ISSUER, NOW, again, case, document, submission
from tests.support.memory import SIGNATURE, Observed
from tests.support.proxy import proxied
from tests.support.stocked import all_of, counts, later

AWAY = (Finding(Reason.SCANNER_AWAY),)


@dataclass
class Scene:
    """Routers on one database, with a scanner that is away until it is back."""

    pool: Pool
    at: datetime = NOW
    findings: Sequence[Finding] = AWAY
    """What every check finds beside what is wrong with the document itself."""
    cases: dict[bytes, Examination] = field(default_factory=dict)
    limits: HoldLimits = field(default_factory=HoldLimits)
    observed: Observed = field(default_factory=Observed)

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        await asyncio.sleep(0)
        return [
            replace(self.cases[body], findings=(*self.cases[body].findings, *self.findings))
            for body in bodies
        ]

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        return [receipt + SIGNATURE for receipt in receipts]

    def intake(self, store: PostgresStore) -> Intake:
        notary = Notary(ISSUER)
        return Intake(store, self, notary, self.observed, lambda: self.at, self.limits)

    async def submit(self, *cases: Case, pool: Pool | None = None) -> list[Ending]:
        self.cases |= {one.submission.body: one.examination for one in cases}
        before = len(self.observed.decisions)
        store = PostgresStore(pool or self.pool)
        await self.intake(store).handle([one.submission for one in cases])
        return [one.ending for one in self.observed.decisions[before:]]

    def retrying(self, store: PostgresStore | None = None) -> Retrying:
        store = store or PostgresStore(self.pool)
        return Retrying(store, self.intake(store), lambda: self.at)

    async def try_again(self, after: timedelta = FIRST_PAUSE) -> list[Ending]:
        """Let time pass and try everything that is due then."""
        self.at += after
        before = len(self.observed.decisions)
        while await self.retrying().round():
            pass
        return [one.ending for one in self.observed.decisions[before:]]


@pytest.fixture
def scene(stocked: Pool) -> Scene:
    return Scene(stocked)


async def outcomes(pool: Pool) -> list[str]:
    return [row["outcome"] for row in await all_of(pool, "submission")]


async def test_held_document_flows_by_itself_when_its_check_can_be_made(
    scene: Scene, stocked: Pool
) -> None:
    first = case(document(), submission(message_id="id-1"))
    assert await scene.submit(first) == [Ending.HELD]
    assert await counts(stocked, "document", "submission", "held_submission") == [0, 1, 1]
    assert await scene.try_again() == [Ending.STILL_HELD]
    row = await stocked.fetchrow("SELECT * FROM held_submission")
    assert row is not None
    assert (row["attempts"], row["body"]) == (1, first.submission.body)
    assert row["next_try_at"] == scene.at + 2 * FIRST_PAUSE
    scene.findings = ()
    assert await scene.try_again(2 * FIRST_PAUSE) == [Ending.ACCEPTED]
    assert await counts(stocked, "document", "delivery", "held_submission") == [1, 1, 0]
    (ended,) = await all_of(stocked, "submission")
    assert (ended["id"], ended["outcome"]) == (first.submission.id, "accepted")
    assert ended["reasons"] == []
    receipts = await stocked.fetch("SELECT * FROM evidence ORDER BY sequence")
    assert [one["event"] for one in receipts] == ["SubmissionHeld", "SubmissionAcceptance"]
    assert {one["submission"] for one in receipts} == {ended["id"]}
    assert ended["receipt"] == receipts[1]["id"]
    sent = await stocked.fetch("SELECT * FROM outbox WHERE type = 'receipt'")
    assert {one["subject"] for one in sent} == {one["id"] for one in receipts}
    assert {one["correlation_id"] for one in sent} == {"id-1"}


async def test_nothing_is_tried_before_it_is_due_or_twice_at_a_time(scene: Scene) -> None:
    await scene.submit(case(document()))
    assert await scene.try_again(FIRST_PAUSE / 2) == []
    store = PostgresStore(scene.pool)
    async with store.intake() as work:
        facts = {"at": scene.at + FIRST_PAUSE, "limit": 5, "max_bytes": 1}
        lease = scene.at + LEASE
        assert len(await work.claim_held(leased_until=lease, **facts)) == 1  # type: ignore[arg-type]
    assert await scene.try_again() == []
    assert await scene.try_again(LEASE) == [Ending.STILL_HELD]


async def test_what_was_put_off_by_a_clock_far_ahead_is_tried_once_the_clock_is_right(
    scene: Scene,
) -> None:
    right = scene.at
    scene.at += timedelta(days=30)
    await scene.submit(case(document()))
    scene.at = right

    assert await scene.try_again() == [], "it is found now"
    assert await scene.try_again(timedelta()) == [Ending.STILL_HELD]


async def test_claim_takes_as_many_bytes_as_it_may_and_one_in_any_case(scene: Scene) -> None:
    for _ in range(3):
        await scene.submit(case(document(), submission(body=b"x" * 100 + str(_).encode())))
    store = PostgresStore(scene.pool)
    for limit, count in ((1, 1), (250, 2)):
        async with store.intake() as work:
            claimed = await work.claim_held(
                at=later(60), leased_until=later(61), limit=9, max_bytes=limit
            )
            assert len(claimed) == count
        await scene.pool.execute("UPDATE held_submission SET next_try_at = $1", NOW)


async def test_held_document_whose_time_is_over_is_refused_with_its_reasons(
    scene: Scene, stocked: Pool
) -> None:
    await scene.submit(case(document()))
    assert await scene.try_again(LONGEST_WAIT) == [Ending.REFUSED]
    (row,) = await all_of(stocked, "submission")
    assert row["outcome"] == "refused"
    assert row["reasons"] == ["F-WAITED-TOO-LONG", "C-SCANNER-AWAY"]
    assert await counts(stocked, "held_submission", "evidence", "outbox") == [0, 2, 2]


async def test_document_that_finds_no_room_is_refused_and_those_that_wait_stay(
    scene: Scene, stocked: Pool
) -> None:
    scene.limits = HoldLimits(count=2)
    letters = [case(document()) for _ in range(3)]
    assert await scene.submit(*letters[:2]) == [Ending.HELD] * 2
    assert await scene.submit(letters[2]) == [Ending.REFUSED]
    scene.findings = ()
    assert await scene.try_again() == [Ending.ACCEPTED] * 2
    assert sorted(await outcomes(stocked)) == ["accepted", "accepted", "refused"]


async def test_administrator_has_a_held_document_refused_with_a_receipt(
    scene: Scene, stocked: Pool
) -> None:
    await scene.submit(case(document()))
    (row,) = await all_of(stocked, "submission")
    administration = PostgresHolding(stocked, lambda: scene.at)
    await administration.refuse(row["id"], "Gửi nhầm", "test")
    assert await scene.try_again(timedelta()) == [Ending.REFUSED]
    (ended,) = await all_of(stocked, "submission")
    assert ended["reasons"] == ["A-REFUSED-BY-OPERATOR", "C-SCANNER-AWAY"]
    audited = await stocked.fetchrow("SELECT * FROM audit WHERE action = 'held:refuse'")
    assert audited is not None
    assert audited["facts"] == {"submission": str(row["id"]), "reason": "Gửi nhầm"}
    with pytest.raises(Exception, match="is waiting"):
        await administration.refuse(row["id"], "Gửi nhầm", "test")


async def test_what_is_woken_is_due_at_once_and_stays_so_while_it_is_being_tried(
    scene: Scene, stocked: Pool
) -> None:
    scene.findings = (Finding(Reason.REVOCATION_UNKNOWN),)
    await scene.submit(case(document()))
    scene.findings = AWAY
    await scene.submit(case(document()))

    async def wake() -> None:
        async with transaction(stocked) as connection:
            await holding.wake(connection, scene.at, Reason.REVOCATION_UNKNOWN)

    await wake()
    scene.findings = (Finding(Reason.REVOCATION_UNKNOWN),)
    assert await scene.try_again(timedelta()) == [Ending.STILL_HELD]
    await wake()

    class Waking(PostgresStore):
        """New information comes while the check is under way."""

        @asynccontextmanager
        async def intake(self) -> AsyncIterator[IntakeWork]:  # type: ignore[override]
            async with super().intake() as work:
                yield work
            await wake()

    assert await scene.retrying(Waking(stocked)).round() == 1
    scene.findings = ()
    assert await scene.try_again(timedelta()) == [Ending.ACCEPTED]


async def test_same_document_under_two_message_ids_is_accepted_once_and_answered_twice(
    scene: Scene, stocked: Pool
) -> None:
    first = case(document(), submission(message_id="id-1"))
    second = Case(again(first.submission, message_id="id-2"), first.examination)
    assert await scene.submit(first, second) == [Ending.HELD] * 2
    assert await scene.submit(Case(again(first.submission), first.examination)) == [Ending.REPEATED]
    scene.findings = ()
    assert await scene.try_again() == [Ending.ACCEPTED, Ending.DUPLICATE]
    assert await counts(stocked, "document", "delivery", "submission") == [1, 1, 2]
    assert len({row["receipt"] for row in await all_of(stocked, "submission")}) == 1


async def test_router_that_dies_after_the_commit_finds_the_held_submission_settled(
    scene: Scene, stocked: Pool
) -> None:
    await scene.submit(case(document()))
    scene.findings = ()

    class Forgetful(PostgresStore):
        @asynccontextmanager
        async def intake(self) -> AsyncIterator[IntakeWork]:  # type: ignore[override]
            async with super().intake() as work:
                yield work
            if await counts(stocked, "document") == [1]:
                raise StoreUnavailableError("the connection was lost")

    scene.at += FIRST_PAUSE
    with pytest.raises(StoreUnavailableError):
        await scene.retrying(Forgetful(stocked)).round()
    assert await scene.try_again(LEASE) == []
    assert await counts(stocked, "document", "held_submission", "evidence") == [1, 0, 2]


async def test_200_held_documents_at_two_routers_are_neither_doubled_nor_lost(
    scene: Scene, stocked: Pool, stocked_database: str
) -> None:
    """The routers' connections are cut all the while, and some documents come twice."""
    random = Random(20261125)
    letters = [case(document(), submission(message_id=f"id-{number}")) for number in range(200)]
    for start in range(0, 200, 50):
        assert set(await scene.submit(*letters[start : start + 50])) == {Ending.HELD}
    others = [
        Case(again(one.submission, message_id=f"again-{number}"), one.examination)
        for number, one in enumerate(random.sample(letters, 20))
    ]
    await scene.submit(*others)
    async with proxied(stocked_database) as (dsn, proxy), await open_pool(dsn, max_size=8) as pool:

        async def router() -> None:
            retrying = scene.retrying(PostgresStore(pool))
            while await stocked.fetchval("SELECT count(*) FROM held_submission"):
                scene.at += timedelta(seconds=20)
                if scene.at > NOW + timedelta(minutes=5):
                    scene.findings = ()
                try:
                    await retrying.round()
                except StoreUnavailableError:
                    await asyncio.sleep(0.005)

        async def cut() -> None:
            for _ in range(12):
                await asyncio.sleep(random.uniform(0.02, 0.2))
                proxy.cut()

        async with asyncio.timeout(100), asyncio.TaskGroup() as group:
            for work in (router(), router(), cut()):
                group.create_task(work)
    assert Counter(await outcomes(stocked)) == {"accepted": 200, "duplicate": 20}
    assert await counts(stocked, "document", "delivery", "held_submission") == [200, 200, 0]
    events = Counter(row["event"] for row in await all_of(stocked, "evidence"))
    assert events == {"SubmissionHeld": 220, "SubmissionAcceptance": 200}
    sent = Counter(row["type"] for row in await all_of(stocked, "outbox"))
    assert sent == {"receipt": 440, "document": 200}
