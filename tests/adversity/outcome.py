"""What a reconciliation found: figures, and everything that is not as it has to be."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """`lost`, `doubled` and `wrong` have to be empty."""

    counts: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    @property
    def faults(self) -> str:
        """The first of each kind, for the message of a failed test."""
        found = {"lost": self.lost, "doubled": self.doubled, "wrong": self.wrong}
        return "\n".join(f"{name}: {line}" for name, all_ in found.items() for line in all_[:20])

    def exactly_one(self, what: str, found: int) -> None:
        """Note a fault unless there is exactly one."""
        if found == 0:
            self.lost.append(what)
        elif found > 1:
            self.doubled.append(f"{what}: {found}")

    def equal(self, what: str, found: object, wanted: object) -> None:
        """Note a fault unless both are equal."""
        if found != wanted:
            self.wrong.append(f"{what}: {found!r:.200} instead of {wanted!r:.200}")

    def among(self, what: str, found: object, allowed: frozenset[str]) -> None:
        """Note a fault unless it is one of those that are allowed."""
        if found not in allowed:
            self.wrong.append(f"{what}: {found!r} is none of {sorted(allowed)}")
