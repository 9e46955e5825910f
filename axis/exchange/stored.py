"""What is stored already, as far as the exchange needs it to decide, to send and to wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from axis.edxml.codes import DocumentKind, Priority
from axis.exchange.deliveries.states import DeliveryState, Position
from axis.exchange.records import OutboxRow
from axis.exchange.submission import Submission
from axis.exchange.versions import Link


@dataclass(frozen=True, slots=True)
class EarlierSubmission:
    """A submission that was decided before under the same idempotency key."""

    sha256: str
    receipt: UUID
    receipt_size: int
    held: bool = False
    """Whether it still waits for a check; the receipt is then the notice of that."""
    refusal: str | None = None
    """Why an administrator wants a held one refused, in the administrator's words."""


@dataclass(frozen=True, slots=True)
class HeldSubmission:
    """A submission that waits for a check, claimed for another try."""

    submission: Submission
    """As it was taken, with its first id and time."""
    since: datetime
    """Since when it waits."""
    attempts: int
    """Tries after the first, this one included."""
    leased_until: datetime
    """Until when no other router tries it, unless somebody wakes it."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits."""

    count: int = 0
    size: int = 0
    """Bytes of the submissions."""

    def __add__(self, other: "Load") -> "Load":
        return Load(self.count + other.count, self.size + other.size)


@dataclass(frozen=True, slots=True)
class HeldLoad:
    """What waits: for a check, and apart from that for a document that is not there yet."""

    checks: Load = Load()
    oldest: datetime | None = None
    """Since when the oldest one waits for a check."""
    early: Mapping[str, Load] = field(default_factory=dict)
    """What waits for documents, by the endpoint that submitted it."""

    @property
    def all_early(self) -> Load:
        """What waits for documents, of all endpoints."""
        return sum(self.early.values(), Load())

    def plus(self, size: int, early_at: str | None) -> "HeldLoad":
        """Return the load with one more, which waits for a document if an endpoint is given."""
        one = Load(1, size)
        if early_at is None:
            return replace(self, checks=self.checks + one)
        early = {**self.early, early_at: self.early.get(early_at, Load()) + one}
        return replace(self, early=early)


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A stored document, as far as deciding about others needs it."""

    id: UUID
    sender: str
    document_id: str
    kind: DocumentKind
    sha256: str
    size: int
    code: str
    """Số, ký hiệu: ``7816/VPCP-TTĐT``."""
    endpoint: str
    """Where it was submitted."""
    urgent: bool
    accepted_at: datetime
    receipt: UUID
    """The SubmissionAcceptance that its sender got first."""
    receipt_size: int
    content: str = ""
    """Digest of the signed content; empty for documents of before it was kept."""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Family:
    """Documents that belong together, with what ties them."""

    documents: Sequence[KnownDocument] = ()
    links: Sequence[Link] = ()


class KnownDelivery(Struct, frozen=True):
    """A stored delivery, locked for the running transaction."""

    id: UUID
    document: UUID
    receiver: str
    endpoint: str
    state: DeliveryState
    reached: DeliveryState = DeliveryState.ACCEPTED
    reported_at: datetime | None = None
    """When the receiver says that it did what moved it last."""
    named: tuple[str, ...] = ()
    """The receiver's codes as the sender wrote them, groups included."""
    copy: UUID | None = None
    """The outbox row that carries it."""
    urgent: bool = False
    """In which lane its copy goes or went."""
    waiting: bool = False
    """Whether its copy was still to be published, when that was looked up."""

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.state, self.reached)


@dataclass(frozen=True, slots=True)
class KnownStatus:
    """A stored status and the receipt that its reporter got first."""

    document: UUID
    urgent: bool
    sha256: str
    receipt: UUID
    receipt_size: int
    endpoint: str = ""
    """Where it was submitted."""
    content: str = ""
    """Digest of the signed content; empty for statuses of before it was kept."""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """An outbox row that is claimed for publishing."""

    row: OutboxRow
    attempts: int
    """How often it was tried before."""


@dataclass(frozen=True, slots=True)
class CopyArrived:
    """One receiver's delivery whose copy the broker has just confirmed, or given back."""

    delivery: UUID
    copy: UUID
    """The outbox row that carries it."""
    state: DeliveryState
    named: tuple[str, ...]
    receiver: str
    receiver_name: str
    endpoint: str
    document: KnownDocument
    message_id: str | None
    received_at: datetime
    reached: DeliveryState = DeliveryState.ACCEPTED

    @property
    def position(self) -> Position:
        """Where the delivery stands."""
        return Position(self.state, self.reached)
