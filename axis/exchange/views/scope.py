"""Who looks: whose documents a viewer may see, and from which side."""

from dataclasses import dataclass
from enum import StrEnum

from axis.exchange.deliveries.next_step import RECEIVING, Owner


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
