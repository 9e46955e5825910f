"""What a decided batch changes in the truth, beside what it adds (`axis.exchange.records`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.states import DeliveryState, Position


@dataclass(frozen=True, slots=True)
class DeliveryChange:
    """A delivery that moved."""

    delivery: UUID
    position: Position
    at: datetime
    reported_at: datetime | None = None
    """When its receiver says that it did what moved it; None where no status moved it."""

    @property
    def state(self) -> DeliveryState:
        """The state that it is in now."""
        return self.position.state


@dataclass(frozen=True, slots=True)
class Lapse:
    """Deadlines of a delivery that have passed and are told now."""

    delivery: UUID
    missed: tuple[DeadlineKind, ...]
    """None of them where the deadline turned out to bind nobody any more."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A copy that does not go out any more, unless it is on its way already.

    Where other receivers share it, it goes out for those alone.
    """

    copy: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Rerouting:
    """A delivery that goes to another endpoint, with another copy."""

    delivery: UUID
    endpoint: str
    copy: UUID
    former: UUID
    """The copy until now; what follows that one follows the new one, too."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """An unpublished copy that goes out for fewer receivers, or for none: not at all."""

    copy: UUID
    receivers: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Resend:
    """A receipt that goes out once more, under the ``message_id`` that it had."""

    receipt: UUID
    queue: str
    correlation_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponement:
    """A held submission that was tried again and still waits."""

    submission: UUID
    leased_until: datetime
    """One that was woken meanwhile is due at another time, and stays so."""
    next_try_at: datetime
    expires_at: datetime
    awaits: tuple[str, ...]
    reasons: tuple[str, ...]
    verdict: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """A dead letter that was taken in again."""

    letter: UUID
    at: datetime
    reasons: tuple[str, ...] = ()
    """Why there is still nobody to answer to; none where the exchange has dealt with it."""
