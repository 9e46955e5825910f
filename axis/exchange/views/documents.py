"""Lists of documents: what they are narrowed to, what a line tells, whose turn it is over all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from axis.edxml.codes import DocumentKind, Priority
from axis.exchange.deliveries.next_step import Owner
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.scope import Direction


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
