"""Deadlines of deliveries: by when the next step is due, and what follows when nobody has taken it.

Pure. The store asks `Deadlines` whenever it enters or moves a delivery, so every move, whoever
makes it, carries the right deadline; the watch (`axis.exchange.watch`) acts on those that passed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from axis.edxml.codes import DocumentKind, Priority
from axis.evidence.events import Event
from axis.exchange.deliveries.states import RANK, DeliveryEvent, DeliveryState, Position
from axis.worktime.calendar import WorkCalendar, end_of_day
from axis.worktime.reading import shipped_calendar


class DeadlineKind(StrEnum):
    """What is due; also what a delivery is late with."""

    CONSIGNMENT = "consignment"
    """The copy in the inbox: the axis's step."""
    HANDOVER = "handover"
    """The copy taken out of the inbox, or 01: the receiver's system's step."""
    ANSWER = "answer"
    """03 or 02, 15 or 16 to a recall or an update: the receiver's step."""
    CONSENT = "consent"
    """15 or 16 to the sender's question for the document back: the receiver's step."""
    DESTRUCTION = "destruction"
    """06 after 15, the copy destroyed (hủy bản nhận): the receiver's step."""
    DUE = "due"
    """The document's own date (DueDate, thời hạn xử lý): the receiver's 06."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a step may take."""

    time: timedelta
    working: bool
    """Counted in working hours; else on every clock, nights and holidays included."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long the steps of documents of one urgency may take."""

    consignment: Term
    """From acceptance to the inbox."""
    handover: Term
    """From the inbox to the receiver's system."""
    answer: Term
    """From then to the receiver's 03 or 02; from a question to its 15 or 16."""
    destruction: Term
    """From the receiver's 15 to its 06."""

    def of(self, kind: DeadlineKind) -> Term:
        """Return the term of a step; the due date has none."""
        return {
            DeadlineKind.CONSIGNMENT: self.consignment,
            DeadlineKind.HANDOVER: self.handover,
            DeadlineKind.DESTRUCTION: self.destruction,
        }.get(kind, self.answer)


def _terms(*hours: float, working: bool) -> Terms:
    return Terms(*(Term(timedelta(hours=one), working) for one in hours))


USUAL_TERMS: Final[Mapping[Priority, Terms]] = {
    Priority.NORMAL: _terms(8, 8, 16, 16, working=True),
    Priority.URGENT: _terms(2, 2, 4, 4, working=True),
    Priority.VERY_URGENT: _terms(1, 1, 2, 2, working=False),
    Priority.EXPRESS: _terms(0.5, 0.5, 1, 1, working=False),
    Priority.TIMED_EXPRESS: _terms(0.5, 0.5, 1, 1, working=False),
}
"""What an installation that sets nothing goes by. Decree 30/2020/NĐ-CP has documents registered on
the day they come, at the latest on the next working day, and urgent ones at once; Decision
28/2018/QĐ-TTg has urgent ones sent at once. So an ordinary document gets a working day a step and
two to be answered, an urgent one (khẩn) a quarter of that; from thượng khẩn on, somebody is on duty
and no night or holiday is waited for. To destroy a copy takes no longer than to answer."""

MOVES: Final[Mapping[DeadlineKind, DeliveryEvent]] = {
    DeadlineKind.CONSIGNMENT: DeliveryEvent.NOT_DELIVERABLE,
    DeadlineKind.ANSWER: DeliveryEvent.NOT_ANSWERED,
}
"""What a deadline that passes does to the delivery; the others only mark it as late."""

EVENTS: Final[Mapping[DeadlineKind, Event]] = {
    DeadlineKind.CONSIGNMENT: Event.CONTENT_CONSIGNMENT_FAILURE,
    DeadlineKind.HANDOVER: Event.CONTENT_HANDOVER_FAILURE,
    DeadlineKind.ANSWER: Event.ACCEPTANCE_REJECTION_EXPIRY,
    DeadlineKind.CONSENT: Event.ACCEPTANCE_REJECTION_EXPIRY,
    DeadlineKind.DESTRUCTION: Event.DESTRUCTION_CONFIRMATION_EXPIRY,
    DeadlineKind.DUE: Event.DUE_DATE_PASSED,
}
"""What sender and receiver are told when one passes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What deadlines depend on beside where the delivery stands."""

    kind: DocumentKind
    priority: Priority
    due: date | None
    accepted_at: datetime
    superseded: bool = False
    """The receiver has a later version of it, whose due date counts instead."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is waited for with one delivery, and what is late."""

    kind: DeadlineKind | None = None
    """The step that is due next; None when no more is."""
    deadline: datetime | None = None
    """By when; None once that has passed."""
    due: datetime | None = None
    """When the document's own date ends; None where it has none, it has passed or it is done."""
    late: frozenset[DeadlineKind] = field(default_factory=frozenset)
    """Steps that are still owed after their deadline."""

    def passed(self, at: datetime) -> tuple[DeadlineKind, ...]:
        """Return the deadlines that have passed by a moment."""
        found = []
        if self.kind is not None and self.deadline is not None and self.deadline <= at:
            found.append(self.kind)
        if self.due is not None and self.due <= at:
            found.append(DeadlineKind.DUE)
        return tuple(found)


@dataclass(frozen=True)
class Deadlines:
    """An installation's terms and its calendar."""

    calendar: WorkCalendar = field(default_factory=shipped_calendar)
    terms: Mapping[Priority, Terms] = field(default_factory=lambda: USUAL_TERMS)

    def begin(self, facts: Facts, position: Position, at: datetime) -> Waiting:
        """Return what a new delivery waits for."""
        return self.follow(Waiting(), facts, position, at)

    def follow(
        self,
        waiting: Waiting,
        facts: Facts,
        position: Position,
        at: datetime,
        missed: Collection[DeadlineKind] = (),
    ) -> Waiting:
        """Return what a delivery waits for that has come to a position, or has missed deadlines.

        A deadline that runs is not moved by progress that falls short of it. The time for the
        answer starts with the handover, or where that was missed, with its deadline.
        """
        late = waiting.late.union(missed)
        step = _STEPS.get(position.state)
        started = at
        if step is DeadlineKind.HANDOVER:
            if step in missed:
                step, started = DeadlineKind.ANSWER, waiting.deadline or at
            elif waiting.kind is DeadlineKind.ANSWER:
                step = DeadlineKind.ANSWER
        if step is None or (step is DeadlineKind.ANSWER and step in late):
            kind, deadline = None, None
        elif step is waiting.kind:
            kind, deadline = step, None if step in missed else waiting.deadline
        else:
            kind, deadline = step, self.end_of(facts.priority, step, started)
        due = _due(facts, position)
        return Waiting(
            kind=kind,
            deadline=deadline,
            due=None if DeadlineKind.DUE in late else due,
            late=frozenset(one for one in late if _owed(one, position, due)),
        )

    def end_of(self, priority: Priority, kind: DeadlineKind, started: datetime) -> datetime:
        """Return when a step ends that starts at a moment: a full minute, as people count."""
        term = self.terms[priority].of(kind)
        end = self.calendar.after(started, term.time) if term.working else started + term.time
        return -(-(end - _EPOCH) // _MINUTE) * _MINUTE + _EPOCH


_MINUTE: Final = timedelta(minutes=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_S = DeliveryState

_STEPS: Final = {
    _S.ACCEPTED: DeadlineKind.CONSIGNMENT,
    _S.DISPATCHED: DeadlineKind.CONSIGNMENT,
    _S.CONSIGNED: DeadlineKind.HANDOVER,
    _S.TAKEN: DeadlineKind.ANSWER,
    _S.ARRIVED: DeadlineKind.ANSWER,
    _S.TAKE_BACK_ASKED: DeadlineKind.CONSENT,
    _S.AGREED: DeadlineKind.DESTRUCTION,
}
"""What has to happen next, by a deadline, in each state; `next_step` says why in others nothing."""

_OWED_IN: Final = {
    DeadlineKind.CONSIGNMENT: {_S.ACCEPTED, _S.DISPATCHED, _S.UNDELIVERABLE},
    DeadlineKind.HANDOVER: {_S.CONSIGNED, _S.EXPIRED, _S.TAKE_BACK_ASKED},
    DeadlineKind.ANSWER: {_S.CONSIGNED, _S.TAKEN, _S.ARRIVED, _S.EXPIRED},
    DeadlineKind.CONSENT: {_S.TAKE_BACK_ASKED},
    DeadlineKind.DESTRUCTION: {_S.AGREED},
}
"""Where a step is still owed once it is late; a handover only until the copy has been taken."""

_NO_MORE_DUE: Final = {
    _S.DONE,
    _S.REFUSED,
    _S.AGREED,
    _S.WITHDRAWN,
    _S.DESTROYED,
    _S.UNDELIVERABLE,
}
"""Nobody is asked to keep the due date of what is done, is given back, or never came."""


def step_in(state: DeliveryState) -> DeadlineKind | None:
    """Return the step that has a deadline in a state, or None; due dates come beside it."""
    return _STEPS.get(state)


def _due(facts: Facts, position: Position) -> datetime | None:
    """Return when the document's own date ends, where it is asked for.

    A date that had passed when the document was accepted is its sender's slip: no receiver can
    be late with it.
    """
    if facts.due is None or facts.superseded or position.state in _NO_MORE_DUE:
        return None
    if facts.kind is DocumentKind.RECALL:
        return None
    if facts.kind is DocumentKind.UPDATE and position.state is _S.DECLINED:
        return None
    end = end_of_day(facts.due)
    return end if end > facts.accepted_at else None


def _owed(kind: DeadlineKind, position: Position, due: datetime | None) -> bool:
    """Tell whether a step that is late is still to be taken."""
    if kind is DeadlineKind.DUE:
        return due is not None
    if kind is DeadlineKind.HANDOVER and RANK[position.reached] > RANK[_S.CONSIGNED]:
        return False
    return position.state in _OWED_IN[kind]
