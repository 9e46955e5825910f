"""One document: its receivers, what happened to it, what it has to do with others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import NextStep, next_step
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.documents import DocumentLine
from axis.exchange.views.links import LinkedDocument


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
