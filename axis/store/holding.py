"""What waits for a check, on PostgreSQL: claimed, put off, settled, woken, refused."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from axis.clock import Clock
from axis.errors import InvalidInputError
from axis.exchange.changes import Postponement
from axis.exchange.decision.case import message_lock
from axis.exchange.decision.holding import LONGEST_PAUSE
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.records import HeldRow, SubmissionRow
from axis.exchange.stored import HeldLoad, HeldSubmission, Load
from axis.exchange.submission import Submission
from axis.reasons import Reason
from axis.store.pool import Connection, Pool, transaction
from axis.store.registry_rows import audit
from axis.store.sql import load_queries
from axis.verdict import MAX_FACT_CHARS

MAX_REFUSAL_CHARS: Final = MAX_FACT_CHARS
"""An administrator's reason: as much as a receipt quotes of it."""

_SQL = load_queries("held")
_LOCK_KEYS = load_queries("intake")["lock_keys"]


async def claim(
    connection: Connection, *, at: datetime, leased_until: datetime, limit: int, max_bytes: int
) -> Sequence[HeldSubmission]:
    """Take what is due, at least one and at most `max_bytes` in all.

    What cannot be due as late as it is becomes due for the next claim.
    """
    due: list[UUID] = []
    total = 0
    rows = await connection.fetch(_SQL["due"], at, limit)
    if not rows:  # a clock that is set right must keep nothing back
        await connection.execute(_SQL["hasten"], at, at + LONGEST_PAUSE, limit)
    for row in rows:
        total += row["size"]
        if due and total > max_bytes:
            break
        due.append(row["submission"])
    rows = await connection.fetch(_SQL["lease"], due, leased_until) if due else []
    return [
        HeldSubmission(
            submission=Submission(
                id=row["id"],
                body=row["body"],
                routing_key=row["routing_key"],
                user_id=row["endpoint"],
                message_id=row["message_key"].removeprefix("id:"),
                received_at=row["received_at"],
            ),
            since=row["held_since"],
            attempts=row["attempts"],
            leased_until=leased_until,
        )
        for row in rows
    ]


async def load(connection: Connection) -> HeldLoad:
    """Return how much waits."""
    rows = {row["early_at"]: row for row in await connection.fetch(_SQL["load"])}
    checks = rows.pop(None)
    early = {endpoint: Load(row["count"], row["size"]) for endpoint, row in rows.items()}
    return HeldLoad(Load(checks["count"], checks["size"]), checks["oldest"], early)


async def on_hold(connection: Connection, document_ids: Collection[str]) -> Mapping[str, datetime]:
    """Return those DocumentIds under which a document waits for a check, and until when."""
    rows = await connection.fetch(_SQL["on_hold"], list(document_ids))
    return {row["brings"]: row["expires_at"] for row in rows}


async def keep(connection: Connection, rows: Sequence[HeldRow]) -> None:
    """Add submissions that begin to wait."""
    if rows:
        await connection.copy_records_to_table(
            "held_submission",
            columns=(
                "submission",
                "body",
                "size",
                "verdict",
                "held_since",
                "next_try_at",
                "expires_at",
                "endpoint",
                "brings",
                "awaits",
            ),
            records=[
                (
                    row.submission,
                    row.body,
                    len(row.body),
                    row.verdict,
                    row.held_since,
                    row.next_try_at,
                    row.expires_at,
                    row.endpoint,
                    row.brings,
                    row.awaits or None,
                )
                for row in rows
            ],
        )


async def move(
    connection: Connection,
    postponed: Sequence[Postponement],
    settled: Sequence[SubmissionRow],
    arrived: Mapping[str, datetime],
) -> bool:
    """Put off what waits on, end what waits no longer, and make due what waits for documents of
    which it is decided now what becomes of them; tell whether anything does.

    Raises StoreUnavailableError where one has ended before, which its locks should have kept from
    happening: nothing of the batch is then committed.
    """
    ids = [*(one.submission for one in postponed), *(one.id for one in settled)]
    if not ids and not arrived:
        return False
    locked = await connection.fetch(_SQL["lock"], ids, list(arrived))
    await connection.executemany(
        _SQL["postpone"],
        [
            (
                one.submission,
                one.leased_until,
                one.next_try_at,
                one.expires_at,
                one.awaits or None,
                one.verdict,
            )
            for one in postponed
        ],
    )
    await connection.executemany(
        _SQL["give_reasons"], [(one.submission, one.reasons) for one in postponed]
    )
    for row in settled:
        ended = await connection.fetchval(
            _SQL["settle"],
            row.id,
            row.outcome.value,
            row.document,
            row.status,
            row.receipt,
            row.sender,
            row.document_id,
            row.subject,
            row.reasons,
        )
        if ended is None:
            raise StoreUnavailableError(f"submission {row.id} is not held")
    waiting = {row["submission"] for row in locked}.difference(ids)
    if waiting:
        await connection.execute(_SQL["make_due"], max(arrived.values()), list(arrived))
    return bool(waiting)


async def wake(connection: Connection, at: datetime, reason: Reason) -> None:
    """Make everything due at once that waits for this reason: what it lacked may be back."""
    await connection.execute(_SQL["wake"], at, reason.code)


class PostgresHolding:
    """What administrators do about held submissions."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def refuse(self, submission: UUID, reason: str, actor: str) -> None:
        """Have a held submission refused: a router does it at once, with a signed receipt.

        Raises InvalidInputError when it is not held, or no longer.
        """
        now = self._clock()
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["key"], submission)
            if row is not None:
                key = message_lock(row["endpoint"], row["message_key"])
                await connection.execute(_LOCK_KEYS, [key])
            if await connection.fetchval(_SQL["want_refused"], submission, now, reason) is None:
                raise InvalidInputError(
                    f"Không có gói tin nào mang mã «{submission}» đang chờ."
                    f" / No message «{submission}» is waiting."
                )
            facts = {"submission": str(submission), "reason": reason}
            await audit(connection, now, actor, "held:refuse", facts)
