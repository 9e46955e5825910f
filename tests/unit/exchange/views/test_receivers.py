"""Receivers are shown a group in one line, and those first that need somebody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

import pytest

from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.document import DeliveryLine, DocumentView
from axis.exchange.views.receivers import addressees, by_attention, reached_before, receiver_groups
from axis.ids import new_id

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def line(
    receiver: str,
    *named: str,
    state: DeliveryState = DeliveryState.RECEIVED,
    late: tuple[DeadlineKind, ...] = (),
) -> DeliveryLine:
    return DeliveryLine(
        id=new_id(),
        receiver=receiver,
        receiver_name=f"Cơ quan {receiver}",
        named=named or (receiver,),
        endpoint="lgsp",
        state=state,
        reached=DeliveryState.RECEIVED,
        changed_at=AT,
        deadline=None,
        late=late,
    )


def view(*deliveries: DeliveryLine, groups: Mapping[str, str]) -> DocumentView:
    """Return as much of a view as its receivers need."""
    return cast("DocumentView", SimpleNamespace(deliveries=deliveries, groups=groups, due=date.max))


def test_late_and_stuck_receivers_come_first_else_the_order_stays() -> None:
    quiet, late, lost, other = (
        line("A"),
        line("B", late=(DeadlineKind.DUE,)),
        line("C", state=DeliveryState.UNDELIVERABLE),
        line("D"),
    )
    assert by_attention([quiet, late, lost, other]) == [late, lost, quiet, other]


def test_receivers_named_singly_stand_before_their_groups() -> None:
    single, both, member = line("A"), line("B", "B", "NHOM"), line("C", "NHOM")
    found = receiver_groups(view(member, single, both, groups={"NHOM": "Nhóm"}))
    assert [(group.name, group.deliveries) for group in found] == [
        ("", [single]),
        ("Nhóm", [member, both]),
    ]
    assert found[0].rollup is None
    assert found[1].rollup is not None
    assert (found[1].rollup.group, found[1].rollup.total) == ("NHOM", 2)


def test_document_to_a_group_alone_has_no_single_receivers() -> None:
    found = receiver_groups(view(line("A", "NHOM"), groups={"NHOM": "Nhóm"}))
    assert [group.name for group in found] == ["Nhóm"]


def test_name_that_is_no_group_any_more_leaves_its_receivers_single() -> None:
    (found,) = receiver_groups(view(line("A", "NHOM.CU"), groups={}))
    assert found.rollup is None


def test_whole_group_is_told_by_its_name_a_part_of_it_by_codes() -> None:
    found = receiver_groups(
        view(line("A", "NHOM"), line("B", "NHOM"), line("C"), groups={"NHOM": "Nhóm"})
    )
    assert addressees(("A", "B", "C"), found) == ["Nhóm (2)", "C"]
    assert addressees(("A", "C"), found) == ["A", "C"]


@pytest.mark.parametrize(
    ("state", "reached", "told"),
    [
        (DeliveryState.TAKE_BACK_ASKED, DeliveryState.DONE, DeliveryState.DONE),
        (DeliveryState.REFUSED, DeliveryState.RECEIVED, DeliveryState.RECEIVED),
        (DeliveryState.REFUSED, DeliveryState.ARRIVED, None),
        (DeliveryState.UNDELIVERABLE, DeliveryState.ACCEPTED, None),
        (DeliveryState.DESTROYED, DeliveryState.DONE, None),
        (DeliveryState.RECEIVED, DeliveryState.RECEIVED, None),
    ],
)
def test_how_far_a_delivery_got_is_told_where_its_state_does_not(
    state: DeliveryState, reached: DeliveryState, told: DeliveryState | None
) -> None:
    assert reached_before(replace(line("A"), state=state, reached=reached)) is told
