"""What people see of deadlines: deliveries that are late, and those that fall due next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from axis.edxml.codes import Priority
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import NextStep, Owner, next_step, steps_of
from axis.exchange.deliveries.states import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineFilter:
    """Which deliveries are meant; None means no limit."""

    agency: str | None = None
    """It sent the document, or receives it."""
    owner: Owner | None = None
    """Whose step it is."""
    late: bool = False
    """Only those that are late."""
    limit: int = 50

    @property
    def steps(self) -> list[str] | None:
        """What the next step follows from where it is the owner's; None for any."""
        return None if self.owner is None else list(steps_of(self.owner))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineLine:
    """A delivery that is late or has a deadline."""

    delivery: UUID
    document: UUID
    document_id: str
    subject: str
    priority: Priority
    sender: str
    receiver: str
    receiver_name: str
    endpoint: str
    state: DeliveryState
    superseded: bool
    """Whether the receiver is to work by a later version instead."""
    owner: Owner
    """Whose step is next."""
    awaited: DeadlineKind | None
    """The step that is due next."""
    deadline: datetime | None
    """By when; None once that has passed."""
    due: datetime | None
    """When the document's own date ends."""
    late: tuple[DeadlineKind, ...]
    """What it is late with."""

    @property
    def step(self) -> NextStep:
        """What has to be done next, and by whom."""
        return next_step(self.state, superseded=self.superseded)
