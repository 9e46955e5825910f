"""What comes before its document, and what meets it at the same moment, on a real database.

PostgreSQL ends a deadlock by a fault of one transaction, which fails the test that meets it.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import asyncpg
import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.holding import FIRST_PAUSE, LONGEST_EARLY, LONGEST_WAIT
from axis.exchange.intake.batches import Intake
from axis.exchange.intake.retrying import Retrying
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Publication
from axis.exchange.stored import HeldLoad, Load
from axis.facts import SignatureFacts
from axis.reasons import Reason
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import ISSUER, NOW, again, case, document, reported, submission
from tests.support.memory import MemoryPublisher, MemoryWorkbench, Observed
from tests.support.stocked import all_of, counts, exchange_on

TIMES = 12
"""Each race is run so often, on fresh messages."""

AWAY = (Finding(Reason.SCANNER_AWAY),)


@dataclass
class Office:
    """Routers on one database that know what any bytes say."""

    pool: Pool
    at: datetime = NOW
    observed: Observed = field(default_factory=Observed)
    bench: MemoryWorkbench = field(default_factory=MemoryWorkbench)

    def __post_init__(self) -> None:
        store = PostgresStore(self.pool)
        notary = Notary(ISSUER)
        self.intake = Intake(store, self.bench, notary, self.observed, lambda: self.at)
        self.retrying = Retrying(store, self.intake, lambda: self.at)

    async def submit(self, *cases: Case) -> list[Ending]:
        """Take these in as one batch."""
        self.bench.examinations |= {one.submission.body: one.examination for one in cases}
        before = len(self.observed.decisions)
        await self.intake.handle([one.submission for one in cases])
        own = {one.submission.id for one in cases}
        decided = self.observed.decisions[before:]
        return [one.ending for one in decided if one.submission in own]

    async def try_again(self, after: timedelta = timedelta()) -> list[Ending]:
        """Let time pass and try everything that is due then."""
        self.at += after
        before = len(self.observed.decisions)
        while await self.retrying.round():
            pass
        return [one.ending for one in self.observed.decisions[before:]]

    async def race(self, *batches: Sequence[Case]) -> Counter[Ending]:
        """Take batches in at once, and try again what was held."""
        endings = await asyncio.gather(*(self.submit(*batch) for batch in batches))
        return Counter(ending for batch in endings for ending in batch)


@pytest.fixture
def office(stocked: Pool) -> Office:
    return Office(stocked)


def recall_of(about: Document) -> Case:
    return case(document(document_id=about.document_id, kind=DocumentKind.RECALL))


# -- woken -----------------------------------------------------------------------------------------


async def test_early_ones_are_due_the_moment_their_document_is_there_and_settle_in_their_order(
    office: Office, stocked: Pool
) -> None:
    about = document()
    for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED, StatusCode.ASSIGNED):
        assert await office.submit(reported("G09", code, about, "g09")) == [Ending.HELD]
        office.at += timedelta(milliseconds=10)
    assert await office.submit(recall_of(about)) == [Ending.HELD]
    assert await office.try_again(FIRST_PAUSE) == [Ending.STILL_HELD] * 4
    assert "woken" not in office.observed.log
    assert await office.submit(case(about)) == [Ending.ACCEPTED]
    assert office.observed.log[-1] == "woken"
    assert await office.try_again() == [Ending.ACCEPTED] * 4
    accepted = await stocked.fetch(
        "SELECT coalesce(t.code, 'recall') AS what FROM evidence e"
        " JOIN submission s ON s.id = e.submission LEFT JOIN status t ON t.id = s.status"
        " WHERE e.event = 'SubmissionAcceptance' ORDER BY e.sequence"
    )
    assert [row["what"] for row in accepted[1:]] == ["01", "03", "04", "recall"]
    assert await counts(stocked, "held_submission") == [0]


async def test_early_one_is_refused_when_its_time_is_over_and_waits_as_long_as_its_document(
    office: Office, stocked: Pool
) -> None:
    lost, waiting = document(), document()
    scanned = case(waiting)
    held = Case(scanned.submission, replace(scanned.examination, findings=AWAY))
    await office.submit(held)
    await office.submit(reported("G09", StatusCode.ARRIVED, lost, "g09"))
    await office.submit(recall_of(waiting))
    (first, second) = await stocked.fetch(
        "SELECT expires_at FROM held_submission WHERE awaits IS NOT NULL ORDER BY submission"
    )
    assert first["expires_at"] == office.at + LONGEST_EARLY
    assert second["expires_at"] == office.at + LONGEST_WAIT
    endings = await office.try_again(LONGEST_EARLY)
    assert Counter(endings) == {Ending.REFUSED: 1, Ending.STILL_HELD: 2}
    refused = await stocked.fetchrow("SELECT * FROM submission WHERE outcome = 'refused'")
    assert refused is not None
    assert refused["reasons"] == ["A-TARGET-UNKNOWN"]
    office.bench.examinations[scanned.submission.body] = scanned.examination
    office.at += timedelta(hours=1)
    assert Counter(await office.try_again()) == {Ending.ACCEPTED: 2}


async def test_refusal_of_a_held_document_refuses_at_once_what_has_waited_for_it(
    office: Office, stocked: Pool
) -> None:
    about = document()
    scanned = case(about)
    await office.submit(Case(scanned.submission, replace(scanned.examination, findings=AWAY)))
    await office.submit(recall_of(about))
    malware = replace(scanned.examination, findings=(Finding(Reason.MALWARE),))
    office.bench.examinations[scanned.submission.body] = malware
    await stocked.execute(
        "UPDATE held_submission SET next_try_at = $1 WHERE awaits IS NOT NULL",
        NOW + timedelta(hours=9),
    )
    office.at += timedelta(hours=1)
    assert await office.try_again() == [Ending.REFUSED] * 2
    rows = await stocked.fetch("SELECT reasons FROM submission ORDER BY id")
    assert [row["reasons"] for row in rows] == [["C-MALWARE"], ["A-TARGET-UNKNOWN"]]


async def test_document_that_comes_while_its_status_is_being_tried_is_not_missed(
    office: Office, stocked: Pool
) -> None:
    about = document()
    report = reported("G09", StatusCode.ARRIVED, about, "g09")
    await office.submit(report)
    office.at += FIRST_PAUSE
    async with PostgresStore(stocked).intake() as work:
        lease = office.at + timedelta(minutes=2)
        claimed = await work.claim_held(
            at=office.at, leased_until=lease, limit=5, max_bytes=1_000_000
        )
    await office.submit(case(about))
    await stocked.execute("UPDATE document SET document_id = document_id || '?'")
    await office.intake.try_again(claimed)  # it has looked before the document was there
    await stocked.execute("UPDATE document SET document_id = trim('?' FROM document_id)")
    assert office.observed.decisions[-1].ending is Ending.STILL_HELD
    assert await office.try_again() == [Ending.ACCEPTED]


async def test_what_waits_for_documents_is_counted_apart_and_by_endpoint(
    office: Office, stocked: Pool
) -> None:
    plain = case(document())
    await office.submit(Case(plain.submission, replace(plain.examination, findings=AWAY)))
    for _ in range(2):
        await office.submit(reported("G09", StatusCode.ARRIVED, document(), "g09"))
    await office.submit(recall_of(document()))
    async with PostgresStore(stocked).intake() as work:
        load = await work.held_load()
    assert load.checks.count == 1
    assert {name: one.count for name, one in load.early.items()} == {"g09": 2, "g22": 1}
    assert load.oldest == NOW
    assert isinstance(load, HeldLoad)
    assert load.all_early.size > Load(3, 0).size


# -- races -----------------------------------------------------------------------------------------


async def test_document_and_its_status_at_two_routers_end_with_the_status_accepted(
    office: Office, stocked: Pool
) -> None:
    for _ in range(TIMES):
        about = document()
        async with asyncio.timeout(60):
            endings = await office.race(
                [case(about)], [reported("G09", StatusCode.ARRIVED, about, "g09")]
            )
        endings.update(await office.try_again())
        assert endings[Ending.ACCEPTED] == 2
    assert await counts(stocked, "document", "status", "held_submission") == [TIMES, TIMES, 0]


async def test_recall_status_document_and_their_duplicates_at_five_routers_end_once_each(
    office: Office, stocked: Pool
) -> None:
    for number in range(TIMES):
        about = document()
        cases = [
            case(about),
            recall_of(about),
            reported("G09", StatusCode.ARRIVED, about, "g09"),
        ]
        twins = [
            Case(again(one.submission, message_id=f"twin-{number}-{place}"), one.examination)
            for place, one in enumerate(cases)
        ]
        async with asyncio.timeout(60):
            await office.race(cases[:1], cases[1:2], cases[2:], twins[::-1], twins)
        await office.try_again()
    rows = Counter(row["outcome"] for row in await all_of(stocked, "submission"))
    assert rows == {"accepted": 3 * TIMES, "duplicate": 3 * TIMES}
    assert await counts(stocked, "document", "status", "held_submission") == [2 * TIMES, TIMES, 0]


async def test_replacement_of_many_at_another_router_is_settled_soon_after_its_documents(
    office: Office, stocked: Pool
) -> None:
    """It shares no lock with them: one that is just being committed counts as not yet there."""
    for _ in range(TIMES):
        parts = [document() for _ in range(5)]
        names = [one.document_id for one in parts]
        replacement = case(document(kind=DocumentKind.REPLACE, replaces=names))
        await office.race([replacement], *([case(one)] for one in parts))
        await office.try_again(FIRST_PAUSE)
    rows = Counter(row["outcome"] for row in await all_of(stocked, "submission"))
    assert rows == {"accepted": 6 * TIMES}


def spelled(first: Case, body: bytes, message_id: str) -> Case:
    """The same signed content in other bytes."""
    other = submission("g09", routing_key="status", body=body, message_id=message_id)
    facts = SignatureFacts(policy="field", digest=first.examination.sha256)
    return Case(
        other,
        replace(first.examination, sha256=other.sha256, size=len(body), signature=facts),
    )


async def test_one_status_in_two_spellings_at_two_routers_is_stored_and_relayed_once(
    office: Office, stocked: Pool
) -> None:
    for number in range(TIMES):
        about = document()
        await office.submit(case(about))
        first = reported("G09", StatusCode.ARRIVED, about, "g09")
        pair = [
            spelled(first, b"<s>%d %d</s>" % (number, place), f"s-{number}-{place}")
            for place in range(2)
        ]
        assert await office.race(*([one] for one in pair)) == {
            Ending.ACCEPTED: 1,
            Ending.DUPLICATE: 1,
        }
    assert await counts(stocked, "status") == [TIMES]
    relayed = [row for row in await all_of(stocked, "outbox") if row["type"] == "status"]
    assert len(relayed) == TIMES
    (row, *_) = await all_of(stocked, "status")
    with pytest.raises(asyncpg.UniqueViolationError, match="status_content_once"):
        await stocked.execute(
            "INSERT INTO status SELECT gen_random_uuid(), document, delivery, code, sender,"
            " addressee, description, reported_at, 'other', body, endpoint, certificate,"
            " accepted_at, content FROM status WHERE id = $1",
            row["id"],
        )


# -- intake against dispatch -----------------------------------------------------------------------


@dataclass
class SlowPublisher(MemoryPublisher):
    """Lets others work while a burst is on its way."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
        self.reached.set()
        await self.go.wait()
        return await super().publish(messages)


async def test_resend_asked_for_while_the_receipt_is_on_its_way_neither_waits_nor_doubles_it(
    office: Office, stocked: Pool
) -> None:
    publisher = SlowPublisher()
    lane = exchange_on(stocked, publisher=publisher).lane()
    first = case(document())
    await office.submit(first)
    sending = asyncio.create_task(lane.round())
    await publisher.reached.wait()
    async with asyncio.timeout(30):
        twin = Case(again(first.submission), first.examination)
        assert await office.submit(twin) == [Ending.REPEATED]
    publisher.go.set()
    await sending
    await lane.round()

    def answers() -> list[Publication]:
        sent = [one for burst in publisher.bursts for one in burst]
        return [one for one in sent if one.correlation_id == first.submission.message_id]

    answer = answers()[0]
    assert answers().count(answer) == 1
    assert await office.submit(twin) == [Ending.REPEATED]  # it is marked as sent by now
    await lane.round()
    assert answers().count(answer) == 2


async def test_intake_and_dispatch_never_wait_for_each_other_in_a_circle(
    office: Office, stocked: Pool
) -> None:
    """Documents, early and late statuses, recalls and re-sends while both lanes publish."""
    random = Random(20261126)
    letters = [document() for _ in range(40)]
    cases = [case(one) for one in letters]
    cases += [recall_of(one) for one in letters[::2]]
    for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED):
        cases += [reported("G09", code, one, "g09") for one in letters]
    cases += [Case(again(one.submission), one.examination) for one in random.sample(cases, 40)]
    random.shuffle(cases)
    batches = [cases[start : start + 7] for start in range(0, len(cases), 7)]
    lanes = [exchange_on(stocked).lane(urgent=urgent) for urgent in (True, False, False)]
    done = asyncio.Event()

    async def dispatch(number: int) -> None:
        while not done.is_set() or (await lanes[number].round()).confirmed:
            await lanes[number].round()

    async def router(part: int) -> None:
        for batch in batches[part::3]:
            await office.submit(*batch)
            await office.try_again()

    async with asyncio.timeout(150), asyncio.TaskGroup() as group:
        for number in range(len(lanes)):
            group.create_task(dispatch(number))
        await asyncio.gather(*(router(part) for part in range(3)))
        await office.try_again(FIRST_PAUSE)
        done.set()
    outcomes = Counter(row["outcome"] for row in await all_of(stocked, "submission"))
    assert outcomes == {"accepted": 40 + 20 + 80}
    assert await counts(stocked, "document", "status", "held_submission") == [60, 80, 0]
