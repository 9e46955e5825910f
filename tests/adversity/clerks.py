"""What people do with documents under load: they report, refuse, answer, take back and recall.

Each choice keeps to what the axis must accept whatever comes first: who has refused a document does
not answer a question about it, and a document meets one fate only.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random

from axis.edxml.codes import StatusCode
from tests.adversity.contents import Content

S = StatusCode

REPORTS: dict[tuple[StatusCode, ...], int] = {
    (): 70,
    (S.ARRIVED,): 6,
    (S.ARRIVED, S.ACCEPTED): 9,
    (S.ACCEPTED, S.ARRIVED): 3,
    (S.ARRIVED, S.ACCEPTED, S.ASSIGNED, S.IN_PROGRESS, S.DONE): 3,
    (S.ACCEPTED, S.DONE, S.IN_PROGRESS): 3,
    (S.REFUSED,): 4,
    (S.ARRIVED, S.REFUSED): 2,
}
"""What a receiver reports on a document, one after the other, and how often (percent)."""

GIVING_BACK: dict[tuple[StatusCode, ...], int] = {
    (S.AGREED,): 45,
    (S.AGREED, S.DONE): 25,
    (S.DISAGREED,): 20,
    (): 10,
}
"""What a receiver answers to a recall or a take-back; 06 after 15 says that it was destroyed."""

TAKING_IN: dict[tuple[StatusCode, ...], int] = {(S.AGREED,): 60, (S.DISAGREED,): 20, (): 20}
"""What a receiver answers to an update."""

HASTY_RECALLS = 0.02
"""How many documents are recalled before anybody knows that they were accepted."""

WRITTEN_ANSWERS = 0.06
"""How many of the copies are answered with a document."""


class Fate(Enum):
    """What the sender does about an accepted document."""

    NONE = auto()
    RECALL = auto()
    UPDATE = auto()
    REPLACE = auto()
    TAKE_BACK = auto()


FATES = {Fate.NONE: 76, Fate.RECALL: 7, Fate.UPDATE: 6, Fate.REPLACE: 5, Fate.TAKE_BACK: 6}
"""How often, in percent."""


@dataclass
class Clerks:
    """The clerks of all agencies; they remember what they said."""

    random: Random
    _refused: set[tuple[str, str]] = field(default_factory=set)
    _answered: set[tuple[str, str]] = field(default_factory=set)

    def fate(self) -> Fate:
        """Choose what becomes of a document."""
        return self.random.choices(list(FATES), list(FATES.values()))[0]

    def hastens(self) -> bool:
        """Choose whether a document is recalled at once."""
        return self.random.random() < HASTY_RECALLS

    def reports(self, document: Content, receiver: str) -> tuple[StatusCode, ...]:
        """Choose what a receiver reports on a document."""
        story = self._story(REPORTS)
        key = (document.sha256, receiver)
        if S.REFUSED in story:
            if key in self._answered:
                return ()
            self._refused.add(key)
        return story

    def giving_back(self, document: Content, receiver: str) -> tuple[StatusCode, ...]:
        """Choose what a receiver answers when a document is asked back."""
        key = (document.sha256, receiver)
        if key in self._refused:
            return ()
        self._answered.add(key)
        return self._story(GIVING_BACK)

    def taking_in(self) -> tuple[StatusCode, ...]:
        """Choose what a receiver answers to an update."""
        return self._story(TAKING_IN)

    def writes(self) -> bool:
        """Choose whether a receiver answers with a document."""
        return self.random.random() < WRITTEN_ANSWERS

    def _story(self, stories: dict[tuple[StatusCode, ...], int]) -> tuple[StatusCode, ...]:
        return self.random.choices(list(stories), list(stories.values()))[0]
