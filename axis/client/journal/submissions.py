"""The journal's page of what was sent."""

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from axis.client.contract import Route
from axis.client.errors import MessageIdReusedError, UnknownSubmissionError
from axis.client.journal.database import Database
from axis.clock import iso_utc

SCHEMA: Final = (
    """CREATE TABLE submission (
        message_id   TEXT PRIMARY KEY,
        route        TEXT NOT NULL,
        sha256       TEXT NOT NULL,
        document_id  TEXT,
        body         BLOB,
        written_at   TEXT NOT NULL,
        published_at TEXT
    ) STRICT""",
    "CREATE INDEX submission_open ON submission (published_at, written_at) WHERE body IS NOT NULL",
    "CREATE INDEX submission_document ON submission (document_id) WHERE document_id IS NOT NULL",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRecord:
    """A submission as the journal holds it, without its bytes."""

    message_id: str
    route: Route
    sha256: str
    document_id: str | None
    """DocumentId of the document in it, where that was read."""
    written_at: datetime
    published_at: datetime | None
    """When the broker last confirmed it; None: not yet."""


class Submissions:
    """Submissions with their bytes, written down before they are sent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        message_id: str,
        route: Route,
        body: bytes,
        at: datetime,
        document_id: str | None = None,
    ) -> SubmissionRecord:
        """Write a submission down; return the earlier one if it is there.

        Raises MessageIdReusedError when the message id already stands for other bytes.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        values = (message_id, route.value, sha256, document_id, body, iso_utc(at))

        def work(connection: sqlite3.Connection) -> SubmissionRecord:
            connection.execute(
                "INSERT INTO submission (message_id, route, sha256, document_id, body, written_at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                values,
            )
            record = _record(connection, message_id)
            if record.sha256 != sha256:
                raise MessageIdReusedError(message_id)
            return record

        return await self._database.write(work)

    async def get(self, message_id: str) -> SubmissionRecord:
        """Return a submission; raises UnknownSubmissionError."""
        return await self._database.read(lambda connection: _record(connection, message_id))

    async def body(self, message_id: str) -> bytes:
        """Return the bytes of a submission; raises UnknownSubmissionError, also once forgotten."""

        def work(connection: sqlite3.Connection) -> bytes:
            row = connection.execute(
                "SELECT body FROM submission WHERE message_id = ?", (message_id,)
            ).fetchone()
            if row is None or row[0] is None:
                raise UnknownSubmissionError(message_id)
            return bytes(row[0])

        return await self._database.read(work)

    async def of_document(self, document_id: str) -> SubmissionRecord | None:
        """Return the newest submission of this DocumentId."""

        def work(connection: sqlite3.Connection) -> SubmissionRecord | None:
            row = connection.execute(
                "SELECT message_id FROM submission WHERE document_id = ?"
                " ORDER BY written_at DESC LIMIT 1",
                (document_id,),
            ).fetchone()
            return None if row is None else _record(connection, row[0])

        return await self._database.read(work)

    async def page(self, after: str, limit: int) -> list[SubmissionRecord]:
        """Return submissions after a message id, in the order of these ids."""

        def work(connection: sqlite3.Connection) -> list[SubmissionRecord]:
            rows = connection.execute(
                "SELECT message_id FROM submission WHERE message_id > ?"
                " ORDER BY message_id LIMIT ?",
                (after, limit),
            )
            return [_record(connection, row[0]) for row in rows.fetchall()]

        return await self._database.read(work)

    async def published(self, message_id: str, at: datetime) -> None:
        """Note that the broker has confirmed a submission."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE submission SET published_at = ? WHERE message_id = ?",
                (iso_utc(at), message_id),
            )
        )

    async def unanswered(self, published_before: datetime) -> list[str]:
        """Return the submissions that the broker has not confirmed, oldest first, then those that
        it confirmed before a moment and that have no receipt yet, nor the notice that they are
        held: what the axis holds is safe with it.
        """

        def work(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                "SELECT message_id FROM submission WHERE body IS NOT NULL"
                " AND (published_at IS NULL OR published_at < ?)"
                " AND NOT EXISTS (SELECT 1 FROM answer WHERE type = 'receipt'"
                "                 AND correlation_id = submission.message_id)"
                " ORDER BY published_at IS NOT NULL, written_at",
                (iso_utc(published_before),),
            )
            return [row[0] for row in rows]

        return await self._database.read(work)

    async def owed(self) -> bool:
        """Tell whether a receipt is owed to any submission, be it held for a check or not."""

        def work(connection: sqlite3.Connection) -> bool:
            row = connection.execute(
                "SELECT 1 FROM submission WHERE body IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM answer WHERE type = 'receipt'"
                "                 AND correlation_id = submission.message_id"
                "                 AND event IS NOT 'SubmissionHeld') LIMIT 1"
            ).fetchone()
            return row is not None

        return await self._database.read(work)


def _record(connection: sqlite3.Connection, message_id: str) -> SubmissionRecord:
    row = connection.execute(
        "SELECT message_id, route, sha256, document_id, written_at, published_at FROM submission"
        " WHERE message_id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise UnknownSubmissionError(message_id)
    return SubmissionRecord(
        message_id=row[0],
        route=Route(row[1]),
        sha256=row[2],
        document_id=row[3],
        written_at=datetime.fromisoformat(row[4]),
        published_at=None if row[5] is None else datetime.fromisoformat(row[5]),
    )
