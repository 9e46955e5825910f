"""Deadlines on PostgreSQL: every delivery that is entered or moved gets the one that it now has.

This is the one place where they are set, so that no move, whoever makes it, can forget them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from axis.edxml.codes import DocumentKind, Priority
from axis.exchange.changes import DeliveryChange, Lapse
from axis.exchange.deliveries.deadlines import DeadlineKind, Deadlines, Facts, Waiting
from axis.exchange.deliveries.states import DeliveryState, Position
from axis.exchange.records import DeliveryRow, DocumentRow
from axis.store.pool import Connection
from axis.store.sql import load_queries

_SQL = load_queries("deadlines")
_MOVE = load_queries("deliveries")["move"]

COLUMNS: Final[Mapping[str, Callable[[Waiting], object]]] = {
    "deadline_kind": lambda waiting: waiting.kind,
    "deadline": lambda waiting: waiting.deadline,
    "due": lambda waiting: waiting.due,
    "late": lambda waiting: sorted(waiting.late),
}
"""How what is waited for is kept in a delivery's row."""


@cache
def usual_deadlines() -> Deadlines:
    """Return the terms and the calendar of an installation that sets nothing."""
    return Deadlines()


async def first_waits(
    connection: Connection,
    rows: Sequence[DeliveryRow],
    documents: Sequence[DocumentRow],
    deadlines: Deadlines,
) -> dict[UUID, Waiting]:
    """Return what new deliveries wait for, of documents that are new too or stored already."""
    facts = {one.id: Facts(one.kind, one.priority, one.due, one.accepted_at) for one in documents}
    older = {row.document for row in rows} - facts.keys()
    if older:
        for row in await connection.fetch(_SQL["documents"], list(older)):
            facts[row["id"]] = Facts(
                DocumentKind(row["kind"]), Priority(row["priority"]), row["due"], row["accepted_at"]
            )
    begin = cache(deadlines.begin)  # the receivers of a broadcast differ in nothing here
    return {
        row.id: begin(facts[row.document], Position(row.state, row.reached), row.changed_at)
        for row in rows
    }


async def move(
    connection: Connection,
    changes: Sequence[DeliveryChange],
    lapses: Sequence[Lapse],
    deadlines: Deadlines,
) -> None:
    """Set where deliveries stand now and what they wait for; the transaction has locked them.

    Of several changes to one delivery, the last counts. A version that reaches its receiver frees
    what it supersedes there of a due date that has passed.
    """
    moved = {change.delivery: change for change in changes}
    missed = {lapse.delivery: lapse.missed for lapse in lapses}
    await _set(connection, moved, missed, deadlines)
    if moved:
        freed = await connection.fetch(_SQL["freed"], list(moved))
        await _set(connection, {}, {row["id"]: () for row in freed}, deadlines)


async def _set(
    connection: Connection,
    moved: Mapping[UUID, DeliveryChange],
    missed: Mapping[UUID, tuple[DeadlineKind, ...]],
    deadlines: Deadlines,
) -> None:
    ids = sorted({*moved, *missed})
    if not ids:
        return
    rows = []
    follow = cache(deadlines.follow)  # the receivers of a broadcast are confirmed together
    for row in await connection.fetch(_SQL["waiting"], ids):
        change = moved.get(row["id"])
        position = _position(row) if change is None else change.position
        waits = follow(
            waiting_of(row),
            facts_of(row),
            position,
            row["accepted_at"] if change is None else change.at,
            missed.get(row["id"], ()),
        )
        rows.append(_moved(row["id"], position, change, waits))
    await connection.execute(_MOVE, *map(list, zip(*rows, strict=True)))


async def late_counts(connection: Connection) -> Mapping[DeadlineKind, int]:
    """Return how many deliveries are late, by what they are late with."""
    found = {DeadlineKind(row["kind"]): row["count"] for row in await _counts(connection)}
    return {kind: found.get(kind, 0) for kind in DeadlineKind}


def waiting_of(row: Record) -> Waiting:
    """Return what a delivery of the store waits for."""
    kind = row["deadline_kind"]
    return Waiting(
        kind=None if kind is None else DeadlineKind(kind),
        deadline=row["deadline"],
        due=row["due"],
        late=frozenset(map(DeadlineKind, row["late"])),
    )


def facts_of(row: Record) -> Facts:
    """Return what a stored delivery's deadlines depend on."""
    return Facts(
        kind=DocumentKind(row["kind"]),
        priority=Priority(row["priority"]),
        due=row["due_day"],
        accepted_at=row["accepted_at"],
        superseded=row["superseded"],
    )


def _position(row: Record) -> Position:
    return Position(DeliveryState(row["state"]), DeliveryState(row["reached"]))


def _moved(
    delivery: UUID, position: Position, change: DeliveryChange | None, waits: Waiting
) -> tuple[Any, ...]:
    """Return a delivery as the query ``move`` takes it."""
    return (
        delivery,
        position.state.value,
        position.reached.value,
        None if change is None else change.at,
        None if change is None else change.reported_at,
        waits.kind,
        waits.deadline,
        waits.due,
        _list(waits.late),
    )


def _list(kinds: Collection[DeadlineKind]) -> str:
    """Write kinds as one text: PostgreSQL has no array of arrays of different lengths."""
    return ",".join(sorted(kinds))


async def _counts(connection: Connection) -> Sequence[Record]:
    return await connection.fetch(_SQL["counts"])
