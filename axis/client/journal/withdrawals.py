"""The journal's page of what is not to be shown any more, and of what is being shown.

A copy is withdrawn by a notice of the axis (DeliveryWithdrawn), which may come before the copy,
after it, or while somebody reads it. What has been shown once stays shown: the notice then says
nothing new, the recall behind it does.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from axis.client.journal.database import Database
from axis.clock import iso_utc

SCHEMA: Final = (
    """CREATE TABLE withdrawal (
        message_id TEXT NOT NULL,
        receiver   TEXT NOT NULL,
        document   TEXT NOT NULL,
        noted_at   TEXT NOT NULL,
        passed_at  TEXT,
        PRIMARY KEY (message_id, receiver)
    ) STRICT""",
    "CREATE INDEX withdrawal_document ON withdrawal (document)",
    """CREATE TABLE shown (
        message_id TEXT PRIMARY KEY,
        document   TEXT,
        shown_at   TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX shown_document ON shown (document) WHERE document IS NOT NULL",
)
"""Version 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRecord:
    """One receiver of a copy for whom it is withdrawn."""

    message_id: str
    """The copy's."""
    receiver: str
    document: str
    """The axis's id of the document."""
    noted_at: datetime
    passed_at: datetime | None = None
    """When the copy came and this receiver was passed over; others may have been shown it."""


class Withdrawals:
    """Withdrawn copies, and the copies that somebody has in hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, records: Sequence[WithdrawalRecord]) -> None:
        """Write down what is withdrawn; what is there already stays as it is."""
        values = [
            (one.message_id, one.receiver, one.document, iso_utc(one.noted_at)) for one in records
        ]
        await self._database.write(
            lambda connection: connection.executemany(
                "INSERT INTO withdrawal (message_id, receiver, document, noted_at)"
                " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                values,
            )
        )

    async def show(
        self, message_id: str, document: str | None, receivers: Sequence[str], at: datetime
    ) -> tuple[str, ...] | None:
        """Decide in one step whether a copy may be shown, and write that down.

        Return its receivers for whom it is not withdrawn; None where none is left: then nobody is
        to see it. Whoever is passed over stays so, and who has been shown it once is shown it
        again, whatever is withdrawn meanwhile.
        """

        def work(connection: sqlite3.Connection) -> tuple[str, ...] | None:
            shown = _is_shown(connection, message_id)
            rows = connection.execute(
                "SELECT receiver FROM withdrawal"
                " WHERE message_id = ? AND (passed_at IS NOT NULL OR NOT ?)",
                (message_id, shown),
            ).fetchall()
            withdrawn = {row[0] for row in rows}
            left = tuple(code for code in receivers if code not in withdrawn)
            if not shown:
                connection.execute(
                    "UPDATE withdrawal SET passed_at = ?"
                    " WHERE message_id = ? AND passed_at IS NULL",
                    (iso_utc(at), message_id),
                )
            if withdrawn and not left:
                return None
            if not shown:
                connection.execute(
                    "INSERT INTO shown (message_id, document, shown_at) VALUES (?, ?, ?)",
                    (message_id, document, iso_utc(at)),
                )
            return left

        return await self._database.write(work)

    async def unseen(self, documents: Collection[str]) -> bool:
        """Tell whether documents were withdrawn here, and none of them was ever shown."""

        def work(connection: sqlite3.Connection) -> bool:
            withdrawn = False
            for document in documents:
                for table in ("shown", "delivery"):
                    query = f"SELECT 1 FROM {table} WHERE document = ? LIMIT 1"  # noqa: S608
                    if connection.execute(query, (document,)).fetchone() is not None:
                        return False
                query = "SELECT 1 FROM withdrawal WHERE document = ? LIMIT 1"
                withdrawn |= connection.execute(query, (document,)).fetchone() is not None
            return withdrawn

        return await self._database.read(work)

    async def of_document(self, document: str) -> list[WithdrawalRecord]:
        """Return what is withdrawn of a document (the axis's id)."""

        def work(connection: sqlite3.Connection) -> list[WithdrawalRecord]:
            rows = connection.execute(
                "SELECT message_id, receiver, document, noted_at, passed_at FROM withdrawal"
                " WHERE document = ? ORDER BY message_id, receiver",
                (document,),
            )
            return [
                WithdrawalRecord(
                    message_id=row[0],
                    receiver=row[1],
                    document=row[2],
                    noted_at=datetime.fromisoformat(row[3]),
                    passed_at=None if row[4] is None else datetime.fromisoformat(row[4]),
                )
                for row in rows
            ]

        return await self._database.read(work)


def _is_shown(connection: sqlite3.Connection, message_id: str) -> bool:
    query = "SELECT 1 FROM shown WHERE message_id = ?"
    return connection.execute(query, (message_id,)).fetchone() is not None
