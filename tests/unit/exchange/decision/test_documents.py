"""What becomes of documents: stored once, copied once an endpoint, answered with a receipt."""

from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind, Priority
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, SubjectKind
from axis.evidence.xml import read_receipt
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.records import MessageType, OutboxRow, SubmissionOutcome
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.verdict import FileFacts, FileSignature, Finding, Outcome
from tests.support.changing import replace
from tests.support.exchange import (
    ISSUER,
    NOW,
    case,
    decider,
    directory,
    document,
    fingerprint,
    submission,
)


def copies(deciding: Decider) -> list[OutboxRow]:
    return [row for row in deciding.records.outbox if row.type is MessageType.DOCUMENT]


def answers(deciding: Decider) -> list[OutboxRow]:
    return [row for row in deciding.records.outbox if row.type is MessageType.RECEIPT]


def receipt(deciding: Decider, evidence: UUID) -> Receipt:
    (row,) = [row for row in deciding.records.evidence if row.id == evidence]
    return read_receipt(row.receipt)


# -- accepted -------------------------------------------------------------------------------------


def test_accepted_document_is_stored_with_the_senders_bytes() -> None:
    deciding = decider()
    message = document(priority=Priority.NORMAL)
    submitted = submission(body=b"<edXML>exactly these bytes</edXML>")
    decision = deciding.decide(case(message, submitted))
    (row,) = deciding.records.documents
    assert decision.ending is Ending.ACCEPTED
    assert decision.document == row.id
    assert row.body == submitted.body
    assert (row.sender, row.document_id, row.sha256) == (
        "G22",
        message.document_id,
        submitted.sha256,
    )
    assert row.accepted_at == NOW


def test_accepted_document_under_an_old_code_is_stored_under_the_agencys_own() -> None:
    deciding = decider()
    deciding.decide(case(document("000.00.00.G22"), sealed_by="G22"))
    assert deciding.records.documents[0].sender == "G22"


def test_accepted_document_has_one_copy_an_endpoint_that_names_all_its_receivers_there() -> None:
    deciding = decider()
    decision = deciding.decide(case(document("G22", ["H37.02", "G09", "H37.101", "H37"])))
    assert decision.deliveries == 4
    by_queue = {copy.queue: copy for copy in copies(deciding)}
    assert by_queue.keys() == {"inbox.lgsp-h37", "inbox.g09"}
    platform = by_queue["inbox.lgsp-h37"]
    assert platform.headers["axis-to"] == "H37.02,H37.101,H37"
    carried = {row.receiver for row in deciding.records.deliveries if row.copy == platform.id}
    assert carried == {"H37.02", "H37.101", "H37"}


def test_receiver_named_by_two_codes_and_by_its_predecessor_gets_one_delivery() -> None:
    deciding = decider()
    deciding.decide(case(document("G22", ["G09", "000.00.00.G09", "G05"])))
    (delivery,) = deciding.records.deliveries
    assert delivery.receiver == "G09"
    assert delivery.named == ("G09", "000.00.00.G09", "G05")
    (copy,) = copies(deciding)
    assert copy.headers["axis-to"] == "G09"


def test_sender_among_its_receivers_gets_a_copy_like_every_other() -> None:
    deciding = decider()
    deciding.decide(case(document("G22", ["G22", "G09"])))
    assert {copy.queue for copy in copies(deciding)} == {"inbox.g22", "inbox.g09"}


def test_accepted_document_is_stored_with_the_facts_about_its_files_and_their_seals() -> None:
    seal = FileSignature(
        signer="CN=Văn phòng", fingerprint=fingerprint("G22"), signed_at=NOW, intact=True
    )
    file = FileFacts(
        name="cv.pdf", media_type="application/pdf", size=9, sha256="ab", signatures=(seal,)
    )
    deciding = decider()
    judged = case(document())
    judged.examination = replace(judged.examination, files=(file,))
    deciding.decide(judged)
    (row,) = deciding.records.documents
    (stored,) = row.verdict["files"]
    assert (stored["name"], stored["signatures"][0]["agency"]) == ("cv.pdf", "G22")


def test_warnings_go_into_the_receipt_and_do_not_keep_a_document_back() -> None:
    deciding = decider()
    decision = deciding.decide(case(document("G22", ["G05", "G09"])))
    assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())
    (answer,) = answers(deciding)
    read = receipt(deciding, answer.subject)
    assert read.verdict is not None
    assert read.verdict.outcome is Outcome.PASSED
    assert [line.code for line in read.verdict.findings] == [
        Reason.RECEIVER_DOUBLED.code,
        Reason.RECEIVER_SUCCEEDED.code,
    ]


def test_warnings_are_no_reasons_of_a_refusal() -> None:
    deciding = decider()
    decision = deciding.decide(case(document("G22", ["G05", "X99"])))
    assert decision.reasons == (Reason.RECEIVER_UNKNOWN.code,)
    assert deciding.records.submissions[0].reasons == decision.reasons


@pytest.mark.parametrize("priority", [one for one in Priority if one.urgent])
def test_urgent_document_takes_the_urgent_lane_with_its_receipt(priority: Priority) -> None:
    deciding = decider()
    deciding.decide(case(document(priority=priority)))
    (copy,) = copies(deciding)
    assert (copy.queue, copy.urgent) == ("inbox.g09.urgent", True)
    (answer,) = answers(deciding)
    assert (answer.queue, answer.urgent) == ("answers.g22", True)


def test_ordinary_document_sent_by_the_urgent_route_stays_ordinary() -> None:
    deciding = decider()
    deciding.decide(case(document(), submission(routing_key="document.urgent")))
    (copy,) = copies(deciding)
    assert (copy.queue, copy.urgent) == ("inbox.g09", False)


def test_acceptance_receipt_says_what_was_accepted_and_for_whom() -> None:
    deciding = decider()
    message = document("G22", ["G09", "000.00.02.H37"])
    submitted = submission(message_id="id-1")
    decision = deciding.decide(case(message, submitted))
    (answer,) = answers(deciding)
    assert answer.correlation_id == "id-1"
    assert answer.headers["axis-document"] == str(decision.document)
    read = receipt(deciding, answer.subject)
    assert (read.event, read.issuer, read.at) == (Event.SUBMISSION_ACCEPTANCE, ISSUER, NOW)
    assert read.subject.kind is SubjectKind.DOCUMENT
    assert read.subject.axis_id == decision.document
    assert read.subject.sha256 == submitted.sha256
    assert read.subject.size == len(submitted.body)
    assert read.subject.document_id == message.document_id
    assert read.submission is not None
    assert read.submission.endpoint == "g22"
    assert read.submission.message_id == "id-1"
    assert read.verdict is not None
    assert read.verdict.outcome is Outcome.PASSED
    assert [(line.code, line.named, line.endpoint, line.state) for line in read.receivers] == [
        ("G09", ("G09",), "g09", DeliveryState.ACCEPTED),
        ("H37.02", ("000.00.02.H37",), "lgsp-h37", DeliveryState.ACCEPTED),
    ]
    assert [line.delivery for line in read.receivers] == [
        row.id for row in deciding.records.deliveries
    ]


def test_warnings_do_not_refuse_a_document_and_are_kept() -> None:
    deciding = decider()
    warning = Finding(Reason.FIELD_LONG, facts={"field": "Subject", "length": 501, "limit": 500})
    decision = deciding.decide(case(document(), findings=[warning]))
    assert decision.ending is Ending.ACCEPTED
    assert deciding.records.documents[0].verdict["findings"][0]["code"] == Reason.FIELD_LONG.code


def test_broadcast_to_700_agencies_of_one_platform_is_one_copy_within_a_frame() -> None:
    communes = [
        Agency(f"H37.{number:03}.AAAAAAAAAAAAAAAAAAAAAAAAA", f"Xã {number}", Level.COMMUNE, "H37")
        for number in range(200, 900)
    ]
    deciding = decider(Known(directory(*communes)))
    decision = deciding.decide(case(document("G22", [commune.code for commune in communes])))
    assert decision.deliveries == 700
    (copy,) = copies(deciding)
    assert len(str(copy.headers["axis-to"])) < 64 * 1024  # an AMQP frame carries 128 KiB
    (answer,) = answers(deciding)
    assert len(receipt(deciding, answer.subject).receivers) == 700


@pytest.mark.parametrize("kind", [DocumentKind.RECALL, DocumentKind.UPDATE])
def test_recall_or_update_is_stored_beside_its_target_and_linked_to_it(kind: DocumentKind) -> None:
    deciding = decider()
    message = document()
    first = deciding.decide(case(message))
    second = deciding.decide(case(document(document_id=message.document_id, kind=kind)))
    assert second.ending is Ending.ACCEPTED
    original, about = deciding.records.documents
    assert (original.id, about.id) == (first.document, second.document)
    assert [link.target for link in about.links] == [original.id]
    assert copies(deciding)[1].headers["axis-kind"] == kind.label


def test_replacement_is_linked_to_every_document_that_it_replaces() -> None:
    deciding = decider()
    replaced = [document(), document()]
    for message in replaced:
        deciding.decide(case(message))
    names = [message.document_id for message in replaced]
    deciding.decide(case(document(kind=DocumentKind.REPLACE, replaces=[*names, names[0]])))
    *originals, replacement = deciding.records.documents
    assert [link.target for link in replacement.links] == [row.id for row in originals]


# -- refused --------------------------------------------------------------------------------------


def refused(message: Document | None, *findings: Finding) -> tuple[Decider, Receipt]:
    deciding = decider()
    decision = deciding.decide(case(message, submission(message_id="id-1"), findings=findings))
    assert decision.ending is Ending.REFUSED
    (answer,) = answers(deciding)
    assert (answer.queue, answer.correlation_id) == ("answers.g22", "id-1")
    return deciding, receipt(deciding, answer.subject)


def test_refused_document_leaves_a_record_and_a_receipt_that_names_every_reason() -> None:
    unsigned = Finding(Reason.UNSIGNED)
    message = document("G22", ["X99", "H37.90"])
    deciding, read = refused(message, unsigned)
    assert deciding.records.documents == []
    assert deciding.records.deliveries == []
    assert copies(deciding) == []
    (row,) = deciding.records.submissions
    assert row.outcome is SubmissionOutcome.REFUSED
    assert row.reasons == ("S-UNSIGNED", "A-RECEIVER-UNKNOWN", "A-RECEIVER-CLOSED")
    assert (row.sender, row.document_id, row.subject) == (
        "G22",
        message.document_id,
        message.subject,
    )
    assert read.event is Event.SUBMISSION_REJECTION
    assert read.verdict is not None
    assert read.verdict.outcome is Outcome.FAILED
    assert [line.code for line in read.verdict.findings] == list(row.reasons)
    assert read.subject.axis_id is None
    assert read.receivers == ()


def test_unreadable_submission_is_refused_by_its_digest_alone() -> None:
    deciding, read = refused(None, Finding(Reason.NOT_XML, facts={"detail": "line 1"}))
    assert read.subject.kind is SubjectKind.UNREADABLE
    (row,) = deciding.records.submissions
    assert (row.sender, row.document_id, row.subject) == (None, None, None)


def test_sender_that_the_endpoint_does_not_speak_for_is_not_put_on_record() -> None:
    deciding, read = refused(document("G09", ["G22"]))
    (row,) = deciding.records.submissions
    assert row.sender is None
    assert deciding.records.evidence[0].agency is None
    assert read.subject.sender == "G09"  # as the message claims it


def test_refused_document_takes_no_document_id() -> None:
    deciding = decider()
    message = document()
    deciding.decide(case(message, findings=[Finding(Reason.ALTERED)]))
    assert deciding.decide(case(message)).ending is Ending.ACCEPTED


def test_document_with_anything_that_holds_is_held_and_not_delivered() -> None:
    holding = [reason for reason in Reason if reason.severity.value == "hold"]
    for reason in holding:
        deciding = decider()
        found = Finding(reason, facts={"document_id": "G22,2026/03/02,0/X"})
        decision = deciding.decide(case(document(), findings=[found]))
        assert decision.ending is Ending.HELD
        assert deciding.records.deliveries == []


def test_message_on_the_wrong_route_is_refused_with_a_receipt() -> None:
    deciding = decider()
    decision = deciding.decide(case(document(), submission(routing_key="nowhere")))
    assert decision.reasons == (Reason.WRONG_ROUTE.code,)
    assert len(answers(deciding)) == 1


def test_urgent_document_is_refused_on_the_urgent_lane() -> None:
    deciding = decider()
    unsigned = [Finding(Reason.UNSIGNED)]
    deciding.decide(case(document(priority=Priority.EXPRESS), findings=unsigned))
    assert answers(deciding)[0].urgent


# -- nobody to answer to --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [(None, Reason.NO_USER_ID), ("nobody", Reason.UNKNOWN_ENDPOINT), ("", Reason.UNKNOWN_ENDPOINT)],
)
def test_submission_without_a_known_identity_becomes_a_dead_letter(
    endpoint: str | None, reason: Reason
) -> None:
    deciding = decider()
    submitted = submission(endpoint, message_id="id-1")
    decision = deciding.decide(case(document(), submitted))
    assert (decision.ending, decision.reasons) == (Ending.DEAD, (reason.code,))
    (letter,) = deciding.records.dead_letters
    assert letter.body == submitted.body
    assert (letter.user_id, letter.message_id) == (endpoint, "id-1")
    assert letter.reasons == (reason.code,)
    assert deciding.records.submissions == []
    assert deciding.records.outbox == []
    assert deciding.records.evidence == []


def test_unusable_message_id_never_reaches_a_record() -> None:
    deciding = decider()
    deciding.decide(case(document(), submission(None, message_id="bad\0id")))
    decision = deciding.decide(case(document(), submission(message_id="bad\0id")))
    assert deciding.records.dead_letters[0].message_id is None
    assert decision.reasons == (Reason.NO_MESSAGE_ID.code,)
    assert decision.message_id is None
    (answer,) = answers(deciding)
    assert answer.correlation_id is None
    assert deciding.records.submissions[0].message_key.startswith("sha256:")
