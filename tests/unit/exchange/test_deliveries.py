"""How statuses move a delivery: forwards, whatever order they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import StatusCode
from axis.exchange.deliveries import DeliveryState, after_answer, after_status, consigned

S = DeliveryState
ORDINARY = (S.ACCEPTED, S.CONSIGNED, S.ARRIVED, S.RECEIVED, S.ASSIGNED, S.IN_PROGRESS, S.DONE)
ANSWERS = (StatusCode.AGREED, StatusCode.DISAGREED)
REPORTS = (
    StatusCode.ARRIVED,
    StatusCode.ACCEPTED,
    StatusCode.ASSIGNED,
    StatusCode.IN_PROGRESS,
    StatusCode.DONE,
)
states = st.sampled_from(DeliveryState)
codes = st.sampled_from(StatusCode)


def after(state: DeliveryState, code: StatusCode) -> DeliveryState:
    """What the decider does with a status that found this delivery."""
    return after_answer(state, code) if code in ANSWERS else after_status(state, code)


def after_all(state: DeliveryState, statuses: list[StatusCode]) -> DeliveryState:
    for code in statuses:
        state = after(state, code)
    return state


@pytest.mark.parametrize(
    ("state", "code", "expected"),
    [
        (S.CONSIGNED, StatusCode.ARRIVED, S.ARRIVED),
        (S.ARRIVED, StatusCode.REFUSED, S.REFUSED),
        (S.ARRIVED, StatusCode.ACCEPTED, S.RECEIVED),
        (S.RECEIVED, StatusCode.ASSIGNED, S.ASSIGNED),
        (S.ASSIGNED, StatusCode.IN_PROGRESS, S.IN_PROGRESS),
        (S.IN_PROGRESS, StatusCode.DONE, S.DONE),
        (S.RECEIVED, StatusCode.TAKE_BACK, S.TAKE_BACK_ASKED),
        (S.TAKE_BACK_ASKED, StatusCode.AGREED, S.AGREED),
        (S.TAKE_BACK_ASKED, StatusCode.DISAGREED, S.DECLINED),
    ],
)
def test_status_in_its_turn_moves_the_delivery_on(
    state: DeliveryState, code: StatusCode, expected: DeliveryState
) -> None:
    assert after(state, code) is expected


@pytest.mark.parametrize(
    ("state", "code", "expected"),
    [
        (S.ACCEPTED, StatusCode.ARRIVED, S.ARRIVED),  # before the broker's confirm is committed
        (S.CONSIGNED, StatusCode.DONE, S.DONE),  # systems that report the end only
        (S.DONE, StatusCode.ARRIVED, S.DONE),
        (S.DONE, StatusCode.REFUSED, S.DONE),
        (S.REFUSED, StatusCode.ACCEPTED, S.REFUSED),
        (S.REFUSED, StatusCode.TAKE_BACK, S.REFUSED),
        (S.AGREED, StatusCode.DONE, S.AGREED),
        (S.AGREED, StatusCode.DISAGREED, S.AGREED),
        (S.TAKE_BACK_ASKED, StatusCode.IN_PROGRESS, S.TAKE_BACK_ASKED),
        (S.TAKE_BACK_ASKED, StatusCode.REFUSED, S.REFUSED),
        (S.DECLINED, StatusCode.ARRIVED, S.DECLINED),
        (S.DECLINED, StatusCode.IN_PROGRESS, S.IN_PROGRESS),
        (S.DECLINED, StatusCode.TAKE_BACK, S.TAKE_BACK_ASKED),
        (S.DECLINED, StatusCode.AGREED, S.AGREED),
        (S.DONE, StatusCode.TAKE_BACK, S.TAKE_BACK_ASKED),
    ],
)
def test_status_out_of_turn_leaves_a_state_that_is_still_true(
    state: DeliveryState, code: StatusCode, expected: DeliveryState
) -> None:
    assert after(state, code) is expected


@given(states, st.lists(codes, max_size=12))
def test_any_sequence_of_statuses_ends_in_a_state(
    state: DeliveryState, sequence: list[StatusCode]
) -> None:
    assert after_all(state, sequence) in DeliveryState


@given(st.sampled_from(ORDINARY), st.sampled_from(REPORTS))
def test_report_never_moves_a_delivery_backwards(state: DeliveryState, code: StatusCode) -> None:
    assert ORDINARY.index(after(state, code)) >= ORDINARY.index(state)


@given(states, codes)
def test_status_that_comes_twice_changes_nothing_the_second_time(
    state: DeliveryState, code: StatusCode
) -> None:
    once = after(state, code)
    assert after(once, code) is once


@given(st.sampled_from(ORDINARY), st.permutations(REPORTS))
def test_reports_in_any_order_lead_to_the_furthest_of_them(
    state: DeliveryState, shuffled: list[StatusCode]
) -> None:
    assert after_all(state, shuffled) is S.DONE


@given(st.sampled_from([S.REFUSED, S.AGREED]), st.lists(codes, max_size=6))
def test_delivery_that_was_refused_or_given_back_stays_so(
    state: DeliveryState, sequence: list[StatusCode]
) -> None:
    assert after_all(state, sequence) is state


@given(
    st.sampled_from([S.ACCEPTED, S.CONSIGNED, S.ARRIVED, S.DONE]),
    st.lists(st.sampled_from(REPORTS)),
)
def test_open_take_back_stays_open_until_it_is_answered(
    state: DeliveryState, reports: list[StatusCode]
) -> None:
    asked = after(state, StatusCode.TAKE_BACK)
    assert after_all(asked, reports) is S.TAKE_BACK_ASKED


@given(states)
def test_confirm_of_the_copy_only_moves_a_fresh_delivery(state: DeliveryState) -> None:
    assert consigned(state) is (S.CONSIGNED if state is S.ACCEPTED else state)
