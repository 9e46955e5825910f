"""The journal (sổ): an agency's own durable register of what it sent, got and took.

Everything is written here before the broker is told that it may forget, so a crash at any point
neither loses a message nor shows one twice. One SQLite file; several processes of one endpoint
on one machine may share it.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from axis.client.journal import answers, deliveries, submissions, withdrawals
from axis.client.journal.answers import AnswerRecord, Answers
from axis.client.journal.database import Database
from axis.client.journal.deliveries import Deliveries, DeliveryRecord
from axis.client.journal.submissions import SubmissionRecord, Submissions
from axis.client.journal.withdrawals import WithdrawalRecord, Withdrawals
from axis.clock import iso_utc

__all__ = ["AnswerRecord", "DeliveryRecord", "Journal", "SubmissionRecord", "WithdrawalRecord"]

APPLICATION_ID: Final = 0x61786A6E
"""The letters «axjn» in the file's header tell a journal from any other SQLite file."""

UPGRADES: Final = (answers.WITH_EVENTS, withdrawals.SCHEMA)
"""What each version added to the one before; the schema is the newest."""


class Journal:
    """The register of one endpoint; open it with `Journal.open`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.submissions = Submissions(database)
        """What was sent."""
        self.answers = Answers(database)
        """What came back: receipts and statuses."""
        self.deliveries = Deliveries(database)
        """What was taken over."""
        self.withdrawals = Withdrawals(database)
        """What was withdrawn before anybody saw it, and what is being shown."""

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the journal, made if there is none; raises JournalError."""
        database = Database(path)
        schema = [
            *submissions.SCHEMA,
            *answers.SCHEMA,
            *deliveries.SCHEMA,
            *withdrawals.SCHEMA,
        ]
        try:
            await database.open(schema, application_id=APPLICATION_ID, upgrades=UPGRADES)
        except BaseException:
            await database.close()
            raise
        return cls(database)

    async def close(self) -> None:
        """Close the file."""
        await self._database.close()

    async def forget(self, before: datetime) -> None:
        """Drop what is older than a moment and no longer needed to be safe.

        That is the bytes of submissions that have a receipt and are not held any more, acknowledged
        statuses, and the notes of deliveries and withdrawals; receipts stay, because they are the
        agency's proof. Choose a moment weeks ago: a delivery that the broker gives once more after
        it would be shown again.
        """
        moment = iso_utc(before)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE submission SET body = NULL WHERE published_at < ?"
                " AND EXISTS (SELECT 1 FROM answer WHERE type = 'receipt'"
                "             AND correlation_id = submission.message_id"
                "             AND event IS NOT 'SubmissionHeld')",
                (moment,),
            )
            connection.execute(
                "DELETE FROM answer WHERE acknowledged_at < ? AND type <> 'receipt'", (moment,)
            )
            connection.execute("DELETE FROM delivery WHERE acknowledged_at < ?", (moment,))
            connection.execute("DELETE FROM withdrawal WHERE noted_at < ?", (moment,))
            connection.execute("DELETE FROM shown WHERE shown_at < ?", (moment,))

        await self._database.write(work)
