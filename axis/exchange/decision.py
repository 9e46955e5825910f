"""Decides a batch: what is stored, what goes out, what every sender is told.

Pure: everything known comes in, records come out. Receipts are still unsigned XML here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document, Status
from axis.evidence.events import Event
from axis.exchange import admission, outgoing
from axis.exchange.deliveries import DeliveryState, after_answer, after_status
from axis.exchange.examination import Examination
from axis.exchange.known import Known
from axis.exchange.ports import (
    EarlierSubmission,
    KnownDelivery,
    KnownDocument,
    KnownStatus,
    MessageKey,
)
from axis.exchange.receipts import About, Notary
from axis.exchange.records import (
    DeadLetterRow,
    DeliveryChange,
    DeliveryRow,
    DocumentRow,
    Records,
    Resend,
    StatusRow,
    SubmissionOutcome,
    SubmissionRow,
)
from axis.exchange.submission import Submission
from axis.ids import new_id
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.verdict import Finding, Verdict


class Ending(StrEnum):
    """How a submission ended, for logs and metrics."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REPEATED = "repeated"
    """The same submission once more: the broker or the sender gave it again."""
    REFUSED = "refused"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one submission; ids and codes only, never content."""

    submission: UUID
    ending: Ending
    endpoint: str | None
    message_id: str | None
    kind: str
    sha256: str
    document: UUID | None = None
    document_id: str | None = None
    reasons: tuple[str, ...] = ()
    deliveries: int = 0


_EVENT_OF_STATUS = {
    StatusCode.ARRIVED: Event.CONTENT_HANDOVER,
    StatusCode.REFUSED: Event.CONSIGNMENT_REJECTION,
    StatusCode.ACCEPTED: Event.CONSIGNMENT_ACCEPTANCE,
}
"""Statuses that are evidence of their own towards the document's sender (EN 319 522-1)."""


@dataclass(slots=True)
class Case:
    """One submission of a batch with what its bytes say."""

    submission: Submission
    examination: Examination

    @property
    def message_key(self) -> str:
        """The idempotency key within the endpoint."""
        return self.submission.key(self.examination.sha256)

    @property
    def reuse_key(self) -> str:
        """The key under which other content with a used ``message_id`` is recorded.

        No ``message_id`` contains a space, so it is nobody's idempotency key.
        """
        return f"{self.message_key} {self.examination.sha256}"

    @property
    def message_keys(self) -> list[MessageKey]:
        """Return the keys to look up; none without an identity."""
        endpoint = self.submission.user_id
        if endpoint is None:
            return []
        return [(endpoint, self.message_key), (endpoint, self.reuse_key)]

    @property
    def named_documents(self) -> tuple[str, ...]:
        """The DocumentIds that deciding this case has to know about."""
        message = self.examination.message
        if isinstance(message, Document):
            return (message.document_id, *message.target_document_ids)
        return (message.document_id,) if message is not None else ()

    @property
    def locks(self) -> list[str]:
        """The keys under which no other router may decide at the same time.

        Two at most: the database has room for some thousand locks in all, and a replacement may
        name a thousand documents. Those are only read; a document that is just being committed
        counts as not yet there.
        """
        message = self.examination.message
        keys = [f"message\n{self.submission.user_id}\n{self.message_key}"]
        return keys if message is None else [*keys, f"document\n{message.document_id}"]


class Decider:
    """Decides the cases of one batch, one after the other, into one set of records."""

    def __init__(self, known: Known, notary: Notary, at: datetime) -> None:
        self.records = Records()
        self._known = known
        self._notary = notary
        self._at = at

    def decide(self, case: Case) -> Decision:
        """Decide one case."""
        endpoint = case.submission.user_id
        if endpoint is None:
            return self._bury(case, Finding(Reason.NO_USER_ID))
        if self._known.directory.endpoint(endpoint) is None:
            facts = {"endpoint": endpoint}
            return self._bury(case, Finding(Reason.UNKNOWN_ENDPOINT, facts=facts))
        earlier = self._known.submissions.get((endpoint, case.message_key))
        if earlier is not None:
            if earlier.sha256 == case.examination.sha256:
                return self._repeat(case, endpoint, earlier)
            reused = self._known.submissions.get((endpoint, case.reuse_key))
            if reused is not None:
                return self._repeat(case, endpoint, reused)
            facts = {"message_id": case.submission.message_id or ""}
            return self._refuse(
                case, endpoint, [Finding(Reason.MESSAGE_ID_REUSED, facts=facts)], case.reuse_key
            )
        message = case.examination.message
        if isinstance(message, Document):
            return self._document(case, endpoint, message)
        if isinstance(message, Status):
            return self._status(case, endpoint, message)
        findings = [*admission.check_message_id(case.submission), *case.examination.findings]
        return self._refuse(case, endpoint, findings, case.message_key)

    # -- documents -----------------------------------------------------------------------------

    def _document(self, case: Case, endpoint: str, document: Document) -> Decision:
        known, examination = self._known, case.examination
        sender = known.directory.find(document.sender)
        if sender is not None and known.directory.serves(endpoint, document.sender, self._at):
            first = known.same_document(
                sender.code, document.document_id, document.kind, examination.sha256
            )
            if first is not None:
                return self._duplicate(
                    case,
                    endpoint,
                    first.receipt,
                    first.receipt_size,
                    document=first.id,
                    urgent=first.urgent,
                )
        admitted = admission.admit_document(document, endpoint, examination, known, self._at)
        verdict = Verdict.of(
            [
                *admission.check_message_id(case.submission),
                *examination.findings,
                *admission.check_route(document, case.submission.routing_key),
                *admitted.findings,
            ]
        )
        agency = admitted.speaker.agency
        certificate = examination.certificate
        if not verdict.passed or agency is None or certificate is None:
            return self._refuse(
                case, endpoint, verdict.findings, case.message_key, agency, document
            )
        row = DocumentRow(
            id=new_id(),
            sender=agency.code,
            document_id=document.document_id,
            kind=document.kind,
            sha256=examination.sha256,
            body=case.submission.body,
            priority=document.priority,
            number=document.code.number,
            notation=document.code.notation,
            subject=document.subject,
            type_name=document.type.name,
            promulgated=document.promulgation.date,
            due=document.due_date,
            endpoint=endpoint,
            certificate=certificate.fingerprint,
            verdict=verdict.to_json(),
            accepted_at=self._at,
            targets=admitted.targets,
        )
        named: dict[str, list[str]] = {}
        for name, found in admitted.routing.named.items():
            named.setdefault(found.agency.code, []).append(name)
        deliveries = []
        for copy_endpoint, codes in admitted.routing.by_endpoint.items():
            copy = outgoing.copy_of(row, copy_endpoint, codes, self._at)
            self.records.outbox.append(copy)
            deliveries += [
                DeliveryRow(
                    id=new_id(),
                    document=row.id,
                    named=tuple(named[code]),
                    receiver=code,
                    endpoint=copy_endpoint,
                    copy=copy.id,
                    state=DeliveryState.ACCEPTED,
                    changed_at=self._at,
                )
                for code in codes
            ]
        names = {found.agency.code: found.agency.name for found in admitted.routing.resolved}
        receipt = self._notary.about_submission(
            Event.SUBMISSION_ACCEPTANCE,
            self._about(case, endpoint, document, agency, axis_id=row.id),
            verdict,
            self._at,
            deliveries=deliveries,
            names=names,
            document=row.id,
        )
        self.records.documents.append(row)
        self.records.deliveries += deliveries
        self._answer(case, endpoint, receipt.id, urgent=document.priority.urgent, document=row.id)
        self.records.evidence.append(receipt)
        self._record(
            case,
            endpoint,
            case.message_key,
            SubmissionOutcome.ACCEPTED,
            receipt.id,
            agency=agency,
            message=document,
            document=row.id,
        )
        self._remember(case, endpoint, row, deliveries, receipt.id)
        return self._decision(
            case, endpoint, Ending.ACCEPTED, document, row.id, deliveries=len(deliveries)
        )

    def _remember(
        self,
        case: Case,
        endpoint: str,
        row: DocumentRow,
        deliveries: Iterable[DeliveryRow],
        receipt: UUID,
    ) -> None:
        self._known.add_document(
            KnownDocument(
                id=row.id,
                sender=row.sender,
                document_id=row.document_id,
                kind=row.kind,
                sha256=row.sha256,
                size=len(row.body),
                code=f"{row.number}/{row.notation}",
                endpoint=endpoint,
                urgent=row.priority.urgent,
                accepted_at=self._at,
                receipt=receipt,
                receipt_size=0,
            )
        )
        for delivery in deliveries:
            self._known.deliveries[row.id, delivery.receiver] = KnownDelivery(
                delivery.id, row.id, delivery.receiver, delivery.endpoint, delivery.state
            )

    # -- statuses ------------------------------------------------------------------------------

    def _status(self, case: Case, endpoint: str, status: Status) -> Decision:
        known, examination = self._known, case.examination
        admitted = admission.admit_status(status, endpoint, examination, known, self._at)
        document, delivery = admitted.document, admitted.delivery
        if admitted.speaker.agency is not None:
            first = known.same_status(examination.sha256)
            if first is not None:
                return self._duplicate(
                    case,
                    endpoint,
                    first.receipt,
                    first.receipt_size,
                    document=first.document,
                    urgent=first.urgent,
                )
        verdict = Verdict.of(
            [
                *admission.check_message_id(case.submission),
                *examination.findings,
                *admission.check_route(status, case.submission.routing_key),
                *admitted.findings,
            ]
        )
        agency = admitted.speaker.agency
        certificate = examination.certificate
        if (
            not verdict.passed
            or agency is None
            or certificate is None
            or document is None
            or delivery is None
        ):
            return self._refuse(case, endpoint, verdict.findings, case.message_key, agency, status)
        addressee = delivery.receiver if status.code.from_sender else document.sender
        row = StatusRow(
            id=new_id(),
            document=document.id,
            delivery=delivery.id,
            code=status.code,
            sender=agency.code,
            addressee=addressee,
            description=status.description,
            reported_at=status.timestamp,
            sha256=examination.sha256,
            body=case.submission.body,
            endpoint=endpoint,
            certificate=certificate.fingerprint,
            accepted_at=self._at,
        )
        delivery = self._move(document, delivery, status.code)
        receipt = self._notary.about_submission(
            Event.SUBMISSION_ACCEPTANCE,
            self._about(case, endpoint, status, agency, axis_id=row.id),
            verdict,
            self._at,
            document=document.id,
            status=row.id,
        )
        self.records.statuses.append(row)
        self.records.evidence.append(receipt)
        self._answer(case, endpoint, receipt.id, urgent=document.urgent, document=document.id)
        other = (
            delivery.endpoint
            if status.code.from_sender
            else self._endpoint_of(document.sender, document.endpoint)
        )
        self.records.outbox.append(outgoing.status_to(row, other, document, self._at))
        self._prove(case, endpoint, status, agency, document, delivery, row, other)
        self._record(
            case,
            endpoint,
            case.message_key,
            SubmissionOutcome.ACCEPTED,
            receipt.id,
            agency=agency,
            message=status,
            document=document.id,
            status=row.id,
        )
        self._known.statuses[examination.sha256] = KnownStatus(
            document.id, document.urgent, examination.sha256, receipt.id, 0
        )
        return self._decision(case, endpoint, Ending.ACCEPTED, status, document.id)

    def _move(
        self, document: KnownDocument, delivery: KnownDelivery, code: StatusCode
    ) -> KnownDelivery:
        """Move the delivery as the status says and return it as it then is."""
        answers = (StatusCode.AGREED, StatusCode.DISAGREED)
        move = after_answer if code in answers else after_status
        moved = replace(delivery, state=move(delivery.state, code))
        if moved.state is not delivery.state:
            self.records.changes.append(DeliveryChange(delivery.id, moved.state, self._at))
            self._known.deliveries[document.id, delivery.receiver] = moved
        return moved

    def _prove(
        self,
        case: Case,
        endpoint: str,
        status: Status,
        agency: Agency,
        document: KnownDocument,
        delivery: KnownDelivery,
        row: StatusRow,
        to: str,
    ) -> None:
        """Add the event that this status proves to the document's sender, if it proves one."""
        event = _EVENT_OF_STATUS.get(status.code)
        if event is None:
            return
        proof = self._notary.about_status(
            event,
            self._about(case, endpoint, status, agency, axis_id=row.id),
            document=document,
            delivery=delivery,
            receiver_name=agency.name,
            status=status,
            status_id=row.id,
            endpoint=to,
            at=self._at,
        )
        self.records.evidence.append(proof)
        self.records.outbox.append(
            outgoing.receipt_to(
                to, proof.id, None, self._at, urgent=document.urgent, document=document.id
            )
        )

    # -- refusals, repetitions, dead letters -----------------------------------------------------

    def _refuse(
        self,
        case: Case,
        endpoint: str,
        findings: Iterable[Finding],
        key: str,
        agency: Agency | None = None,
        message: Document | Status | None = None,
    ) -> Decision:
        verdict = Verdict.of(findings)
        receipt = self._notary.about_submission(
            Event.SUBMISSION_REJECTION,
            self._about(case, endpoint, message, agency, axis_id=None),
            verdict,
            self._at,
        )
        self.records.evidence.append(receipt)
        urgent = isinstance(message, Document) and message.priority.urgent
        self._answer(case, endpoint, receipt.id, urgent=urgent, document=None)
        reasons = tuple(dict.fromkeys(finding.reason.code for finding in verdict.findings))
        self._record(
            case,
            endpoint,
            key,
            SubmissionOutcome.REFUSED,
            receipt.id,
            agency=agency,
            message=message,
            reasons=reasons,
        )
        return self._decision(case, endpoint, Ending.REFUSED, message, reasons=reasons)

    def _duplicate(
        self,
        case: Case,
        endpoint: str,
        receipt: UUID,
        receipt_size: int,
        *,
        document: UUID,
        urgent: bool,
    ) -> Decision:
        """Answer other submissions of the same content with the first receipt; store nothing."""
        message = case.examination.message
        self._answer(case, endpoint, receipt, urgent=urgent, document=document, size=receipt_size)
        self._record(
            case,
            endpoint,
            case.message_key,
            SubmissionOutcome.DUPLICATE,
            receipt,
            agency=self._known.directory.find(message.sender) if message else None,
            message=message,
            document=document,
            size=receipt_size,
        )
        return self._decision(case, endpoint, Ending.DUPLICATE, message, document)

    def _repeat(self, case: Case, endpoint: str, earlier: EarlierSubmission) -> Decision:
        """Send the receipt of this very submission once more."""
        self.records.resends.append(
            Resend(
                earlier.receipt,
                outgoing.answers(endpoint),
                case.submission.correlation_id,
                self._at,
            )
        )
        return self._decision(case, endpoint, Ending.REPEATED, case.examination.message)

    def _bury(self, case: Case, finding: Finding) -> Decision:
        """Keep a message that has nobody to answer to, for administrators."""
        submission = case.submission
        self.records.dead_letters.append(
            DeadLetterRow(
                id=submission.id,
                at=self._at,
                queue="intake",
                routing_key=submission.routing_key,
                user_id=submission.user_id,
                message_id=submission.correlation_id,
                reasons=(finding.reason.code,),
                sha256=case.examination.sha256,
                body=submission.body,
            )
        )
        return self._decision(
            case, submission.user_id, Ending.DEAD, None, reasons=(finding.reason.code,)
        )

    # -- shared --------------------------------------------------------------------------------

    def _about(
        self,
        case: Case,
        endpoint: str,
        message: Document | Status | None,
        agency: Agency | None,
        *,
        axis_id: UUID | None,
    ) -> About:
        return About(
            submission=case.submission,
            endpoint=endpoint,
            sha256=case.examination.sha256,
            size=case.examination.size,
            message=message,
            agency=agency,
            axis_id=axis_id,
        )

    def _answer(
        self,
        case: Case,
        endpoint: str,
        receipt: UUID,
        *,
        urgent: bool,
        document: UUID | None,
        size: int = 0,
    ) -> None:
        self.records.outbox.append(
            outgoing.receipt_to(
                endpoint,
                receipt,
                case.submission.correlation_id,
                self._at,
                urgent=urgent,
                document=document,
                size=size,
            )
        )

    def _record(
        self,
        case: Case,
        endpoint: str,
        key: str,
        outcome: SubmissionOutcome,
        receipt: UUID,
        *,
        agency: Agency | None = None,
        message: Document | Status | None = None,
        document: UUID | None = None,
        status: UUID | None = None,
        reasons: tuple[str, ...] = (),
        size: int = 0,
    ) -> None:
        self.records.submissions.append(
            SubmissionRow(
                id=case.submission.id,
                endpoint=endpoint,
                message_key=key,
                routing_key=case.submission.routing_key,
                sha256=case.examination.sha256,
                size=case.examination.size,
                received_at=case.submission.received_at,
                outcome=outcome,
                document=document,
                status=status,
                receipt=receipt,
                sender=None if agency is None else agency.code,
                document_id=(message.document_id or None) if message else None,
                subject=message.subject if isinstance(message, Document) else None,
                reasons=reasons,
            )
        )
        self._known.submissions[endpoint, key] = EarlierSubmission(
            case.examination.sha256, receipt, size
        )

    def _decision(
        self,
        case: Case,
        endpoint: str | None,
        ending: Ending,
        message: Document | Status | None,
        document: UUID | None = None,
        reasons: tuple[str, ...] = (),
        deliveries: int = 0,
    ) -> Decision:
        kind = "unreadable"
        if isinstance(message, Document):
            kind = message.kind.label
        elif isinstance(message, Status):
            kind = "status"
        return Decision(
            submission=case.submission.id,
            ending=ending,
            endpoint=endpoint,
            message_id=case.submission.correlation_id,
            kind=kind,
            sha256=case.examination.sha256,
            document=document,
            document_id=message.document_id if message else None,
            reasons=reasons,
            deliveries=deliveries,
        )

    def _endpoint_of(self, agency: str, otherwise: str) -> str:
        """Return where an agency is served now; it may have moved since it sent."""
        found = self._known.directory.resolve(agency, self._at)
        return otherwise if isinstance(found, Finding) else found.endpoint
