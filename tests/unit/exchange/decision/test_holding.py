"""What waits for a check is neither accepted nor refused, and ends exactly once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.evidence.xml import read_receipt
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.decision.holding import FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WAIT, HoldLimits
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.intake.batches import Intake
from axis.exchange.intake.retrying import LEASE, Retrying
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import SubmissionOutcome
from axis.exchange.stored import EarlierSubmission, HeldLoad, Load
from axis.ids import new_id
from axis.reasons import Reason
from axis.verdict import Finding, Outcome
from tests.support.changing import replace
from tests.support.exchange import (
    ISSUER,
    NOW,
    again,
    case,
    claimed,
    decider,
    directory,
    document,
    reported,
    submission,
)
from tests.support.memory import MemoryStore, MemoryWorkbench, Observed

AWAY = Finding(Reason.SCANNER_AWAY)
LATER = NOW + timedelta(hours=1)


def waiting(message: Document | None = None, **facts: str) -> Case:
    """A document whose check waits for the scanner."""
    return case(message or document(), submission(**facts), findings=[AWAY])  # type: ignore[arg-type]


def tried_again(first: Case, *, findings: Sequence[Finding] = (), attempts: int = 1) -> Case:
    """The same submission as it is checked another time."""
    held = claimed(first.submission, attempts=attempts)
    return Case(first.submission, replace(first.examination, findings=tuple(findings)), held)


def event_of(deciding: Decider) -> Event:
    """The event of the newest receipt."""
    return read_receipt(deciding.records.evidence[-1].receipt).event


# -- held ------------------------------------------------------------------------------------------


def test_document_whose_check_waits_is_held_with_a_notice_and_nothing_is_delivered() -> None:
    first = waiting(message_id="id-1")
    deciding = decider()
    decision = deciding.decide(first)
    assert (decision.ending, decision.reasons) == (Ending.HELD, ("C-SCANNER-AWAY",))
    records = deciding.records
    (row,), (held,) = records.submissions, records.held
    assert (row.outcome, row.reasons) == (SubmissionOutcome.HELD, ("C-SCANNER-AWAY",))
    assert (row.sender, row.document) == ("G22", None)
    assert (held.submission, held.body) == (row.id, first.submission.body)
    assert (held.next_try_at, held.expires_at) == (NOW + FIRST_PAUSE, NOW + LONGEST_WAIT)
    assert held.verdict["outcome"] == "INDETERMINATE"
    assert records.documents == records.deliveries == records.settled == []
    (answer,) = records.outbox
    assert (answer.subject, answer.correlation_id) == (row.receipt, "id-1")
    notice = read_receipt(records.evidence[0].receipt)
    assert notice.event is Event.SUBMISSION_HELD
    assert notice.verdict is not None
    assert notice.verdict.outcome is Outcome.INDETERMINATE


def test_status_whose_check_waits_is_held_and_moves_nothing() -> None:
    deciding = decider()
    message = document()
    deciding.decide(case(message))
    report = reported("G09", StatusCode.ARRIVED, message, "g09")
    unknown = replace(report.examination, findings=(Finding(Reason.REVOCATION_UNKNOWN),))
    assert deciding.decide(Case(report.submission, unknown)).ending is Ending.HELD
    assert deciding.records.statuses == deciding.records.changes == []
    assert deciding.decide(tried_again(report)).ending is Ending.ACCEPTED
    assert len(deciding.records.statuses) == 1


def test_document_with_a_broken_rule_is_refused_though_a_check_waits() -> None:
    message = document("G22", ["X99"])
    decision = decider().decide(waiting(message))
    assert decision.ending is Ending.REFUSED
    assert decision.reasons == ("A-RECEIVER-UNKNOWN", "C-SCANNER-AWAY")


def test_held_submission_that_comes_again_is_answered_with_its_notice_once_more() -> None:
    first = waiting(message_id="id-1")
    deciding = decider()
    deciding.decide(first)
    twin = Case(again(first.submission), replace(first.examination, findings=()))
    assert deciding.decide(twin).ending is Ending.REPEATED
    (resend,) = deciding.records.resends
    assert resend.receipt == deciding.records.submissions[0].receipt
    assert len(deciding.records.submissions) == len(deciding.records.held) == 1


def test_other_content_under_the_message_id_of_a_held_submission_is_refused() -> None:
    deciding = decider()
    deciding.decide(waiting(message_id="id-1"))
    decision = deciding.decide(case(document(), submission(message_id="id-1")))
    assert decision.reasons == (Reason.MESSAGE_ID_REUSED.code,)


@pytest.mark.parametrize(
    "limits",
    [HoldLimits(count=1), HoldLimits(size=20)],
    ids=["count", "bytes"],
)
def test_submission_that_finds_no_room_to_wait_is_refused_and_told_to_come_later(
    limits: HoldLimits,
) -> None:
    deciding = decider(limits=limits)
    assert deciding.decide(waiting()).ending is Ending.HELD
    decision = deciding.decide(waiting())
    assert decision.reasons == ("F-NO-ROOM-TO-WAIT", "C-SCANNER-AWAY")
    assert len(deciding.records.held) == 1
    assert event_of(deciding) is Event.SUBMISSION_REJECTION


def test_what_waits_already_counts_against_the_room() -> None:
    known = Known(directory(), held_load=HeldLoad(Load(count=3, size=100)))
    assert decider(known, limits=HoldLimits(count=3)).decide(waiting()).ending is Ending.REFUSED


# -- tried again -----------------------------------------------------------------------------------


def test_held_document_is_accepted_once_its_check_can_be_made() -> None:
    first = waiting(message_id="id-1")
    deciding = decider()
    deciding.decide(first)
    assert deciding.decide(tried_again(first)).ending is Ending.ACCEPTED
    records = deciding.records
    (row,), (stored,) = records.settled, records.documents
    assert (row.id, row.outcome, row.document) == (
        first.submission.id,
        SubmissionOutcome.ACCEPTED,
        stored.id,
    )
    assert [one.outcome for one in records.submissions] == [SubmissionOutcome.HELD]
    notice, acceptance = records.evidence
    assert row.receipt == acceptance.id != notice.id
    assert acceptance.submission == notice.submission == row.id
    answers = [one for one in records.outbox if one.subject == acceptance.id]
    assert [one.correlation_id for one in answers] == ["id-1"]
    assert len(records.deliveries) == 1


def test_held_document_that_a_check_refuses_at_last_gets_its_rejection() -> None:
    first = waiting()
    deciding = decider()
    deciding.decide(first)
    decision = deciding.decide(tried_again(first, findings=[Finding(Reason.MALWARE)]))
    assert (decision.ending, decision.reasons) == (Ending.REFUSED, ("C-MALWARE",))
    assert event_of(deciding) is Event.SUBMISSION_REJECTION
    assert [one.outcome for one in deciding.records.settled] == [SubmissionOutcome.REFUSED]


def test_held_document_that_still_waits_is_put_off_without_another_notice() -> None:
    first = waiting()
    deciding = decider()
    deciding.decide(first)
    other = Finding(Reason.REVOCATION_UNKNOWN)
    decision = deciding.decide(tried_again(first, findings=[other], attempts=3))
    assert decision.ending is Ending.STILL_HELD
    (put_off,) = deciding.records.postponed
    assert put_off.next_try_at == NOW + FIRST_PAUSE * 8
    assert put_off.reasons == ("S-REVOCATION-UNKNOWN",)
    assert len(deciding.records.evidence) == len(deciding.records.outbox) == 1
    assert deciding.records.settled == []


def test_held_document_waits_no_longer_than_its_time_and_is_refused_with_its_reasons() -> None:
    first = waiting()
    deciding = decider(limits=HoldLimits(longest=timedelta(hours=2)))
    deciding.decide(first)
    since = NOW - timedelta(hours=2)
    over = Case(first.submission, first.examination, claimed(first.submission, since=since))
    decision = deciding.decide(over)
    assert decision.reasons == ("F-WAITED-TOO-LONG", "C-SCANNER-AWAY")
    receipt = read_receipt(deciding.records.evidence[-1].receipt)
    assert receipt.event is Event.SUBMISSION_REJECTION
    assert receipt.verdict is not None
    assert "2 giờ" in receipt.verdict.findings[0].text_vi


def test_held_document_whose_time_is_over_is_accepted_where_its_check_succeeds_now() -> None:
    first = waiting()
    deciding = decider()
    deciding.decide(first)
    good = replace(first.examination, findings=())
    held = claimed(first.submission, since=NOW - LONGEST_WAIT - timedelta(hours=1))
    assert deciding.decide(Case(first.submission, good, held)).ending is Ending.ACCEPTED


def test_last_try_is_when_the_time_is_over() -> None:
    first = waiting()
    deciding = decider()
    deciding.decide(first)
    end = NOW + timedelta(seconds=7)
    held = claimed(first.submission, attempts=9, since=end - LONGEST_WAIT)
    deciding.decide(Case(first.submission, first.examination, held))
    assert deciding.records.postponed[0].next_try_at == end


def test_held_document_that_an_administrator_wants_refused_is_refused_with_that_reason() -> None:
    first = waiting(message_id="id-1")
    known = Known(directory())
    deciding = decider(known)
    deciding.decide(first)
    key = ("g22", "id:id-1")
    known.submissions[key] = replace(known.submissions[key], refusal="Gửi nhầm trục")
    decision = deciding.decide(tried_again(first))
    assert decision.reasons == ("A-REFUSED-BY-OPERATOR",)
    receipt = read_receipt(deciding.records.evidence[-1].receipt)
    assert receipt.verdict is not None
    assert "Gửi nhầm trục" in receipt.verdict.findings[0].text_vi
    assert deciding.records.settled[0].sender == "G22"


@pytest.mark.parametrize("earlier", [None, EarlierSubmission("0" * 64, new_id(), 10)])
def test_held_submission_that_another_router_has_settled_is_left_alone(
    earlier: EarlierSubmission | None,
) -> None:
    first = waiting(message_id="id-1")
    known = Known(directory())
    if earlier is not None:
        known.submissions["g22", "id:id-1"] = earlier
    deciding = decider(known)
    assert deciding.decide(tried_again(first)).ending is Ending.REPEATED
    records = deciding.records
    assert records.settled == records.evidence == records.outbox == records.resends == []


def test_one_document_held_under_two_message_ids_is_accepted_once_and_answered_twice() -> None:
    first = waiting(message_id="id-1")
    second = Case(again(first.submission, message_id="id-2"), first.examination)
    deciding = decider()
    assert [deciding.decide(one).ending for one in (first, second)] == [Ending.HELD] * 2
    endings = [deciding.decide(tried_again(one)).ending for one in (second, first)]
    assert endings == [Ending.ACCEPTED, Ending.DUPLICATE]
    accepted, duplicate = deciding.records.settled
    assert (duplicate.outcome, duplicate.receipt, duplicate.document) == (
        SubmissionOutcome.DUPLICATE,
        accepted.receipt,
        accepted.document,
    )
    assert len(deciding.records.documents) == 1


# -- pauses ----------------------------------------------------------------------------------------


@given(st.integers(0, 10**6))
def test_pauses_between_tries_grow_and_stay_bounded(attempts: int) -> None:
    limits = HoldLimits()
    pause = limits.next_try(NOW, attempts) - NOW
    assert FIRST_PAUSE <= pause <= LONGEST_PAUSE
    assert limits.next_try(NOW, attempts + 1) - NOW >= pause


# -- any order -------------------------------------------------------------------------------------

STEPS = st.tuples(
    st.sampled_from(["submit", "try"]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from([(), (AWAY,), (Finding(Reason.MALWARE),)]),
)


@given(st.lists(STEPS, max_size=20))
def test_any_order_of_held_tried_and_repeated_ends_each_submission_at_most_once(
    steps: list[tuple[str, int, int, tuple[Finding, ...]]],
) -> None:
    """Two documents under three message_ids, submitted and tried again in every order."""
    deciding = decider()
    letters = [document(document_id=f"G22,2026/03/02,{number}/X") for number in range(2)]
    firsts: dict[int, Case] = {}
    for what, message_id, letter, findings in steps:
        known = firsts.get(message_id)
        if what == "submit":
            body = f"{letter}".encode()
            submitted = submission(message_id=f"id-{message_id}", body=body)
            one = case(letters[letter], submitted, findings=findings)
            deciding.decide(one)
            firsts.setdefault(message_id, one)
        elif known is not None:
            deciding.decide(tried_again(known, findings=findings))
    records = deciding.records
    held = {row.submission for row in records.held}
    settled = [row.id for row in records.settled]
    assert len(settled) == len(set(settled))
    assert set(settled) <= held
    at_first = {row.id: row for row in records.submissions}
    assert held == {row.id for row in at_first.values() if row.outcome is SubmissionOutcome.HELD}
    assert all(row.outcome is not SubmissionOutcome.HELD for row in records.settled)
    final = {**at_first, **{row.id: row for row in records.settled}}
    stored = [row.document_id for row in records.documents]
    assert len(stored) == len(set(stored))
    accepted = [row for row in final.values() if row.outcome is SubmissionOutcome.ACCEPTED]
    assert sorted(str(row.document) for row in accepted) == sorted(
        str(row.id) for row in records.documents
    )
    answers = [row.subject for row in records.outbox if row.type.value == "receipt"]
    assert len(answers) == len(at_first) + len(settled)


# -- the use case ----------------------------------------------------------------------------------


class Bench:
    """Retries on ports in memory."""

    def __init__(self, *cases: Case) -> None:
        self.store = MemoryStore(due=[one.held for one in cases if one.held is not None])
        for one in cases:
            key = (one.submission.user_id or "", one.message_key)
            self.store.earlier[key] = EarlierSubmission(
                one.examination.sha256, new_id(), 10, held=True
            )
        self.workbench = MemoryWorkbench(
            {one.submission.body: one.examination for one in cases}, self.store.log
        )
        self.observed = Observed(self.store.log)
        intake = Intake(self.store, self.workbench, Notary(ISSUER), self.observed, lambda: NOW)
        self.retrying = Retrying(self.store, intake, lambda: NOW)


async def test_claim_is_committed_before_anything_is_checked() -> None:
    bench = Bench(tried_again(waiting()))
    assert await bench.retrying.round() == 1
    assert bench.store.log[:3] == ["claim_held", "commit", "examine"]
    assert [one.ending for one in bench.observed.decisions] == [Ending.ACCEPTED]
    assert timedelta(minutes=1) <= LEASE <= timedelta(minutes=5)


async def test_round_without_anything_due_does_nothing() -> None:
    bench = Bench()
    assert await bench.retrying.round() == 0
    assert bench.store.log == ["claim_held", "commit"]


async def test_bug_that_one_held_submission_brings_out_does_not_hold_up_the_rest() -> None:
    cases = [tried_again(waiting()) for _ in range(3)]
    bench = Bench(*cases)
    del bench.workbench.examinations[cases[1].submission.body]
    with pytest.raises(KeyError):
        await bench.retrying.round()
    assert [one.ending for one in bench.observed.decisions] == [Ending.ACCEPTED] * 2


async def test_store_that_goes_away_leaves_everything_to_the_next_round() -> None:
    bench = Bench(tried_again(waiting()), tried_again(waiting()))
    bench.store.faults["save"] = StoreUnavailableError("away")
    with pytest.raises(StoreUnavailableError):
        await bench.retrying.round()
    assert bench.store.log.count("examine") == 1
    assert bench.observed.decisions == []
