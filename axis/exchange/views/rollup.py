"""A group's deliveries in one line: «127 of 130 taken, 3 late».

Pure: it works on the deliveries of one document as the views have them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from axis.exchange.deliveries.states import DeliveryState


class RolledUp(Protocol):
    """What a delivery must tell; `axis.exchange.views.document.DeliveryLine` does."""

    @property
    def named(self) -> tuple[str, ...]:
        """The codes by which the document names the receiver, groups among them."""

    @property
    def state(self) -> DeliveryState:
        """Where the delivery is."""

    @property
    def reached(self) -> DeliveryState:
        """How far it got on the ordinary way."""

    @property
    def late(self) -> tuple[str, ...]:
        """Names of the deadlines that it has passed unanswered."""


class Stage(StrEnum):
    """Where a delivery stands, as far as a line for many can say; each is at exactly one."""

    ON_THE_WAY = "on_the_way"
    """Accepted by the axis, not in the inbox yet."""
    IN_INBOX = "in_inbox"
    TAKEN = "taken"
    """The receiver's system has it; nobody has answered."""
    ANSWERED = "answered"
    """03 đã tiếp nhận, 04 phân công, 05 đang xử lý."""
    DONE = "done"
    REFUSED = "refused"
    GIVEN_BACK = "given_back"
    """Withdrawn in time, or given back with 15, destroyed or not."""
    UNDELIVERABLE = "undeliverable"


_OF_STATE: Final[Mapping[DeliveryState, Stage]] = {
    DeliveryState.REFUSED: Stage.REFUSED,
    DeliveryState.AGREED: Stage.GIVEN_BACK,
    DeliveryState.DESTROYED: Stage.GIVEN_BACK,
    DeliveryState.WITHDRAWN: Stage.GIVEN_BACK,
    DeliveryState.UNDELIVERABLE: Stage.UNDELIVERABLE,
}
"""States that end the ordinary way; all others leave a delivery where it got on it."""

_OF_REACHED: Final[Mapping[DeliveryState, Stage]] = {
    DeliveryState.ACCEPTED: Stage.ON_THE_WAY,
    DeliveryState.DISPATCHED: Stage.ON_THE_WAY,
    DeliveryState.CONSIGNED: Stage.IN_INBOX,
    DeliveryState.TAKEN: Stage.TAKEN,
    DeliveryState.ARRIVED: Stage.TAKEN,
    DeliveryState.RECEIVED: Stage.ANSWERED,
    DeliveryState.ASSIGNED: Stage.ANSWERED,
    DeliveryState.IN_PROGRESS: Stage.ANSWERED,
    DeliveryState.DONE: Stage.DONE,
}

_TAKEN: Final = frozenset({Stage.TAKEN, Stage.ANSWERED, Stage.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """One group of a document's receivers."""

    group: str
    """Code of the group, as the document names it."""
    total: int
    taken: int
    """How many receivers' systems have had it, whatever became of it there."""
    late: int
    """How many have passed a deadline unanswered."""
    stages: Mapping[Stage, int]
    """How many stand where; stages without any are left out."""


def roll_up(deliveries: Iterable[RolledUp], groups: Collection[str]) -> Sequence[RollUp]:
    """Return one line a group, in the order of the groups; a member of several counts in each.

    A document names single agencies too: ``groups`` are those of its names that are groups.
    """
    members: dict[str, list[RolledUp]] = {group: [] for group in groups}
    for delivery in deliveries:
        for name in delivery.named:
            if name in members:
                members[name].append(delivery)
    return [_rolled_up(group, lines) for group, lines in members.items() if lines]


def stage_of(delivery: RolledUp) -> Stage:
    """Return where a delivery stands."""
    return _OF_STATE.get(delivery.state) or _OF_REACHED[delivery.reached]


def _rolled_up(group: str, lines: Sequence[RolledUp]) -> RollUp:
    return RollUp(
        group=group,
        total=len(lines),
        taken=sum(_was_taken(line) for line in lines),
        late=sum(bool(line.late) for line in lines),
        stages=Counter(map(stage_of, lines)),
    )


def _was_taken(delivery: RolledUp) -> bool:
    """Return whether the receiver's system has had it; who refuses it has."""
    return _OF_REACHED[delivery.reached] in _TAKEN or stage_of(delivery) is Stage.REFUSED
