"""What a status is about: which document and deliveries, and who may report on them.

It is matched by DocumentId and parties, never by number alone. Who has succeeded a closed agency
speaks for it, on either side.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from axis.edxml.codes import StatusCode
from axis.edxml.lines import HEADER
from axis.edxml.values import Status
from axis.examination import Examination
from axis.exchange.admission.answering import WIDE, Settlement, settle
from axis.exchange.admission.checks import SENDER, Speaker, check_speaker
from axis.exchange.admission.known import Known
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.verdict import Finding

_ANSWERED = f"{HEADER}/ResponseFor"


class StatusAdmission(Struct, frozen=True):
    """What admission says about a status; it settles None where it is about nothing."""

    speaker: Speaker
    settlement: Settlement | None
    findings: tuple[Finding, ...]


def admit_status(
    status: Status, endpoint: str | None, examination: Examination, known: Known, at: datetime
) -> StatusAdmission:
    """Check who reports, and find the deliveries that the status is about."""
    speaker = check_speaker(status, endpoint, examination, known, at)
    findings, settlement = list(speaker.findings), None
    if speaker.agency is not None and known.stored_known:
        subject = _about(status, speaker.agency, known, at)
        if isinstance(subject, Finding):
            findings.append(subject)
        else:
            settlement = subject
    return StatusAdmission(speaker, settlement, tuple(examination.lines.complete(findings)))


def pairs_of(status: Status, known: Known, at: datetime) -> list[tuple[UUID, str]]:
    """Return the (document, receiver) pairs that a status may be about."""
    agency = known.directory.find(status.sender)
    if agency is None:
        return []
    _, receivers = _parties(status, agency, known, at)
    named = roots_of(status, known, at, tuple(StatusCode))
    concerned = known.links.family(named) if status.code in WIDE else named
    return [(document, receiver) for document in concerned for receiver in receivers]


def roots_of(
    status: Status, known: Known, at: datetime, codes: Collection[StatusCode] = WIDE
) -> list[UUID]:
    """Return the documents that a status of these codes names, if they are its other party's.

    By default of those that may concern all that belongs together with them.
    """
    agency = known.directory.find(status.sender)
    if agency is None or status.code not in codes:
        return []
    senders, _ = _parties(status, agency, known, at)
    named = known.documents.get(status.document_id, [])
    return [document.id for document in named if document.sender in senders]


def _about(status: Status, agency: Agency, known: Known, at: datetime) -> Settlement | Finding:
    """Find the document and the deliveries that an agency's status is about, or what forbids it."""
    named = known.documents.get(status.document_id, [])
    senders, receivers = _parties(status, agency, known, at)
    documents = [document for document in named if document.sender in senders]
    deliveries = [
        (document, delivery)
        for document in documents
        for receiver in receivers
        if (delivery := known.deliveries.get((document.id, receiver))) is not None
    ]
    # An agency and one that it has succeeded may both have used a DocumentId.
    deliveries = [pair for pair in deliveries if pair[0].sender == senders[0]] or deliveries
    if not deliveries and status.code in WIDE:
        family = known.links.family([document.id for document in documents])
        deliveries = list(known.deliveries_at(family, receivers))
    from_sender = status.code.from_sender
    facts = {"document_id": status.document_id}
    place = f"{_ANSWERED}/DocumentId"
    if not documents:
        reason = Reason.NOT_ORIGINAL_SENDER if named and from_sender else Reason.DOCUMENT_AWAITED
        if not senders:
            reason = Reason.TARGET_UNKNOWN  # no such agency: nothing to wait for
        return Finding(reason, place, facts=facts)
    if not deliveries and status.document_id in known.on_hold:
        # It may be an update that makes it a receiver.
        return Finding(Reason.DOCUMENT_AWAITED, place, facts=facts)
    if not deliveries:
        facts["code"] = status.addressee if from_sender else status.sender
        place = f"{_ANSWERED}/OrganId" if from_sender else SENDER
        return Finding(Reason.NOT_A_RECEIVER, place, facts=facts)
    chosen = settle(status, deliveries, known, receivers)
    if chosen is None:
        facts = {"status": status.code.value, "state": deliveries[-1][1].state.value}
        return Finding(Reason.STATUS_OUT_OF_ORDER, f"{HEADER}/StatusCode", facts=facts)
    return chosen


def _parties(
    status: Status, agency: Agency, known: Known, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the document's sender and of its receiver, each with predecessors.

    Who has succeeded a closed receiver answers for what that one was sent, and may be taken it
    back from. To take back is the original sender's alone, or its successor's once it has closed.
    """
    directory = known.directory
    other = directory.find(status.addressee)
    if status.code.from_sender:
        receiver = directory.present(status.addressee, at)
        receivers = () if receiver is None else directory.lineage(receiver, at)
        return directory.lineage(agency, at), receivers
    senders = () if other is None else directory.lineage(other, at)
    return senders, directory.lineage(agency, at)
