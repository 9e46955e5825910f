"""Draws up receipts: which event, about what, to whom. They are signed just before the commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from axis.edxml.values import Document, Status
from axis.evidence.events import Event
from axis.evidence.receipt import (
    Receipt,
    ReceiverLine,
    StatusFacts,
    Subject,
    SubjectKind,
    SubmissionFacts,
    VerdictFacts,
)
from axis.evidence.xml import write_receipt
from axis.exchange.deliveries.states import DeliveryEvent, DeliveryState, move
from axis.exchange.records import DeliveryRow, EvidenceRow
from axis.exchange.stored import CopyArrived, KnownDelivery, KnownDocument
from axis.exchange.submission import Submission
from axis.ids import new_id
from axis.registry.agency import Agency
from axis.verdict import Verdict


@dataclass(frozen=True, slots=True)
class About:
    """The submission that a receipt is about."""

    submission: Submission
    endpoint: str
    sha256: str
    size: int
    message: Document | Status | None
    agency: Agency | None
    """The sender, where the endpoint may speak for it."""
    axis_id: UUID | None


class Notary:
    """Writes receipts in the name of one axis."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def about_submission(
        self,
        event: Event,
        about: About,
        verdict: Verdict,
        at: datetime,
        *,
        deliveries: Sequence[DeliveryRow] = (),
        names: Mapping[str, str] | None = None,
        document: UUID | None = None,
        status: UUID | None = None,
    ) -> EvidenceRow:
        """Tell the submitter that the message was accepted or refused, and why."""
        names = names or {}
        receipt = Receipt(
            id=new_id(),
            event=event,
            at=at,
            issuer=self._issuer,
            subject=_subject(about),
            submission=_submission(about),
            receivers=tuple(
                ReceiverLine(
                    named=delivery.named,
                    code=delivery.receiver,
                    name=names.get(delivery.receiver),
                    endpoint=delivery.endpoint,
                    delivery=delivery.id,
                    state=delivery.state.value,
                )
                for delivery in deliveries
            ),
            status=_status(about.message),
            verdict=VerdictFacts.of(verdict),
        )
        return _evidence(
            receipt,
            endpoint=about.endpoint,
            agency=None if about.agency is None else about.agency.code,
            submission=about.submission.id,
            document=document,
            status=status,
        )

    def about_status(
        self,
        event: Event,
        about: About,
        *,
        document: KnownDocument,
        delivery: KnownDelivery,
        receiver_name: str,
        status: Status,
        status_id: UUID,
        endpoint: str,
        at: datetime,
    ) -> EvidenceRow:
        """Tell a document's sender what a receiver's status proves."""
        receipt = Receipt(
            id=new_id(),
            event=event,
            at=at,
            issuer=self._issuer,
            subject=_stored(document),
            submission=_submission(about),
            receivers=(
                ReceiverLine(
                    named=(delivery.receiver,),
                    code=delivery.receiver,
                    name=receiver_name,
                    endpoint=delivery.endpoint,
                    delivery=delivery.id,
                    state=delivery.state.value,
                ),
            ),
            status=_status(status),
        )
        return _evidence(
            receipt,
            endpoint=endpoint,
            agency=document.sender,
            document=document.id,
            status=status_id,
        )

    def about_copies(
        self, event: Event, copies: Sequence[CopyArrived], at: datetime, endpoint: str | None = None
    ) -> EvidenceRow:
        """Tell a document's sender what has become of copies, at an endpoint or where it sent it
        from.
        """
        first = copies[0]
        submission = SubmissionFacts(
            endpoint=first.document.endpoint,
            message_id=first.message_id,
            received_at=first.received_at,
        )
        return _evidence(
            self._of_copies(event, copies, at, submission),
            endpoint=endpoint or first.document.endpoint,
            agency=first.document.sender,
            document=first.document.id,
        )

    def about_own_copies(
        self, event: Event, copies: Sequence[CopyArrived], at: datetime
    ) -> EvidenceRow:
        """Tell the endpoint of receivers what has become of its copies of a document.

        How the document was submitted is not its business.
        """
        first = copies[0]
        return _evidence(
            self._of_copies(event, copies, at, None),
            endpoint=first.endpoint,
            agency=first.receiver if len(copies) == 1 else None,
            document=first.document.id,
        )

    def _of_copies(
        self,
        event: Event,
        copies: Sequence[CopyArrived],
        at: datetime,
        submission: SubmissionFacts | None,
    ) -> Receipt:
        arrived = event is Event.CONTENT_CONSIGNMENT
        return Receipt(
            id=new_id(),
            event=event,
            at=at,
            issuer=self._issuer,
            subject=_stored(copies[0].document),
            submission=submission,
            receivers=tuple(
                ReceiverLine(
                    named=copy.named,
                    code=copy.receiver,
                    name=copy.receiver_name,
                    endpoint=copy.endpoint,
                    delivery=copy.delivery,
                    copy=copy.copy if event is Event.DELIVERY_WITHDRAWN else None,
                    state=_state_of(copy, arrived=arrived).value,
                )
                for copy in copies
            ),
        )


def _evidence(
    receipt: Receipt,
    *,
    endpoint: str,
    agency: str | None,
    submission: UUID | None = None,
    document: UUID | None = None,
    status: UUID | None = None,
) -> EvidenceRow:
    """Return the row that keeps a receipt, addressed to an endpoint and an agency."""
    return EvidenceRow(
        id=receipt.id,
        event=receipt.event,
        at=receipt.at,
        endpoint=endpoint,
        agency=agency,
        submission=submission,
        document=document,
        status=status,
        receipt=write_receipt(receipt),
        deliveries=tuple(line.delivery for line in receipt.receivers if line.delivery),
    )


def _state_of(copy: CopyArrived, *, arrived: bool) -> DeliveryState:
    """Return the state of a delivery as a receipt about its copy has it."""
    return move(copy.position, DeliveryEvent.CONFIRMED).state if arrived else copy.state


def _submission(about: About) -> SubmissionFacts:
    submission = about.submission
    return SubmissionFacts(
        endpoint=about.endpoint,
        message_id=submission.correlation_id,
        received_at=submission.received_at,
    )


def _subject(about: About) -> Subject:
    message = about.message
    if isinstance(message, Document):
        return Subject(
            kind=SubjectKind.DOCUMENT,
            sha256=about.sha256,
            size=about.size,
            axis_id=about.axis_id,
            document_id=message.document_id,
            code=str(message.code),
            document_kind=message.kind.label,
            sender=message.sender,
        )
    if isinstance(message, Status):
        return Subject(
            kind=SubjectKind.STATUS,
            sha256=about.sha256,
            size=about.size,
            axis_id=about.axis_id,
            document_id=message.document_id,
            code=message.response_for.code,
            sender=message.sender,
        )
    return Subject(kind=SubjectKind.UNREADABLE, sha256=about.sha256, size=about.size)


@lru_cache(maxsize=16)  # a recall's many receipts are about one document
def _stored(document: KnownDocument) -> Subject:
    return Subject(
        kind=SubjectKind.DOCUMENT,
        sha256=document.sha256,
        size=document.size,
        axis_id=document.id,
        document_id=document.document_id,
        code=document.code,
        document_kind=document.kind.label,
        sender=document.sender,
    )


def _status(message: Document | Status | None) -> StatusFacts | None:
    if not isinstance(message, Status):
        return None
    return StatusFacts(code=message.code.value, description=message.description)
