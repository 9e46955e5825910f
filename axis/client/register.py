"""The journal as a register (sổ): what was sent and what was taken over, to be held against the
axis's (``axis reconcile``).
"""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from axis.client.contract import AnswerType, Route
from axis.client.journal import Journal
from axis.evidence.events import Event
from axis.evidence.reader import UnreadableReceiptError
from axis.evidence.xml import read_receipt

PAGE: Final = 500
"""Lines that are read from the journal at a time."""

SENT_COLUMNS: Final = ("message_id", "document_id", "sha256", "receipt", "state")
TAKEN_COLUMNS: Final = ("message_id", "document", "sender", "document_id", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLine:
    """A submission as the journal has it."""

    message_id: str
    document_id: str | None
    """None for a status, which has none of its own, and for what could not be read."""
    sha256: str
    receipt: str
    """Id of the receipt that ended it; empty: none has come."""
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLine:
    """A document that was taken over, as the journal has it."""

    message_id: str
    document: str | None
    """The axis's id of it."""
    sender: str
    document_id: str
    sha256: str


async def sent_lines(journal: Journal) -> AsyncIterator[SentLine]:
    """Yield every submission; raises JournalError."""
    after = ""
    while page := await journal.submissions.page(after, PAGE):
        for record in page:
            receipt, refused = await _ending(journal, record.message_id)
            yield SentLine(
                message_id=record.message_id,
                document_id=None if record.route is Route.STATUS else record.document_id,
                sha256=record.sha256,
                receipt=receipt,
                refused=refused,
            )
        after = page[-1].message_id


async def taken_lines(journal: Journal) -> AsyncIterator[TakenLine]:
    """Yield everything taken over that the journal has not forgotten; raises JournalError."""
    after = ""
    while page := await journal.deliveries.page(after, PAGE):
        for record in page:
            yield TakenLine(
                message_id=record.message_id,
                document=record.document,
                sender=record.sender,
                document_id=record.document_id,
                sha256=record.sha256,
            )
        after = page[-1].message_id


async def sent_csv(journal: Journal) -> bytes:
    """Return what was sent as the table that ``axis reconcile --sent`` reads."""
    rows = [
        (
            one.message_id,
            one.document_id or "",
            one.sha256,
            one.receipt,
            "refused" if one.refused else "sent",
        )
        async for one in sent_lines(journal)
    ]
    return _table(SENT_COLUMNS, rows)


async def taken_csv(journal: Journal) -> bytes:
    """Return what was taken over as the table that ``axis reconcile --taken`` reads."""
    rows = [
        (one.message_id, one.document or "", one.sender, one.document_id, one.sha256)
        async for one in taken_lines(journal)
    ]
    return _table(TAKEN_COLUMNS, rows)


async def _ending(journal: Journal, message_id: str) -> tuple[str, bool]:
    """Return the id of the receipt that ended a submission, and whether that was a refusal."""
    for answer in reversed(await journal.answers.to(message_id)):
        if answer.type != AnswerType.RECEIPT:
            continue
        try:
            receipt = read_receipt(answer.body)
        except UnreadableReceiptError:
            continue  # what cannot be read proves nothing
        if receipt.event in (Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION):
            return str(receipt.id), receipt.event is Event.SUBMISSION_REJECTION
    return "", False


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
