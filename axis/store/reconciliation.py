"""An endpoint's register held against the axis's on PostgreSQL, in one moment's view of both."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from axis.edxml.codes import DocumentKind
from axis.errors import InvalidInputError
from axis.exchange.comparison.differences import Found
from axis.exchange.comparison.register import Register, Sent, Standing, Taken
from axis.exchange.comparison.sent import SentBook, SentFact
from axis.exchange.comparison.taken import TakenBook, TakenFact
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.records import SubmissionOutcome
from axis.ids import first_id
from axis.store.pool import Connection, Pool, transaction
from axis.store.sql import load_queries

LINES_AT_A_TIME: Final = 500
"""Lines of the register, and rows of the axis, that are looked up together: few enough to be sought
by key. For many more the planner reads whole tables."""

STRETCH: Final = 20_000
"""Rows of all endpoints that are gone through together: some hundredths of a second."""

_SQL = load_queries("reconciliation")
_OLDEST: Final = UUID(int=0)
_NEWEST: Final = UUID(int=2**128 - 1)
_ENDED: Final = {None: None, 1: Standing.RECALLED, 2: Standing.REPLACED}


@dataclass(frozen=True, slots=True)
class Period:
    """Of which time the axis's side is gone through; None: no limit on this side."""

    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


class PostgresReconciliation:
    """Compares registers; memory is bounded by the register's size."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def differences(
        self, endpoint: str, register: Register, period: Period
    ) -> AsyncIterator[Found]:
        """Yield every difference: the register's lines in their order, then what it lacks.

        The period limits what it may lack; its own lines are looked up whenever they were. Raises
        InvalidInputError when there is no such endpoint.
        """
        async with self._moment() as connection:
            if not await connection.fetchval(_SQL["endpoint_exists"], endpoint):
                raise InvalidInputError(
                    f"Danh bạ không có hệ thống «{endpoint}»."
                    f" / The registry has no endpoint «{endpoint}»."
                )
            side = _Side(connection, endpoint, period)
            if register.sent is not None:
                async for found in side.sent(register.sent, whole=register.with_statuses):
                    yield found
            if register.taken is not None:
                async for found in side.taken(register.taken):
                    yield found

    @asynccontextmanager
    async def _moment(self) -> AsyncIterator[Connection]:
        async with transaction(self._pool) as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection


class _Side:
    """The axis's side of one comparison."""

    def __init__(self, connection: Connection, endpoint: str, period: Period) -> None:
        self._connection = connection
        self._endpoint = endpoint
        self._after = _OLDEST if period.since is None else first_id(period.since)
        self._before = _NEWEST if period.until is None else first_id(period.until)

    async def sent(self, lines: Sequence[Sent], *, whole: bool) -> AsyncIterator[Found]:
        book = SentBook()
        for part in _parts(lines):
            keys = [f"id:{one.message_id}" for one in part if one.message_id]
            names = [one.document_id for one in part if one.document_id]
            rows = await self._connection.fetch(_SQL["sent_like"], self._endpoint, keys, names)
            known = _Index(await self._sent_facts(rows))
            for line in part:
                for found in book.compare(line, known.at(line.message_id, line.document_id)):
                    yield found
        async for stretch in self._stretches("sent", whole):
            for fact in await self._sent_facts(stretch):
                for found in book.missing(fact):
                    yield found

    async def taken(self, lines: Sequence[Taken]) -> AsyncIterator[Found]:
        book = TakenBook()
        for part in _parts(lines):
            rows = await self._connection.fetch(
                _SQL["taken_like"],
                self._endpoint,
                [copy for one in part if (copy := _uuid(one.message_id)) is not None],
                [one.document for one in part if one.document is not None],
                [one.document_id for one in part if one.document_id],
            )
            known = _Index(await self._taken_facts(rows))
            for line in part:
                facts = known.at(line.message_id, line.document, line.document_id)
                for found in book.compare(line, facts):
                    yield found
        async for stretch in self._stretches("taken"):
            for fact in await self._taken_facts(stretch):
                for found in book.missing(fact):
                    yield found

    async def _stretches(self, side: str, *arguments: object) -> AsyncIterator[Sequence[Any]]:
        """Yield the endpoint's rows of the period in portions, along stretches of everybody's."""
        after = self._after
        while True:
            end = await self._connection.fetchval(
                _SQL[f"{side}_stretch"], after, self._before, STRETCH
            )
            if end is None:
                return
            rows = await self._connection.fetch(
                _SQL[f"{side}_within"], self._endpoint, after, end, *arguments
            )
            for part in _parts(rows):
                yield part
            after = end

    async def _sent_facts(self, rows: Sequence[Any]) -> list[SentFact]:
        ids = [row["id"] for row in rows]
        if not ids:
            return []
        return [_sent_fact(row) for row in await self._connection.fetch(_SQL["sent_facts"], ids)]

    async def _taken_facts(self, rows: Sequence[Any]) -> list[TakenFact]:
        ids = [row["id"] for row in rows]
        if not ids:
            return []
        return [_taken_fact(row) for row in await self._connection.fetch(_SQL["taken_facts"], ids)]


class _Index:
    """Facts by what lines of a register may call them."""

    def __init__(self, facts: Sequence[Any]) -> None:
        self._facts: dict[object, list[Any]] = {}
        for fact in facts:
            names = (fact.document_id, fact.document, getattr(fact, "message_id", None))
            for name in {*names, getattr(fact, "copy", None)} - {None}:
                self._facts.setdefault(name, []).append(fact)

    def at(self, *names: object) -> list[Any]:
        """Return the facts with one of these names, each once."""
        found = {fact.id: fact for name in names for fact in self._facts.get(name, ())}
        return list(found.values())


def _parts(lines: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(lines), LINES_AT_A_TIME):
        yield lines[start : start + LINES_AT_A_TIME]


def _sent_fact(row: Any) -> SentFact:
    key = row["message_key"]
    return SentFact(
        id=row["id"],
        message_id=key.removeprefix("id:") if key.startswith("id:") else None,
        document_id=row["document_id"],
        kind=None if row["kind"] is None else DocumentKind(row["kind"]),
        sha256=row["sha256"],
        outcome=SubmissionOutcome(row["outcome"]),
        receipt=row["receipt"],
        received_at=row["received_at"],
        document=row["document"],
        ended=_ENDED[row["ended"]],
    )


def _taken_fact(row: Any) -> TakenFact:
    return TakenFact(
        **{
            **row,
            "kind": DocumentKind(row["kind"]),
            "senders": tuple(row["senders"]),
            "receivers": tuple(row["receivers"]),
            "state": DeliveryState(row["state"]),
            "reached": DeliveryState(row["reached"]),
            "statuses": tuple(row["statuses"]),
        }
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
