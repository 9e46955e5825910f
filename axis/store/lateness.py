"""Reads what is late and what falls due next."""

from collections.abc import Sequence

from axis.edxml.codes import Priority
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.next_step import SUPERSEDED, owner_of
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.lateness import DeadlineFilter, DeadlineLine
from axis.store.pool import Pool, transaction
from axis.store.sql import load_queries

_LINES = load_queries("deadlines")["lines"]


async def deadline_lines(pool: Pool, wanted: DeadlineFilter) -> Sequence[DeadlineLine]:
    """Return deliveries that are late, the oldest first, then those that fall due next.

    For administrators only.
    """
    async with transaction(pool) as connection:
        rows = await connection.fetch(
            _LINES, wanted.agency, wanted.steps, wanted.late, wanted.limit
        )
    lines = []
    for row in rows:
        values = dict(row)
        step, awaited = values.pop("step"), row["awaited"]
        values |= {
            "priority": Priority(row["priority"]),
            "state": DeliveryState(row["state"]),
            "superseded": step == SUPERSEDED,
            "owner": owner_of(step),
            "awaited": None if awaited is None else DeadlineKind(awaited),
            "late": tuple(map(DeadlineKind, row["late"])),
        }
        lines.append(DeadlineLine(**values))
    return lines
