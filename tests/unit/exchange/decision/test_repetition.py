"""Nothing is doubled: the same submission, the same document, the same id with other content."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind, StatusCode
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Ending
from axis.exchange.records import MessageType, SubmissionOutcome
from axis.reasons import Reason
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import (
    again,
    case,
    decider,
    directory,
    document,
    reported,
    submission,
)


def redelivered(first: Case) -> Case:
    """The same submission as the broker gives it again."""
    return Case(again(first.submission), first.examination)


def resubmitted(first: Case, message_id: str) -> Case:
    """The same bytes that the sender submits again under another message_id."""
    return Case(again(first.submission, message_id=message_id), first.examination)


def test_submission_that_comes_again_is_answered_with_its_own_receipt_once_more() -> None:
    known = Known(directory())
    first = case(document(), submission(message_id="id-1"))
    before = decider(known)
    assert before.decide(first).ending is Ending.ACCEPTED
    after = decider(known)
    assert after.decide(redelivered(first)).ending is Ending.REPEATED
    (resend,) = after.records.resends
    assert resend.receipt == before.records.submissions[0].receipt
    assert (resend.queue, resend.correlation_id) == ("answers.g22", "id-1")
    assert after.records.submissions == []
    assert after.records.outbox == []


def test_submission_twice_in_one_batch_is_decided_once() -> None:
    first = case(document())
    deciding = decider()
    endings = [deciding.decide(one).ending for one in (first, redelivered(first))]
    assert endings == [Ending.ACCEPTED, Ending.REPEATED]
    assert len(deciding.records.documents) == len(deciding.records.submissions) == 1


def test_refused_submission_that_comes_again_stays_refused() -> None:
    first = case(document(), findings=[Finding(Reason.UNSIGNED)])
    deciding = decider()
    deciding.decide(first)
    assert deciding.decide(redelivered(first)).ending is Ending.REPEATED
    assert len(deciding.records.evidence) == 1


@pytest.mark.parametrize("message", [document(), None], ids=["document", "unreadable"])
def test_submission_without_message_id_that_comes_again_is_known_by_its_bytes(
    message: object,
) -> None:
    findings = [Finding(Reason.NOT_XML)] if message is None else []
    first = case(message, submission(message_id=None), findings=findings)  # type: ignore[arg-type]
    deciding = decider()
    assert deciding.decide(first).ending is Ending.REFUSED
    assert deciding.decide(redelivered(first)).ending is Ending.REPEATED


@pytest.mark.parametrize("kind", DocumentKind)
def test_same_document_under_another_message_id_is_answered_with_the_first_receipt(
    kind: DocumentKind,
) -> None:
    deciding = decider()
    original = document()
    deciding.decide(case(original))
    name = original.document_id
    message = document(kind=kind, target=name, replaces=[name])
    first = case(message, submission(message_id="id-1"))
    accepted = deciding.decide(first)
    assert accepted.ending is Ending.ACCEPTED
    duplicate = deciding.decide(resubmitted(first, "id-2"))
    assert (duplicate.ending, duplicate.document) == (Ending.DUPLICATE, accepted.document)
    *_, stored, repeated = deciding.records.submissions
    assert repeated.outcome is SubmissionOutcome.DUPLICATE
    assert repeated.receipt == stored.receipt
    assert len(deciding.records.documents) == 2
    answer = deciding.records.outbox[-1]
    assert (answer.subject, answer.correlation_id) == (stored.receipt, "id-2")


def test_answers_to_duplicates_are_resent_one_by_one() -> None:
    first = case(document(), submission(message_id="id-1"))
    deciding = decider()
    for one in (first, resubmitted(first, "id-2"), resubmitted(first, "id-3")):
        deciding.decide(one)
    deciding.decide(resubmitted(first, "id-2"))
    assert [resend.correlation_id for resend in deciding.records.resends] == ["id-2"]


def test_same_document_from_an_endpoint_that_does_not_serve_the_sender_is_refused() -> None:
    first = case(document())
    deciding = decider()
    deciding.decide(first)
    foreign = Case(again(first.submission, endpoint="g09", message_id="id-2"), first.examination)
    assert deciding.decide(foreign).reasons == (Reason.SENDER_NOT_AT_ENDPOINT.code,)


def test_other_content_under_a_used_document_id_is_refused_as_a_conflict() -> None:
    message = document()
    deciding = decider()
    deciding.decide(case(message))
    decision = deciding.decide(case(replace(message, subject="Nội dung khác")))
    assert decision.reasons == (Reason.DOCUMENT_CONFLICT.code,)
    assert len(deciding.records.documents) == 1


def test_other_content_under_a_used_message_id_is_refused_and_recorded() -> None:
    deciding = decider()
    first = case(document(), submission(message_id="id-1"))
    other = case(document(), submission(message_id="id-1"))
    deciding.decide(first)
    assert deciding.decide(other).reasons == (Reason.MESSAGE_ID_REUSED.code,)
    assert deciding.decide(redelivered(other)).ending is Ending.REPEATED
    assert deciding.decide(redelivered(first)).ending is Ending.REPEATED
    stored, reused = deciding.records.submissions
    assert [resend.receipt for resend in deciding.records.resends] == [
        reused.receipt,
        stored.receipt,
    ]
    third = case(document(), submission(message_id="id-1"))
    assert deciding.decide(third).reasons == (Reason.MESSAGE_ID_REUSED.code,)


def test_message_id_of_another_endpoint_is_nobodys_concern() -> None:
    deciding = decider()
    deciding.decide(case(document(), submission(message_id="id-1")))
    message = document("G09", ["G22"])
    decision = deciding.decide(case(message, submission("g09", message_id="id-1")))
    assert decision.ending is Ending.ACCEPTED


def test_status_under_another_message_id_is_answered_with_the_first_receipt() -> None:
    deciding = decider()
    message = document()
    deciding.decide(case(message))
    first = reported("G09", StatusCode.ARRIVED, message, "g09")
    deciding.decide(first)
    assert deciding.decide(resubmitted(first, "id-2")).ending is Ending.DUPLICATE
    assert len(deciding.records.statuses) == 1
    assert len(deciding.records.changes) == 1


def test_old_answer_that_is_sent_again_does_not_answer_a_later_question() -> None:
    deciding = decider()
    message = document()
    deciding.decide(case(message))
    deciding.decide(reported("G22", StatusCode.TAKE_BACK, message, "g22", to="G09"))
    answer = reported("G09", StatusCode.DISAGREED, message, "g09")
    deciding.decide(answer)
    deciding.decide(case(document(document_id=message.document_id, kind=DocumentKind.RECALL)))
    decision = deciding.decide(resubmitted(answer, "id-2"))
    assert decision.ending is Ending.DUPLICATE
    assert len(deciding.records.statuses) == 2


def test_answer_that_is_sent_again_is_no_failure_once_the_delivery_went_on() -> None:
    deciding = decider()
    message = document()
    deciding.decide(case(message))
    deciding.decide(reported("G22", StatusCode.TAKE_BACK, message, "g22", to="G09"))
    answer = reported("G09", StatusCode.DISAGREED, message, "g09")
    deciding.decide(answer)
    deciding.decide(reported("G09", StatusCode.DONE, message, "g09"))
    assert deciding.decide(resubmitted(answer, "id-2")).ending is Ending.DUPLICATE


# -- any batch ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=15))
def test_any_batch_answers_each_submission_once_and_stores_each_document_once(
    drawn: list[tuple[int, int, int]],
) -> None:
    """Few bodies, DocumentIds and message_ids, so that they meet in every combination."""
    deciding = decider()
    endings = []
    for body, name, message_id in drawn:
        message = document(document_id=f"G22,2026/03/02,{name}/X", subject=f"{body}")
        submitted = submission(message_id=f"id-{message_id}", body=f"{body}/{name}".encode())
        endings.append(deciding.decide(case(message, submitted)).ending)
    records = deciding.records
    stored = [(row.sender, row.document_id) for row in records.documents]
    assert len(stored) == len(set(stored)) == endings.count(Ending.ACCEPTED)
    keys = [(row.endpoint, row.message_key) for row in records.submissions]
    assert len(keys) == len(set(keys))
    answers = [row for row in records.outbox if row.type is MessageType.RECEIPT]
    assert len(answers) == len(records.submissions)
    assert len(answers) + len(records.resends) == len(drawn)
    copies = [row for row in records.outbox if row.type is MessageType.DOCUMENT]
    assert len(copies) == len(records.documents) == len(records.deliveries)
    assert {row.receipt for row in records.submissions} <= {row.id for row in records.evidence}
    ids = [row.id for row in (*records.outbox, *records.evidence, *records.submissions)]
    assert len(ids) == len(set(ids))
    assert all(before < later for before, later in pairwise(row.id for row in records.documents))
