"""Slows down guessing of passwords, in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_FAILURES = 5
"""Wrong attempts for one name from one address before a pause; a clerk with a wrong keyboard
layout notices earlier."""

WINDOW = timedelta(minutes=5)
"""From the first wrong attempt until the count starts anew: at most 1,440 guesses a day."""

MAX_REMEMBERED = 10_000
"""Pairs of name and address; the oldest are forgotten. Each took one password check to make."""


@dataclass(slots=True)
class _Attempts:
    since: datetime
    count: int = 0


class Throttle:
    """Counts attempts to sign in by name and address."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[tuple[str, str], _Attempts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._attempts)

    def attempt(self, name: str, address: str, at: datetime) -> timedelta | None:
        """Count an attempt before it is made; return how long to wait when it may not be."""
        key = (name, address)
        attempts = self._attempts.get(key)
        if attempts is None or at - attempts.since >= WINDOW:
            self._attempts.pop(key, None)
            attempts = self._attempts[key] = _Attempts(at)
            if len(self._attempts) > MAX_REMEMBERED:
                self._attempts.popitem(last=False)
        if attempts.count >= MAX_FAILURES:
            return attempts.since + WINDOW - at
        attempts.count += 1
        return None

    def succeeded(self, name: str, address: str) -> None:
        """Forget the wrong attempts of somebody who knew the password after all."""
        self._attempts.pop((name, address), None)
