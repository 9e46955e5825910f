"""The checks that need the registry and what is stored: authentication and authority.

Together with `axis.examination` they are the five admission checks. Everything here is
pure: what is known comes in as `Known`, findings go out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document, Status
from axis.examination import Examination
from axis.exchange.deliveries import DeliveryState
from axis.exchange.known import Known
from axis.exchange.ports import KnownDelivery, KnownDocument
from axis.exchange.submission import Route, Submission
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.registry.routing import Routing
from axis.verdict import Finding

MAX_RECEIVERS = 1_000
"""Receivers of one document: the largest real broadcasts go to about 700 agencies."""

_ROUTES_OF_DOCUMENTS = (Route.DOCUMENT, Route.URGENT)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who sends, as far as endpoint, code and certificate agree on it."""

    agency: Agency | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DocumentAdmission:
    """What admission says about a document."""

    speaker: Speaker
    routing: Routing
    targets: tuple[UUID, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class StatusAdmission:
    """What admission says about a status; the subject is None when none was found."""

    speaker: Speaker
    document: KnownDocument | None
    delivery: KnownDelivery | None
    findings: tuple[Finding, ...]


def check_message_id(submission: Submission) -> list[Finding]:
    """Check that the submission carries its own unique id."""
    return [] if submission.named else [Finding(Reason.NO_MESSAGE_ID)]


def check_route(message: Document | Status, routing_key: str) -> list[Finding]:
    """Check that a document came as a document and a status as a status."""
    document = isinstance(message, Document)
    if routing_key in (_ROUTES_OF_DOCUMENTS if document else (Route.STATUS,)):
        return []
    facts = {"found": "document" if document else "status", "routing_key": routing_key}
    return [Finding(Reason.WRONG_ROUTE, facts=facts)]


def check_speaker(
    code: str, endpoint: str | None, examination: Examination, known: Known, at: datetime
) -> Speaker:
    """Check that this endpoint may send for this agency, and that the seal is the agency's.

    Without an endpoint, nobody has submitted yet: any that serves the agency might.
    """
    outcome = known.directory.sender(code, endpoint, at)
    if not isinstance(outcome, Agency):
        return Speaker(None, outcome)
    certificate = examination.certificate
    if certificate is None:
        return Speaker(outcome, ())  # the signature check has said why
    findings = known.directory.authorize(
        certificate.fingerprint, outcome.code, at, subject=certificate.subject
    )
    return Speaker(outcome, tuple(findings))


def admit_document(
    document: Document, endpoint: str | None, examination: Examination, known: Known, at: datetime
) -> DocumentAdmission:
    """Check sender, receivers and, for a recall, update or replacement, its targets."""
    speaker = check_speaker(document.sender, endpoint, examination, known, at)
    findings = list(speaker.findings)
    routing = Routing()
    if len(document.receivers) > MAX_RECEIVERS:
        facts = {"count": len(document.receivers), "limit": MAX_RECEIVERS}
        findings.append(Finding(Reason.TOO_MANY_RECEIVERS, facts=facts))
    else:
        routing = known.directory.route(document.receivers, at)
        findings += routing.findings
    targets: list[UUID] = []
    if speaker.agency is not None and known.stored_known:
        for document_id in document.target_document_ids:
            target = _target(document_id, speaker.agency.code, known)
            if isinstance(target, Finding):
                findings.append(target)
            else:
                targets.append(target.id)
        findings += _conflict(document, speaker.agency.code, known)
    return DocumentAdmission(speaker, routing, tuple(dict.fromkeys(targets)), tuple(findings))


def admit_status(
    status: Status, endpoint: str | None, examination: Examination, known: Known, at: datetime
) -> StatusAdmission:
    """Check who reports, and find the delivery that the status is about.

    It is matched by DocumentId and parties, never by number alone.
    """
    speaker = check_speaker(status.sender, endpoint, examination, known, at)
    if speaker.agency is None or not known.stored_known:
        return StatusAdmission(speaker, None, None, speaker.findings)
    parties = _parties(status, speaker.agency, known)
    facts = {"document_id": status.document_id, "code": status.sender}
    named = known.documents.get(status.document_id, [])
    documents = [document for document in named if document.sender == parties[0]]
    deliveries = [
        (document, delivery)
        for document in documents
        if (delivery := known.deliveries.get((document.id, parties[1]))) is not None
    ]
    if not deliveries:
        reason = Reason.NOT_A_RECEIVER if documents else Reason.TARGET_UNKNOWN
        if named and status.code.from_sender and not documents:
            reason = Reason.NOT_ORIGINAL_SENDER
        elif documents and status.code.from_sender:
            facts["code"] = status.addressee
        return StatusAdmission(
            speaker, None, None, (*speaker.findings, Finding(reason, facts=facts))
        )
    chosen = _subject(status.code, deliveries)
    if chosen is None:
        state = deliveries[-1][1].state
        finding = Finding(
            Reason.STATUS_OUT_OF_ORDER,
            facts={"status": status.code.value, "state": state.value},
        )
        return StatusAdmission(speaker, None, None, (*speaker.findings, finding))
    return StatusAdmission(speaker, *chosen, speaker.findings)


def pairs_of(status: Status, known: Known) -> list[tuple[UUID, str]]:
    """Return the (document, receiver) pairs that a status may be about."""
    agency = known.directory.find(status.sender)
    if agency is None:
        return []
    sender, receiver = _parties(status, agency, known)
    return [
        (document.id, receiver)
        for document in known.documents.get(status.document_id, [])
        if document.sender == sender
    ]


def _parties(status: Status, agency: Agency, known: Known) -> tuple[str, str]:
    """Return the codes of the document's sender and of its receiver."""
    other = known.directory.find(status.addressee)
    other_code = status.addressee if other is None else other.code
    return (agency.code, other_code) if status.code.from_sender else (other_code, agency.code)


def _subject(
    code: StatusCode, deliveries: Sequence[tuple[KnownDocument, KnownDelivery]]
) -> tuple[KnownDocument, KnownDelivery] | None:
    """Choose among a document and the recalls and updates that carry the same DocumentId.

    An answer (15, 16) belongs to the newest open question: a recall, an update or a take-back. A
    report belongs to the document itself.
    """
    if code in (StatusCode.AGREED, StatusCode.DISAGREED):
        asked = [
            (document, delivery)
            for document, delivery in deliveries
            if document.kind in (DocumentKind.RECALL, DocumentKind.UPDATE)
            or delivery.state
            in (DeliveryState.TAKE_BACK_ASKED, DeliveryState.AGREED, DeliveryState.DECLINED)
        ]
        return asked[-1] if asked else None
    documents = [pair for pair in deliveries if pair[0].kind is not DocumentKind.RECALL]
    return (documents or deliveries)[0]


def _target(document_id: str, sender: str, known: Known) -> KnownDocument | Finding:
    named = known.documents.get(document_id, [])
    own = [document for document in named if document.sender == sender]
    originals = [document for document in own if document.kind is not DocumentKind.RECALL]
    if originals:
        return originals[0]
    reason = Reason.NOT_ORIGINAL_SENDER if named and not own else Reason.TARGET_UNKNOWN
    return Finding(reason, facts={"document_id": document_id})


def _conflict(document: Document, sender: str, known: Known) -> list[Finding]:
    """A new document may not reuse the DocumentId of another new one."""
    if document.kind is not DocumentKind.NEW:
        return []
    taken = any(
        earlier.sender == sender and earlier.kind is DocumentKind.NEW
        for earlier in known.documents.get(document.document_id, [])
    )
    facts = {"document_id": document.document_id}
    return [Finding(Reason.DOCUMENT_CONFLICT, facts=facts)] if taken else []
