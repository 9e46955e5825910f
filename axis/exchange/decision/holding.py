"""How long, how much and how often: what waits for a check that cannot be made now.

A document is held when nothing is known to be wrong with it and something that its check needs is
away: revocation information, the malware scanner. So is what speaks about a document that is not
there yet (early): a status, a recall, an update, a replacement. That has bounds of its own, so that
talk about unknown documents never takes the room which documents need.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from axis.exchange.stored import HeldLoad, Load

MAX_HELD: Final = 20_000
"""Submissions that wait at a time: some hours of a country's documents with the scanner away."""

MAX_HELD_BYTES: Final = 8 * 1024**3
"""Bytes of them: as much as an intake queue of the broker may hold."""

LONGEST_WAIT: Final = timedelta(hours=72)
"""A weekend and a day: a certification authority that is away on Friday is back on Monday."""

LONGEST_EARLY: Final = timedelta(minutes=15)
"""For a document that nobody has seen: longer than any backlog of the intake or the restart of a
router takes. For one that itself waits for a check it is waited as long as for that."""

MAX_EARLY: Final = Load(2_000, 2 * 1024**3)
"""What waits for documents in all: a tenth of what may wait for checks, and room for the largest
updates."""

MAX_EARLY_OF_ONE: Final = Load(100, 200 * 1024**2)
"""What one endpoint may have waiting so: ten that talk of nothing leave the others half the room.
"""

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
    early: timedelta = LONGEST_EARLY
    early_in_all: Load = MAX_EARLY
    early_of_one: Load = MAX_EARLY_OF_ONE

    def room_beside(self, load: HeldLoad, size: int, early_at: str | None = None) -> bool:
        """Tell whether one more submission of this size may wait, for a check or, where the
        endpoint that submitted it is given, for a document.
        """
        if early_at is None:
            return _fits(load.checks, size, Load(self.count, self.size))
        of_one = load.early.get(early_at, Load())
        return _fits(of_one, size, self.early_of_one) and _fits(
            load.all_early, size, self.early_in_all
        )

    def end(self, since: datetime, awaited: Collection[datetime] | None) -> datetime:
        """Return when a wait that began then is over.

        `awaited`: for what waits for documents, until when each of those waits for its own check,
        as far as it does; None for what waits for its own check.
        """
        if awaited is None:
            return since + self.longest
        return max([since + self.early, *awaited])

    def next_try(self, at: datetime, attempts: int) -> datetime:
        """Return when to try again after so many further attempts."""
        return at + min(FIRST_PAUSE * (1 << min(attempts, 16)), LONGEST_PAUSE)


def _fits(load: Load, size: int, limit: Load) -> bool:
    return load.count < limit.count and load.size + size <= limit.size
