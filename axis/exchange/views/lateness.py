"""What people see of deadlines: deliveries that are late, and those that fall due next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from axis.edxml.codes import Priority
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import Owner, next_step
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
    def states(self) -> list[str] | None:
        """The states in which the step is the owner's."""
        if self.owner is None:
            return None
        return [state.value for state in DeliveryState if next_step(state).owner is self.owner]


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
