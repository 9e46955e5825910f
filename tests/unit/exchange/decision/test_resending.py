"""A submission that is sent again gets its first receipt, whatever happened in between.

The table: what is sent again (document, recall, status), how (the same submission, or the same
content under another message_id, in other bytes, from where the agency is served now), and what
has changed since.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.records import SubmissionOutcome
from axis.facts import SignatureFacts
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    again,
    case,
    claimed,
    decider,
    directory,
    document,
    reported,
    status,
    submission,
)

SENDER = Agency("G31", "Bộ Thử nghiệm", Level.CENTRAL, endpoint="g22")
CLOSED = replace(SENDER, valid_to=(NOW - timedelta(days=1)).date())
PLATFORM = Agency("H37.55", "Sở Thử nghiệm", Level.PROVINCE, parent="H37")


@dataclass
class Story:
    """Something was sent and answered; then the world went on."""

    first: Case
    known: Known
    about: list[Case] = field(default_factory=list)
    """What had to be there before."""

    def __post_init__(self) -> None:
        before = decider(self.known)
        for one in self.about:
            assert before.decide(one).ending is Ending.ACCEPTED
        assert before.decide(self.first).ending is Ending.ACCEPTED
        self.receipt = before.records.submissions[-1].receipt

    def sent_again(self, one: Case) -> tuple[Ending, Decider]:
        """Another router decides, which knows what is stored."""
        after = decider(self.known)
        return after.decide(one).ending, after


def sent(sender: Agency = SENDER, endpoint: str = "g22") -> Story:
    known = Known(directory(sender))
    return Story(case(document(sender.code), submission(endpoint)), known)


def recalled_document() -> Story:
    message = document("G31")
    recall = document("G31", document_id=message.document_id, kind=DocumentKind.RECALL)
    return Story(case(recall), Known(directory(SENDER)), [case(message)])


def report() -> Story:
    """The agency reports on what it was sent."""
    message = document("G09", ["G31"])
    arrived = reported("G31", StatusCode.ARRIVED, message, "g22")
    return Story(arrived, Known(directory(SENDER)), [case(message, submission("g09"))])


STORIES = [
    pytest.param(sent, id="document"),
    pytest.param(recalled_document, id="recall"),
    pytest.param(report, id="status"),
]


def nothing(story: Story) -> None:
    """Nothing."""


def revoked(story: Story) -> None:
    story.known.directory = directory(SENDER, revoked=["G31"])


def closed(story: Story) -> None:
    story.known.directory = directory(CLOSED)


def succeeded(story: Story) -> None:
    story.known.directory = directory(replace(CLOSED, successor="H37"))


def moved(story: Story) -> None:
    story.known.directory = directory(replace(SENDER, endpoint="g09"))


def recalled(story: Story) -> None:
    message = story.first.message
    if isinstance(message, Document) and message.kind is DocumentKind.NEW:
        recall = document(message.sender, document_id=message.document_id, kind=DocumentKind.RECALL)
        assert decider(story.known).decide(case(recall)).ending is Ending.ACCEPTED


def answered(story: Story) -> None:
    """Every delivery has gone on."""
    done = DeliveryState.DONE
    for key, one in story.known.deliveries.items():
        story.known.deliveries[key] = replace(one, state=done, reached=done)


def undecidable(story: Story) -> None:
    """Its check could not be made now."""
    away = (Finding(Reason.REVOCATION_UNKNOWN),)
    story.first = Case(story.first.submission, replace(story.first.examination, findings=away))


CHANGES = [nothing, revoked, closed, succeeded, moved, recalled, answered, undecidable]


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("make", STORIES)
def test_same_submission_again_is_answered_with_its_own_receipt(
    make: Callable[[], Story], change: Callable[[Story], None]
) -> None:
    story = make()
    change(story)
    twin = Case(again(story.first.submission), story.first.examination)
    ending, after = story.sent_again(twin)
    assert ending is Ending.REPEATED
    assert [one.receipt for one in after.records.resends] == [story.receipt]
    assert after.records.submissions == after.records.evidence == after.records.changes == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("make", STORIES)
def test_same_content_under_another_message_id_is_answered_with_the_first_receipt(
    make: Callable[[], Story], change: Callable[[Story], None]
) -> None:
    story = make()
    change(story)
    other = again(story.first.submission, message_id="other")
    ending, after = story.sent_again(Case(other, story.first.examination))
    assert ending is Ending.DUPLICATE
    (row,) = after.records.submissions
    assert (row.outcome, row.receipt) == (SubmissionOutcome.DUPLICATE, story.receipt)
    (answer,) = after.records.outbox
    assert (answer.subject, answer.correlation_id) == (story.receipt, "other")
    assert after.records.documents == after.records.statuses == after.records.changes == []


@pytest.mark.parametrize("make", STORIES)
def test_agency_that_has_moved_is_answered_where_it_is_served_now(
    make: Callable[[], Story],
) -> None:
    story = make()
    moved(story)
    other = again(story.first.submission, endpoint="g09", message_id="other")
    ending, after = story.sent_again(Case(other, story.first.examination))
    assert ending is Ending.DUPLICATE
    (answer,) = after.records.outbox
    assert (answer.queue, answer.subject) == ("answers.g09", story.receipt)


def test_agency_behind_a_platform_that_closed_without_successor_is_answered_still() -> None:
    story = sent(PLATFORM, "lgsp-h37")
    gone = replace(PLATFORM, valid_to=(NOW - timedelta(days=1)).date())
    story.known.directory = directory(gone)
    other = again(story.first.submission, message_id="other")
    assert story.sent_again(Case(other, story.first.examination))[0] is Ending.DUPLICATE


@pytest.mark.parametrize("make", STORIES)
def test_endpoint_that_has_nothing_to_do_with_it_hears_nothing(make: Callable[[], Story]) -> None:
    story = make()
    other = again(story.first.submission, endpoint="lgsp-h37", message_id="other")
    ending, after = story.sent_again(Case(other, story.first.examination))
    assert ending is Ending.REFUSED
    assert after.records.submissions[0].receipt != story.receipt


# -- other bytes, the same signed content ----------------------------------------------------------


def spelled(first: Case, body: bytes, content: str) -> Case:
    """What is signed in other bytes: another message, by its bytes."""
    other = submission(
        first.submission.user_id, routing_key=first.submission.routing_key, body=body
    )
    facts = SignatureFacts(policy="field", digest=content)
    message = replace(first.examination, sha256=other.sha256, size=len(body), signature=facts)
    return Case(other, message)


def test_status_in_other_bytes_with_the_same_signed_content_is_a_duplicate() -> None:
    message = document()
    deciding = decider()
    deciding.decide(case(message))
    plain = reported("G09", StatusCode.ARRIVED, message, "g09")
    first, second, other = (
        spelled(plain, body, content)
        for body, content in ((b"1", "aa"), (b"2", "aa"), (b"3", "bb"))
    )
    assert deciding.decide(first).ending is Ending.ACCEPTED
    relayed = len(deciding.records.outbox)
    assert deciding.decide(second).ending is Ending.DUPLICATE
    assert len(deciding.records.outbox) == relayed + 1  # the answer alone
    assert [row.content for row in deciding.records.statuses] == ["aa"]
    assert deciding.records.submissions[-1].receipt == deciding.records.submissions[-2].receipt
    assert deciding.decide(other).ending is Ending.ACCEPTED
    assert deciding.decide(spelled(plain, b"4", "bb")).ending is Ending.DUPLICATE


def test_contents_that_no_signature_holds_for_are_not_the_same() -> None:
    message = document()
    deciding = decider()
    deciding.decide(case(message))
    plain = reported("G09", StatusCode.ARRIVED, message, "g09")
    endings = [deciding.decide(spelled(plain, body, "")).ending for body in (b"1", b"2")]
    assert endings == [Ending.ACCEPTED] * 2


def test_same_report_about_two_documents_is_two_reports() -> None:
    deciding = decider()
    for number in range(2):
        message = document()
        deciding.decide(case(message))
        report = status("G09", StatusCode.ARRIVED, message)
        submitted = submission("g09", routing_key="status")
        sealed = spelled(case(report, submitted), b"%d" % number, f"content {number}")
        assert deciding.decide(sealed).ending is Ending.ACCEPTED
    assert len({row.delivery for row in deciding.records.statuses}) == 2


# -- recalls ---------------------------------------------------------------------------------------


def test_second_recall_in_other_words_is_accepted_and_asks_nobody_twice() -> None:
    message = document()
    deciding = decider()
    deciding.decide(case(message))
    recall = document(document_id=message.document_id, kind=DocumentKind.RECALL)
    deciding.decide(case(recall))
    asked = len(deciding.records.changes)
    again_ = replace(recall, subject="Thu hồi lần nữa")
    assert deciding.decide(case(again_)).ending is Ending.ACCEPTED
    assert len(deciding.records.changes) == asked


# -- what was held first ---------------------------------------------------------------------------


def test_submission_that_waited_and_was_accepted_is_answered_with_its_acceptance() -> None:
    known = Known(directory())
    plain = case(document())
    away = replace(plain.examination, findings=(Finding(Reason.SCANNER_AWAY),))
    decider(known).decide(Case(plain.submission, away))
    notice = known.submissions["g22", plain.message_key].receipt
    during = decider(known)
    assert during.decide(Case(again(plain.submission), away)).ending is Ending.REPEATED
    assert [one.receipt for one in during.records.resends] == [notice]
    settling = decider(known)
    settled = Case(plain.submission, plain.examination, claimed(plain.submission))
    assert settling.decide(settled).ending is Ending.ACCEPTED
    after = decider(known)
    assert after.decide(Case(again(plain.submission), away)).ending is Ending.REPEATED
    assert [one.receipt for one in after.records.resends] == [settling.records.settled[0].receipt]


def test_status_held_under_two_message_ids_is_stored_and_relayed_once() -> None:
    message = document()
    first = reported("G09", StatusCode.ARRIVED, message, "g09")
    second = Case(again(first.submission, message_id="other"), first.examination)
    deciding = decider()
    assert [deciding.decide(one).ending for one in (first, second)] == [Ending.HELD] * 2
    deciding.decide(case(message))
    endings = [
        deciding.decide(Case(one.submission, one.examination, claimed(one.submission))).ending
        for one in (first, second)
    ]
    assert endings == [Ending.ACCEPTED, Ending.DUPLICATE]
    assert len(deciding.records.statuses) == 1
    assert len({row.receipt for row in deciding.records.settled}) == 1
