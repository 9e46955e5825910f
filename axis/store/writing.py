"""How rows of the exchange become rows of PostgreSQL; inserts go by COPY, one call a table.

The fields of a row are the columns of its table, by the same names; what differs is said here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from axis.exchange.deliveries.deadlines import Deadlines, Waiting
from axis.exchange.records import (
    DeliveryRow,
    DocumentRow,
    EvidenceRow,
    OutboxRow,
    Records,
    StatusRow,
    SubmissionRow,
)
from axis.store import dead_letters, holding, kinds
from axis.store import deadlines as waiting
from axis.store.pool import Connection
from axis.store.rerouting import reroute

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
    "document",
    DocumentRow,
    frozenset({"links", "answers"}),
    {"size": lambda row: len(row.body)},
)
STATUSES = Table("status", StatusRow)
SUBMISSIONS = Table("submission", SubmissionRow)
EVIDENCE = Table("evidence", EvidenceRow, frozenset({"deliveries"}))
OUTBOX = Table("outbox", OutboxRow, computed={"due_at": lambda row: row.created_at})


async def add_records(connection: Connection, records: Records, deadlines: Deadlines) -> bool:
    """Add everything that a transaction decided, parents before children; tell whether something
    that waited for it is due now.

    `deadlines` are those that deliveries get.
    """
    await DOCUMENTS.insert(connection, records.documents)
    await kinds.tie(connection, records.documents)
    waits = await waiting.first_waits(connection, records.deliveries, records.documents, deadlines)
    await _deliveries(waits).insert(connection, records.deliveries)
    await STATUSES.insert(connection, records.statuses)
    await SUBMISSIONS.insert(connection, records.submissions)
    await holding.keep(connection, records.held)
    woken = await holding.move(connection, records.postponed, records.settled, records.arrived)
    await EVIDENCE.insert(connection, records.evidence)
    about = [(row.id, delivery) for row in records.evidence for delivery in row.deliveries]
    await _pairs(connection, "evidence_delivery", ("evidence", "delivery"), about)
    await waiting.move(connection, records.changes, records.lapses, deadlines)
    await dead_letters.keep(connection, records.dead_letters)
    await dead_letters.settle(connection, records.resubmitted)
    await kinds.withdraw(connection, records.withdrawn)
    await OUTBOX.insert(connection, records.outbox)
    await reroute(connection, records.rerouted, records.narrowed)
    return woken


def _deliveries(waits: Mapping[UUID, Waiting]) -> Table[DeliveryRow]:
    """Return the table of deliveries, each with what it waits for."""

    def column(value: Callable[[Waiting], object]) -> Callable[[DeliveryRow], object]:
        return lambda row: value(waits[row.id])

    columns = {name: column(value) for name, value in waiting.COLUMNS.items()}
    return Table("delivery", DeliveryRow, computed=columns)


async def _pairs(
    connection: Connection, table: str, columns: tuple[str, str], rows: Sequence[tuple[Any, Any]]
) -> None:
    if rows:
        await connection.copy_records_to_table(table, columns=columns, records=rows)
