"""What is told of clocks, noted."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass
class Noted:
    """Implements ClockObserver."""

    ahead: list[timedelta] = field(default_factory=list)
    steps: list[timedelta] = field(default_factory=list)

    def measured(self, ahead: timedelta) -> None:
        self.ahead.append(ahead)

    def was_set(self, by: timedelta) -> None:
        self.steps.append(by)
