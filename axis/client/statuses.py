"""Statuses that came to an endpoint, read from the journal with what their signatures are worth."""

import asyncio
from dataclasses import dataclass
from typing import Final

from axis.client.journal import AnswerRecord, Journal
from axis.edxml.parse import read, read_message
from axis.edxml.values import Status
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import verify
from axis.verdict import Verdict

_PAGE: Final = 100
"""Statuses read from the journal at a time."""

_NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStatus:
    """A status with what its reporter's signature is worth."""

    record: AnswerRecord
    verdict: Verdict
    certificate: Certificate | None
    """Whose key made the signature."""
    status: Status | None
    """What was signed, read from the signed bytes alone; None unless the verdict is PASSED."""


def check_status(record: AnswerRecord, policy: SignaturePolicy) -> CheckedStatus:
    """Check a status as of the moment when it came; never raises for any bytes."""
    checked = verify(record.body, policy, record.received_at)
    message = None
    if checked.passed and checked.signed is not None:
        message, _ = read_message(checked.signed)
    return CheckedStatus(
        record=record,
        verdict=checked.verdict,
        certificate=checked.certificate,
        status=message if isinstance(message, Status) else None,
    )


async def newest_statuses(
    journal: Journal, policy: SignaturePolicy, limit: int, document: str | None = None
) -> list[CheckedStatus]:
    """Return the newest statuses of the journal, newest first, acknowledged ones too.

    `document` narrows them to one document: its id at the axis, or the DocumentId that they name;
    the journal is then looked through until there are enough. Raises JournalError.
    """
    found: list[AnswerRecord] = []
    before = _NEWEST
    while len(found) < limit and (page := await journal.answers.statuses(before, _PAGE)):
        before = page[-1].sequence
        found += await asyncio.to_thread(_about, page, document)
    return await asyncio.to_thread(lambda: [check_status(one, policy) for one in found[:limit]])


def _about(page: list[AnswerRecord], document: str | None) -> list[AnswerRecord]:
    return [one for one in page if document in (None, one.document) or _names(one, document)]


def _names(record: AnswerRecord, document_id: str | None) -> bool:
    message = read(record.body).message
    return isinstance(message, Status) and message.document_id == document_id
