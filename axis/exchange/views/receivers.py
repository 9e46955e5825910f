"""A document's receivers as people can look at them: one line a group, what needs somebody first.

Pure: it works on the deliveries of one document as the views have them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from axis.exchange.deliveries.states import RANK, DeliveryState
from axis.exchange.views.document import DeliveryLine, DocumentView
from axis.exchange.views.rollup import RollUp, roll_up

STUCK: Final = frozenset(
    {
        DeliveryState.UNDELIVERABLE,
        DeliveryState.EXPIRED,
        DeliveryState.REFUSED,
        DeliveryState.DECLINED,
        DeliveryState.DISPATCHED,
    }
)
"""States in which a delivery is not on its ordinary way; somebody should look."""


@dataclass(frozen=True, slots=True)
class ReceiverGroup:
    """Receivers that are shown together."""

    rollup: RollUp | None
    """The group's figures; None for receivers that the document names one by one."""
    name: str
    deliveries: Sequence[DeliveryLine]
    """Those that need somebody first, else in the document's order."""


def receiver_groups(view: DocumentView) -> Sequence[ReceiverGroup]:
    """Return the receivers named one by one, if any, and then one entry a group."""
    single = [one for one in view.deliveries if view.groups.keys().isdisjoint(one.named)]
    found = [ReceiverGroup(None, "", by_attention(single))] if single else []
    names = dict.fromkeys(code for one in view.deliveries for code in one.named)
    for line in roll_up(view.deliveries, [code for code in names if code in view.groups]):
        members = by_attention(one for one in view.deliveries if line.group in one.named)
        found.append(ReceiverGroup(line, view.groups[line.group], members))
    return found


def addressees(receivers: Sequence[str], groups: Iterable[ReceiverGroup]) -> Sequence[str]:
    """Return receivers by their codes, those of a whole group by the group's name in their place.

    ``groups`` are a document's, as `receiver_groups` returns them.
    """
    left = dict.fromkeys(receivers)
    found: list[str] = []
    for group in groups:
        members = {one.receiver for one in group.deliveries}
        if group.rollup is not None and members <= left.keys():
            found.append(f"{group.name} ({len(members)})")
            left = {code: None for code in left if code not in members}
    return [*found, *left]


def reached_before(one: DeliveryLine) -> DeliveryState | None:
    """Return how far a delivery got that has left the ordinary way, where that says anything.

    The 06 that confirms a destruction would say «done», which is not what was done.
    """
    if one.state in RANK or one.state is DeliveryState.DESTROYED:
        return None
    if one.reached is DeliveryState.ACCEPTED:
        return None
    refused = one.state is DeliveryState.REFUSED and one.reached is DeliveryState.ARRIVED
    return None if refused else one.reached


def by_attention(deliveries: Iterable[DeliveryLine]) -> Sequence[DeliveryLine]:
    """Return deliveries with those first that are late or stuck."""
    return sorted(deliveries, key=lambda one: not (one.late or one.state in STUCK))
