"""What people see, read from PostgreSQL within the scope that each may see."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from axis.evidence.events import Event
from axis.exchange.deliveries.next_step import steps_of
from axis.exchange.views.document import DocumentView
from axis.exchange.views.documents import (
    DocumentFilter,
    DocumentLine,
    OpenSteps,
)
from axis.exchange.views.reader import ReceiptView, SearchTooBroadError
from axis.exchange.views.scope import Direction, Scope
from axis.exchange.views.submissions import (
    HeldFilter,
    HeldLine,
    RefusedLine,
)
from axis.store import reading_rows as rows
from axis.store.intake import MAX_VERSION_STEPS
from axis.store.pool import Connection, Pool, transaction
from axis.store.sql import load_queries

SEARCH_TIMEOUT_SECONDS = 8.0
"""A text that is rare among tens of millions of documents is looked for this long, then the
viewer is asked for more; without a limit a few searches would hold every connection."""

MAX_MATCHING = 500
"""So many agencies' documents are looked up one agency after the other, a page of each."""

MAX_NAMED = 50
"""A DocumentId names at most a document, its updates and its recall; more is one page."""

MAX_STEPS = 5_000
"""Newest deliveries that are looked at to say whose turn it is: some milliseconds on each visit."""

MAX_LINKED = 200
"""Linked documents that one page leads to, the newest: a broadcast may be answered by thousands."""

_SQL = load_queries("reading")
_HELD_LINES = load_queries("held")["lines"]
_LIKE_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
_NEWEST = UUID(int=2**128 - 1)


class PostgresReader:
    """Implements `axis.exchange.views.reader.Reader`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def documents(self, scope: Scope, wanted: DocumentFilter) -> Sequence[DocumentLine]:
        """Return matching documents, newest first; raises SearchTooBroadError."""
        async with self._snapshot() as connection:
            ids = await self._matching(connection, scope, wanted)
            found = await connection.fetch(_SQL["lines"], ids, *_of(scope))
        direction = None if scope.everything else wanted.direction
        return [rows.document_line(row, direction) for row in found]

    async def document(self, scope: Scope, document: UUID) -> DocumentView | None:
        """Return one document, or None when it does not exist or is not the viewer's."""
        async with self._snapshot() as connection:
            line = await connection.fetchrow(_SQL["lines"], [document], *_of(scope))
            if line is None:
                return None
            deliveries, events, statuses = [
                await connection.fetch(_SQL[name], document, *_of(scope))
                for name in ("deliveries", "events", "statuses")
            ]
            linked = await connection.fetch(
                _SQL["linked"], document, *_of(scope), MAX_LINKED, MAX_VERSION_STEPS
            )
            named = {code for row in deliveries for code in row["named"]}
            groups = await connection.fetch(_SQL["groups"], list(named))
        return rows.document_view(line, deliveries, groups, events, statuses, linked)

    async def open_steps(self, scope: Scope) -> OpenSteps:
        """Return whose turn it is with the newest deliveries, and with all that are stuck."""
        async with self._snapshot() as connection:
            if scope.everything:
                found = await connection.fetch(_SQL["open_steps_of_all"], MAX_STEPS)
            else:
                agencies = list(scope.agencies)
                found = await connection.fetch(_SQL["open_steps_of_agencies"], MAX_STEPS, agencies)
        return rows.open_steps(found, MAX_STEPS)

    async def find(self, scope: Scope, document_id: str) -> Sequence[UUID]:
        """Return the ids of documents with this DocumentId (or number/notation), newest first."""
        async with self._snapshot() as connection:
            found = await connection.fetch(_SQL["named"], document_id, *_of(scope), MAX_NAMED)
            return [row["id"] for row in found]

    async def refused(
        self, scope: Scope, limit: int, before: UUID | None = None
    ) -> Sequence[RefusedLine]:
        """Return refused submissions, newest first; `before` leads to the next page."""
        arguments: list[Any] = [before or _NEWEST, limit]
        name = "refused_of_all"
        if not scope.everything:
            name = "refused_of_agencies"
            arguments.append(list(scope.agencies))
        async with self._snapshot() as connection:
            found = await connection.fetch(_SQL[name], *arguments)
        return [RefusedLine(**{**row, "reasons": tuple(row["reasons"])}) for row in found]

    async def held(self, scope: Scope, wanted: HeldFilter) -> Sequence[HeldLine]:
        """Return submissions that wait for a check, newest first."""
        async with self._snapshot() as connection:
            found = await connection.fetch(
                _HELD_LINES,
                wanted.before or _NEWEST,
                wanted.limit,
                *_of(scope),
                wanted.id,
                wanted.document_id,
            )
        return [rows.held_line(row) for row in found]

    async def status(self, scope: Scope, status: UUID) -> bytes | None:
        """Return a status as it was signed, or None when it is not there or not the viewer's."""
        async with self._snapshot() as connection:
            body: bytes | None = await connection.fetchval(_SQL["status"], status, *_of(scope))
        return body

    async def receipt(self, scope: Scope, receipt: UUID) -> ReceiptView | None:
        """Return one receipt, or None when it does not exist or is not the viewer's."""
        async with self._snapshot() as connection:
            row = await connection.fetchrow(_SQL["receipt"], receipt, *_of(scope))
        return None if row is None else ReceiptView(**{**row, "event": Event(row["event"])})

    async def _matching(
        self, connection: Connection, scope: Scope, wanted: DocumentFilter
    ) -> list[UUID]:
        text = like_text(wanted.text)
        common = (
            wanted.before or _NEWEST,
            text,
            None if wanted.state is None else wanted.state.value,
            None if wanted.owner is None else list(steps_of(wanted.owner)),
            wanted.limit,
        )
        try:
            async with asyncio.timeout(SEARCH_TIMEOUT_SECONDS):
                if scope.everything:
                    name = "found_late_of_all" if wanted.late else "found_of_all"
                    agencies = await _agencies_matching(connection, text)
                    found = await connection.fetch(_SQL[name], *common, agencies)
                else:
                    found = await connection.fetch(
                        _SQL["found_of_agencies"],
                        *common,
                        list(scope.agencies),
                        wanted.direction is not Direction.IN,
                        wanted.direction is not Direction.OUT,
                        wanted.late,
                    )
        except TimeoutError:
            raise SearchTooBroadError(
                "Tìm kiếm quá rộng nên mất quá nhiều thời gian; hãy gõ số, ký hiệu hoặc mã văn bản"
                " đầy đủ hơn. / The search is too broad and takes too long; type more of the"
                " number or DocumentId."
            ) from None
        return [row["id"] for row in found]

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Connection]:
        """Let all queries of one answer see the same moment, so that the parts fit together."""
        async with transaction(self._pool) as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection


def like_text(text: str) -> str | None:
    """Return a text for the inside of a LIKE pattern, None for nothing to look for."""
    return " ".join(text.split()).translate(_LIKE_SPECIAL) or None


async def _agencies_matching(connection: Connection, text: str | None) -> list[str] | None:
    """Return the agencies that a text fits; None when they are too many to go through."""
    if text is None:
        return []
    found = await connection.fetch(_SQL["agencies_matching"], text, MAX_MATCHING + 1)
    return [row["code"] for row in found] if len(found) <= MAX_MATCHING else None


def _of(scope: Scope) -> tuple[list[str], bool]:
    return list(scope.agencies), scope.everything
