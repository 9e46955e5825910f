"""One line for a group of receivers."""

from dataclasses import dataclass

import pytest

from axis.exchange.deliveries.states import WAY
from axis.exchange.deliveries.states import DeliveryState as State
from axis.exchange.views.rollup import RollUp, Stage, roll_up, stage_of


@dataclass(frozen=True)
class Line:
    state: State
    reached: State = State.ACCEPTED
    named: tuple[str, ...] = ("NHOM.TINH",)
    late: tuple[str, ...] = ()


def test_roll_up_of_a_broadcast_counts_what_was_taken_and_what_is_late() -> None:
    lines = [
        *(Line(State.RECEIVED, State.RECEIVED) for _ in range(120)),
        *(Line(State.ARRIVED, State.ARRIVED) for _ in range(7)),
        *(Line(State.CONSIGNED, State.CONSIGNED, late=("handover",)) for _ in range(3)),
    ]
    (line,) = roll_up(lines, ["NHOM.TINH"])
    assert (line.taken, line.total, line.late) == (127, 130, 3)
    assert line.stages == {Stage.ANSWERED: 120, Stage.TAKEN: 7, Stage.IN_INBOX: 3}


def test_roll_up_of_several_groups_counts_a_member_in_each() -> None:
    lines = [
        Line(State.DONE, State.DONE, ("A", "G22")),
        Line(State.REFUSED, State.CONSIGNED, ("A", "B")),
        Line(State.ACCEPTED, named=("G09",)),
    ]
    assert roll_up(lines, ["B", "A", "C"]) == [
        RollUp(group="B", total=1, taken=1, late=0, stages={Stage.REFUSED: 1}),
        RollUp(group="A", total=2, taken=2, late=0, stages={Stage.DONE: 1, Stage.REFUSED: 1}),
    ]


@pytest.mark.parametrize(
    ("state", "reached", "expected"),
    [
        (State.ACCEPTED, State.ACCEPTED, Stage.ON_THE_WAY),
        (State.CONSIGNED, State.CONSIGNED, Stage.IN_INBOX),
        (State.TAKE_BACK_ASKED, State.CONSIGNED, Stage.IN_INBOX),
        (State.TAKE_BACK_ASKED, State.ASSIGNED, Stage.ANSWERED),
        (State.DECLINED, State.DONE, Stage.DONE),
        (State.AGREED, State.RECEIVED, Stage.GIVEN_BACK),
        (State.REFUSED, State.ARRIVED, Stage.REFUSED),
    ],
)
def test_stage_of_a_delivery_is_where_it_got_unless_it_has_ended(
    state: State, reached: State, expected: Stage
) -> None:
    assert stage_of(Line(state, reached)) is expected


@pytest.mark.parametrize("reached", WAY)
@pytest.mark.parametrize("state", State)
def test_stage_is_known_for_every_state(state: State, reached: State) -> None:
    assert stage_of(Line(state, reached)) in Stage
