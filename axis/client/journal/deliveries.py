"""The journal's page of what was taken over."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from axis.client.journal.database import Database
from axis.clock import iso_utc

SCHEMA: Final = (
    """CREATE TABLE delivery (
        message_id      TEXT PRIMARY KEY,
        document        TEXT,
        sha256          TEXT NOT NULL,
        sender          TEXT NOT NULL,
        receivers       TEXT NOT NULL,
        document_id     TEXT NOT NULL,
        number          TEXT NOT NULL,
        notation        TEXT NOT NULL,
        promulgated     TEXT,
        acknowledged_at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX delivery_document ON delivery (document) WHERE document IS NOT NULL",
    "CREATE INDEX delivery_document_id ON delivery (document_id)",
)

_COLUMNS: Final = (
    "message_id, document, sha256, sender, receivers, document_id, number, notation, promulgated,"
    " acknowledged_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A document that was taken over: enough to report about it later, without its bytes."""

    message_id: str
    document: str | None
    """The axis's id of the document."""
    sha256: str
    sender: str
    receivers: tuple[str, ...]
    """The agencies at this endpoint that it was for."""
    document_id: str
    number: str
    notation: str
    promulgated: date | None
    acknowledged_at: datetime


class Deliveries:
    """Deliveries that were acknowledged, so that none is shown again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, record: DeliveryRecord) -> bool:
        """Note that a delivery has been taken over; False when it had been before."""
        values = (
            record.message_id,
            record.document,
            record.sha256,
            record.sender,
            ",".join(record.receivers),
            record.document_id,
            record.number,
            record.notation,
            None if record.promulgated is None else record.promulgated.isoformat(),
            iso_utc(record.acknowledged_at),
        )

        def work(connection: sqlite3.Connection) -> bool:
            cursor = connection.execute(
                f"INSERT INTO delivery ({_COLUMNS})"  # noqa: S608 - constants above
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                values,
            )
            connection.execute("DELETE FROM shown WHERE message_id = ?", (record.message_id,))
            return cursor.rowcount == 1

        return await self._database.write(work)

    async def taken(self, message_ids: Collection[str]) -> set[str]:
        """Return which of these have been taken over."""

        def work(connection: sqlite3.Connection) -> set[str]:
            query = "SELECT 1 FROM delivery WHERE message_id = ?"
            return {
                message_id
                for message_id in message_ids
                if connection.execute(query, (message_id,)).fetchone() is not None
            }

        return await self._database.read(work)

    async def page(self, after: str, limit: int) -> list[DeliveryRecord]:
        """Return deliveries after a message id, in the order of these ids."""

        def work(connection: sqlite3.Connection) -> list[DeliveryRecord]:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM delivery WHERE message_id > ?"  # noqa: S608 - constants above
                " ORDER BY message_id LIMIT ?",
                (after, limit),
            )
            return [_record(row) for row in rows]

        return await self._database.read(work)

    async def of_document(self, document: str) -> DeliveryRecord | None:
        """Return the newest delivery with this DocumentId or this id of the axis."""

        def work(connection: sqlite3.Connection) -> DeliveryRecord | None:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM delivery"  # noqa: S608 - constants above
                " WHERE document_id = ?1 OR document = ?1 ORDER BY acknowledged_at DESC LIMIT 1",
                (document,),
            ).fetchone()
            return None if row is None else _record(row)

        return await self._database.read(work)


def _record(
    row: tuple[str, str | None, str, str, str, str, str, str, str | None, str],
) -> DeliveryRecord:
    message_id, document, sha256, sender, receivers, document_id, number, notation, day, at = row
    return DeliveryRecord(
        message_id=message_id,
        document=document,
        sha256=sha256,
        sender=sender,
        receivers=tuple(filter(None, receivers.split(","))),
        document_id=document_id,
        number=number,
        notation=notation,
        promulgated=None if day is None else date.fromisoformat(day),
        acknowledged_at=datetime.fromisoformat(at),
    )
