"""The drawn state machine is the code's own table: in ARCHITECTURE.md, and as a picture."""

from xml.etree import ElementTree

import pytest

from axis.exchange.deliveries.states import DeliveryEvent, DeliveryState, Position, move
from tests.support.states import WITHDRAWN, arrows, expanded, mermaid, moves
from tests.support.states_page import PAGE, PICTURE, held, section
from tests.support.states_picture import picture


def test_drawing_expanded_is_exactly_the_table() -> None:
    assert expanded(arrows()) == moves()


def test_drawing_without_one_arrow_is_not_the_table() -> None:
    drawing = arrows()
    for left_out in drawing:
        assert expanded(one for one in drawing if one is not left_out) < moves()


def test_one_move_that_is_not_the_tables_is_withdrawn() -> None:
    asked = Position(DeliveryState.TAKE_BACK_ASKED, DeliveryState.CONSIGNED)
    (event,) = WITHDRAWN.events
    assert move(asked, event).state == WITHDRAWN.target
    ways = {(source, to) for source, _, to in moves()}
    assert (WITHDRAWN.source, WITHDRAWN.target) not in ways
    assert event is DeliveryEvent.GIVEN_BACK


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_is_drawn(state: DeliveryState) -> None:
    assert f"as {state}\n" in mermaid()
    assert f">{state}</text>" in picture()


def test_architecture_holds_the_drawing_and_the_table_as_the_code_says() -> None:
    assert held(PAGE.read_text(encoding="utf-8")) == section(), (
        "run .venv/bin/python -m tests.support.states_page"
    )


def test_picture_is_the_one_that_the_code_draws() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), (
        "run .venv/bin/python -m tests.support.states_page"
    )
    ElementTree.fromstring(picture())
