"""Decides about a document: accepted with its deliveries, known already, or refused."""

from dataclasses import replace

from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.exchange import admission, outgoing
from axis.exchange.admission import DocumentAdmission
from axis.exchange.case import Decision, Ending, Matter
from axis.exchange.deliveries import DeliveryState
from axis.exchange.docket import Docket, close
from axis.exchange.ports import KnownDelivery, KnownDocument
from axis.exchange.records import DeliveryRow, DocumentRow, SubmissionOutcome
from axis.ids import new_id
from axis.registry.agency import Agency
from axis.trust.certificates import Certificate
from axis.verdict import Outcome, Verdict


def decide_document(docket: Docket, matter: Matter, document: Document) -> Decision:
    """Decide one document and enter what follows from it."""
    known, at = docket.known, docket.at
    examination = matter.case.examination
    sender = known.directory.find(document.sender)
    if sender is not None and known.directory.serves(matter.endpoint, document.sender, at):
        first = known.same_document(sender.code, document.document_id, document.kind, examination)
        if first is not None:
            return docket.repeat_first(
                replace(matter, agency=sender),
                first.receipt,
                first.receipt_size,
                document=first.id,
                urgent=first.urgent,
            )
    admitted = admission.admit_document(document, matter.endpoint, examination, known, at)
    matter = replace(matter, agency=admitted.speaker.agency)
    verdict = Verdict.of(
        [
            *matter.findings,
            *admission.check_message_id(matter.case.submission),
            *examination.findings,
            *admission.check_route(document, matter.case.submission.routing_key),
            *admitted.findings,
        ],
        admission.name_sealers(examination.files, known.directory),
        admission.facts_of(examination, admitted.speaker),
    )
    if verdict.outcome is Outcome.INDETERMINATE:
        return docket.hold(matter, verdict)
    if not verdict.passed or matter.agency is None or examination.certificate is None:
        return docket.refuse(matter, verdict.findings)
    row = _row(docket, matter, document, matter.agency, examination.certificate, verdict, admitted)
    return _accept(docket, matter, row, document, admitted, verdict)


def _accept(
    docket: Docket,
    matter: Matter,
    row: DocumentRow,
    document: Document,
    admitted: DocumentAdmission,
    verdict: Verdict,
) -> Decision:
    deliveries = _deliveries(docket, row, admitted)
    receipt = docket.notary.about_submission(
        Event.SUBMISSION_ACCEPTANCE,
        docket.about(matter, row.id),
        verdict,
        docket.at,
        deliveries=deliveries,
        names={found.agency.code: found.agency.name for found in admitted.routing.resolved},
        document=row.id,
    )
    docket.records.documents.append(row)
    docket.records.deliveries += deliveries
    docket.prove(matter, receipt, urgent=document.priority.urgent, document=row.id)
    docket.enter(matter, SubmissionOutcome.ACCEPTED, receipt.id, document=row.id)
    accepted = KnownDocument(
        id=row.id,
        sender=row.sender,
        document_id=row.document_id,
        kind=row.kind,
        sha256=row.sha256,
        size=len(row.body),
        code=str(document.code),
        endpoint=row.endpoint,
        urgent=row.priority.urgent,
        accepted_at=row.accepted_at,
        receipt=receipt.id,
        receipt_size=0,
        content="" if verdict.signature is None else verdict.signature.digest,
    )
    docket.known.add_document(accepted)
    receivers = [delivery.receiver for delivery in deliveries]
    docket.known.add_holders(accepted, row.targets, receivers)
    for delivery in deliveries:
        docket.known.deliveries[row.id, delivery.receiver] = KnownDelivery(
            delivery.id, row.id, delivery.receiver, delivery.endpoint, delivery.state
        )
    return close(matter.case, Ending.ACCEPTED, row.id, deliveries=len(deliveries))


def _row(
    docket: Docket,
    matter: Matter,
    document: Document,
    agency: Agency,
    certificate: Certificate,
    verdict: Verdict,
    admitted: DocumentAdmission,
) -> DocumentRow:
    return DocumentRow(
        id=new_id(),
        sender=agency.code,
        document_id=document.document_id,
        kind=document.kind,
        sha256=matter.case.examination.sha256,
        body=matter.case.submission.body,
        priority=document.priority,
        number=document.code.number,
        notation=document.code.notation,
        subject=document.subject,
        type_name=document.type.name,
        promulgated=document.promulgation.date,
        due=document.due_date,
        endpoint=matter.endpoint,
        certificate=certificate.fingerprint,
        verdict=verdict.to_json(),
        accepted_at=docket.at,
        targets=admitted.targets,
    )


def _deliveries(docket: Docket, row: DocumentRow, admitted: DocumentAdmission) -> list[DeliveryRow]:
    """Enter one copy an endpoint, more for a crowd; return one delivery a receiver."""
    names = admitted.routing.names
    deliveries = []
    for endpoint, receivers in admitted.routing.by_endpoint.items():
        for codes in outgoing.shares(receivers):
            copy = outgoing.copy_of(row, endpoint, codes, docket.at)
            docket.records.outbox.append(copy)
            deliveries += [
                DeliveryRow(
                    id=new_id(),
                    document=row.id,
                    named=names[code],
                    receiver=code,
                    endpoint=endpoint,
                    copy=copy.id,
                    state=DeliveryState.ACCEPTED,
                    changed_at=docket.at,
                )
                for code in codes
            ]
    return deliveries
