"""Row identifiers: UUIDv7 (RFC 9562), so that ids sort by the time they were made.

Made here because libraries take the time from the machine's own clock, or keep no order at a time
that is given to them.
"""

import itertools
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from axis.clock import Clock, system_clock

_FORM = 0x7 << 76 | 0b10 << 62
"""Version and variant."""

_LOW = 2**62 - 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class IdMaker:
    """Makes identifiers by a clock; of two with the same time the later one sorts higher.

    Below the time stand 42 bits of a counter, which begins anywhere in their lower half, and 32
    bits of chance, so that no two processes meet (RFC 9562, section 6.2).
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.begin_anew()

    def begin_anew(self) -> None:
        """Begin to count somewhere else: a forked process must not go on where its parent does."""
        self._counter = itertools.count(int.from_bytes(os.urandom(6)) >> 7)

    def __call__(self) -> UUID:
        """Return a fresh identifier."""
        rest = next(self._counter) << 32 | int.from_bytes(os.urandom(4))
        time = _milliseconds(self.clock())
        return UUID(int=time << 80 | (rest >> 62) << 64 | rest & _LOW | _FORM)


_maker = IdMaker(system_clock)
os.register_at_fork(after_in_child=_maker.begin_anew)


def new_id() -> UUID:
    """Return a fresh time-ordered identifier."""
    return _maker()


def make_ids_by(clock: Clock) -> None:
    """Let the identifiers of this process follow a clock: routers share one."""
    _maker.clock = clock


def first_id(moment: datetime) -> UUID:
    """Return the least identifier that can be made at a moment, to look for what came since."""
    return UUID(int=_milliseconds(moment) << 80)


def _milliseconds(moment: datetime) -> int:
    return max((moment - _EPOCH) // _MILLISECOND, 0)  # whole numbers: a float rounds some down
