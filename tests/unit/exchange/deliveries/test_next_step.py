"""Every state of a delivery has a next step, and somebody who owns it."""

import pytest

from axis.exchange.deliveries.next_step import Owner, next_step
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
