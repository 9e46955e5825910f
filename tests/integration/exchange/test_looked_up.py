"""What is looked up for a batch is all that deciding it needs.

Stories of messages that cross are decided twice: by a decider that knows everything, and on
PostgreSQL, where each batch knows what was looked up for it. Both have to end alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Decision, Ending
from axis.registry.agency import Agency, Level
from axis.registry.groups import Group
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    REPORTED_AT,
    case,
    decided,
    decider,
    directory,
    document,
    recall,
    replacement,
    reported,
    submission,
    update,
)
from tests.support.stocked import Exchange, enrolment

STORIES = 12
CLOSING = (
    Agency("H37.07", "Sở", Level.PROVINCE, "H37", valid_to=NOW.date(), successor="G09"),
    Agency("H37.08", "Sở", Level.PROVINCE, "H37", valid_to=NOW.date(), successor="G22"),
)
"""They close with the day of `NOW`: a receiver, and a sender."""
TOMORROW = NOW + timedelta(days=1)
MEMBERS = {
    NOW: (("G09", "H37", "H37.02"), ("H37.02", "H37.101")),
    TOMORROW: (("H37",), ("G09", "H37.101")),
}
"""Of two groups, on the first day of a story and on the second."""
REPORTERS = {"G09": "g09", "H37": "lgsp-h37", "H37.02": "lgsp-h37", "H37.101": "lgsp-h37"}
GROUPS = ("NHOM.A", "NHOM.B")
CODES = (*REPORTERS, *GROUPS, "000.00.00.G09", "H37.07")
REPORTS = [code for code in StatusCode if not code.from_sender]


@dataclass
class Story:
    """Messages about a few documents, chosen by chance from a number."""

    number: int
    sent: list[Document] = field(default_factory=list)
    hours: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.number)
        self.names = [f"{self.number}/{name}" for name in "ABCD"]

    def some(self, codes: Sequence[str] = CODES, most: int = 3) -> list[str]:
        return self.chance.sample(codes, self.chance.randint(1, min(most, len(codes))))

    def maybe(self, codes: Sequence[str]) -> list[str]:
        return self.some(codes, 2) if self.chance.random() < 0.4 else []

    def next(self) -> Case:
        self.hours += 1
        if not self.sent or self.chance.random() < 0.12:
            return self._submitted(document("G22", self.some(), document_id=self._name()))
        about = self.chance.choice(self.sent)
        build = self.chance.choice([self._recall, self._update, self._replace])
        if self.chance.random() < 0.5:
            return self._submitted(build(about))
        when: dict[str, Any] = {"description": "Lý do", "at": REPORTED_AT}
        when["at"] += timedelta(hours=self.chance.choice([self.hours, self.hours - 5]))
        if self.chance.random() < 0.2:
            back, to = StatusCode.TAKE_BACK, self.chance.choice(about.receivers)
            return reported("G22", back, about, "g22", to=to, **when)
        who, code = self.chance.choice(list(REPORTERS)), self.chance.choice(REPORTS)
        return reported(who, code, about, REPORTERS[who], **when)

    def _name(self) -> str:
        return self.chance.choice(self.names)

    def _recall(self, about: Document) -> Document:
        own = self.chance.choice(["", self._name()])
        return recall(about, self.some(about.receivers), own)

    def _update(self, about: Document) -> Document:
        own = self.chance.choice(["", self._name()])
        lists = {"adds": self.maybe(CODES), "drops": self.maybe(about.receivers)}
        return update(about, self.some(about.receivers), document_id=own, **lists)

    def _replace(self, about: Document) -> Document:
        own = self.chance.choice([about.document_id, self._name()])
        items = [(one, self.maybe(one.receivers)) for one in (about, self.chance.choice(self.sent))]
        return replacement(self.some(), *items, document_id=own)

    def _submitted(self, message: Document) -> Case:
        sender = self.chance.choice(["G22", "G22", "G22", "H37.08"])
        message = replace(message, from_=replace(message.from_, organ_id=sender))
        return case(message, submission("g22" if sender == "G22" else "lgsp-h37"))


async def test_stories_end_alike_whether_everything_is_known_or_what_was_looked_up(
    exchange: Exchange, stocked: Pool
) -> None:
    administration = PostgresAdministration(stocked, lambda: NOW)
    await administration.put_agencies(CLOSING, "test")
    await administration.enrol([enrolment(one.code) for one in CLOSING], "test")
    endings = set[tuple[str, Ending]]()
    for number in range(STORIES):
        story, rows = Story(number), dict[UUID, UUID]()
        known = Known(directory())
        for at, members in MEMBERS.items():
            groups = [
                Group(code, code, members=own) for code, own in zip(GROUPS, members, strict=True)
            ]
            await administration.put_groups(groups, "test")
            known.directory = directory(*CLOSING, groups=groups)
            exchange.clock = lambda moment=at: moment  # type: ignore[misc]
            for _ in range(6):
                batch = [story.next() for _ in range(story.chance.choice([1, 1, 2, 3]))]
                alone = [Case(one.submission, one.examination) for one in batch]
                pure = decided(decider(known, at), alone)
                real = await exchange.handle(*batch)
                assert told(pure) == told(real)
                endings |= {(one.kind, one.ending) for one in pure}
                for one, other, sent in zip(pure, real, batch, strict=True):
                    if one.ending is Ending.ACCEPTED and isinstance(sent.message, Document):
                        assert one.document is not None
                        assert other.document is not None
                        rows[other.document] = one.document
                        story.sent.append(sent.message)
                assert await stored(stocked, rows) == remembered(known, rows)
    kinds = ("new", "recall", "update", "replace", "status")
    assert {(kind, Ending.ACCEPTED) for kind in kinds} <= endings  # the stories tell something


def told(decisions: Sequence[Decision]) -> list[tuple[Ending, tuple[str, ...]]]:
    return [(one.ending, one.reasons) for one in decisions]


async def stored(pool: Pool, rows: dict[UUID, UUID]) -> dict[tuple[UUID, str], tuple[str, ...]]:
    found = await pool.fetch(
        "SELECT document, receiver, state, reached, endpoint, named FROM delivery"
        " WHERE document = ANY ($1::uuid[])",
        list(rows),
    )
    return {
        (rows[one["document"]], one["receiver"]): (
            one["state"],
            one["reached"],
            one["endpoint"],
            *one["named"],
        )
        for one in found
    }


def remembered(known: Known, rows: dict[UUID, UUID]) -> dict[tuple[UUID, str], tuple[str, ...]]:
    return {
        key: (one.state.value, one.reached.value, one.endpoint, *one.named)
        for key, one in known.deliveries.items()
        if key[0] in rows.values()
    }
