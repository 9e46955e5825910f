"""The transactions about dead letters on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from axis.exchange.dead_letters.desk import LetterKind
from axis.exchange.dead_letters.keeping import Kept
from axis.exchange.deliveries.deadlines import Deadlines
from axis.exchange.records import DeadLetterRow, Records
from axis.exchange.stored import CopyArrived
from axis.exchange.submission import Submission
from axis.store import dead_letters
from axis.store.dispatch import copies_of
from axis.store.pool import Connection
from axis.store.writing import add_records


class PostgresLetterWork:
    """Implements `axis.exchange.dead_letters.keeping.LetterWork` on one open transaction."""

    def __init__(self, connection: Connection, deadlines: Deadlines) -> None:
        self._connection = connection
        self._deadlines = deadlines

    async def keep(self, letters: Sequence[DeadLetterRow]) -> Sequence[Kept]:
        """Add letters and return those that were not kept already."""
        return await dead_letters.keep(self._connection, letters)

    async def copies_of(self, outbox_ids: Sequence[UUID]) -> Sequence[CopyArrived]:
        """Lock and return the deliveries that these copies carry."""
        return await copies_of(self._connection, outbox_ids)

    async def save(self, records: Records) -> None:
        """Add what the letters brought about."""
        await add_records(self._connection, records, self._deadlines)

    async def claim(
        self, *, at: datetime, leased_until: datetime, limit: int
    ) -> Sequence[Submission]:
        """Take letters that are to be taken in again, passing over what others hold."""
        return await dead_letters.claim(
            self._connection, at=at, leased_until=leased_until, limit=limit
        )

    async def reopen(self, letter: UUID, remark: str) -> None:
        """Give a letter that could not be taken in back to the administrators."""
        await dead_letters.reopen(self._connection, letter, remark)

    async def open_letters(self) -> Mapping[LetterKind, int]:
        """Return how many letters wait for somebody to look, by kind."""
        return await dead_letters.open_letters(self._connection)
