"""Long walks at a pace: everybody else on the event loop gets a turn on the way.

What is said of a broadcast concerns thousands of receivers: tenths of a second in one go, for which
an urgent document and the broker's heartbeats would wait. Who walks pauses by `yield`; whoever lets
it walk decides what happens meanwhile. What is worked on belongs to one batch alone: nobody sees it
half done.
"""

from collections.abc import Generator
from typing import Final, TypeVar

STRETCH: Final = 250
"""Receivers that are dealt with in one go: some milliseconds."""

Result = TypeVar("Result")

Walk = Generator[None, None, Result]
"""Work with pauses; its result is what the generator returns."""


class Pace:
    """Says when a pause is due; small work has none."""

    def __init__(self) -> None:
        self._done = 0

    def due(self, receivers: int = 1) -> bool:
        """Count receivers that have been dealt with; tell whether a pause is due."""
        self._done += receivers
        if self._done < STRETCH:
            return False
        self._done = 0
        return True


def pause_after(receivers: int) -> Walk[None]:
    """Pause after so many receivers, if that are many."""
    if receivers >= STRETCH:
        yield


def in_one_go(walk: Walk[Result]) -> Result:
    """Let it walk to its end without a pause; return its result."""
    while True:
        try:
            next(walk)
        except StopIteration as end:
            result: Result = end.value
            return result
