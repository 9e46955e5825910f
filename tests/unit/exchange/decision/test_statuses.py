"""What becomes of statuses: they move their delivery, prove what they prove, go to the other."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, SubjectKind
from axis.evidence.xml import read_receipt
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Decision, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.records import MessageType, OutboxRow
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.verdict import Finding
from tests.support.exchange import (
    NOW,
    REPORTED_AT,
    case,
    decider,
    directory,
    document,
    reported,
    submission,
)

PROVEN = {
    StatusCode.ARRIVED: Event.CONTENT_HANDOVER,
    StatusCode.REFUSED: Event.CONSIGNMENT_REJECTION,
    StatusCode.ACCEPTED: Event.CONSIGNMENT_ACCEPTANCE,
}


@dataclass
class Trip:
    """A document from G22 to G09 and H37.02, and what a decider knows of it."""

    message: Document
    deciding: Decider

    def report(self, code: StatusCode, sender: str = "G09", endpoint: str = "g09") -> Decision:
        return self.deciding.decide(
            reported(sender, code, self.message, endpoint, description="Lý do")
        )

    def ask_back(self, receiver: str = "G09") -> Decision:
        return self.deciding.decide(
            reported("G22", StatusCode.TAKE_BACK, self.message, "g22", to=receiver)
        )

    def state(self, receiver: str = "G09") -> DeliveryState:
        document_id = self.deciding.records.documents[0].id
        return self.deciding.known.deliveries[document_id, receiver].state

    def sent_to(self, queue: str) -> list[OutboxRow]:
        return [row for row in self.deciding.records.outbox if row.queue == queue]


@pytest.fixture
def trip() -> Trip:
    message = document("G22", ["G09", "H37.02"], priority=Priority.NORMAL)
    deciding = decider()
    deciding.decide(case(message))
    return Trip(message, deciding)


def receipt(deciding: Decider, evidence: UUID) -> Receipt:
    (row,) = [row for row in deciding.records.evidence if row.id == evidence]
    return read_receipt(row.receipt)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (StatusCode.ARRIVED, DeliveryState.ARRIVED),
        (StatusCode.REFUSED, DeliveryState.REFUSED),
        (StatusCode.ACCEPTED, DeliveryState.RECEIVED),
        (StatusCode.ASSIGNED, DeliveryState.ASSIGNED),
        (StatusCode.IN_PROGRESS, DeliveryState.IN_PROGRESS),
        (StatusCode.DONE, DeliveryState.DONE),
    ],
)
def test_report_moves_its_own_delivery_and_goes_to_the_documents_sender(
    trip: Trip, code: StatusCode, state: DeliveryState
) -> None:
    decision = trip.report(code)
    assert decision.ending is Ending.ACCEPTED
    (change,) = trip.deciding.records.changes
    assert (change.state, change.at) == (state, NOW)
    assert trip.state("H37.02") is DeliveryState.ACCEPTED
    (row,) = trip.deciding.records.statuses
    assert (row.sender, row.addressee, row.code, row.description) == ("G09", "G22", code, "Lý do")
    (copy,) = [one for one in trip.sent_to("answers.g22") if one.type is MessageType.STATUS]
    assert copy.subject == row.id
    assert copy.headers == {
        "axis-document": str(trip.deciding.records.documents[0].id),
        "axis-from": "G09",
        "axis-to": "G22",
        "axis-status": code.value,
        "axis-sha256": row.sha256,
    }


@pytest.mark.parametrize("code", [code for code in StatusCode if not code.from_sender])
def test_report_is_answered_to_its_reporter_with_an_acceptance(
    trip: Trip, code: StatusCode
) -> None:
    trip.ask_back()
    trip.report(code)
    answer = trip.sent_to("answers.g09")[2]  # behind the request to take it back, and a notice
    read = receipt(trip.deciding, answer.subject)
    assert read.event is Event.SUBMISSION_ACCEPTANCE
    assert read.subject.kind is SubjectKind.STATUS
    assert read.subject.document_id == trip.message.document_id
    assert read.status is not None
    assert (read.status.code, read.status.description) == (code.value, "Lý do")


@pytest.mark.parametrize("code", [code for code in StatusCode if not code.from_sender])
def test_report_that_is_an_event_is_proven_to_the_documents_sender(
    trip: Trip, code: StatusCode
) -> None:
    trip.ask_back()
    before = len(trip.sent_to("answers.g22"))
    trip.report(code)
    receipts = [
        receipt(trip.deciding, row.subject)
        for row in trip.sent_to("answers.g22")[before:]
        if row.type is MessageType.RECEIPT
    ]
    assert [read.event for read in receipts] == ([PROVEN[code]] if code in PROVEN else [])


def test_proof_shows_the_delivery_as_the_status_left_it(trip: Trip) -> None:
    trip.report(StatusCode.ARRIVED)
    (proof,) = [
        row for row in trip.deciding.records.evidence if row.event is Event.CONTENT_HANDOVER
    ]
    read = read_receipt(proof.receipt)
    (line,) = read.receivers
    assert (line.code, line.name, line.state) == ("G09", "Bộ Nội vụ", DeliveryState.ARRIVED)
    assert line.delivery == trip.deciding.records.deliveries[0].id
    assert read.subject.kind is SubjectKind.DOCUMENT
    assert read.subject.sha256 == trip.deciding.records.documents[0].sha256
    assert read.status is not None
    assert read.status.code == "01"
    assert read.submission is not None
    assert read.submission.endpoint == "g09"
    assert (proof.agency, proof.endpoint, proof.submission) == ("G22", "g22", None)
    assert proof.deliveries == (trip.deciding.records.deliveries[0].id,)


def test_late_report_is_stored_and_passed_on_but_moves_nothing(trip: Trip) -> None:
    trip.report(StatusCode.DONE)
    decision = trip.report(StatusCode.ARRIVED)
    assert decision.ending is Ending.ACCEPTED
    assert len(trip.deciding.records.changes) == 1
    assert trip.state() is DeliveryState.DONE
    assert len([row for row in trip.sent_to("answers.g22") if row.type is MessageType.STATUS]) == 2


def test_take_back_goes_to_the_receiver_and_its_answer_to_the_sender(trip: Trip) -> None:
    decision = trip.ask_back()
    assert decision.ending is Ending.ACCEPTED
    assert trip.state() is DeliveryState.TAKE_BACK_ASKED
    notice, request = trip.sent_to("answers.g09")
    assert receipt(trip.deciding, notice.subject).event is Event.DELIVERY_WITHDRAWN
    assert (request.type, request.headers["axis-to"]) == (MessageType.STATUS, "G09")
    (row,) = trip.deciding.records.statuses
    assert (row.sender, row.addressee) == ("G22", "G09")
    assert trip.report(StatusCode.AGREED).ending is Ending.ACCEPTED
    assert trip.state() is DeliveryState.WITHDRAWN  # nobody had reported it
    assert trip.state("H37.02") is DeliveryState.ACCEPTED


@pytest.mark.parametrize("code", [StatusCode.AGREED, StatusCode.DISAGREED])
def test_answer_to_nothing_is_refused(trip: Trip, code: StatusCode) -> None:
    assert trip.report(code).reasons == (Reason.STATUS_OUT_OF_ORDER.code,)
    assert trip.deciding.records.changes == []
    assert trip.deciding.records.statuses == []


@pytest.mark.parametrize(
    ("kind", "answered"),
    [
        (DocumentKind.RECALL, DeliveryState.AGREED),
        (DocumentKind.UPDATE, DeliveryState.RECEIVED),
    ],
)
def test_answer_belongs_to_the_newest_question_and_a_report_to_the_document(
    trip: Trip, kind: DocumentKind, answered: DeliveryState
) -> None:
    asking = document("G22", ["G09"], document_id=trip.message.document_id, kind=kind)
    trip.deciding.decide(case(asking))
    original, question = trip.deciding.records.documents
    trip.report(StatusCode.ARRIVED)
    trip.report(StatusCode.AGREED)
    known = trip.deciding.known.deliveries
    recalled = kind is DocumentKind.RECALL
    left = DeliveryState.AGREED if recalled else DeliveryState.ARRIVED
    assert known[original.id, "G09"].state is left
    assert known[question.id, "G09"].state is answered


def test_copy_given_back_after_it_was_reported_is_to_be_destroyed_and_that_confirmed(
    trip: Trip,
) -> None:
    trip.report(StatusCode.ACCEPTED)
    trip.ask_back()
    trip.report(StatusCode.AGREED)
    assert trip.state() is DeliveryState.AGREED
    trip.report(StatusCode.DONE)
    assert trip.state() is DeliveryState.DESTROYED


def test_report_of_work_done_that_comes_after_the_agreement_confirms_no_destruction(
    trip: Trip,
) -> None:
    late = reported(
        "G09", StatusCode.DONE, trip.message, "g09", at=REPORTED_AT - timedelta(minutes=5)
    )
    trip.report(StatusCode.ACCEPTED)
    trip.ask_back()
    trip.report(StatusCode.AGREED)
    assert trip.deciding.decide(late).ending is Ending.ACCEPTED
    assert trip.state() is DeliveryState.AGREED


def test_answer_to_a_second_recall_answers_the_first_too_and_is_filed_under_the_second(
    trip: Trip,
) -> None:
    for _ in range(2):
        asking = document(document_id=trip.message.document_id, kind=DocumentKind.RECALL)
        trip.deciding.decide(case(asking))
    trip.report(StatusCode.DISAGREED)
    _, first, second = trip.deciding.records.documents
    known = trip.deciding.known.deliveries
    assert known[first.id, "G09"].state is DeliveryState.DECLINED
    assert known[second.id, "G09"].state is DeliveryState.DECLINED
    assert [row.document for row in trip.deciding.records.statuses] == [second.id]


def test_status_about_an_urgent_document_is_urgent() -> None:
    deciding = decider()
    message = document(priority=Priority.URGENT)
    deciding.decide(case(message))
    deciding.decide(reported("G09", StatusCode.ARRIVED, message, "g09"))
    assert all(row.urgent for row in deciding.records.outbox)


def test_status_to_an_agency_that_has_moved_goes_where_it_is_served_now() -> None:
    moving = Agency("H37.07", "Sở", Level.PROVINCE, endpoint="old-platform")
    known = Known(directory(moving, endpoints=["old-platform", "new-platform"]))
    message = document("H37.07", ["G09"])
    before = decider(known)
    decision = before.decide(case(message, submission("old-platform")))
    assert decision.ending is Ending.ACCEPTED
    moved = Agency("H37.07", "Sở", Level.PROVINCE, endpoint="new-platform")
    known.directory = directory(moved, endpoints=["old-platform", "new-platform"])
    after = decider(known)
    after.decide(reported("G09", StatusCode.ARRIVED, message, "g09"))
    queues = {row.queue for row in after.records.outbox}
    assert queues == {"answers.new-platform", "answers.g09"}


def test_take_back_from_a_receiver_that_has_moved_goes_where_it_is_served_now() -> None:
    receiver = Agency("H37.07", "Sở", Level.PROVINCE, endpoint="old-platform")
    known = Known(directory(receiver, endpoints=["old-platform", "new-platform"]))
    message = document("G22", ["H37.07"])
    decider(known).decide(case(message))
    moved = Agency("H37.07", "Sở", Level.PROVINCE, endpoint="new-platform")
    known.directory = directory(moved, endpoints=["old-platform", "new-platform"])
    after = decider(known)
    after.decide(reported("G22", StatusCode.TAKE_BACK, message, "g22", to="H37.07"))
    statuses = [row.queue for row in after.records.outbox if row.type is MessageType.STATUS]
    assert statuses == ["answers.new-platform"]


def test_status_to_a_sender_that_closed_goes_to_its_successor() -> None:
    closing = Agency(
        "H37.07", "Sở", Level.PROVINCE, "H37", valid_to=date(2026, 3, 31), successor="G22"
    )
    known = Known(directory(closing))
    message = document("H37.07", ["G09"])
    decider(known).decide(case(message, submission("lgsp-h37")))
    later = decider(known, NOW + timedelta(days=60))
    decision = later.decide(reported("G09", StatusCode.DONE, message, "g09"))
    assert decision.ending is Ending.ACCEPTED
    assert "answers.g22" in {row.queue for row in later.records.outbox}


def test_refused_status_moves_nothing_and_is_answered(trip: Trip) -> None:
    unsigned = reported("G09", StatusCode.ARRIVED, trip.message, "g09")
    refused = case(
        unsigned.examination.message, unsigned.submission, findings=[Finding(Reason.ALTERED)]
    )
    decision = trip.deciding.decide(refused)
    assert decision.reasons == (Reason.ALTERED.code,)
    assert trip.deciding.records.changes == []
    (answer,) = trip.sent_to("answers.g09")
    read = receipt(trip.deciding, answer.subject)
    assert read.event is Event.SUBMISSION_REJECTION
    assert read.subject.kind is SubjectKind.STATUS


def test_reported_time_is_the_moment_on_viet_nams_clock(trip: Trip) -> None:
    trip.report(StatusCode.ARRIVED)
    (row,) = trip.deciding.records.statuses
    assert row.reported_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
