"""How long, how much and how often: what waits for a check that cannot be made now.

A document is held when nothing is known to be wrong with it and something that its check needs is
away: revocation information, the malware scanner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from axis.exchange.ports import HeldLoad

MAX_HELD: Final = 20_000
"""Submissions that wait at a time: some hours of a country's documents with the scanner away."""

MAX_HELD_BYTES: Final = 8 * 1024**3
"""Bytes of them: as much as an intake queue of the broker may hold."""

LONGEST_WAIT: Final = timedelta(hours=72)
"""A weekend and a day: a certification authority that is away on Friday is back on Monday."""

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=5)
"""Pauses between tries double up to this: what was away is noticed within minutes of its return,
and a full house costs some tens of checks a second."""


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """What bounds the waiting. Routers that fill it at once may pass it by a batch each."""

    count: int = MAX_HELD
    size: int = MAX_HELD_BYTES
    longest: timedelta = LONGEST_WAIT

    def room_beside(self, load: HeldLoad, size: int) -> bool:
        """Tell whether one more submission of this size may wait."""
        return load.count < self.count and load.size + size <= self.size

    def next_try(self, at: datetime, attempts: int) -> datetime:
        """Return when to try again after so many further attempts."""
        return at + min(FIRST_PAUSE * (1 << min(attempts, 16)), LONGEST_PAUSE)
