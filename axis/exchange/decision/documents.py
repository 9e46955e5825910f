"""Decides about a document: accepted with its deliveries, known already, or refused."""

from dataclasses import replace

from axis.edxml.codes import DocumentKind
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.exchange.admission import checks
from axis.exchange.admission.checks import DocumentAdmission
from axis.exchange.admission.reach import Reach
from axis.exchange.admission.targets import answered
from axis.exchange.decision.case import Decision, Ending, Matter
from axis.exchange.decision.docket import Docket, close
from axis.exchange.decision.waiting import hold
from axis.exchange.decision.withdrawing import ask_back
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.outgoing import messages
from axis.exchange.pace import Pace, Walk, pause_after
from axis.exchange.records import DeliveryRow, DocumentRow, SubmissionOutcome
from axis.exchange.stored import KnownDelivery, KnownDocument
from axis.ids import new_id
from axis.registry.agency import Agency
from axis.registry.routing import Routing
from axis.trust.certificates import Certificate
from axis.verdict import Outcome, Verdict


def decide_document(docket: Docket, matter: Matter, document: Document) -> Walk[Decision]:
    """Decide one document and enter what follows from it."""
    known, at = docket.known, docket.at
    examination = matter.case.examination
    sender = known.directory.find(document.sender)
    if sender is not None:
        first = known.same_document(sender.code, document.document_id, document.kind, examination)
        if first is not None and known.may_hear(matter.endpoint, document.sender, first, at):
            return docket.repeat_first(
                replace(matter, agency=sender),
                first.receipt,
                first.receipt_size,
                document=first.id,
                urgent=first.urgent,
            )
    admitted = checks.admit_document(document, matter.endpoint, examination, known, at)
    yield from pause_after(len(admitted.routing.resolved))
    matter = replace(matter, agency=admitted.speaker.agency)
    verdict = Verdict.of(
        [
            *matter.findings,
            *checks.check_message_id(matter.case.submission),
            *examination.findings,
            *checks.check_route(document, matter.case.submission.routing_key),
            *admitted.findings,
        ],
        checks.name_sealers(examination.files, known.directory),
        checks.facts_of(examination, admitted.speaker),
    )
    if verdict.outcome is Outcome.INDETERMINATE:
        return hold(docket, matter, verdict)
    if not verdict.passed or matter.agency is None or examination.certificate is None:
        return docket.refuse(matter, verdict.findings)
    row = _row(docket, matter, document, matter.agency, examination.certificate, verdict, admitted)
    return (yield from _accept(docket, matter, row, document, admitted, verdict))


def _accept(
    docket: Docket,
    matter: Matter,
    row: DocumentRow,
    document: Document,
    admitted: DocumentAdmission,
    verdict: Verdict,
) -> Walk[Decision]:
    reach = admitted.reach
    accepted = _known(row, document, verdict)
    deliveries = yield from _deliveries(docket, accepted, reach)
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
    docket.prove(matter, receipt, urgent=document.priority.urgent, document=row.id)
    docket.enter(matter, SubmissionOutcome.ACCEPTED, receipt.id, document=row.id)
    docket.known.add_document(replace(accepted, receipt=receipt.id))
    docket.known.add_links(row.links)
    yield from pause_after(len(deliveries))
    yield from ask_back(docket.records, docket.known, docket.notary, reach.asked_back, docket.at)
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
    own = new_id()
    return DocumentRow(
        id=own,
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
        reason=_reason(document),
        endpoint=matter.endpoint,
        certificate=certificate.fingerprint,
        verdict=verdict.to_json(),
        accepted_at=docket.at,
        links=tuple(replace(link, document=own) for link in admitted.reach.links),
        answers=tuple(answered(document, docket.known.directory)),
    )


def _reason(document: Document) -> str | None:
    """Return why a document speaks about others; a new one speaks about none."""
    business = document.business
    if business is None or document.kind is DocumentKind.NEW:
        return None
    return business.reason or None


def _known(row: DocumentRow, document: Document, verdict: Verdict) -> KnownDocument:
    return KnownDocument(
        id=row.id,
        sender=row.sender,
        document_id=row.document_id,
        kind=row.kind,
        sha256=row.sha256,
        size=len(row.body),
        code=str(document.code),
        endpoint=row.endpoint,
        urgent=row.priority.urgent,
        priority=row.priority,
        accepted_at=row.accepted_at,
        receipt=row.id,
        receipt_size=0,
        content="" if verdict.signature is None else verdict.signature.digest,
    )


def _deliveries(docket: Docket, document: KnownDocument, reach: Reach) -> Walk[list[DeliveryRow]]:
    """Enter the document's copies and deliveries; return the latter.

    Whom an update adds gets its target, too, in front of it.
    """
    if reach.added:
        for target in reach.targets.values():
            routing = Routing(reach.added, names=reach.routing.names)
            yield from _enter(docket, target, routing, Reach(routing))
            codes = [one.agency.code for one in reach.added]
            sent = docket.known.deliveries
            reach = reach.with_had({code: (target, sent[target.id, code]) for code in codes})
    return (yield from _enter(docket, document, reach.routing, reach))


def _enter(
    docket: Docket, document: KnownDocument, routing: Routing, reach: Reach
) -> Walk[list[DeliveryRow]]:
    """Enter one copy an endpoint, more for a crowd, and one delivery a receiver."""
    deliveries = []
    pace = Pace()
    for endpoint, receivers in routing.by_endpoint.items():
        for codes in messages.shares(receivers):
            behind = reach.behind(endpoint, codes)
            copy = messages.copy_of(document, endpoint, codes, docket.at, behind)
            docket.records.outbox.append(copy)
            deliveries += [
                DeliveryRow(
                    id=new_id(),
                    document=document.id,
                    named=routing.names[code],
                    receiver=code,
                    endpoint=endpoint,
                    copy=copy.id,
                    state=DeliveryState.ACCEPTED,
                    changed_at=docket.at,
                )
                for code in codes
            ]
            for row in deliveries[-len(codes) :]:
                docket.known.add_delivery(_known_delivery(row, urgent=copy.urgent))
            if pace.due(len(codes)):
                yield
    docket.records.deliveries += deliveries
    return deliveries


def _known_delivery(row: DeliveryRow, *, urgent: bool) -> KnownDelivery:
    return KnownDelivery(
        id=row.id,
        document=row.document,
        receiver=row.receiver,
        endpoint=row.endpoint,
        state=row.state,
        named=row.named,
        copy=row.copy,
        urgent=urgent,
        waiting=True,
    )
