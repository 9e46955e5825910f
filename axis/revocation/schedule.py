"""When to ask again: well before information lapses, and with patience while nobody answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from axis.revocation.questions import QuestionKey

JITTER: Final = 0.25
"""Part of every wait that is left to chance, so that many questions don't come due at once."""

LONGEST_RETRY: Final = timedelta(minutes=5)
"""Documents may be waiting: a responder that is back is noticed within this."""

MAX_DOUBLINGS: Final = 16
"""More would only make large numbers; the longest wait is reached long before."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is asked."""

    every: timedelta
    """The longest wait for news while all is well: how late a revocation may come to be known."""
    retry: timedelta
    """The shortest wait, and the first one after a failure; it doubles from then on."""


@dataclass(slots=True)
class _Turn:
    due: datetime
    failures: int = 0


class Schedule:
    """Remembers when each question is due, and which hosts are down."""

    def __init__(self, pace: Pace, random: Random) -> None:
        self._pace = pace
        self._random = random
        self._turns: dict[QuestionKey, _Turn] = {}
        self._down: dict[str, _Turn] = {}

    def add(self, key: QuestionKey, due: datetime, *, at_once: bool) -> None:
        """Remember a question. One that is known keeps its turn, unless it is to be asked `at_once`
        and does not fail anyway.
        """
        turn = self._turns.setdefault(key, _Turn(due))
        if at_once and not turn.failures:
            turn.due = due

    def keep(self, keys: set[QuestionKey]) -> None:
        """Forget the questions that are not among these."""
        for key in self._turns.keys() - keys:
            del self._turns[key]

    def due(self, key: QuestionKey, now: datetime) -> bool:
        """Return whether it is time to ask."""
        return self._turns[key].due <= now

    def failures(self, key: QuestionKey) -> int:
        """Return how often in a row a question failed."""
        return self._turns[key].failures

    def waits_for(self, host: str, now: datetime) -> bool:
        """Return whether a host was down and is given time."""
        turn = self._down.get(host)
        return turn is not None and now < turn.due

    def succeeded(self, key: QuestionKey, host: str, now: datetime, until: datetime) -> None:
        """Ask again before the information lapses at `until`: halfway, or sooner as the pace is."""
        self._down.pop(host, None)
        wait = max(min(self._pace.every, (until - now) / 2), self._pace.retry)
        self._turns[key] = _Turn(now + self._somewhat_less(wait))

    def failed(self, key: QuestionKey, now: datetime) -> None:
        """Ask again after a while that grows from failure to failure."""
        self._put_off(self._turns[key], now)

    def host_down(self, host: str, now: datetime) -> None:
        """Ask nothing of a host for a while, which grows likewise."""
        self._put_off(self._down.setdefault(host, _Turn(now)), now)

    def spread(self, now: datetime, until: datetime) -> datetime:
        """Return when to ask for what is at hand and fresh: not all at once after a restart."""
        most = max(min(self._pace.every, (until - now) / 2), timedelta(0))
        return now + most * self._random.random()

    def _put_off(self, turn: _Turn, now: datetime) -> None:
        doubled = self._pace.retry * 2 ** min(turn.failures, MAX_DOUBLINGS)
        turn.failures += 1
        turn.due = now + self._somewhat_less(min(doubled, LONGEST_RETRY))

    def _somewhat_less(self, wait: timedelta) -> timedelta:
        return wait * (1 - JITTER * self._random.random())
