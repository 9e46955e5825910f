"""What a decided batch adds to the truth, as plain rows; the store writes it all in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.evidence.events import Event
from axis.exchange.changes import (
    DeliveryChange,
    Lapse,
    Narrowing,
    Postponement,
    Rerouting,
    Resend,
    Resubmitted,
    Withdrawal,
)
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.lanes import Lane
from axis.exchange.versions import Link


class MessageType(StrEnum):
    """The AMQP ``type`` of what endpoints receive."""

    DOCUMENT = "document"
    STATUS = "status"
    RECEIPT = "receipt"


class SubmissionOutcome(StrEnum):
    """How a submission ended."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """The same content came before; answered with the first receipt, stored once."""
    REFUSED = "refused"
    HELD = "held"
    """Not ended yet: a check waits for something that is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """An accepted document; `body` is the sender's bytes, relayed unchanged."""

    id: UUID
    sender: str
    document_id: str
    kind: DocumentKind
    sha256: str
    body: bytes
    priority: Priority
    number: str
    notation: str
    subject: str
    type_name: str
    promulgated: date | None
    due: date | None
    reason: str | None
    """Why this recall, update or replacement, in its sender's words; None where it gives none."""
    endpoint: str
    certificate: str
    verdict: Mapping[str, Any]
    accepted_at: datetime
    links: tuple[Link, ...] = ()
    """What this recall, update or replacement says about other documents."""
    answers: tuple[tuple[str, str], ...] = ()
    """What it says that it answers: (agency code, DocumentId)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One document to one receiver."""

    id: UUID
    document: UUID
    named: tuple[str, ...]
    """The receiver's codes as the sender wrote them."""
    receiver: str
    endpoint: str
    copy: UUID
    """The outbox row that carries the endpoint's one copy."""
    state: DeliveryState
    changed_at: datetime
    reached: DeliveryState = DeliveryState.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """An accepted status message about one delivery."""

    id: UUID
    document: UUID
    delivery: UUID
    code: StatusCode
    sender: str
    addressee: str
    description: str
    reported_at: datetime | None
    sha256: str
    body: bytes
    endpoint: str
    certificate: str
    accepted_at: datetime
    content: str = ""
    """Digest of the signed content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow:
    """The record of one submission, whatever its outcome."""

    id: UUID
    endpoint: str
    message_key: str
    routing_key: str
    sha256: str
    size: int
    received_at: datetime
    outcome: SubmissionOutcome
    document: UUID | None
    status: UUID | None
    receipt: UUID
    sender: str | None
    """The sending agency, only where the endpoint may speak for it."""
    document_id: str | None
    subject: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """What is kept of a submission while it waits; the rest is in its `SubmissionRow`."""

    submission: UUID
    body: bytes
    verdict: Mapping[str, Any]
    held_since: datetime
    next_try_at: datetime
    expires_at: datetime
    endpoint: str
    brings: str | None
    """DocumentId of a document that waits; None for a status."""
    awaits: tuple[str, ...]
    """DocumentIds that it speaks about and that are not there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One event, signed; addressed to an endpoint and, where known, an agency."""

    id: UUID
    event: Event
    at: datetime
    endpoint: str
    agency: str | None
    submission: UUID | None
    document: UUID | None
    status: UUID | None
    receipt: bytes
    """The receipt's XML: unsigned while decided, signed before it is stored."""
    deliveries: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One message to publish; `id` is its AMQP ``message_id``, stable across restarts."""

    id: UUID
    queue: str
    urgent: bool
    type: MessageType
    subject: UUID
    """The document, status or evidence row whose bytes are sent."""
    size: int
    correlation_id: str | None
    headers: Mapping[str, str | int]
    created_at: datetime
    follows: tuple[UUID, ...] | None = None
    """Rows behind which it goes out, once each is published or cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterRow:
    """A message with nobody to answer to, or that its queue gave up, kept for administrators."""

    id: UUID
    at: datetime
    queue: str
    routing_key: str
    user_id: str | None
    message_id: str | None
    reasons: tuple[str, ...]
    sha256: str
    body: bytes
    died_at: datetime | None = None
    """When its queue gave it up, in the broker's word."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """What else AMQP gave, bounded; nothing in it is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRow:
    """A certification authority of a proven path of which nothing is known, so that it is asked
    about (`axis.revocation`).
    """

    fingerprint: str
    der: bytes
    seen_at: datetime


@dataclass(slots=True)
class Records:
    """Everything that one transaction adds and changes."""

    documents: list[DocumentRow] = field(default_factory=list)
    deliveries: list[DeliveryRow] = field(default_factory=list)
    statuses: list[StatusRow] = field(default_factory=list)
    submissions: list[SubmissionRow] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    dead_letters: list[DeadLetterRow] = field(default_factory=list)
    changes: list[DeliveryChange] = field(default_factory=list)
    lapses: list[Lapse] = field(default_factory=list)
    withdrawn: list[Withdrawal] = field(default_factory=list)
    rerouted: list[Rerouting] = field(default_factory=list)
    narrowed: list[Narrowing] = field(default_factory=list)
    resends: list[Resend] = field(default_factory=list)
    authorities: list[AuthorityRow] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    """Beside their submissions, which have the outcome HELD."""
    postponed: list[Postponement] = field(default_factory=list)
    settled: list[SubmissionRow] = field(default_factory=list)
    """Submissions that were held and have ended now; they wait no longer."""
    arrived: dict[str, datetime] = field(default_factory=dict)
    """DocumentIds of which it is decided now what becomes of them, and when that is: what waits for
    them is due."""
    resubmitted: list[Resubmitted] = field(default_factory=list)
    """Dead letters that were taken in again."""

    @property
    def lanes(self) -> set[Lane]:
        """The lanes in which something is to be sent now."""
        if self.resends:
            return set(Lane)
        return {Lane.of(urgent=row.urgent) for row in self.outbox}

    def with_signed(self, receipts: Sequence[bytes]) -> "Records":
        """Return the records with the evidence signed, in its order, and the sizes that follow."""
        evidence = [
            replace(row, receipt=receipt)
            for row, receipt in zip(self.evidence, receipts, strict=True)
        ]
        sizes = {row.id: len(row.receipt) for row in evidence}
        outbox = [
            replace(row, size=sizes[row.subject]) if row.subject in sizes else row
            for row in self.outbox
        ]
        return replace(self, evidence=evidence, outbox=outbox)
