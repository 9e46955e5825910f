"""Dead letters on PostgreSQL: kept, taken in again, looked at and dealt with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from axis.clock import Clock, in_vietnam
from axis.errors import InvalidInputError
from axis.exchange.changes import Resubmitted
from axis.exchange.dead_letters.desk import (
    LetterFilter,
    LetterKind,
    LetterLine,
    LetterReceiver,
    LetterSettledError,
    LetterState,
    LetterView,
    checked_reason,
)
from axis.exchange.dead_letters.keeping import (
    DEADLY,
    LEASE,
    MAX_TRIES,
    Kept,
)
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.outgoing.messages import for_an_endpoint
from axis.exchange.records import DeadLetterRow
from axis.exchange.submission import Submission
from axis.store.pool import Connection, Pool, transaction
from axis.store.registry_rows import audit
from axis.store.sql import load_queries

_SQL = load_queries("dead_letters")
_NEWEST: Final = UUID(int=2**128 - 1)


async def keep(connection: Connection, rows: Sequence[DeadLetterRow]) -> list[Kept]:
    """Add letters that are not kept already and return those; each may be large, few come."""
    kept = []
    for row in rows:
        answering = for_an_endpoint(row.queue)
        found = await connection.fetchrow(
            _SQL["keep"],
            row.id,
            row.at,
            row.died_at,
            row.queue,
            row.routing_key,
            row.user_id,
            row.message_id,
            row.reasons,
            row.properties,
            len(row.body),
            row.sha256,
            row.body,
            answering,
            _outbox_id(row.message_id) if answering else None,
        )
        if found is not None:
            kept.append(Kept(found["id"], LetterKind(found["kind"]), found["outbox"]))
    return kept


async def settle(connection: Connection, rows: Sequence[Resubmitted]) -> None:
    """Note what came of letters that were taken in again."""
    for row in rows:
        await connection.execute(_SQL["settle"], row.letter, row.at, row.reasons)


async def claim(
    connection: Connection, *, at: datetime, leased_until: datetime, limit: int
) -> list[Submission]:
    """Take letters that are to be taken in again, passing over what others hold.

    What cannot be due as late as it is becomes due for the next claim.
    """
    due = [row["id"] for row in await connection.fetch(_SQL["due"], at, limit)]
    if not due:  # a clock that is set right must keep nothing back
        await connection.execute(_SQL["hasten"], at, at + LEASE, limit)
        return []
    rows = await connection.fetch(_SQL["lease"], due, leased_until, MAX_TRIES, DEADLY)
    return [
        Submission(
            id=row["id"],
            body=row["body"],
            routing_key=row["routing_key"],
            user_id=row["user_id"],
            message_id=row["message_id"],
            received_at=row["at"],
            letter=row["id"],
        )
        for row in rows
    ]


async def reopen(connection: Connection, letter: UUID, remark: str) -> None:
    """Give a letter that could not be taken in back to the administrators."""
    await connection.execute(_SQL["reopen"], letter, remark)


async def open_letters(connection: Connection) -> Mapping[LetterKind, int]:
    """Return how many letters wait for somebody to look, by kind."""
    found = {row["kind"]: row["count"] for row in await connection.fetch(_SQL["open_letters"])}
    return {kind: found.get(kind.value, 0) for kind in LetterKind}


class PostgresDeadLetters:
    """Implements `axis.exchange.dead_letters.desk.LetterDesk`."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def lines(self, wanted: LetterFilter) -> Sequence[LetterLine]:
        """Return letters, newest first."""
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                _SQL["lines"],
                wanted.before or _NEWEST,
                wanted.limit,
                wanted.state and wanted.state.value,
                wanted.kind and wanted.kind.value,
                None,
            )
        return [_line(row) for row in rows]

    async def look(self, letter: UUID) -> LetterView | None:
        """Return one letter, None when there is none."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["lines"], _NEWEST, 1, None, None, letter)
            details = await connection.fetchrow(_SQL["details"], letter)
            if row is None or details is None:
                return None
            receivers = await connection.fetch(_SQL["receivers"], details["outbox"])
        return LetterView(
            line=_line(row),
            died_at=details["died_at"],
            properties=details["properties"],
            receivers=tuple(
                LetterReceiver(
                    code=one["code"], name=one["name"], state=DeliveryState(one["state"])
                )
                for one in receivers
            ),
        )

    async def body(self, letter: UUID) -> bytes | None:
        """Return a letter's bytes, None when there is none."""
        async with transaction(self._pool) as connection:
            body: bytes | None = await connection.fetchval(_SQL["body"], letter)
        return body

    async def republish(self, letter: UUID, actor: str) -> LetterState:
        """Send it on its way once more; raises InvalidInputError, LetterSettledError."""
        now = self._clock()
        async with transaction(self._pool) as connection:
            row = await _open_letter(connection, letter)
            if row["kind"] == LetterKind.SUBMISSION:
                await _check_submitter(connection, row["user_id"])
                state, due_at = LetterState.RESUBMITTING, now
            else:
                await _send_again(connection, LetterKind(row["kind"]), row["outbox"], now)
                state, due_at = LetterState.REPUBLISHED, None
            await connection.execute(_SQL["change"], letter, state.value, now, actor, None, due_at)
            facts = {"letter": str(letter), "kind": row["kind"]}
            await audit(connection, now, actor, "dead:republish", facts)
        return state

    async def discard(self, letter: UUID, reason: str, actor: str) -> None:
        """Leave it at that, with a reason; raises InvalidInputError, LetterSettledError."""
        now, text = self._clock(), checked_reason(reason)
        async with transaction(self._pool) as connection:
            row = await _open_letter(connection, letter)
            state = LetterState.DISCARDED.value
            await connection.execute(_SQL["change"], letter, state, now, actor, text, None)
            facts = {"letter": str(letter), "kind": row["kind"], "reason": text}
            await audit(connection, now, actor, "dead:discard", facts)


async def _open_letter(connection: Connection, letter: UUID) -> Any:
    """Lock a letter that nobody has dealt with; of two administrators the first one counts."""
    row = await connection.fetchrow(_SQL["lock"], letter)
    if row is None:
        raise InvalidInputError(
            f"Không có gói tin lạc nào mang mã «{letter}». / There is no dead letter «{letter}»."
        )
    if row["state"] != LetterState.OPEN:
        raise LetterSettledError(_settled_text(row))
    return row


def _settled_text(row: Any) -> str:
    at = f"{in_vietnam(row['changed_at']):%d/%m/%Y %H:%M:%S}"
    vi, en = _DONE[LetterState(row["state"])]
    by = row["changed_by"]
    return (
        f"Gói tin này đã được {by} {vi} lúc {at}; không làm gì thêm."
        f" / {by} {en} this message at {at} (Việt Nam time); nothing was done."
    )


_DONE: Final = {
    LetterState.RESUBMITTING: ("cho xử lý lại", "had this taken in again:"),
    LetterState.REPUBLISHED: ("gửi lại", "re-published"),
    LetterState.DISCARDED: ("bỏ", "discarded"),
}


async def _check_submitter(connection: Connection, user_id: str | None) -> None:
    if user_id is None:
        raise InvalidInputError(
            "Gói tin không mang user_id nên không thể gửi lại thay ai; hãy bỏ gói tin và yêu cầu hệ"
            " thống gửi đặt user_id. / The message names no user_id, so it cannot be handed in for"
            " anybody: discard it, and have the sending system set user_id."
        )
    if not await connection.fetchval(_SQL["endpoint_exists"], user_id):
        raise InvalidInputError(
            f"Hệ thống «{user_id}» chưa có trong danh bạ; hãy thêm vào rồi gửi lại, hoặc bỏ gói"
            f" tin. / Endpoint «{user_id}» is not in the registry: add it and try again, or discard"
            " the message."
        )


async def _send_again(
    connection: Connection, kind: LetterKind, outbox: UUID | None, now: datetime
) -> None:
    if outbox is None:
        raise InvalidInputError(
            "Trục chưa từng gửi gói tin này nên không gửi lại được; hãy tìm xem ai đã đặt nó vào"
            " hàng đợi, rồi bỏ. / The axis has never sent this message and cannot send it again:"
            " find out who put it into the queue, then discard it."
        )
    if kind is LetterKind.DOCUMENT and not await connection.fetchval(_SQL["carries"], outbox):
        raise InvalidInputError(
            "Không nơi nhận nào còn cần bản này: văn bản đã được rút, bị từ chối hoặc chuyển đường"
            " khác; hãy bỏ gói tin. / No receiver needs this copy any more: the document was"
            " withdrawn, refused or sent another way. Discard the message."
        )
    await connection.execute(_SQL["send_again"], outbox, now)


def _outbox_id(message_id: str | None) -> UUID | None:
    try:
        return UUID(message_id or "")
    except ValueError:
        return None


def _line(row: Any) -> LetterLine:
    return LetterLine(
        **{
            **row,
            "kind": LetterKind(row["kind"]),
            "state": LetterState(row["state"]),
            "reasons": tuple(row["reasons"]),
        }
    )
