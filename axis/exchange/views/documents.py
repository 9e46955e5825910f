"""What people see: documents, deliveries, timelines. Read-only, for the web view and the CLI.

Every query takes a scope, so that nobody sees more than their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.errors import AxisError
from axis.evidence.events import Event
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import RECEIVING, NextStep, Owner, next_step
from axis.exchange.deliveries.states import DeliveryState


class SearchTooBroadError(AxisError):
    """A search had to look through too much; a narrower one answers in time."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose documents may be seen: those of some agencies, or all (administrators)."""

    agencies: frozenset[str] = frozenset()
    everything: bool = False

    def owns(self, owner: Owner, sender: str, receiver: str) -> bool:
        """Say whether a delivery's next step is one of these agencies' own; administrators' never.

        The receiver's system counts as the receiver.
        """
        if owner in RECEIVING:
            return receiver in self.agencies
        return owner is Owner.SENDER and sender in self.agencies


class Direction(StrEnum):
    """From which side the viewer sees a document."""

    OUT = "out"
    """Văn bản đi: the viewer's agency sent it."""
    IN = "in"
    """Văn bản đến: the viewer's agency receives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """What a list is narrowed to; None or empty means no limit."""

    text: str = ""
    """Searched in subject, number, DocumentId, agency codes (also old ones) and names, without
    regard to case and Vietnamese diacritics."""
    direction: Direction | None = None
    """Says nothing to a scope of everything, which has no side."""
    state: DeliveryState | None = None
    """At least one delivery that the viewer may see is in this state …"""
    owner: Owner | None = None
    """… its next step is this one's …"""
    late: bool = False
    """… and it is late with something."""
    limit: int = 50
    before: UUID | None = None
    """Only documents older than this one: the way to the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of a list."""

    id: UUID
    document_id: str
    number: str
    notation: str
    subject: str
    type_name: str
    kind: DocumentKind
    priority: Priority
    sender: str
    sender_name: str
    promulgated: date | None
    accepted_at: datetime
    direction: Direction
    receivers: int
    """Deliveries that the viewer may see: the sender sees all, a receiver its own."""
    first_receivers: tuple[str, ...]
    """Names of the first three of them."""
    groups: tuple[str, ...]
    """Names of the groups that these are addressed through."""
    late: int
    """How many of the deliveries that the viewer may see are late with something."""
    followed_by: tuple[DocumentKind, ...]
    """Kinds of the viewer's documents about this one: it was recalled, updated or replaced."""
    answered: bool
    """Whether one of the viewer's documents answers this one (ResponseFor)."""
    states: dict[DeliveryState, int]
    """How many of the deliveries that the viewer may see are in each state."""


@dataclass(frozen=True, slots=True)
class LaterVersion:
    """The update or replacement by which a receiver works instead."""

    id: UUID
    number: str
    notation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One receiver of a document."""

    id: UUID
    receiver: str
    receiver_name: str
    named: tuple[str, ...]
    endpoint: str
    state: DeliveryState
    reached: DeliveryState
    """How far it got on the ordinary way, whatever was asked or missed meanwhile."""
    changed_at: datetime
    deadline: datetime | None
    """By when the next step has to be done; None when there is no such time, or it has passed."""
    late: tuple[DeadlineKind, ...]
    """Steps that are still owed after their deadline."""
    superseded: bool = False
    """Whether the receiver is to work by a later version instead."""
    later: LaterVersion | None = None
    """The newest of these, where the viewer may see it."""

    @property
    def step(self) -> NextStep:
        """What has to be done next, and by whom."""
        return next_step(self.state, superseded=self.superseded)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened to a document: an event of evidence, or a status."""

    at: datetime
    event: Event | None
    status: StatusCode | None
    agency: str | None
    """Who reported the status; None for the axis itself."""
    agency_name: str | None
    receivers: tuple[str, ...]
    """Receiver codes that the entry is about, as far as the viewer may see them."""
    description: str
    receipt: UUID | None
    """The signed receipt, where the viewer may read it: of a status, the one that proves it to
    the document's sender, else the one that its reporter got."""
    copies: tuple[UUID, ...] = ()
    """Receipts of the same event that receivers' systems got, where the viewer may read them."""
    signed: UUID | None = None
    """The status itself, under its reporter's own signature: what proves it without a receipt."""


class Relation(StrEnum):
    """What a document has to do with another."""

    RECALLS = "recalls"
    UPDATES = "updates"
    REPLACES = "replaces"
    ANSWERS = "answers"
    RECALLED_BY = "recalled_by"
    UPDATED_BY = "updated_by"
    REPLACED_BY = "replaced_by"
    ANSWERED_BY = "answered_by"

    @property
    def forward(self) -> bool:
        """Whether the document itself names the other one."""
        return self in (Relation.RECALLS, Relation.UPDATES, Relation.REPLACES, Relation.ANSWERS)

    @property
    def name_vi(self) -> str:
        """Return it in Vietnamese, as it stands before the other document."""
        return _RELATIONS[self][0]

    @property
    def name_en(self) -> str:
        """Return it in English."""
        return _RELATIONS[self][1]


_RELATIONS = {
    Relation.RECALLS: ("thu hồi văn bản", "recalls"),
    Relation.UPDATES: ("cập nhật văn bản", "updates"),
    Relation.REPLACES: ("thay thế văn bản", "replaces"),
    Relation.ANSWERS: ("trả lời văn bản", "answers"),
    Relation.RECALLED_BY: ("bị thu hồi bởi", "recalled by"),
    Relation.UPDATED_BY: ("được cập nhật bởi", "updated by"),
    Relation.REPLACED_BY: ("được thay thế bởi", "replaced by"),
    Relation.ANSWERED_BY: ("được trả lời bởi", "answered by"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedDocument:
    """Another document that a document's page leads to."""

    id: UUID
    relation: Relation
    """What the page's document has to do with it."""
    receivers: tuple[str, ...] = ()
    """Agencies for which that holds; none: for all who have the documents."""
    dropped: tuple[str, ...] = ()
    """Agencies that the update drops as receivers (bỏ nơi nhận), as far as the viewer may know;
    their predecessors among them."""
    reason: str | None = None
    """Why the recall, update or replacement, in its sender's words; None for answers, and where it
    gives none."""
    kind: DocumentKind
    number: str
    notation: str
    subject: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """One document with everything that the scope may see of it."""

    line: DocumentLine
    due: date | None
    reason: str | None
    """Why it recalls, updates or replaces others, in its sender's words; None where it gives none
    or does not."""
    sha256: str
    size: int
    endpoint: str
    certificate_subject: str
    warnings: tuple[dict[str, object], ...]
    """Findings of admission that did not refuse it (the JSON shape of a finding)."""
    deliveries: tuple[DeliveryLine, ...]
    groups: Mapping[str, str]
    """Names of the groups among the codes by which the deliveries' receivers are named."""
    timeline: tuple[TimelineEntry, ...]
    """Oldest first."""
    targets: tuple[LinkedDocument, ...]
    """Documents that this one recalls, updates, replaces or answers, as far as the viewer may see
    them and it holds for the viewer."""
    acted_on_by: tuple[LinkedDocument, ...]
    """Recalls (of earlier versions, too), updates, replacements and answers, likewise."""

    @property
    def dropped(self) -> frozenset[str]:
        """The receivers that an update drops, this one or one of this document."""
        return frozenset(
            code for link in (*self.targets, *self.acted_on_by) for code in link.dropped
        )


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """Whose turn it is, over many documents."""

    owners: Mapping[Owner, int]
    """Deliveries by the owner of the next step; those that have ended are left out."""
    own: Mapping[Owner, int]
    """Those of them that are the viewer's own: its agency receives, and the receiver or its system
    is to act, or it has sent the document, and the sender is. Administrators have none."""
    late: int
    """How many of them are late with something."""
    bounded: bool
    """Older deliveries were not looked at."""

    @property
    def others(self) -> Mapping[Owner, int]:
        """The steps that are not the viewer's own."""
        return {
            owner: count - self.own.get(owner, 0)
            for owner, count in self.owners.items()
            if count > self.own.get(owner, 0)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A submission that was refused."""

    id: UUID
    received_at: datetime
    endpoint: str
    sender: str | None
    document_id: str | None
    subject: str | None
    reasons: tuple[str, ...]
    receipt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A submission that waits for a check, or for a document that it speaks about."""

    id: UUID
    received_at: datetime
    endpoint: str
    message_id: str
    sender: str | None
    document_id: str | None
    subject: str | None
    reasons: tuple[str, ...]
    """What it waits for, by the newest check."""
    awaits: tuple[str, ...]
    """DocumentIds of the documents that it waits for; none where it waits for its own check."""
    receipt: UUID
    """The notice that its sender got."""
    sha256: str
    size: int
    verdict: dict[str, Any]
    """The newest check's, in the JSON shape of a verdict."""
    held_since: datetime
    next_try_at: datetime
    attempts: int
    """Tries after the first."""
    expires_at: datetime
    """When it is refused, if its check cannot be made until then."""
    refusal: str | None
    """Why an administrator wants it refused, which the next try does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFilter:
    """Which held submissions are meant; None means no limit."""

    limit: int = 50
    before: UUID | None = None
    """Only those older than this one: the way to the next page."""
    id: UUID | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A stored receipt."""

    id: UUID
    event: Event
    at: datetime
    document: UUID | None
    xml: bytes
    """The signed XML as it was sent."""


class Reader(Protocol):
    """Answers the questions of clerks and administrators."""

    async def documents(self, scope: Scope, wanted: DocumentFilter) -> Sequence[DocumentLine]:
        """Return matching documents, newest first.

        Raises SearchTooBroadError when that would take too long.
        """

    async def document(self, scope: Scope, document: UUID) -> DocumentView | None:
        """Return one document, or None when it does not exist or is not the viewer's."""

    async def open_steps(self, scope: Scope) -> OpenSteps:
        """Return whose turn it is with the newest deliveries, and with all that are stuck."""

    async def find(self, scope: Scope, document_id: str) -> Sequence[UUID]:
        """Return the ids of documents with this DocumentId (or number/notation), newest first."""

    async def refused(
        self, scope: Scope, limit: int, before: UUID | None = None
    ) -> Sequence[RefusedLine]:
        """Return refused submissions, newest first; `before` leads to the next page."""

    async def held(self, scope: Scope, wanted: HeldFilter) -> Sequence[HeldLine]:
        """Return submissions that wait for a check, newest first."""

    async def status(self, scope: Scope, status: UUID) -> bytes | None:
        """Return a status as it was signed, or None when it is not there or not the viewer's."""

    async def receipt(self, scope: Scope, receipt: UUID) -> ReceiptView | None:
        """Return one receipt, or None when it does not exist or is not the viewer's."""
