"""Receipts and statuses as the journal holds them, read and checked."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from axis.client.contract import AnswerType
from axis.client.errors import UnprovenReceiptError
from axis.client.journal import AnswerRecord, Journal, SubmissionRecord
from axis.client.receipts import CheckedReceipt, ReceiptTrust, check_receipt
from axis.clock import Clock
from axis.edxml.parse import read
from axis.edxml.values import Status

_PAGE: Final = 20
"""Answers read from the journal, and checked, at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Something that came back from the axis: a receipt, or a status of a receiver."""

    record: AnswerRecord
    receipt: CheckedReceipt | None
    """The receipt with what its signature is worth; None for a status."""
    status: Status | None
    """The status; None for a receipt, and for a status that cannot be read."""
    journal: Journal
    clock: Clock

    @property
    def correlation_id(self) -> str | None:
        """The submission that a receipt answers; None when it is about something else."""
        return self.record.correlation_id

    @property
    def document(self) -> str | None:
        """The axis's id of the document concerned."""
        return self.record.document

    @property
    def received_at(self) -> datetime:
        """When it came."""
        return self.record.received_at

    async def acknowledge(self) -> None:
        """Note that it has been dealt with: it is not shown again."""
        await self.journal.answers.acknowledge(self.record.sequence, self.clock())


class AnswerReader:
    """Reads answers from the journal and says what their signatures are worth."""

    def __init__(self, journal: Journal, trust: ReceiptTrust | None, clock: Clock) -> None:
        self._journal = journal
        self._trust = trust
        self._clock = clock

    async def page(self, after: int) -> list[Answer]:
        """Return the next answers after a sequence that nobody has acknowledged."""
        records = await self._journal.answers.open(after, _PAGE)
        return await asyncio.to_thread(lambda: [self._present(record) for record in records])

    async def receipt_of(self, submission: SubmissionRecord) -> CheckedReceipt | None:
        """Return the newest receipt that ends this very submission, or None.

        One about other bytes is no receipt for these, whatever submission it names. Raises
        UnprovenReceiptError when all that came fails the signature check.
        """
        found = await self._to(submission)
        fitting = [one for one in found if one.answers_submission and _about(one, submission)]
        if self._trust is None:
            return fitting[-1] if fitting else None
        for checked in reversed(fitting):
            if checked.proof:
                return checked
        for checked in reversed(found):
            if checked.verdict is not None and not checked.verdict.passed:
                raise UnprovenReceiptError(submission.message_id, checked.verdict)
        return None

    async def notice_of(self, submission: SubmissionRecord) -> CheckedReceipt | None:
        """Return the notice that this submission waits for a check, or None.

        It says nothing once there is a receipt: the two may come in any order.
        """
        for checked in reversed(await self._to(submission)):
            if checked.held and _about(checked, submission):
                return checked if checked.proof or self._trust is None else None
        return None

    async def _to(self, submission: SubmissionRecord) -> list[CheckedReceipt]:
        """Return what answers a submission, oldest first."""
        return [
            await asyncio.to_thread(self._check, answer)
            for answer in await self._journal.answers.to(submission.message_id)
        ]

    def _present(self, record: AnswerRecord) -> Answer:
        receipt = status = None
        if record.type == AnswerType.RECEIPT:
            receipt = self._check(record)
        elif record.type == AnswerType.STATUS:
            message = read(record.body).message
            status = message if isinstance(message, Status) else None
        return Answer(
            record=record, receipt=receipt, status=status, journal=self._journal, clock=self._clock
        )

    def _check(self, record: AnswerRecord) -> CheckedReceipt:
        return check_receipt(record.body, self._trust, record.received_at)


def _about(checked: CheckedReceipt, submission: SubmissionRecord) -> bool:
    receipt = checked.receipt
    return receipt is not None and receipt.subject.sha256 == submission.sha256
