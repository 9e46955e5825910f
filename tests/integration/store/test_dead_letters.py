"""Dead letters on a real PostgreSQL: kept once, dealt with once, by routers and by people."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from axis.errors import InvalidInputError
from axis.exchange.dead_letters.desk import (
    LetterFilter,
    LetterKind,
    LetterSettledError,
    LetterState,
)
from axis.exchange.dead_letters.keeping import (
    DEADLY,
    LEASE,
    MAX_TRIES,
    DeadLetters,
)
from axis.exchange.decision.case import Case
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.intake.batches import Intake
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import DeadLetterRow
from axis.ids import new_id
from axis.registry.administration import EndpointAccount
from axis.store.dead_letters import PostgresDeadLetters
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from tests.support.exchange import ISSUER, NOW, case, document, submission
from tests.support.letters import letter_of
from tests.support.memory import MemoryWorkbench, Observed
from tests.support.stocked import Exchange, all_of, counts, later

ALL = LetterFilter(state=None)
REASON = "Bản thử nghiệm, không cần nữa"


@dataclass
class Hand:
    """A clock to move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


class Yard:
    """One router's dead letters and the administrators' desk, on one database."""

    def __init__(self, pool: Pool, *cases: Case) -> None:
        self.pool = pool
        self.clock = Hand()
        self.workbench = MemoryWorkbench({one.submission.body: one.examination for one in cases})
        self.observed = Observed()
        store, notary = PostgresStore(pool), Notary(ISSUER)
        intake = Intake(store, self.workbench, notary, self.observed, self.clock)
        self.letters = DeadLetters(store, intake, self.workbench, notary, self.clock)
        self.desk = PostgresDeadLetters(pool, self.clock)

    async def only(self, wanted: LetterFilter = ALL) -> Any:
        (line,) = await self.desk.lines(wanted)
        return line

    async def republish_a_submission(self) -> None:
        """Have an administrator hand in again what an intake queue gave up."""
        letter = replace(plain(), user_id="g22", queue="intake.document")
        await self.letters.bury([letter])
        await self.desk.republish(letter.id, "cli:a")


async def delivered(exchange: Exchange, pool: Pool, *receivers: str) -> list[Any]:
    """Have a document in its inboxes and return the copies that are there."""
    await exchange.handle(case(document("G22", receivers or ["G09"])))
    await exchange.lane().round()
    return list(await pool.fetch("SELECT * FROM outbox WHERE type = 'document' ORDER BY queue"))


async def states(pool: Pool) -> list[str]:
    return [
        row["state"] for row in await pool.fetch("SELECT state FROM delivery ORDER BY receiver")
    ]


async def events(pool: Pool) -> list[str]:
    return [
        row["event"] for row in await pool.fetch("SELECT event FROM evidence ORDER BY sequence")
    ]


# -- kept -----------------------------------------------------------------------------------------


async def test_copy_that_an_inbox_gave_up_makes_its_deliveries_undeliverable_and_tells_the_sender(
    exchange: Exchange, stocked: Pool
) -> None:
    _, gone = await delivered(exchange, stocked, "G09", "H37", "H37.02")
    assert gone["queue"] == "inbox.lgsp-h37"
    yard = Yard(stocked)
    await yard.letters.bury([letter_of(gone)])
    assert await states(stocked) == ["consigned", "undeliverable", "undeliverable"]
    assert (await events(stocked))[-1:] == ["ContentHandoverFailure"]
    answer = await stocked.fetchrow("SELECT * FROM outbox WHERE published_at IS NULL")
    assert answer is not None
    assert answer["queue"] == "answers.g22"
    line = await yard.only()
    assert (line.kind, line.state) == (LetterKind.DOCUMENT, LetterState.OPEN)
    assert (line.sender, line.document) == ("G22", gone["subject"])
    view = await yard.desk.look(line.id)
    assert view is not None
    assert [(one.code, one.state) for one in view.receivers] == [
        ("H37", DeliveryState.UNDELIVERABLE),
        ("H37.02", DeliveryState.UNDELIVERABLE),
    ]
    assert await yard.desk.body(line.id) == letter_of(gone).body


async def test_letter_that_comes_again_changes_nothing_even_after_it_was_dealt_with(
    exchange: Exchange, stocked: Pool
) -> None:
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    letter = letter_of(copy)
    await yard.letters.bury([letter, replace(letter, id=new_id())])
    before = await counts(stocked, "dead_letter", "evidence", "outbox")
    await yard.letters.bury([replace(letter, id=new_id())])
    await yard.desk.discard(letter.id, REASON, "cli:a")
    await yard.letters.bury([replace(letter, id=new_id())])
    assert await counts(stocked, "dead_letter", "evidence", "outbox") == before
    assert before[0] == 1


async def test_copy_that_dies_again_after_it_was_sent_again_is_another_letter(
    exchange: Exchange, stocked: Pool
) -> None:
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    letter = letter_of(copy)
    await yard.letters.bury([letter])
    await yard.desk.republish(letter.id, "cli:a")
    await exchange.lane().round()
    assert await states(stocked) == ["consigned"]
    await yard.letters.bury([replace(letter, id=new_id(), died_at=later(3600))])
    assert [one.state for one in await yard.desk.lines(ALL)] == ["open", "republished"]
    assert await states(stocked) == ["undeliverable"]


async def test_copy_that_its_receiver_has_reported_leaves_the_delivery_as_it_is(
    exchange: Exchange, stocked: Pool
) -> None:
    (copy,) = await delivered(exchange, stocked)
    await stocked.execute("UPDATE delivery SET state = 'received', reached = 'received'")
    before = await events(stocked)
    await Yard(stocked).letters.bury([letter_of(copy)])
    assert await states(stocked) == ["received"]
    assert await events(stocked) == before
    assert await counts(stocked, "dead_letter") == [1]


@pytest.mark.parametrize("kind", ["receipt", "status"])
async def test_answer_that_nobody_took_is_kept_as_what_it_is(
    exchange: Exchange, stocked: Pool, kind: str
) -> None:
    await delivered(exchange, stocked)
    await stocked.execute("UPDATE outbox SET type = $1 WHERE queue = 'answers.g22'", kind)
    answer = await stocked.fetchrow("SELECT * FROM outbox WHERE queue = 'answers.g22' LIMIT 1")
    yard = Yard(stocked)
    await yard.letters.bury([letter_of(answer)])
    assert (await yard.only()).kind == kind
    assert await states(stocked) == ["consigned"]


async def test_message_in_an_inbox_that_the_axis_never_sent_is_a_stray(stocked: Pool) -> None:
    yard = Yard(stocked)
    for message_id in (str(new_id()), "no id of ours", None):
        stray = replace(plain(), queue="inbox.g09", message_id=message_id, sha256=str(message_id))
        await yard.letters.bury([stray])
    assert {one.kind for one in await yard.desk.lines(ALL)} == {LetterKind.STRAY}
    for line in await yard.desk.lines(ALL):
        with pytest.raises(InvalidInputError, match="never sent"):
            await yard.desk.republish(line.id, "cli:a")


async def test_copy_in_another_queue_than_it_was_sent_to_is_a_stray(
    exchange: Exchange, stocked: Pool
) -> None:
    """Whoever can publish to one inbox cannot make another's deliveries undeliverable by it."""
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    await yard.letters.bury([replace(letter_of(copy), queue="inbox.lgsp-h37")])
    assert (await yard.only()).kind is LetterKind.STRAY
    assert await states(stocked) == ["consigned"]


# -- dealt with -----------------------------------------------------------------------------------


async def test_copy_sent_again_goes_out_under_its_own_message_id_and_arrives(
    exchange: Exchange, stocked: Pool
) -> None:
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    letter = letter_of(copy)
    await yard.letters.bury([letter])
    await exchange.lane().round()
    assert await yard.desk.republish(letter.id, "cli:a") is LetterState.REPUBLISHED
    due = await stocked.fetch("SELECT id FROM outbox WHERE published_at IS NULL")
    assert [row["id"] for row in due] == [copy["id"]]
    await exchange.lane().round()
    assert await states(stocked) == ["consigned"]
    assert (await events(stocked))[-2:] == ["ContentHandoverFailure", "ContentConsignment"]
    line = await yard.only()
    assert (line.state, line.changed_by, line.changed_at) == ("republished", "cli:a", NOW)
    assert await audited(stocked) == [
        ("cli:a", "dead:republish", {"letter": str(letter.id), "kind": "document"})
    ]


@pytest.mark.parametrize("state", ["take_back_asked", "withdrawn", "refused", "destroyed"])
async def test_copy_that_no_receiver_needs_any_more_is_not_sent_again(
    exchange: Exchange, stocked: Pool, state: str
) -> None:
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    letter = letter_of(copy)
    await yard.letters.bury([letter])
    await stocked.execute("UPDATE delivery SET state = $1", state)
    with pytest.raises(InvalidInputError, match="Discard"):
        await yard.desk.republish(letter.id, "cli:a")
    assert (await yard.only()).state is LetterState.OPEN


async def test_copy_whose_delivery_goes_another_way_is_not_sent_again(
    exchange: Exchange, stocked: Pool
) -> None:
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    letter = letter_of(copy)
    await yard.letters.bury([letter])
    await stocked.execute("UPDATE delivery SET copy = $1", new_id())
    with pytest.raises(InvalidInputError, match="another way"):
        await yard.desk.republish(letter.id, "cli:a")


async def test_discarded_letter_keeps_who_did_it_and_why(stocked: Pool) -> None:
    yard = Yard(stocked)
    letter = plain()
    await yard.letters.bury([letter])
    await yard.desk.discard(letter.id, f"  {REASON}\n", "web:quantri")
    line = await yard.only()
    assert (line.state, line.changed_by, line.remark) == ("discarded", "web:quantri", REASON)
    facts = {"letter": str(letter.id), "kind": "submission", "reason": REASON}
    assert await audited(stocked) == [("web:quantri", "dead:discard", facts)]
    assert await yard.desk.lines(LetterFilter()) == []


@pytest.mark.parametrize("reason", ["", "ngắn", "x" * 9, "x" * 301, "a\x1b[31m đỏ cả màn hình"])
async def test_reason_that_says_nothing_is_refused(stocked: Pool, reason: str) -> None:
    yard = Yard(stocked)
    letter = plain()
    await yard.letters.bury([letter])
    with pytest.raises(InvalidInputError, match="10 to 300"):
        await yard.desk.discard(letter.id, reason, "cli:a")
    assert (await yard.only()).state is LetterState.OPEN


async def test_second_administrator_is_told_who_was_first(stocked: Pool) -> None:
    yard = Yard(stocked)
    letter = plain()
    await yard.letters.bury([letter])
    done = await asyncio.gather(
        yard.desk.discard(letter.id, REASON, "web:an"),
        yard.desk.republish(letter.id, "web:binh"),
        yard.desk.discard(letter.id, REASON, "web:chi"),
        return_exceptions=True,
    )
    losers = [one for one in done if isinstance(one, LetterSettledError)]
    assert len(losers) == 2
    (line, (winner, _, _)) = await yard.only(), (await audited(stocked))[0]
    assert line.changed_by == winner
    assert all(winner in str(one) for one in losers)
    assert len(await audited(stocked)) == 1


async def test_letter_that_does_not_exist_is_named(stocked: Pool) -> None:
    desk = Yard(stocked).desk
    nobody = new_id()
    for work in (desk.republish(nobody, "cli:a"), desk.discard(nobody, REASON, "cli:a")):
        with pytest.raises(InvalidInputError, match=str(nobody)):
            await work
    assert await desk.look(nobody) is None
    assert await desk.body(nobody) is None


# -- taken in again -------------------------------------------------------------------------------


async def test_submission_is_taken_in_again_for_the_endpoint_that_sent_it(
    exchange: Exchange, stocked: Pool
) -> None:
    lost = case(document(), submission("newcomer", message_id="id-1"))
    await exchange.handle(lost)
    yard = Yard(stocked, lost)
    line = await yard.only()
    assert line.reasons == ("A-UNKNOWN-ENDPOINT",)
    with pytest.raises(InvalidInputError, match="newcomer"):
        await yard.desk.republish(line.id, "cli:a")
    await register(stocked, "newcomer")
    assert await yard.desk.republish(line.id, "cli:a") is LetterState.RESUBMITTING
    assert await yard.letters.resubmit() == 1
    assert await yard.letters.resubmit() == 0
    assert (await yard.only()).state is LetterState.REPUBLISHED
    (row,) = await all_of(stocked, "submission")
    assert (row["endpoint"], row["message_key"]) == ("newcomer", "id:id-1")
    assert await counts(stocked, "dead_letter") == [1]


async def test_submission_without_an_identity_can_only_be_discarded(
    exchange: Exchange, stocked: Pool
) -> None:
    await exchange.handle(case(None, submission(None)))
    yard = Yard(stocked)
    line = await yard.only()
    with pytest.raises(InvalidInputError, match="user_id"):
        await yard.desk.republish(line.id, "cli:a")
    await yard.desk.discard(line.id, REASON, "cli:a")


async def test_submission_that_still_has_nobody_to_answer_to_is_open_again(
    exchange: Exchange, stocked: Pool
) -> None:
    lost = case(document(), submission("gone-again"))
    await exchange.handle(lost)
    yard = Yard(stocked, lost)
    await register(stocked, "gone-again")
    line = await yard.only()
    await yard.desk.republish(line.id, "cli:a")
    await stocked.execute("DELETE FROM endpoint WHERE id = 'gone-again'")
    await stocked.execute("UPDATE registry_version SET version = version + 1")
    await yard.letters.resubmit()
    line = await yard.only()
    assert (line.state, line.reasons) == (LetterState.OPEN, ("A-UNKNOWN-ENDPOINT",))


async def test_submission_that_brings_out_a_bug_again_is_open_again(
    exchange: Exchange, stocked: Pool
) -> None:
    yard = Yard(stocked)  # knows no examination of it, which is a KeyError
    await yard.republish_a_submission()
    assert await yard.letters.resubmit() == 1
    line = await yard.only()
    assert line.state is LetterState.OPEN
    assert "tiếp nhận lại: KeyError" in line.remark


async def test_submission_that_takes_routers_down_is_tried_a_few_times_only(
    stocked: Pool,
) -> None:
    yard = Yard(stocked)
    await yard.republish_a_submission()
    for tries in range(MAX_TRIES + 2):
        async with PostgresStore(stocked).letters() as work:  # claimed, then the router dies
            claimed = await work.claim(at=yard.clock(), leased_until=yard.clock() + LEASE, limit=10)
        assert len(claimed) == (tries < MAX_TRIES)
        assert await yard.letters.resubmit() == 0, "its lease has not run out"
        yard.clock.now += LEASE + timedelta(seconds=1)
    line = await yard.only()
    assert (line.state, line.remark) == (LetterState.OPEN, DEADLY)


async def test_submission_that_was_claimed_by_a_clock_far_ahead_is_kept_back_no_longer_than_a_lease(
    stocked: Pool,
) -> None:
    yard = Yard(stocked)
    await yard.republish_a_submission()
    ahead = yard.clock() + timedelta(days=30)
    async with PostgresStore(stocked).letters() as work:  # claimed, then the router dies
        assert await work.claim(at=ahead, leased_until=ahead + LEASE, limit=10)

    assert await yard.letters.resubmit() == 0, "it is found now"
    assert await yard.letters.resubmit() == 1


async def test_submission_that_was_taken_in_before_is_answered_with_its_first_receipt(
    exchange: Exchange, stocked: Pool
) -> None:
    first = case(document(), submission(message_id="id-1"))
    await exchange.handle(first)
    await stocked.execute("UPDATE outbox SET published_at = now()")
    yard = Yard(stocked, first)
    letter = replace(
        plain(), user_id="g22", message_id="id-1", routing_key="document",
        body=first.submission.body, sha256=first.submission.sha256,
    )  # fmt: skip
    await yard.letters.bury([letter])
    await yard.desk.republish(letter.id, "cli:a")
    await yard.letters.resubmit()
    assert (await yard.only()).state is LetterState.REPUBLISHED
    assert await counts(stocked, "submission", "document", "evidence") == [1, 1, 1]
    due = await stocked.fetch("SELECT queue FROM outbox WHERE published_at IS NULL")
    assert [row["queue"] for row in due] == ["answers.g22"]


# -- looked at ------------------------------------------------------------------------------------


async def test_letters_are_listed_newest_first_by_state_and_kind(
    exchange: Exchange, stocked: Pool
) -> None:
    (copy,) = await delivered(exchange, stocked)
    yard = Yard(stocked)
    await yard.letters.bury([letter_of(copy), plain("a"), plain("b"), plain("c")])
    newest, second, _, oldest = await yard.desk.lines(ALL)
    assert newest.id > second.id
    await yard.desk.discard(second.id, REASON, "cli:a")
    (next_page,) = await yard.desk.lines(LetterFilter(state=None, before=newest.id, limit=1))
    assert next_page.id == second.id
    assert len(await yard.desk.lines(LetterFilter())) == 3
    assert (await yard.only(LetterFilter(kind=LetterKind.DOCUMENT))).id == oldest.id
    assert (await yard.only(LetterFilter(state=LetterState.DISCARDED))).id == second.id
    assert await yard.letters.waiting() == {
        LetterKind.SUBMISSION: 2,
        LetterKind.DOCUMENT: 1,
        LetterKind.STATUS: 0,
        LetterKind.RECEIPT: 0,
        LetterKind.STRAY: 0,
    }


def plain(text: str = "x") -> DeadLetterRow:
    """A letter that nobody can be answered about."""
    return letter_of(None, body=text.encode())


async def register(pool: Pool, endpoint: str) -> None:
    account = EndpointAccount(id=endpoint, name="Hệ thống mới", password_hash="hash")
    await PostgresAdministration(pool, lambda: NOW).put_endpoints([account], "test")


async def audited(pool: Pool) -> list[tuple[str, str, dict[str, Any]]]:
    """What was done to dead letters, in its order."""
    rows = await pool.fetch("SELECT * FROM audit WHERE action LIKE 'dead:%' ORDER BY id")
    return [(row["actor"], row["action"], row["facts"]) for row in rows]
