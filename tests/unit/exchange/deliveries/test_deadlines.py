"""By when the next step is due, whatever happens to a delivery in whatever order."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.clock import VIETNAM
from axis.edxml.codes import DocumentKind, Priority
from axis.exchange.deliveries.deadlines import (
    EVENTS,
    MOVES,
    USUAL_TERMS,
    DeadlineKind,
    Deadlines,
    Facts,
    Waiting,
    step_in,
)
from axis.exchange.deliveries.next_step import Owner, next_step
from axis.exchange.deliveries.states import TABLE, DeliveryEvent, DeliveryState, Position, move

DEADLINES = Deadlines()
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=VIETNAM).astimezone(UTC)
FRIDAY_NIGHT = datetime(2026, 3, 6, 22, 0, tzinfo=VIETNAM).astimezone(UTC)
HOUR = timedelta(hours=1)


def facts(
    priority: Priority = Priority.NORMAL,
    due: date | None = None,
    kind: DocumentKind = DocumentKind.NEW,
    at: datetime = MONDAY,
) -> Facts:
    return Facts(kind=kind, priority=priority, due=due, accepted_at=at)


class Delivery:
    """A delivery that lives through events, with a watch that never sleeps."""

    def __init__(self, about: Facts) -> None:
        self.about = about
        self.position = Position()
        self.waiting = DEADLINES.begin(about, self.position, about.accepted_at)
        self.fired: list[tuple[DeadlineKind, datetime]] = []

    def happen(self, event: DeliveryEvent, at: datetime) -> None:
        moved = move(self.position, event)
        if moved != self.position:
            self.position = moved
            self.waiting = DEADLINES.follow(self.waiting, self.about, moved, at)

    def watch(self, at: datetime) -> tuple[DeadlineKind, ...]:
        """One round of the watch; what fired in it."""
        passed = self.waiting.passed(at)
        for kind in passed:
            self.fired.append((kind, at))
            if kind in MOVES:
                self.position = move(self.position, MOVES[kind])
        if passed:
            self.waiting = DEADLINES.follow(self.waiting, self.about, self.position, at, passed)
        return passed


def local(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(VIETNAM):%a %d/%m %H:%M}"


# -- the ordinary way -----------------------------------------------------------------------------


def test_ordinary_document_has_a_deadline_for_each_step() -> None:
    one = Delivery(facts())
    assert (one.waiting.kind, local(one.waiting.deadline)) == ("consignment", "Tue 03/03 08:00")
    one.happen(DeliveryEvent.CONFIRMED, MONDAY + HOUR)
    assert (one.waiting.kind, local(one.waiting.deadline)) == ("handover", "Tue 03/03 09:00")
    one.happen(DeliveryEvent.INBOX_EMPTIED, MONDAY + 2 * HOUR)
    assert (one.waiting.kind, local(one.waiting.deadline)) == ("answer", "Wed 04/03 10:00")
    one.happen(DeliveryEvent.REPORTED_ARRIVED, MONDAY + 8 * HOUR)
    assert local(one.waiting.deadline) == "Wed 04/03 10:00"  # 01 buys nobody time
    one.happen(DeliveryEvent.REPORTED_RECEIVED, MONDAY + 9 * HOUR)
    assert one.waiting == Waiting()


@pytest.mark.parametrize(
    ("priority", "end"),
    [
        (Priority.NORMAL, "Mon 09/03 17:00"),
        (Priority.URGENT, "Mon 09/03 09:30"),
        (Priority.VERY_URGENT, "Fri 06/03 23:00"),
        (Priority.EXPRESS, "Fri 06/03 22:30"),
        (Priority.TIMED_EXPRESS, "Fri 06/03 22:30"),
    ],
)
def test_document_that_is_urgent_enough_does_not_wait_for_monday(
    priority: Priority, end: str
) -> None:
    waiting = Delivery(facts(priority, at=FRIDAY_NIGHT)).waiting
    assert local(waiting.deadline) == end


def test_deadlines_stand_on_full_minutes() -> None:
    """The copies of a broadcast that are confirmed within seconds fall due together."""
    moments = [MONDAY + timedelta(seconds=second, microseconds=7) for second in range(59)]
    ends = {DEADLINES.end_of(Priority.NORMAL, DeadlineKind.HANDOVER, one) for one in moments}
    assert ends == {MONDAY + timedelta(days=1, minutes=1)}


# -- missed ---------------------------------------------------------------------------------------


def test_receiver_that_never_takes_is_late_then_expired_and_a_late_answer_settles_it() -> None:
    one = Delivery(facts(at=MONDAY))
    one.happen(DeliveryEvent.CONFIRMED, MONDAY)
    assert one.watch(MONDAY + timedelta(days=1)) == (DeadlineKind.HANDOVER,)
    assert one.position.state is DeliveryState.CONSIGNED
    assert one.waiting.late == {DeadlineKind.HANDOVER}
    assert (one.waiting.kind, local(one.waiting.deadline)) == ("answer", "Thu 05/03 08:00")
    assert one.watch(MONDAY + timedelta(days=3)) == (DeadlineKind.ANSWER,)
    assert one.position.state is DeliveryState.EXPIRED
    assert one.waiting.late == {DeadlineKind.HANDOVER, DeadlineKind.ANSWER}
    one.happen(DeliveryEvent.REPORTED_ARRIVED, MONDAY + timedelta(days=4))
    assert one.waiting.late == {DeadlineKind.ANSWER}
    assert one.watch(MONDAY + timedelta(days=400)) == ()  # it is said once
    one.happen(DeliveryEvent.REPORTED_RECEIVED, MONDAY + timedelta(days=401))
    assert (one.position.state, one.waiting) == (DeliveryState.RECEIVED, Waiting())


def test_copy_taken_after_its_deadline_does_not_get_more_time_for_the_answer() -> None:
    one = Delivery(facts())
    one.happen(DeliveryEvent.CONFIRMED, MONDAY)
    one.watch(MONDAY + timedelta(days=1))
    before = one.waiting.deadline
    one.happen(DeliveryEvent.INBOX_EMPTIED, MONDAY + timedelta(days=2))
    assert (one.waiting.deadline, one.waiting.late) == (before, frozenset())


def test_copy_without_an_inbox_in_time_is_undeliverable_until_it_gets_there() -> None:
    one = Delivery(facts(Priority.EXPRESS, due=date(2026, 3, 3)))
    assert one.watch(MONDAY + HOUR) == (DeadlineKind.CONSIGNMENT,)
    assert one.position.state is DeliveryState.UNDELIVERABLE
    assert one.waiting == Waiting(late=frozenset({DeadlineKind.CONSIGNMENT}))
    one.happen(DeliveryEvent.CONFIRMED, MONDAY + 2 * HOUR)
    assert one.waiting.late == frozenset()
    assert one.waiting.kind is DeadlineKind.HANDOVER
    assert one.waiting.due is not None


def test_question_that_is_not_answered_stays_open_and_can_be_asked_again() -> None:
    one = Delivery(facts())
    one.happen(DeliveryEvent.CONFIRMED, MONDAY)
    one.happen(DeliveryEvent.REPORTED_RECEIVED, MONDAY)
    one.happen(DeliveryEvent.BACK_ASKED, MONDAY)
    assert (one.waiting.kind, local(one.waiting.deadline)) == ("consent", "Wed 04/03 08:00")
    assert one.watch(MONDAY + timedelta(days=2)) == (DeadlineKind.CONSENT,)
    assert one.position.state is DeliveryState.TAKE_BACK_ASKED
    assert one.waiting == Waiting(DeadlineKind.CONSENT, late=frozenset({DeadlineKind.CONSENT}))
    one.happen(DeliveryEvent.KEPT, MONDAY + timedelta(days=3))
    assert one.waiting == Waiting()
    one.happen(DeliveryEvent.BACK_ASKED, MONDAY + timedelta(days=4))
    assert one.waiting.deadline is not None
    assert one.watch(MONDAY + timedelta(days=9)) == (DeadlineKind.CONSENT,)


def test_destruction_that_nobody_confirms_is_late_and_a_late_confirmation_settles_it() -> None:
    one = Delivery(facts())
    for event in (DeliveryEvent.CONFIRMED, DeliveryEvent.REPORTED_RECEIVED):
        one.happen(event, MONDAY)
    one.happen(DeliveryEvent.BACK_ASKED, MONDAY)
    one.happen(DeliveryEvent.GIVEN_BACK, MONDAY + HOUR)
    assert (one.waiting.kind, local(one.waiting.deadline)) == ("destruction", "Wed 04/03 09:00")
    assert one.watch(MONDAY + timedelta(days=2, hours=1)) == (DeadlineKind.DESTRUCTION,)
    assert one.position.state is DeliveryState.AGREED
    assert one.waiting.late == {DeadlineKind.DESTRUCTION}
    assert one.watch(MONDAY + timedelta(days=400)) == ()  # it is said once
    one.happen(DeliveryEvent.REPORTED_DONE, MONDAY + timedelta(days=401))
    assert (one.position.state, one.waiting) == (DeliveryState.DESTROYED, Waiting())


def test_copy_given_back_unread_leaves_no_destruction_to_wait_for() -> None:
    one = Delivery(facts())
    for event in (DeliveryEvent.CONFIRMED, DeliveryEvent.BACK_ASKED, DeliveryEvent.GIVEN_BACK):
        one.happen(event, MONDAY)
    assert (one.position.state, one.waiting) == (DeliveryState.WITHDRAWN, Waiting())


def test_copy_for_another_endpoint_gets_its_time_anew() -> None:
    one = Delivery(facts())
    one.happen(DeliveryEvent.CONFIRMED, MONDAY)
    one.watch(MONDAY + timedelta(days=1))
    one.happen(DeliveryEvent.REROUTED, MONDAY + timedelta(days=1))
    assert one.waiting.kind is DeadlineKind.CONSIGNMENT
    assert one.waiting.late == frozenset()


# -- the document's own date ----------------------------------------------------------------------


def test_due_date_ends_with_its_day_in_vietnam_and_is_asked_until_the_work_is_done() -> None:
    one = Delivery(facts(due=date(2026, 3, 10)))
    assert local(one.waiting.due) == "Tue 10/03 23:59"
    for event in (DeliveryEvent.CONFIRMED, DeliveryEvent.REPORTED_IN_PROGRESS):
        one.happen(event, MONDAY)
    assert one.waiting.kind is None
    assert one.watch(datetime(2026, 3, 10, 17, 0, tzinfo=UTC)) == (DeadlineKind.DUE,)
    assert one.position.state is DeliveryState.IN_PROGRESS
    assert one.waiting == Waiting(late=frozenset({DeadlineKind.DUE}))
    one.happen(DeliveryEvent.REPORTED_DONE, MONDAY + timedelta(days=20))
    assert one.waiting == Waiting()


@pytest.mark.parametrize(
    "about",
    [
        facts(due=date(2026, 3, 1)),  # it had passed when the document came
        facts(due=date(2026, 3, 9), kind=DocumentKind.RECALL),
        Facts(DocumentKind.NEW, Priority.NORMAL, date(2026, 3, 9), MONDAY, superseded=True),
    ],
)
def test_due_date_is_not_asked_where_it_binds_nobody(about: Facts) -> None:
    assert Delivery(about).waiting.due is None


def test_due_date_of_an_update_that_was_declined_is_not_asked() -> None:
    one = Delivery(facts(due=date(2026, 3, 9), kind=DocumentKind.UPDATE))
    one.happen(DeliveryEvent.CONFIRMED, MONDAY)
    one.happen(DeliveryEvent.KEPT, MONDAY)
    assert one.waiting.due is None


def test_due_date_at_the_end_of_time_is_no_error() -> None:
    assert Delivery(facts(due=date.max)).waiting.due is not None
    assert Delivery(facts(due=date.min)).waiting.due is None


# -- whatever happens -----------------------------------------------------------------------------

OTHERS = [event for event in DeliveryEvent if event is not DeliveryEvent.NOT_ANSWERED]
"""What happens to a delivery without the watch."""

steps = st.lists(
    st.tuples(
        st.timedeltas(timedelta(), timedelta(days=6)),
        st.sampled_from([*OTHERS, None]),  # None: the watch looks
    ),
    max_size=25,
)
documents = st.builds(
    facts,
    st.sampled_from(Priority),
    st.none() | st.dates(date(2026, 2, 20), date(2026, 4, 20)),
    st.sampled_from(DocumentKind),
)


@given(documents, steps)
def test_whatever_happens_each_deadline_is_told_once_a_wait_and_the_end_is_silence(
    about: Facts, happened: Sequence[tuple[timedelta, DeliveryEvent | None]]
) -> None:
    one, at = Delivery(about), MONDAY
    for pause, event in happened:
        at += pause
        one.watch(at) if event is None else one.happen(event, at)
    rounds = 0
    while one.waiting.deadline is not None or one.waiting.due is not None:
        one.watch(max(filter(None, (one.waiting.deadline, one.waiting.due))))
        rounds += 1
        assert rounds <= len(DeadlineKind)  # nothing fires for ever
    fired = [kind for kind, _ in one.fired]
    assert fired.count(DeadlineKind.ANSWER) <= 1
    assert fired.count(DeadlineKind.DUE) <= 2  # once more after a new copy, had it been lost


@given(documents, steps)
def test_nothing_is_late_that_no_longer_is_owed(
    about: Facts, happened: Sequence[tuple[timedelta, DeliveryEvent | None]]
) -> None:
    one, at = Delivery(about), MONDAY
    for pause, event in happened:
        at += pause
        one.watch(at) if event is None else one.happen(event, at)
    state, late = one.position.state, one.waiting.late
    if state in {DeliveryState.DONE, DeliveryState.REFUSED, DeliveryState.WITHDRAWN}:
        assert late == frozenset()
    if state is DeliveryState.RECEIVED:
        assert late <= {DeadlineKind.DUE}
    if state is DeliveryState.EXPIRED:
        assert DeadlineKind.ANSWER in late


@pytest.mark.parametrize("state", TABLE)
def test_every_state_has_a_deadline_or_says_why_not_unless_nothing_is_left_to_do(
    state: DeliveryState,
) -> None:
    step = next_step(state)
    if step.owner is Owner.NOBODY:
        assert (step_in(state), step.untimed) == (None, "")
    else:
        assert (step_in(state) is None) is bool(step.untimed)


@given(documents, steps)
def test_whatever_happens_nobody_waits_unseen(
    about: Facts, happened: Sequence[tuple[timedelta, DeliveryEvent | None]]
) -> None:
    """A deadline runs, or has passed and shows, wherever none says why none does."""
    one, at = Delivery(about), MONDAY
    for pause, event in happened:
        at += pause
        one.watch(at) if event is None else one.happen(event, at)
    if step_in(one.position.state) is not None:
        assert one.waiting.deadline is not None or one.waiting.late


def test_every_deadline_has_its_event_and_every_term_is_longer_the_less_urgent() -> None:
    assert EVENTS.keys() == set(DeadlineKind)
    assert USUAL_TERMS.keys() == set(Priority)
    for step in set(DeadlineKind) - {DeadlineKind.DUE}:
        times = [USUAL_TERMS[priority].of(step).time for priority in Priority]
        assert times == sorted(times, reverse=True)
