"""Updates and replacements on a real PostgreSQL: why they came, and for whom they count instead."""

from datetime import date
from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.limits import MAX_FIELD_CHARS
from axis.edxml.values import Document
from axis.exchange.changes import Lapse
from axis.exchange.deliveries.deadlines import DeadlineKind, Deadlines
from axis.exchange.deliveries.next_step import Owner
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.document import (
    DeliveryLine,
    DocumentView,
    LaterVersion,
)
from axis.exchange.views.documents import DocumentFilter
from axis.exchange.views.lateness import DeadlineFilter
from axis.exchange.views.links import Relation
from axis.exchange.views.scope import Scope
from axis.store import deadlines
from axis.store.lateness import deadline_lines
from axis.store.pool import Pool
from axis.store.reading import PostgresReader
from tests.integration.store.test_kinds import accept, drain, report, states
from tests.support.changing import replace
from tests.support.exchange import document, recall, replacement, update
from tests.support.stocked import Exchange, exchange_on

ALL = Scope(everything=True)
WHY = "Sai số liệu tại mục 3 <b>&"


def because(message: Document, reason: str) -> Document:
    """The same message with a reason."""
    assert message.business is not None
    business = replace(message.business, reason=reason)
    return replace(message, trace=replace(message.trace, business=business))


async def seen(pool: Pool, scope: Scope, row: UUID) -> DocumentView:
    view = await PostgresReader(pool).document(scope, row)
    assert view is not None
    return view


async def line_of(pool: Pool, row: UUID, receiver: str, scope: Scope = ALL) -> DeliveryLine:
    (line,) = [one for one in (await seen(pool, scope, row)).deliveries if one.receiver == receiver]
    return line


async def worked_on(exchange: Exchange, message: Document, *receivers: str) -> UUID:
    """Let a document be delivered and accepted by its receivers, who owe the work then."""
    row = await accept(exchange, message)
    await drain(exchange)
    for code in receivers:
        await report(exchange, code, StatusCode.ACCEPTED, message, endpoint_of(code))
    return row


def endpoint_of(code: str) -> str:
    return "lgsp-h37" if code.startswith("H37") else code.lower()


async def superseded(pool: Pool, row: UUID, receiver: str) -> UUID | None:
    """The version by which a receiver works instead of a document."""
    line = await line_of(pool, row, receiver)
    assert line.superseded is (line.later is not None)
    return None if line.later is None else line.later.id


# -- why ------------------------------------------------------------------------------------------
async def test_reason_is_told_on_the_page_of_the_act_and_of_what_it_is_about(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    one, other, third = (document("G22", ["G09"]) for _ in range(3))
    rows = [await accept(exchange, message) for message in (one, other, third)]
    acts = [
        await accept(exchange, because(message, f"{WHY} {number}"))
        for number, message in enumerate(
            (
                recall(one, ["G09"], "G22,2026/03/02,1/TH"),
                update(other, ["G09"]),
                replacement(["G09"], (third, [])),
            )
        )
    ]
    for number, (about, act) in enumerate(zip(rows, acts, strict=True)):
        for scope in (ALL, Scope(frozenset({"G22"})), Scope(frozenset({"G09"}))):
            view = await seen(stocked, scope, act)
            assert view.reason == f"{WHY} {number}"
            assert [link.reason for link in view.targets] == [view.reason]
            former = await seen(stocked, scope, about)
            assert former.reason is None
            assert [link.reason for link in former.acted_on_by] == [view.reason]


async def test_reason_is_not_told_to_whom_the_act_does_not_concern(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    one, other = (document("G22", ["G09", "H37"]) for _ in range(2))
    first, _ = [await accept(exchange, message) for message in (one, other)]
    await accept(exchange, because(replacement(["G09"], (one, ["G09"])), WHY))
    assert (await seen(stocked, Scope(frozenset({"H37"})), first)).acted_on_by == ()
    (told,) = (await seen(stocked, Scope(frozenset({"G09"})), first)).acted_on_by
    assert told.reason == WHY


async def test_reason_as_long_as_a_message_may_give_is_kept_whole(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    await accept(exchange, first)
    longest = "ệ" * MAX_FIELD_CHARS
    act = await accept(exchange, because(recall(first, ["G09"]), longest))
    assert (await seen(stocked, ALL, act)).reason == longest


async def test_document_without_a_reason_and_one_from_before_have_none(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await accept(exchange, because(first, "Văn bản điện tử mới"))
    act = await accept(exchange, recall(first, ["G09"]))
    for row in (original, act):
        assert (await seen(stocked, ALL, row)).reason is None
    (link,) = (await seen(stocked, ALL, original)).acted_on_by
    assert (link.relation, link.reason) == (Relation.RECALLED_BY, None)


# -- for whom a later version counts instead ------------------------------------------------------
@pytest.mark.parametrize("kind", [DocumentKind.UPDATE, DocumentKind.REPLACE])
async def test_receiver_works_by_the_version_that_has_reached_it(
    stocked: Pool, kind: DocumentKind
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09", "H37"])
    original = await worked_on(exchange, first, "G09", "H37")
    message = (
        replacement(["G09"], (first, []))
        if kind is DocumentKind.REPLACE
        else update(first, ["G09"], drops=["H37"])
    )
    newer = await accept(exchange, message)
    assert await superseded(stocked, original, "G09") is None  # it waits for the dispatch
    await drain(exchange)
    for scope in (ALL, Scope(frozenset({"G22"})), Scope(frozenset({"G09"}))):
        line = await line_of(stocked, original, "G09", scope)
        assert line.state is DeliveryState.RECEIVED
        assert line.step.owner is Owner.NOBODY
        assert line.step.vi == "xử lý theo văn bản mới"
        assert line.later == LaterVersion(newer, "101", "VPCP-TTĐT")
    assert (await line_of(stocked, original, "H37")).later is None


async def test_of_two_updates_the_newest_counts_for_what_came_before_them(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await worked_on(exchange, first, "G09")
    second, third = [
        await worked_on(exchange, update(first, ["G09"], document_id=name), "G09")
        for name in ("G22,2026/03/02,2/CN", "G22,2026/03/02,3/CN")
    ]
    await stocked.execute("UPDATE delivery SET state = 'received', reached = 'received'")
    assert await superseded(stocked, original, "G09") == third
    assert await superseded(stocked, second, "G09") == third
    assert await superseded(stocked, third, "G09") is None


async def test_two_replacements_of_one_document_count_beside_each_other(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await worked_on(exchange, first, "G09")
    parts = [await worked_on(exchange, replacement(["G09"], (first, []))) for _ in range(2)]
    await stocked.execute("UPDATE delivery SET state = 'received', reached = 'received'")
    assert await superseded(stocked, original, "G09") == parts[1]
    for part in parts:
        assert await superseded(stocked, part, "G09") is None


async def test_replacement_for_others_leaves_a_receiver_its_work(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    one, other = (document("G22", ["G09", "H37"]) for _ in range(2))
    first = await worked_on(exchange, one, "G09", "H37")
    await worked_on(exchange, other, "G09", "H37")
    newer = await worked_on(exchange, replacement(["G09", "H37"], (one, ["G09"]), (other, [])))
    assert await superseded(stocked, first, "G09") == newer
    assert await superseded(stocked, first, "H37") is None


@pytest.mark.parametrize(
    ("kind", "state", "counts"),
    [
        (DocumentKind.REPLACE, "refused", False),
        (DocumentKind.REPLACE, "agreed", False),
        (DocumentKind.REPLACE, "withdrawn", False),
        (DocumentKind.REPLACE, "destroyed", False),
        (DocumentKind.REPLACE, "undeliverable", False),
        (DocumentKind.REPLACE, "declined", True),
        (DocumentKind.REPLACE, "take_back_asked", True),
        (DocumentKind.REPLACE, "expired", True),
        (DocumentKind.UPDATE, "declined", False),
    ],
)
async def test_version_that_a_receiver_does_not_have_or_take_in_counts_nothing(
    stocked: Pool, kind: DocumentKind, state: str, counts: bool
) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await worked_on(exchange, first, "G09")
    replaces = kind is DocumentKind.REPLACE
    newer = await worked_on(
        exchange, replacement(["G09"], (first, [])) if replaces else update(first, ["G09"])
    )
    await stocked.execute("UPDATE delivery SET state = $2 WHERE document = $1", newer, state)
    assert (await superseded(stocked, original, "G09") == newer) is counts


async def test_work_on_both_versions_is_counted_once_and_found_once(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await worked_on(exchange, first, "G09")
    message = replacement(["G09"], (first, []))
    newer = await worked_on(exchange, message, "G09")
    reader = PostgresReader(stocked)
    for scope, own in ((ALL, {}), (Scope(frozenset({"G09"})), {Owner.RECEIVER: 1})):
        steps = await reader.open_steps(scope)
        assert (steps.owners, steps.own) == ({Owner.RECEIVER: 1}, own)
    for scope in (ALL, Scope(frozenset({"G09"})), Scope(frozenset({"G22"}))):
        for text in ("", "G09"):
            found = {
                owner: [
                    line.id
                    for line in await reader.documents(
                        scope, DocumentFilter(owner=owner, text=text)
                    )
                ]
                for owner in (Owner.RECEIVER, Owner.NOBODY)
            }
            assert found == {Owner.RECEIVER: [newer], Owner.NOBODY: [original]}
        state = DocumentFilter(state=DeliveryState.RECEIVED)
        assert [line.id for line in await reader.documents(scope, state)] == [newer, original]


async def test_day_by_which_a_former_version_was_due_is_asked_for_no_more(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = replace(document("G22", ["G09", "H37"]), due_date=date(2026, 3, 9))
    original = await worked_on(exchange, first, "G09", "H37")
    message = replacement(["G09", "H37"], (first, ["G09"]))
    await worked_on(exchange, message, "G09", "H37")
    assert (await line_of(stocked, original, "G09")).deadline is None
    assert (await line_of(stocked, original, "H37")).deadline is not None
    listed = await deadline_lines(stocked, DeadlineFilter())
    assert [(one.document, one.receiver) for one in listed] == [(original, "H37")]
    ids = await stocked.fetch(
        "SELECT id, receiver FROM delivery WHERE document = $1 ORDER BY receiver", original
    )
    missed = [Lapse(row["id"], ()) for row in ids]
    async with stocked.acquire() as connection, connection.transaction():
        await deadlines.move(connection, [], missed, Deadlines())
    dues = "SELECT receiver FROM delivery WHERE document = $1 AND due IS NOT NULL"
    assert [row["receiver"] for row in await stocked.fetch(dues, original)] == ["H37"]


async def test_version_that_arrives_frees_the_former_one_of_a_due_date_that_has_passed(
    stocked: Pool,
) -> None:
    exchange = exchange_on(stocked)
    first = replace(document("G22", ["G09", "H37"]), due_date=date(2026, 3, 9))
    original = await worked_on(exchange, first, "G09", "H37")
    await stocked.execute("UPDATE delivery SET due = NULL, late = '{due}'")
    newer = await accept(exchange, replacement(["G09", "H37"], (first, ["G09"])))
    late = "SELECT document, receiver FROM delivery WHERE late <> '{}' ORDER BY receiver"

    async def owed() -> list[tuple[UUID, str]]:
        return [tuple(row) for row in await stocked.fetch(late)]

    assert await owed() == [(original, "G09"), (original, "H37")]
    await drain(exchange)
    assert await owed() == [(original, "H37")]
    assert set((await states(stocked, original)).values()) == {"received"}
    assert set((await states(stocked, newer)).values()) == {"consigned"}


async def test_late_former_version_is_told_as_nobodys_step(stocked: Pool) -> None:
    exchange = exchange_on(stocked)
    first = document("G22", ["G09"])
    original = await worked_on(exchange, first, "G09")
    await worked_on(exchange, replacement(["G09"], (first, [])), "G09")
    await stocked.execute("UPDATE delivery SET late = '{due}' WHERE document = $1", original)
    (line,) = await deadline_lines(stocked, DeadlineFilter(late=True))
    assert (line.owner, line.superseded, line.late) == (Owner.NOBODY, True, (DeadlineKind.DUE,))
    assert line.step.en == "work by the later version"
    wanted = DeadlineFilter(late=True, owner=Owner.RECEIVER)
    assert await deadline_lines(stocked, wanted) == []
