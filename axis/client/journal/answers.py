"""The journal's page of what came back: receipts and statuses."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from axis.client.contract import AnswerType
from axis.client.journal.database import Database
from axis.clock import iso_utc

SCHEMA: Final = (
    """CREATE TABLE answer (
        sequence        INTEGER PRIMARY KEY,
        message_id      TEXT NOT NULL UNIQUE,
        type            TEXT NOT NULL,
        correlation_id  TEXT,
        document        TEXT,
        body            BLOB NOT NULL,
        received_at     TEXT NOT NULL,
        acknowledged_at TEXT,
        event           TEXT
    ) STRICT""",
    "CREATE INDEX answer_correlation ON answer (correlation_id) WHERE correlation_id IS NOT NULL",
    "CREATE INDEX answer_document ON answer (document) WHERE document IS NOT NULL",
    "CREATE INDEX answer_open ON answer (sequence) WHERE acknowledged_at IS NULL",
)

WITH_EVENTS: Final = ("ALTER TABLE answer ADD COLUMN event TEXT",)
"""Version 2. Before it no receipt left a submission waiting, so none needs to be looked through."""

_COLUMNS: Final = "sequence, message_id, type, correlation_id, document, body, received_at, event"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """A receipt or status as it came from the answers queue."""

    message_id: str
    type: str
    correlation_id: str | None
    """The submission that it answers."""
    document: str | None
    """The axis's id of the document that it is about."""
    body: bytes
    received_at: datetime
    event: str | None = None
    """What a receipt says has happened, by its own word; None for a status."""
    sequence: int = 0
    """Place in the journal; given by the journal."""


class Answers:
    """Receipts and statuses in the order in which they came, each once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, answers: Sequence[AnswerRecord]) -> None:
        """Write answers down; one that is there already stays as it is."""
        values = [
            (
                answer.message_id,
                answer.type,
                answer.correlation_id,
                answer.document,
                answer.body,
                iso_utc(answer.received_at),
                answer.event,
            )
            for answer in answers
        ]
        await self._database.write(
            lambda connection: connection.executemany(
                "INSERT INTO answer"
                " (message_id, type, correlation_id, document, body, received_at, event)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                values,
            )
        )

    async def open(self, after: int, limit: int) -> list[AnswerRecord]:
        """Return answers after a sequence that nobody has acknowledged."""
        return await self._select(
            "acknowledged_at IS NULL AND sequence > ? ORDER BY sequence LIMIT ?", (after, limit)
        )

    async def to(self, message_id: str) -> list[AnswerRecord]:
        """Return the answers to a submission."""
        return await self._select("correlation_id = ? ORDER BY sequence", (message_id,))

    async def about(self, document: str) -> list[AnswerRecord]:
        """Return the receipts and statuses about a document (the axis's id)."""
        return await self._select("document = ? ORDER BY sequence", (document,))

    async def statuses(self, before: int, limit: int) -> list[AnswerRecord]:
        """Return statuses before a sequence, newest first, acknowledged ones too."""
        return await self._select(
            "type = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
            (AnswerType.STATUS.value, before, limit),
        )

    async def acknowledge(self, sequence: int, at: datetime) -> None:
        """Note that an answer has been dealt with."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE answer SET acknowledged_at = ?"
                " WHERE sequence = ? AND acknowledged_at IS NULL",
                (iso_utc(at), sequence),
            )
        )

    async def _select(self, where: str, values: tuple[object, ...]) -> list[AnswerRecord]:
        query = f"SELECT {_COLUMNS} FROM answer WHERE {where}"  # noqa: S608 - constants above

        def work(connection: sqlite3.Connection) -> list[AnswerRecord]:
            return [
                AnswerRecord(
                    sequence=row[0],
                    message_id=row[1],
                    type=row[2],
                    correlation_id=row[3],
                    document=row[4],
                    body=row[5],
                    received_at=datetime.fromisoformat(row[6]),
                    event=row[7],
                )
                for row in connection.execute(query, values)
            ]

        return await self._database.read(work)
