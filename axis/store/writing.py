"""How rows of the exchange become rows of PostgreSQL; inserts go by COPY, one call a table.

The fields of a row are the columns of its table, by the same names; what differs is said here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from axis.exchange.records import (
    DeadLetterRow,
    DeliveryChange,
    DeliveryRow,
    DocumentRow,
    EvidenceRow,
    OutboxRow,
    Records,
    StatusRow,
    SubmissionRow,
)
from axis.store import holding
from axis.store.pool import Connection
from axis.store.sql import load_queries

_MOVE = load_queries("deliveries")["move"]
_ADD_DEAD_LETTER = load_queries("dead_letters")["add"]

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """A table and the rows that go into it."""

    name: str
    row: type[R]
    kept_elsewhere: frozenset[str] = frozenset()
    """Fields that are no columns of this table."""
    computed: Mapping[str, Callable[[R], object]] = field(default_factory=dict)
    """Columns that are no fields."""

    async def insert(self, connection: Connection, rows: Sequence[R]) -> None:
        """Add rows; nothing happens for none."""
        if not rows:
            return
        names = [one.name for one in fields(self.row) if one.name not in self.kept_elsewhere]  # type: ignore[arg-type]  # rows are dataclasses
        own = attrgetter(*names)
        records = [(*own(row), *(value(row) for value in self.computed.values())) for row in rows]
        await connection.copy_records_to_table(
            self.name, columns=[*names, *self.computed], records=records
        )


DOCUMENTS = Table(
    "document", DocumentRow, frozenset({"targets"}), {"size": lambda row: len(row.body)}
)
DELIVERIES = Table("delivery", DeliveryRow)
STATUSES = Table("status", StatusRow)
SUBMISSIONS = Table("submission", SubmissionRow)
EVIDENCE = Table("evidence", EvidenceRow, frozenset({"deliveries"}))
OUTBOX = Table("outbox", OutboxRow, computed={"due_at": lambda row: row.created_at})


async def add_records(connection: Connection, records: Records) -> None:
    """Add everything that a transaction decided, parents before children."""
    await DOCUMENTS.insert(connection, records.documents)
    links = [(row.id, target) for row in records.documents for target in row.targets]
    await _pairs(connection, "document_link", ("document", "target"), links)
    await DELIVERIES.insert(connection, records.deliveries)
    await STATUSES.insert(connection, records.statuses)
    await SUBMISSIONS.insert(connection, records.submissions)
    await holding.keep(connection, records.held)
    await holding.move(connection, records.postponed, records.settled)
    await EVIDENCE.insert(connection, records.evidence)
    about = [(row.id, delivery) for row in records.evidence for delivery in row.deliveries]
    await _pairs(connection, "evidence_delivery", ("evidence", "delivery"), about)
    await _move_deliveries(connection, records.changes)
    await _add_dead_letters(connection, records.dead_letters)
    await OUTBOX.insert(connection, records.outbox)


async def _add_dead_letters(connection: Connection, rows: Sequence[DeadLetterRow]) -> None:
    """Keep dead letters that are not kept already; each of them may be large, few come at once."""
    if rows:
        await connection.executemany(
            _ADD_DEAD_LETTER,
            [
                (
                    row.id,
                    row.at,
                    row.queue,
                    row.routing_key,
                    row.user_id,
                    row.message_id,
                    row.reasons,
                    len(row.body),
                    row.sha256,
                    row.body,
                )
                for row in rows
            ],
        )


async def _move_deliveries(connection: Connection, changes: Sequence[DeliveryChange]) -> None:
    """Set new states; of several changes to one delivery, the last counts."""
    last = {change.delivery: change for change in changes}
    if last:
        await connection.execute(
            _MOVE,
            list(last),
            [change.position.state.value for change in last.values()],
            [change.position.reached.value for change in last.values()],
            [change.at for change in last.values()],
            [change.reported_at for change in last.values()],
        )


async def _pairs(
    connection: Connection, table: str, columns: tuple[str, str], rows: Sequence[tuple[Any, Any]]
) -> None:
    if rows:
        await connection.copy_records_to_table(table, columns=columns, records=rows)
