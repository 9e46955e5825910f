"""Every state of a delivery has a next step, and somebody who owns it."""

import pytest

from axis.exchange.deliveries.next_step import (
    SUPERSEDABLE,
    SUPERSEDED,
    Owner,
    next_step,
    owner_of,
    steps_of,
)
from axis.exchange.deliveries.states import FINAL, TABLE, DeliveryState


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_names_its_next_step_in_both_languages(state: DeliveryState) -> None:
    step = next_step(state)
    assert step.vi
    assert step.en
    assert step.owner.name_vi
    assert step.owner.name_en


@pytest.mark.parametrize("state", DeliveryState)
def test_nobody_owns_the_next_step_only_where_nothing_is_left_to_do(state: DeliveryState) -> None:
    if next_step(state).owner is Owner.NOBODY:
        assert state in FINAL | {DeliveryState.DONE}
    else:
        assert TABLE[state] or state is DeliveryState.REFUSED


@pytest.mark.parametrize("state", DeliveryState)
def test_only_the_work_itself_passes_to_a_later_version(state: DeliveryState) -> None:
    """Whether a former version is accepted, refused or given back, its receiver still says."""
    step = next_step(state, superseded=True)
    if state in SUPERSEDABLE:
        assert (step.owner, step.vi) == (Owner.NOBODY, "xử lý theo văn bản mới")
        assert next_step(state).owner is Owner.RECEIVER
    else:
        assert step == next_step(state)


def test_states_that_a_later_version_ends_are_those_where_the_work_is_due() -> None:
    work = next_step(DeliveryState.RECEIVED)
    assert {state for state in DeliveryState if next_step(state) == work} == {*SUPERSEDABLE}


def test_every_step_is_found_by_its_owner_once() -> None:
    found = [step for owner in Owner for step in steps_of(owner)]
    assert sorted(found) == sorted([*DeliveryState, SUPERSEDED])
    assert all(owner_of(step) is owner for owner in Owner for step in steps_of(owner))
