"""Decides about a status: it moves a delivery, is told to the other side, and may be evidence."""

from collections.abc import Sequence
from dataclasses import replace

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Status
from axis.evidence.events import Event
from axis.exchange.admission import checks
from axis.exchange.admission.answering import Settlement
from axis.exchange.admission.statuses import admit_status
from axis.exchange.changes import DeliveryChange
from axis.exchange.decision.case import Decision, Ending, Matter
from axis.exchange.decision.docket import Docket, close
from axis.exchange.decision.waiting import hold
from axis.exchange.decision.withdrawing import ask_back
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.outgoing import messages
from axis.exchange.pace import in_one_go
from axis.exchange.records import StatusRow, SubmissionOutcome
from axis.exchange.stored import KnownDelivery, KnownDocument, KnownStatus
from axis.ids import new_id
from axis.registry.agency import Agency
from axis.trust.certificates import Certificate
from axis.verdict import Finding, Outcome, Verdict

_EVENT_OF_STATUS = {
    StatusCode.ARRIVED: Event.CONTENT_HANDOVER,
    StatusCode.REFUSED: Event.CONSIGNMENT_REJECTION,
    StatusCode.ACCEPTED: Event.CONSIGNMENT_ACCEPTANCE,
}
"""Statuses that are evidence of their own towards the document's sender (EN 319 522-1)."""


def decide_status(docket: Docket, matter: Matter, status: Status) -> Decision:
    """Decide one status and enter what follows from it."""
    known = docket.known
    examination = matter.case.examination
    first = known.same_status(examination)
    if first is not None and known.may_hear(matter.endpoint, status.sender, first, docket.at):
        return docket.repeat_first(
            replace(matter, agency=known.directory.find(status.sender)),
            first.receipt,
            first.receipt_size,
            document=first.document,
            urgent=first.urgent,
        )
    admitted = admit_status(status, matter.endpoint, examination, known, docket.at)
    agency = admitted.speaker.agency
    matter = replace(matter, agency=agency)
    verdict = Verdict.of(
        [
            *matter.findings,
            *checks.check_message_id(matter.case.submission),
            *examination.findings,
            *checks.check_route(status, matter.case.submission.routing_key),
            *admitted.findings,
        ],
        signature=checks.facts_of(examination, admitted.speaker),
    )
    if verdict.outcome is Outcome.INDETERMINATE:
        return hold(docket, matter, verdict)
    settlement, certificate = admitted.settlement, examination.certificate
    if not verdict.passed or agency is None or certificate is None or settlement is None:
        return docket.refuse(matter, verdict.findings)
    document = settlement.document
    destroyed = _move(docket, settlement, status)
    delivery = docket.known.deliveries[document.id, settlement.delivery.receiver]
    row = _row(docket, matter, status, agency, certificate, document, delivery)
    proofs = [(Event.DESTRUCTION_CONFIRMED, *pair) for pair in destroyed]
    if status.code in _EVENT_OF_STATUS:
        proofs += [
            (_EVENT_OF_STATUS[status.code], document, known.deliveries[document.id, one.receiver])
            for one in _reported(settlement)
        ]
    return _accept(docket, matter, status, agency, document, delivery, row, verdict, proofs)


def _accept(
    docket: Docket,
    matter: Matter,
    status: Status,
    agency: Agency,
    document: KnownDocument,
    delivery: KnownDelivery,
    row: StatusRow,
    verdict: Verdict,
    proofs: Sequence[tuple[Event, KnownDocument, KnownDelivery]],
) -> Decision:
    about = docket.about(matter, row.id)
    receipt = docket.notary.about_submission(
        Event.SUBMISSION_ACCEPTANCE, about, verdict, docket.at, document=document.id, status=row.id
    )
    docket.records.statuses.append(row)
    docket.prove(matter, receipt, urgent=document.urgent, document=document.id)
    if status.code.from_sender:
        other = _endpoint_of(docket, delivery.receiver, delivery.endpoint)
    else:
        other = _endpoint_of(docket, document.sender, document.endpoint)
    docket.records.outbox.append(messages.status_to(row, other, document, docket.at))
    for event, proven, its_delivery in proofs:
        proof = docket.notary.about_status(
            event,
            about,
            document=proven,
            delivery=its_delivery,
            receiver_name=_receiver_name(docket, its_delivery, agency),
            status=status,
            status_id=row.id,
            endpoint=other,
            at=docket.at,
        )
        docket.records.evidence.append(proof)
        docket.records.outbox.append(
            messages.receipt_to(
                other, proof.id, None, docket.at, urgent=proven.urgent, document=proven.id
            )
        )
    docket.enter(
        matter, SubmissionOutcome.ACCEPTED, receipt.id, document=document.id, status=row.id
    )
    docket.known.add_status(
        KnownStatus(
            document=document.id,
            urgent=document.urgent,
            sha256=row.sha256,
            receipt=receipt.id,
            receipt_size=0,
            endpoint=row.endpoint,
            content=row.content,
        )
    )
    return close(matter.case, Ending.ACCEPTED, document.id)


def _move(
    docket: Docket, settlement: Settlement, status: Status
) -> list[tuple[KnownDocument, KnownDelivery]]:
    """Move deliveries as the status says; return those whose copies are destroyed by that.

    A recall's copy is none to be destroyed: it only asks for that.
    """
    if status.code is StatusCode.TAKE_BACK:
        asked = [(one.document, one.delivery) for one in settlement.moves]
        in_one_go(ask_back(docket.records, docket.known, docket.notary, asked, docket.at))
        return []
    destroyed = []
    for one in settlement.moves:
        position = one.position
        if position == one.delivery.position:
            continue
        moved = docket.known.moved(one.delivery, position, status.timestamp)
        docket.records.changes.append(
            DeliveryChange(moved.id, moved.position, docket.at, moved.reported_at)
        )
        if moved.state is DeliveryState.DESTROYED and one.document.kind is not DocumentKind.RECALL:
            destroyed.append((one.document, moved))
    return destroyed


def _reported(settlement: Settlement) -> list[KnownDelivery]:
    """Return of which deliveries a report is evidence: the one that it is filed under, and those of
    the document that it moves beside it.
    """
    own = settlement.delivery
    moved = [one.delivery for one in settlement.moves if one.position != one.delivery.position]
    return [own, *(one for one in moved if one.id != own.id and one.document == own.document)]


def _row(
    docket: Docket,
    matter: Matter,
    status: Status,
    agency: Agency,
    certificate: Certificate,
    document: KnownDocument,
    delivery: KnownDelivery,
) -> StatusRow:
    return StatusRow(
        id=new_id(),
        document=document.id,
        delivery=delivery.id,
        code=status.code,
        sender=agency.code,
        addressee=delivery.receiver if status.code.from_sender else document.sender,
        description=status.description,
        reported_at=status.timestamp,
        sha256=matter.case.examination.sha256,
        body=matter.case.submission.body,
        endpoint=matter.endpoint,
        certificate=certificate.fingerprint,
        accepted_at=docket.at,
        content=matter.case.examination.content,
    )


def _receiver_name(docket: Docket, delivery: KnownDelivery, reporter: Agency) -> str:
    """Return the name of the agency that received; its successor may be the one that reports."""
    receiver = docket.known.directory.find(delivery.receiver)
    return reporter.name if receiver is None else receiver.name


def _endpoint_of(docket: Docket, code: str, former: str) -> str:
    """Return where a party of the document is served now; it may have moved since."""
    found = docket.known.directory.resolve(code, docket.at)
    return former if isinstance(found, Finding) else found.endpoint
