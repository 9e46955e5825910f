"""Whose turn it is, what is late, and receivers that one code stands for."""

from collections import Counter
from collections.abc import Sequence

import pytest

from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import Owner, next_step
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.documents import DocumentFilter, DocumentLine
from axis.exchange.views.scope import Direction, Scope
from tests.support.stage import Stage

ALL = Scope(everything=True)
OFFICE = Scope(frozenset({"G22"}))
INTERIOR = Scope(frozenset({"G09"}))


@pytest.fixture
async def late(stage: Stage) -> None:
    """G09 owes the answer to the invitation."""
    await stage.pool.execute(
        "UPDATE delivery SET state = 'expired', late = '{answer}' WHERE document = $1"
        " AND receiver = 'G09'",
        stage.scene.invitation,
    )


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("scope", [ALL, OFFICE, INTERIOR])
async def test_late_documents_are_found_by_all_who_see_the_late_delivery(
    stage: Stage, scope: Scope
) -> None:
    (line,) = await stage.reader.documents(scope, DocumentFilter(late=True))
    assert line.id == stage.scene.invitation
    assert line.late == 1


@pytest.mark.usefixtures("late")
async def test_late_documents_are_not_found_by_receivers_that_are_in_time(stage: Stage) -> None:
    scope = Scope(frozenset({"H37.02"}))
    assert await stage.reader.documents(scope, DocumentFilter(late=True)) == []
    (line,) = await stage.reader.documents(scope, DocumentFilter(text="GM-VPCP"))
    assert line.late == 0


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (DocumentFilter(late=True, text="moi hop"), 1),
        (DocumentFilter(late=True, text="Bộ Nội vụ"), 1),
        (DocumentFilter(late=True, text="Hà Nội"), 0),
        (DocumentFilter(late=True, state=DeliveryState.EXPIRED), 1),
        (DocumentFilter(late=True, state=DeliveryState.REFUSED), 0),
        (DocumentFilter(late=True, owner=Owner.RECEIVER), 1),
        (DocumentFilter(late=True, owner=Owner.SENDER), 0),
    ],
)
async def test_late_documents_are_narrowed_by_what_else_is_asked(
    stage: Stage, wanted: DocumentFilter, count: int
) -> None:
    assert len(await stage.reader.documents(ALL, wanted)) == count


@pytest.mark.parametrize("scope", [ALL, OFFICE])
@pytest.mark.parametrize("owner", Owner)
async def test_documents_are_found_by_the_owner_of_a_next_step(
    stage: Stage, scope: Scope, owner: Owner
) -> None:
    every = await stage.reader.documents(scope, DocumentFilter())
    expected = [
        line.id for line in every if any(next_step(one).owner is owner for one in line.states)
    ]
    found = await stage.reader.documents(scope, DocumentFilter(owner=owner))
    assert [line.id for line in found] == expected


async def test_owner_and_a_state_of_another_find_nothing(stage: Stage) -> None:
    wanted = DocumentFilter(owner=Owner.AXIS, state=DeliveryState.REFUSED)
    assert await stage.reader.documents(ALL, wanted) == []


@pytest.mark.usefixtures("late")
async def test_document_tells_what_each_receiver_is_late_with(stage: Stage) -> None:
    view = await stage.reader.document(OFFICE, stage.scene.invitation)
    assert view is not None
    late = {one.receiver: one.late for one in view.deliveries if one.late}
    assert late == {"G09": (DeadlineKind.ANSWER,)}


async def test_receivers_of_a_group_are_told_with_its_name(stage: Stage) -> None:
    await stage.pool.execute(
        "INSERT INTO agency_group (code, name) VALUES ('NHOM.THU', 'Nhóm thử')"
    )
    await stage.pool.execute(
        "UPDATE delivery SET named = named || '{NHOM.THU}' WHERE document = $1",
        stage.scene.invitation,
    )
    view = await stage.reader.document(OFFICE, stage.scene.invitation)
    assert view is not None
    assert view.groups == {"NHOM.THU": "Nhóm thử"}
    assert view.line.groups == ("Nhóm thử",)
    assert view.line.first_receivers[0] == "Bộ Nội vụ"
    assert all(one.named[-1] == "NHOM.THU" for one in view.deliveries)


@pytest.mark.usefixtures("late")
async def test_open_steps_count_each_delivery_once_for_whose_turn_it_is(stage: Stage) -> None:
    steps = await stage.reader.open_steps(ALL)
    assert steps.owners[Owner.RECEIVER] == counted(
        await stage.reader.documents(ALL, DocumentFilter()), Owner.RECEIVER
    )
    assert Owner.NOBODY not in steps.owners
    assert steps.late == 1
    assert not steps.bounded


async def test_open_steps_of_an_agency_are_those_that_it_may_see(stage: Stage) -> None:
    lines = await stage.reader.documents(INTERIOR, DocumentFilter())
    steps = await stage.reader.open_steps(INTERIOR)
    for owner, count in steps.owners.items():
        assert count == counted(lines, owner)
    assert any(line.direction is Direction.IN for line in lines)


@pytest.mark.parametrize("scope", [OFFICE, INTERIOR, Scope(frozenset({"G22", "G09"})), ALL])
async def test_open_steps_tell_which_are_the_viewers_own(stage: Stage, scope: Scope) -> None:
    expected: Counter[Owner] = Counter()
    for line in await stage.reader.documents(scope, DocumentFilter()):
        view = await stage.reader.document(scope, line.id)
        assert view is not None
        for one in view.deliveries:
            owner = next_step(one.state).owner
            expected[owner] += scope.owns(owner, line.sender, one.receiver)
    steps = await stage.reader.open_steps(scope)
    assert steps.own == +expected
    assert Counter(steps.own) + Counter(steps.others) == Counter(steps.owners)


def counted(lines: Sequence[DocumentLine], owner: Owner) -> int:
    return sum(
        count
        for line in lines
        for state, count in line.states.items()
        if next_step(state).owner is owner
    )
