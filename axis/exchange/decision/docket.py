"""The docket of a batch: its records as they grow, and the entries that every decision makes.

What is entered counts at once as known, so that a later case of the batch sees an earlier one.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from axis.edxml.values import Document, Status
from axis.evidence.events import Event
from axis.exchange.admission.known import Known
from axis.exchange.changes import Resend, Resubmitted
from axis.exchange.decision.case import Case, Decision, Ending, Matter
from axis.exchange.decision.holding import HoldLimits
from axis.exchange.outgoing import messages
from axis.exchange.outgoing.receipts import About, Notary
from axis.exchange.records import (
    DeadLetterRow,
    EvidenceRow,
    Records,
    SubmissionOutcome,
    SubmissionRow,
)
from axis.exchange.stored import EarlierSubmission
from axis.reasons import Severity
from axis.verdict import Finding, Verdict


class Docket:
    """Everything that one batch adds, and what is known while it is decided."""

    def __init__(self, known: Known, notary: Notary, at: datetime, limits: HoldLimits) -> None:
        self.records = Records()
        self.known = known
        self.notary = notary
        self.at = at
        self.limits = limits

    # -- endings -------------------------------------------------------------------------------

    def refuse(self, matter: Matter, findings: Iterable[Finding]) -> Decision:
        """Refuse with a rejection receipt that names every reason."""
        verdict = Verdict.of(findings)
        reasons = self.tell(matter, Event.SUBMISSION_REJECTION, verdict, SubmissionOutcome.REFUSED)
        return close(matter.case, Ending.REFUSED, reasons=reasons)

    def repeat_first(
        self, matter: Matter, receipt: UUID, receipt_size: int, *, document: UUID, urgent: bool
    ) -> Decision:
        """Answer content that came before with its first receipt; nothing else is stored."""
        self.answer(matter, receipt, receipt_size, urgent=urgent, document=document)
        self.enter(
            matter, SubmissionOutcome.DUPLICATE, receipt, document=document, size=receipt_size
        )
        return close(matter.case, Ending.DUPLICATE, document)

    def repeat_answer(self, case: Case, endpoint: str, earlier: EarlierSubmission) -> Decision:
        """Send the receipt of this very submission once more."""
        resend = Resend(
            earlier.receipt, messages.answers(endpoint), case.submission.correlation_id, self.at
        )
        self.records.resends.append(resend)
        return close(case, Ending.REPEATED)

    def bury(self, case: Case, finding: Finding) -> Decision:
        """Keep a message that has nobody to answer to, for administrators."""
        submission = case.submission
        code = finding.reason.code
        if submission.letter is not None:
            self.records.resubmitted.append(Resubmitted(submission.letter, self.at, (code,)))
            return close(case, Ending.DEAD, reasons=(code,), readable=False)
        self.records.dead_letters.append(
            DeadLetterRow(
                id=submission.id,
                at=self.at,
                queue="intake",
                routing_key=submission.routing_key,
                user_id=submission.user_id,
                message_id=submission.correlation_id,
                reasons=(code,),
                sha256=case.examination.sha256,
                body=submission.body,
                properties=submission.properties,
            )
        )
        return close(case, Ending.DEAD, reasons=(code,), readable=False)

    # -- entries -------------------------------------------------------------------------------

    def tell(
        self, matter: Matter, event: Event, verdict: Verdict, outcome: SubmissionOutcome
    ) -> tuple[str, ...]:
        """Tell the submitter that nothing is delivered (refused or held); return the reasons."""
        receipt = self.notary.about_submission(event, self.about(matter), verdict, self.at)
        message = matter.case.message
        urgent = isinstance(message, Document) and message.priority.urgent
        self.prove(matter, receipt, urgent=urgent)
        reasons = reasons_of(verdict)
        self.enter(matter, outcome, receipt.id, reasons=reasons)
        return reasons

    def about(self, matter: Matter, axis_id: UUID | None = None) -> About:
        """Return what a receipt says about the submission."""
        examination = matter.case.examination
        return About(
            submission=matter.case.submission,
            endpoint=matter.endpoint,
            sha256=examination.sha256,
            size=examination.size,
            message=examination.message,
            agency=matter.agency,
            axis_id=axis_id,
        )

    def prove(
        self, matter: Matter, receipt: EvidenceRow, *, urgent: bool, document: UUID | None = None
    ) -> None:
        """Keep a receipt about the submission and send it to the submitter."""
        self.records.evidence.append(receipt)
        self.answer(matter, receipt.id, urgent=urgent, document=document)

    def answer(
        self,
        matter: Matter,
        receipt: UUID,
        size: int = 0,
        *,
        urgent: bool,
        document: UUID | None,
    ) -> None:
        """Send a receipt to the submitter; the size of one not yet signed follows."""
        self.records.outbox.append(
            messages.receipt_to(
                matter.endpoint,
                receipt,
                matter.case.submission.correlation_id,
                self.at,
                urgent=urgent,
                document=document,
                size=size,
            )
        )

    def enter(
        self,
        matter: Matter,
        outcome: SubmissionOutcome,
        receipt: UUID,
        *,
        document: UUID | None = None,
        status: UUID | None = None,
        reasons: tuple[str, ...] = (),
        size: int = 0,
    ) -> None:
        """Record how the submission ended."""
        submission, examination = matter.case.submission, matter.case.examination
        message = examination.message
        row = SubmissionRow(
            id=submission.id,
            endpoint=matter.endpoint,
            message_key=matter.key,
            routing_key=submission.routing_key,
            sha256=examination.sha256,
            size=examination.size,
            received_at=submission.received_at,
            outcome=outcome,
            document=document,
            status=status,
            receipt=receipt,
            sender=None if matter.agency is None else matter.agency.code,
            document_id=(message.document_id or None) if message else None,
            subject=message.subject if isinstance(message, Document) else None,
            reasons=reasons,
        )
        rows = self.records.submissions if matter.case.held is None else self.records.settled
        rows.append(row)
        self.known.submissions[matter.endpoint, matter.key] = EarlierSubmission(
            examination.sha256, receipt, size, held=outcome is SubmissionOutcome.HELD
        )
        name = brings(matter.case)
        if name is not None and (
            outcome is SubmissionOutcome.ACCEPTED or rows is self.records.settled
        ):
            self.records.arrived[name] = self.at


def brings(case: Case) -> str | None:
    """Return the DocumentId under which a document comes with a submission."""
    return case.message.document_id or None if isinstance(case.message, Document) else None


def reasons_of(verdict: Verdict) -> tuple[str, ...]:
    """Return the codes of what refuses or holds, each once."""
    weighty = (one for one in verdict.findings if one.severity is not Severity.WARN)
    return tuple(dict.fromkeys(finding.reason.code for finding in weighty))


def close(
    case: Case,
    ending: Ending,
    document: UUID | None = None,
    *,
    reasons: tuple[str, ...] = (),
    deliveries: int = 0,
    readable: bool = True,
) -> Decision:
    """Return the decision for logs and metrics."""
    message = case.message if readable else None
    kind = "unreadable"
    if isinstance(message, Document):
        kind = message.kind.label
    elif isinstance(message, Status):
        kind = "status"
    return Decision(
        submission=case.submission.id,
        ending=ending,
        endpoint=case.submission.user_id,
        message_id=case.submission.correlation_id,
        kind=kind,
        sha256=case.examination.sha256,
        document=document,
        document_id=message.document_id if message else None,
        reasons=reasons,
        deliveries=deliveries,
    )
