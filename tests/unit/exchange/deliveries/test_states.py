"""The state machine of a delivery: forwards, whatever order its events come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind, StatusCode
from axis.exchange.deliveries.reports import event_of
from axis.exchange.deliveries.states import (
    FINAL,
    RANK,
    TABLE,
    WAY,
    DeliveryEvent,
    DeliveryState,
    Position,
    move,
)

S = DeliveryState
E = DeliveryEvent
REPORTS = (
    E.REPORTED_ARRIVED,
    E.REPORTED_RECEIVED,
    E.REPORTED_ASSIGNED,
    E.REPORTED_IN_PROGRESS,
    E.REPORTED_DONE,
)
RESTARTS = (E.REROUTED, E.NOT_DELIVERABLE)
events = st.lists(st.sampled_from(DeliveryEvent), max_size=14)


def after(*events: DeliveryEvent, start: Position | None = None) -> Position:
    position = start or Position()
    for event in events:
        position = move(position, event)
    return position


positions = events.map(lambda sequence: after(*sequence))


@pytest.mark.parametrize(
    ("trip", "expected"),
    [
        ([], S.ACCEPTED),
        ([E.RETURNED], S.DISPATCHED),
        ([E.RETURNED, E.CONFIRMED], S.CONSIGNED),
        ([E.CONFIRMED, E.INBOX_EMPTIED], S.TAKEN),
        ([E.CONFIRMED, E.REPORTED_ARRIVED], S.ARRIVED),
        ([E.REPORTED_ARRIVED, E.REPORTED_RECEIVED], S.RECEIVED),
        ([E.REPORTED_RECEIVED, E.REPORTED_ASSIGNED], S.ASSIGNED),
        ([E.REPORTED_ASSIGNED, E.REPORTED_IN_PROGRESS], S.IN_PROGRESS),
        ([E.REPORTED_IN_PROGRESS, E.REPORTED_DONE], S.DONE),
        ([E.REPORTED_ARRIVED, E.REPORTED_REFUSED], S.REFUSED),
        ([E.REPORTED_RECEIVED, E.BACK_ASKED], S.TAKE_BACK_ASKED),
        ([E.REPORTED_RECEIVED, E.BACK_ASKED, E.GIVEN_BACK], S.AGREED),
        ([E.REPORTED_RECEIVED, E.BACK_ASKED, E.GIVEN_BACK, E.REPORTED_DONE], S.DESTROYED),
        ([E.CONFIRMED, E.BACK_ASKED, E.GIVEN_BACK], S.WITHDRAWN),
        ([E.REPORTED_RECEIVED, E.BACK_ASKED, E.KEPT], S.DECLINED),
        ([E.CONFIRMED, E.NOT_ANSWERED], S.EXPIRED),
        ([E.RETURNED, E.NOT_DELIVERABLE], S.UNDELIVERABLE),
        ([E.CONFIRMED, E.NOT_DELIVERABLE, E.CONFIRMED], S.CONSIGNED),
        ([E.CONFIRMED, E.REROUTED], S.ACCEPTED),
        ([E.CONFIRMED, E.CONSENTED], S.RECEIVED),
    ],
)
def test_events_in_their_turn_move_the_delivery_on(
    trip: list[DeliveryEvent], expected: DeliveryState
) -> None:
    assert after(*trip).state is expected


@pytest.mark.parametrize(
    ("trip", "expected"),
    [
        ([E.REPORTED_ARRIVED, E.CONFIRMED], S.ARRIVED),  # before the confirm is committed
        ([E.CONFIRMED, E.REPORTED_DONE], S.DONE),  # systems that report the end only
        ([E.REPORTED_DONE, E.REPORTED_ARRIVED], S.DONE),
        ([E.REPORTED_DONE, E.REPORTED_REFUSED], S.DONE),
        ([E.REPORTED_DONE, E.NOT_ANSWERED], S.DONE),
        ([E.REPORTED_RECEIVED, E.NOT_ANSWERED], S.RECEIVED),
        ([E.REPORTED_REFUSED, E.REPORTED_RECEIVED], S.REFUSED),
        ([E.REPORTED_REFUSED, E.BACK_ASKED], S.REFUSED),
        ([E.REPORTED_DONE, E.BACK_ASKED, E.GIVEN_BACK, E.REPORTED_DONE], S.DESTROYED),
        ([E.REPORTED_ARRIVED, E.BACK_ASKED, E.GIVEN_BACK, E.KEPT], S.AGREED),
        ([E.BACK_ASKED, E.REPORTED_IN_PROGRESS], S.TAKE_BACK_ASKED),
        ([E.BACK_ASKED, E.REPORTED_REFUSED], S.REFUSED),
        ([E.BACK_ASKED, E.INBOX_EMPTIED, E.GIVEN_BACK], S.WITHDRAWN),
        ([E.BACK_ASKED, E.KEPT, E.REPORTED_ARRIVED], S.DECLINED),  # it has long arrived
        ([E.BACK_ASKED, E.KEPT, E.REPORTED_IN_PROGRESS], S.IN_PROGRESS),
        ([E.BACK_ASKED, E.KEPT, E.BACK_ASKED], S.TAKE_BACK_ASKED),
        ([E.REPORTED_DONE, E.BACK_ASKED], S.TAKE_BACK_ASKED),
        ([E.REPORTED_ARRIVED, E.NOT_ANSWERED, E.REPORTED_ARRIVED], S.EXPIRED),
        ([E.REPORTED_ARRIVED, E.NOT_ANSWERED, E.REPORTED_RECEIVED], S.RECEIVED),
        ([E.CONFIRMED, E.NOT_ANSWERED, E.INBOX_EMPTIED], S.EXPIRED),
        ([E.RETURNED, E.NOT_DELIVERABLE, E.RETURNED], S.UNDELIVERABLE),
        ([E.REPORTED_ARRIVED, E.NOT_DELIVERABLE], S.ARRIVED),  # whoever has it can't lose it again
        ([E.INBOX_EMPTIED, E.NOT_DELIVERABLE], S.UNDELIVERABLE),  # giving it up emptied the inbox
        ([E.REPORTED_ARRIVED, E.REROUTED], S.ARRIVED),
    ],
)
def test_events_out_of_turn_leave_a_state_that_is_still_true(
    trip: list[DeliveryEvent], expected: DeliveryState
) -> None:
    assert after(*trip).state is expected


@given(events)
def test_any_sequence_of_events_ends_in_a_state_of_the_table(
    sequence: list[DeliveryEvent],
) -> None:
    position = Position()
    for event in sequence:
        before, position = position, move(position, event)
        told = TABLE[before.state].get(event, before.state)
        withdrawn = told is S.AGREED and position.state is S.WITHDRAWN
        assert position.state in (told, before.state) or withdrawn
    assert position.state in TABLE
    assert position.reached in RANK
    if position.state in RANK:
        assert position.reached is position.state


@given(positions, st.sampled_from(DeliveryEvent))
def test_event_that_comes_twice_changes_nothing_the_second_time(
    position: Position, event: DeliveryEvent
) -> None:
    once = move(position, event)
    assert move(once, event) == once


@given(positions, st.sampled_from([event for event in DeliveryEvent if event not in RESTARTS]))
def test_what_was_reached_is_never_lost(position: Position, event: DeliveryEvent) -> None:
    assert RANK[move(position, event).reached] >= RANK[position.reached]


@given(positions, st.sampled_from(RESTARTS))
def test_copy_that_has_left_its_inbox_is_never_sent_anew(
    position: Position, event: DeliveryEvent
) -> None:
    """A copy that its inbox gave up looks as if it had been taken, until the dead letter comes."""
    moved = move(position, event)
    furthest = S.TAKEN if event is DeliveryEvent.NOT_DELIVERABLE else S.CONSIGNED
    if RANK[position.reached] > RANK[furthest]:
        assert moved == position


@given(st.sampled_from(WAY), st.permutations(REPORTS))
def test_reports_in_any_order_lead_to_the_furthest_of_them(
    state: DeliveryState, shuffled: list[DeliveryEvent]
) -> None:
    assert after(*shuffled, start=Position(state, state)).state is S.DONE


@given(positions, st.lists(st.sampled_from(REPORTS), max_size=5), st.randoms())
def test_same_reports_in_another_order_settle_alike(
    position: Position, reports: list[DeliveryEvent], random: object
) -> None:
    if position.state is S.AGREED:
        return  # after it, 06 has a meaning of its own
    shuffled = sorted(reports, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert after(*shuffled, start=position) == after(*reports, start=position)


@given(positions, st.lists(st.sampled_from(REPORTS), max_size=4))
def test_reports_before_or_after_a_declined_question_settle_alike(
    position: Position, reports: list[DeliveryEvent]
) -> None:
    if position.state not in RANK:
        return
    while_open = after(E.BACK_ASKED, *reports, E.KEPT, start=position)
    before = after(*reports, E.BACK_ASKED, E.KEPT, start=position)
    assert while_open == before
    assert while_open.state is S.DECLINED


@given(positions, st.lists(st.sampled_from(REPORTS), min_size=1), st.integers(0, 3))
def test_receiver_that_reports_owes_the_destruction_whichever_the_axis_hears_first(
    position: Position, reports: list[DeliveryEvent], before: int
) -> None:
    """Two routers may take a 01 and the 15 after it in either order."""
    if position.state not in RANK:
        return
    asked = after(E.BACK_ASKED, start=position)
    settled = after(*reports[:before], E.GIVEN_BACK, *reports[before:], start=asked)
    assert settled.state in (S.AGREED, S.DESTROYED)


@given(st.sampled_from(sorted(state for state in FINAL if not TABLE[state])), events)
def test_delivery_that_has_ended_stays_so(
    state: DeliveryState, sequence: list[DeliveryEvent]
) -> None:
    assert after(*sequence, start=Position(state, S.ARRIVED)).state is state


@pytest.mark.parametrize(
    ("kind", "state", "code", "expected"),
    [
        (DocumentKind.NEW, S.TAKE_BACK_ASKED, StatusCode.AGREED, E.GIVEN_BACK),
        (DocumentKind.RECALL, S.CONSIGNED, StatusCode.AGREED, E.GIVEN_BACK),
        (DocumentKind.UPDATE, S.CONSIGNED, StatusCode.AGREED, E.CONSENTED),
        (DocumentKind.UPDATE, S.TAKE_BACK_ASKED, StatusCode.AGREED, E.GIVEN_BACK),
        (DocumentKind.UPDATE, S.CONSIGNED, StatusCode.DISAGREED, E.KEPT),
        (DocumentKind.NEW, S.ARRIVED, StatusCode.TAKE_BACK, E.BACK_ASKED),
        (DocumentKind.NEW, S.ARRIVED, StatusCode.ACCEPTED, E.REPORTED_RECEIVED),
    ],
)
def test_status_is_an_event_by_what_it_answers(
    kind: DocumentKind, state: DeliveryState, code: StatusCode, expected: DeliveryEvent
) -> None:
    assert event_of(code, kind, state) is expected


def test_every_status_code_is_an_event() -> None:
    for code in StatusCode:
        assert event_of(code, DocumentKind.NEW, S.ARRIVED) in DeliveryEvent
