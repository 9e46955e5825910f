"""Deadlines on a real database: what passes is told once, to both sides, whatever dies."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest

from axis.clock import Clock
from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.edxml.values import Document
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.exchange import watch as watching
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.watch import Watch
from axis.registry.agency import Agency, Level
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from tests.support.changing import replace
from tests.support.exchange import ISSUER, NOW, case, document, recall, reported, submission
from tests.support.keeping import Hands
from tests.support.memory import SIGNATURE, MemoryWorkbench
from tests.support.stocked import Exchange

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


class Office:
    """Routers on one database with a clock that is turned by hand; it starts on Monday, 08:00."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.clock = Hands(NOW)
        self.store = PostgresStore(pool)
        self.workbench = MemoryWorkbench()
        self.exchange = Exchange(self.store, clock=self.clock)

    def watch(self, witness: Clock | None = None) -> Watch:
        return Watch(self.store, self.workbench, Notary(ISSUER), self.clock, witness)

    async def look(self) -> list[dict[DeadlineKind, int]]:
        """Watch until nothing more is due."""
        rounds, watch = [], self.watch()
        while done := await watch.round():
            rounds.append(dict(done))
        return rounds

    async def send(self, *messages: Document, publish: bool = True) -> None:
        await self.exchange.handle(*(case(one, submission()) for one in messages))
        if publish:
            await self.publish()

    async def publish(self) -> None:
        for urgent in (True, False):
            lane = self.exchange.lane(urgent=urgent)
            while (await lane.round()).confirmed:
                pass

    async def report(self, code: StatusCode, about: Document) -> None:
        await self.exchange.handle(reported("G09", code, about, "g09", at=self.clock.now))

    async def told(self) -> list[tuple[str, str, Receipt]]:
        """What the watch told whom: endpoint, event and receipt, in order."""
        rows = await self.pool.fetch(
            "SELECT e.endpoint, e.event, e.receipt"
            " FROM evidence e JOIN outbox o ON o.subject = e.id"
            " WHERE e.event IN ('ContentConsignmentFailure', 'ContentHandoverFailure',"
            " 'AcceptanceRejectionExpiry', 'DestructionConfirmationExpiry', 'DueDatePassed')"
            " ORDER BY e.sequence"
        )
        return [
            (row["endpoint"], row["event"], read_receipt(row["receipt"].removesuffix(SIGNATURE)))
            for row in rows
        ]

    async def states(self) -> list[tuple[str, list[str]]]:
        rows = await self.pool.fetch("SELECT state, late FROM delivery ORDER BY id")
        return [(row["state"], row["late"]) for row in rows]


@pytest.fixture
def office(stocked: Pool) -> Office:
    return Office(stocked)


# -- two clocks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["the axis's", "the machine's"])
async def test_clock_that_is_set_ahead_passes_no_deadline_before_the_other_agrees(
    office: Office, which: str
) -> None:
    await office.send(replace(document("G22", ["G09"]), due_date=NOW.date()))
    machine = Hands(office.clock.now)
    watch = office.watch(machine)
    ahead, behind = (office.clock, machine) if which == "the axis's" else (machine, office.clock)

    ahead.turn(WEEK)
    assert await watch.round() == {}

    behind.turn(DAY + timedelta(minutes=1))
    assert await watch.round() == {DeadlineKind.HANDOVER: 1, DeadlineKind.DUE: 1}
    assert await office.states() == [("consigned", ["due", "handover"])]


async def test_passed_deadline_is_dated_by_the_axiss_clock_whatever_the_machine_shows(
    office: Office,
) -> None:
    await office.send(document("G22", ["G09"]))
    office.clock.turn(WEEK)

    await office.watch(Hands(NOW + DAY + HOUR)).round()

    assert {receipt.at for _, _, receipt in await office.told()} == {office.clock.now}


# -- one delivery ---------------------------------------------------------------------------------


async def test_receiver_that_never_takes_is_told_to_both_sides_and_a_late_answer_settles(
    office: Office,
) -> None:
    letter = document("G22", ["G09"])
    await office.send(letter)
    assert await office.look() == []
    office.clock.turn(DAY + timedelta(minutes=1))
    assert await office.look() == [{DeadlineKind.HANDOVER: 1}]
    assert await office.states() == [("consigned", ["handover"])]
    office.clock.turn(2 * DAY)
    assert await office.look() == [{DeadlineKind.ANSWER: 1}]
    assert await office.states() == [("expired", ["answer", "handover"])]
    assert await office.store.late() == {
        kind: int(kind in {DeadlineKind.HANDOVER, DeadlineKind.ANSWER}) for kind in DeadlineKind
    }
    assert [(endpoint, event) for endpoint, event, _ in await office.told()] == [
        ("g22", "ContentHandoverFailure"),
        ("g09", "ContentHandoverFailure"),
        ("g22", "AcceptanceRejectionExpiry"),
        ("g09", "AcceptanceRejectionExpiry"),
    ]
    await office.report(StatusCode.ACCEPTED, letter)
    assert await office.states() == [("received", [])]
    assert set((await office.store.late()).values()) == {0}
    office.clock.turn(10 * WEEK)
    assert await office.look() == []


async def test_answer_in_time_is_followed_by_silence(office: Office) -> None:
    letter = document("G22", ["G09"])
    await office.send(letter)
    await office.report(StatusCode.ARRIVED, letter)
    office.clock.turn(DAY)
    await office.report(StatusCode.ACCEPTED, letter)
    office.clock.turn(10 * WEEK)
    assert await office.look() == []
    assert await office.told() == []


async def test_copy_without_an_inbox_is_undeliverable_in_time_and_still_gets_there(
    office: Office,
) -> None:
    office.exchange.publisher.refused.add("inbox.g09.urgent")  # type: ignore[attr-defined]
    letter = document("G22", ["G09"], priority=Priority.EXPRESS)
    await office.send(letter)
    assert await office.states() == [("dispatched", [])]
    office.clock.turn(timedelta(minutes=31))
    assert await office.look() == [{DeadlineKind.CONSIGNMENT: 1}]
    assert await office.states() == [("undeliverable", ["consignment"])]
    assert await office.look() == []
    office.clock.turn(HOUR)
    office.exchange.publisher.refused.clear()  # type: ignore[attr-defined]
    await office.publish()
    assert await office.states() == [("consigned", [])]
    told = [(endpoint, event) for endpoint, event, _ in await office.told()]
    assert told == [("g22", "ContentConsignmentFailure"), ("g09", "ContentConsignmentFailure")]


async def test_due_date_that_passes_is_told_once_and_moves_nothing(office: Office) -> None:
    letter = replace(document("G22", ["G09"]), due_date=date(2026, 3, 4))
    await office.send(letter)
    await office.report(StatusCode.IN_PROGRESS, letter)
    office.clock.turn(datetime(2026, 3, 4, 16, 59, 59, tzinfo=NOW.tzinfo) - NOW)
    assert await office.look() == []
    office.clock.turn(timedelta(seconds=1))
    assert await office.look() == [{DeadlineKind.DUE: 1}]
    assert await office.states() == [("in_progress", ["due"])]
    assert [event for _, event, _ in await office.told()] == ["DueDatePassed"] * 2
    await office.report(StatusCode.DONE, letter)
    assert await office.states() == [("done", [])]


async def test_due_date_of_a_document_that_was_updated_binds_nobody(office: Office) -> None:
    letter = replace(document("G22", ["G09"]), due_date=date(2026, 3, 4))
    await office.send(letter)
    await office.report(StatusCode.IN_PROGRESS, letter)
    newer = document("G22", ["G09"], kind=DocumentKind.UPDATE, target=letter.document_id)
    await office.send(newer)
    await office.report(StatusCode.AGREED, newer)
    office.clock.turn(WEEK)
    assert DeadlineKind.DUE not in Counter(kind for one in await office.look() for kind in one)
    assert "DueDatePassed" not in [event for _, event, _ in await office.told()]


async def test_question_without_an_answer_is_told_and_stays_open(office: Office) -> None:
    letter = document("G22", ["G09"])
    await office.send(letter)
    await office.report(StatusCode.ACCEPTED, letter)
    await office.exchange.handle(reported("G22", StatusCode.TAKE_BACK, letter, "g22", to="G09"))
    office.clock.turn(WEEK)
    assert await office.look() == [{DeadlineKind.CONSENT: 1}]
    assert await office.states() == [("take_back_asked", ["consent"])]
    await office.report(StatusCode.AGREED, letter)
    assert await office.states() == [("agreed", [])]


async def test_destruction_that_nobody_confirms_is_told_to_both_sides_and_settled_by_a_late_one(
    office: Office,
) -> None:
    letter = document("G22", ["G09"])
    await office.send(letter)
    await office.report(StatusCode.ACCEPTED, letter)
    await office.send(recall(letter, ["G09"]))
    await office.report(StatusCode.AGREED, letter)
    office.clock.turn(2 * DAY + HOUR)
    assert await office.look() == [{DeadlineKind.DESTRUCTION: 2}]  # the letter and its recall
    assert await office.states() == [("agreed", ["destruction"])] * 2
    told = [(endpoint, event) for endpoint, event, _ in await office.told()]
    event = "DestructionConfirmationExpiry"
    assert sorted(told) == [("g09", event)] * 2 + [("g22", event)] * 2
    assert await office.look() == []
    office.clock.turn(WEEK)
    await office.report(StatusCode.DONE, letter)
    assert await office.states() == [("destroyed", [])] * 2


# -- broadcasts, many -----------------------------------------------------------------------------


async def test_broadcast_is_told_in_one_receipt_to_its_sender_and_one_to_each_endpoint(
    office: Office,
) -> None:
    await office.send(document("G22", ["G09", "H37.02", "H37.101", "H37"]))
    office.clock.turn(DAY + timedelta(minutes=1))
    await office.look()
    told = {endpoint: receipt for endpoint, _, receipt in await office.told()}
    assert len(told) == len(await office.told())
    named = {
        endpoint: sorted(line.code or "" for line in receipt.receivers)
        for endpoint, receipt in told.items()
    }
    assert named == {
        "g22": ["G09", "H37", "H37.02", "H37.101"],
        "g09": ["G09"],
        "lgsp-h37": ["H37", "H37.02", "H37.101"],
    }
    assert told["g22"].submission is not None
    assert told["g09"].submission is None
    answers = await office.pool.fetch(
        "SELECT queue, correlation_id FROM outbox o JOIN evidence e ON e.id = o.subject"
        " WHERE e.event = 'ContentHandoverFailure' ORDER BY queue"
    )
    assert [row["queue"] for row in answers] == ["answers.g09", "answers.g22", "answers.lgsp-h37"]
    assert [row["correlation_id"] is None for row in answers] == [True, False, True]


async def test_standstill_of_weeks_is_made_up_for_in_bounded_rounds(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_DELIVERIES", 20)
    await office.send(*(document("G22", ["G09"]) for _ in range(50)))
    office.clock.turn(10 * WEEK)
    rounds = await office.look()
    assert all(sum(one.values()) <= 20 for one in rounds)
    total = sum((Counter(one) for one in rounds), Counter())
    assert total == {DeadlineKind.HANDOVER: 50, DeadlineKind.ANSWER: 50}


async def test_routers_that_watch_at_once_share_what_is_due(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_DELIVERIES", 7)
    await office.send(*(document("G22", ["G09"]) for _ in range(60)))
    office.clock.turn(DAY + HOUR)
    rounds = await asyncio.gather(*(office.look() for _ in range(4)))
    total = sum((Counter(one) for router in rounds for one in router), Counter())
    assert total == {DeadlineKind.HANDOVER: 60}
    assert await office.states() == [("consigned", ["handover"])] * 60
    assert len(await office.told()) == 120


# -- faults ---------------------------------------------------------------------------------------


class Mortal(MemoryWorkbench):
    """A workbench whose process ends while it signs."""

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        raise KeyboardInterrupt


async def test_router_that_dies_in_a_round_has_done_nothing_and_the_next_one_does_it(
    office: Office,
) -> None:
    await office.send(document("G22", ["G09"]))
    office.clock.turn(DAY + HOUR)
    with pytest.raises(KeyboardInterrupt):
        await Watch(office.store, Mortal(), Notary(ISSUER), office.clock).round()
    assert await office.states() == [("consigned", [])]
    assert await office.look() == [{DeadlineKind.HANDOVER: 1}]
    assert len(await office.told()) == 2


async def test_routers_that_die_anywhere_in_their_rounds_never_tell_anything_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_DELIVERIES", 3)
    await office.send(*(document("G22", ["G09"]) for _ in range(60)))
    office.clock.turn(DAY + HOUR)
    random = Random(5)
    for _ in range(60):
        dying = [asyncio.create_task(office.watch().round()) for _ in range(2)]
        await asyncio.sleep(random.uniform(0, 0.04))
        for task in dying:
            task.cancel()
        await asyncio.gather(*dying, return_exceptions=True)
    await office.look()
    assert await office.states() == [("consigned", ["handover"])] * 60
    told = Counter(
        (endpoint, line.delivery)
        for endpoint, _, receipt in await office.told()
        for line in receipt.receivers
    )
    assert len(told) == 120
    assert set(told.values()) == {1}


async def test_store_that_is_away_leaves_everything_due(office: Office) -> None:
    await office.send(document("G22", ["G09"]))
    office.clock.turn(DAY + HOUR)

    class Away(MemoryWorkbench):
        async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
            raise StoreUnavailableError("away")

    with pytest.raises(StoreUnavailableError):
        await Watch(office.store, Away(), Notary(ISSUER), office.clock).round()
    assert await office.look() == [{DeadlineKind.HANDOVER: 1}]


async def test_delivery_that_brings_out_a_bug_holds_up_no_other(office: Office) -> None:
    letters = [document("G22", ["G09"]) for _ in range(3)]
    await office.send(*letters)
    office.clock.turn(DAY + HOUR)
    poison = letters[1].document_id.encode()

    class Brittle(MemoryWorkbench):
        async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
            if any(poison in one for one in receipts):
                raise ValueError("a bug")
            return await super().sign(receipts)

    watch = Watch(office.store, Brittle(), Notary(ISSUER), office.clock)
    with pytest.raises(ValueError, match="a bug"):
        await watch.round()
    assert [late for _, late in await office.states()] == [["handover"], [], ["handover"]]
    assert await watch.round() == {}


async def test_sender_that_has_moved_is_told_where_it_is_served_now(office: Office) -> None:
    await office.send(document("G22", ["G09"]))
    await PostgresAdministration(office.pool, office.clock).put_agencies(
        [Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL, endpoint="lgsp-h37")], "test"
    )
    office.clock.turn(DAY + HOUR)
    await office.look()
    told = {endpoint: receipt for endpoint, _, receipt in await office.told()}
    assert told.keys() == {"lgsp-h37", "g09"}
    submitted = told["lgsp-h37"].submission
    assert submitted is not None
    assert submitted.endpoint == "g22"
