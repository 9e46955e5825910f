"""Decides about a status: it moves a delivery, is told to the other side, and may be evidence."""

from dataclasses import replace

from axis.edxml.codes import StatusCode
from axis.edxml.values import Status
from axis.evidence.events import Event
from axis.exchange import admission, outgoing
from axis.exchange.case import Decision, Ending, Matter
from axis.exchange.deliveries import DeliveryState, event_of, move
from axis.exchange.docket import Docket, close
from axis.exchange.ports import KnownDelivery, KnownDocument, KnownStatus
from axis.exchange.records import DeliveryChange, StatusRow, SubmissionOutcome
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
    admitted = admission.admit_status(status, matter.endpoint, examination, known, docket.at)
    agency = admitted.speaker.agency
    if agency is not None:
        first = known.same_status(examination)
        if first is not None:
            return docket.repeat_first(
                replace(matter, agency=known.directory.find(status.sender)),
                first.receipt,
                first.receipt_size,
                document=first.document,
                urgent=first.urgent,
            )
    matter = replace(matter, agency=agency)
    verdict = Verdict.of(
        [
            *matter.findings,
            *admission.check_message_id(matter.case.submission),
            *examination.findings,
            *admission.check_route(status, matter.case.submission.routing_key),
            *admitted.findings,
        ],
        signature=admission.facts_of(examination, admitted.speaker),
    )
    if verdict.outcome is Outcome.INDETERMINATE:
        return docket.hold(matter, verdict)
    document, delivery, certificate = admitted.document, admitted.delivery, examination.certificate
    if (
        not verdict.passed
        or agency is None
        or certificate is None
        or document is None
        or delivery is None
    ):
        return docket.refuse(matter, verdict.findings)
    moved = _move(docket, document, delivery, status)
    row = _row(docket, matter, status, agency, certificate, document, moved)
    return _accept(docket, matter, status, agency, document, moved, row, verdict)


def _accept(
    docket: Docket,
    matter: Matter,
    status: Status,
    agency: Agency,
    document: KnownDocument,
    delivery: KnownDelivery,
    row: StatusRow,
    verdict: Verdict,
) -> Decision:
    about = docket.about(matter, row.id)
    receipt = docket.notary.about_submission(
        Event.SUBMISSION_ACCEPTANCE, about, verdict, docket.at, document=document.id, status=row.id
    )
    docket.records.statuses.append(row)
    docket.prove(matter, receipt, urgent=document.urgent, document=document.id)
    other = delivery.endpoint if status.code.from_sender else _endpoint_of_sender(docket, document)
    docket.records.outbox.append(outgoing.status_to(row, other, document, docket.at))
    event = _EVENT_OF_STATUS.get(status.code)
    if event is not None:
        proof = docket.notary.about_status(
            event,
            about,
            document=document,
            delivery=delivery,
            receiver_name=_receiver_name(docket, delivery, agency),
            status=status,
            status_id=row.id,
            endpoint=other,
            at=docket.at,
        )
        docket.records.evidence.append(proof)
        docket.records.outbox.append(
            outgoing.receipt_to(
                other, proof.id, None, docket.at, urgent=document.urgent, document=document.id
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
    docket: Docket, document: KnownDocument, delivery: KnownDelivery, status: Status
) -> KnownDelivery:
    """Move the delivery as the status says and return it as it then is."""
    if _is_late_report(delivery, status):
        return delivery
    position = move(delivery.position, event_of(status.code, document.kind, delivery.state))
    if position == delivery.position:
        return delivery
    reported_at = None if status.code.from_sender else status.timestamp
    moved = replace(
        delivery,
        state=position.state,
        reached=position.reached,
        reported_at=reported_at or delivery.reported_at,
    )
    docket.records.changes.append(
        DeliveryChange(delivery.id, position, docket.at, moved.reported_at)
    )
    docket.known.deliveries[document.id, delivery.receiver] = moved
    return moved


def _is_late_report(delivery: KnownDelivery, status: Status) -> bool:
    """Tell whether a 06 that comes after a 15 was written before it.

    It is about the work on the document then, and confirms no destruction.
    """
    return (
        delivery.state is DeliveryState.AGREED
        and status.code is StatusCode.DONE
        and delivery.reported_at is not None
        and status.timestamp is not None
        and status.timestamp < delivery.reported_at
    )


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


def _endpoint_of_sender(docket: Docket, document: KnownDocument) -> str:
    """Return where the document's sender is served now; it may have moved since it sent."""
    found = docket.known.directory.resolve(document.sender, docket.at)
    return document.endpoint if isinstance(found, Finding) else found.endpoint
