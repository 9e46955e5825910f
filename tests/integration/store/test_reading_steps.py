"""Whose turn it is, what is late, and receivers that one code stands for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
import pytest

from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import Owner, next_step
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.documents import DocumentFilter, DocumentLine
from axis.exchange.views.scope import Direction, Scope
from axis.store.sql import load_queries
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


# -- very much that is late ------------------------------------------------------------------------


async def make_late(stage: Stage, documents: int) -> None:
    """Add so many documents, each late with two receivers."""
    columns = """sender, kind, sha256, size, body, priority, number, notation, subject, type_name,
                 endpoint, certificate, verdict, accepted_at"""
    await stage.pool.execute(
        f"""
        WITH made AS (
            INSERT INTO document (id, document_id, {columns})
            SELECT gen_random_uuid(), 'late ' || n, {columns}
            FROM document CROSS JOIN generate_series(1, $2::integer) AS n WHERE id = $1
            RETURNING id
        )
        INSERT INTO delivery (id, document, named, receiver, endpoint, copy, state, reached,
                              changed_at, late)
        SELECT gen_random_uuid(), made.id, '{{}}', receiver, 'g09', gen_random_uuid(), 'taken',
               'taken', $3, '{{answer}}'
        FROM made CROSS JOIN unnest(ARRAY['G09', 'H37']) AS receiver
        """,
        stage.scene.invitation,
        documents,
        stage.clock(),
    )
    await stage.pool.execute("ANALYZE document, delivery")


async def test_pages_of_late_documents_follow_each_other_with_each_document_once(
    stage: Stage,
) -> None:
    await make_late(stage, 7)
    pages: list[list[UUID]] = []
    last: UUID | None = None
    while not pages or pages[-1]:
        wanted = DocumentFilter(late=True, limit=3, before=last)
        pages.append([line.id for line in await stage.reader.documents(ALL, wanted)])
        last = pages[-1][-1] if pages[-1] else None
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    rows = await stage.pool.fetch("SELECT DISTINCT document FROM delivery WHERE late <> '{}'")
    every = sorted((row["document"] for row in rows), reverse=True)
    assert [one for page in pages for one in page] == every


async def test_page_of_late_documents_reads_no_more_of_what_is_late_than_it_shows(
    stage: Stage,
) -> None:
    """A million deliveries may be late."""
    await make_late(stage, 2_000)
    query = load_queries("reading")["found_late_of_all"]
    newest = UUID(int=2**128 - 1)
    found = await stage.pool.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", newest, None, None, None, 31, []
    )
    nodes = list(parts(orjson.loads(found)[0]["Plan"]))
    (scan,) = [one for one in nodes if one.get("Index Name") == "delivery_late_document"]
    assert scan["Actual Rows"] <= 2 * 31 + 1
    assert not [one for one in nodes if "Sort" in one["Node Type"]]


def parts(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a plan."""
    yield node
    for below in node.get("Plans", ()):
        yield from parts(below)


# -- owners ----------------------------------------------------------------------------------------


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
