"""What an agency's system imports: sign, check, submit, receive, acknowledge, report, prove.

    journal = Path("h37.journal")
    async with AgencySystem.connect(url, "lgsp-h37", journal=journal, trust=trust) as system:
        submission = await system.submit(sign(document, key))
        answer = await submission.receipt(timeout=60)
        async for delivery in system.deliveries():
            register(delivery.document)
            await delivery.acknowledge()

It knows the AMQP contract and nothing of the axis's inside: no database, no exchange, no registry.
"""

from axis.client.answers import Answer
from axis.client.checking import check
from axis.client.deliveries import Delivery
from axis.client.errors import (
    AccountRefusedError,
    AxisUnreachableError,
    CheckFailedError,
    ClientError,
    JournalError,
    ReceiptTimeoutError,
    SubmissionHeldError,
    SubmissionPendingError,
    TimestampUnavailableError,
    UnprovenReceiptError,
)
from axis.client.receipts import CheckedReceipt, ReceiptTrust
from axis.client.system import AgencySystem, Submission
from axis.client.timestamps import TimestampAuthority

__all__ = [
    "AccountRefusedError",
    "AgencySystem",
    "Answer",
    "AxisUnreachableError",
    "CheckFailedError",
    "CheckedReceipt",
    "ClientError",
    "Delivery",
    "JournalError",
    "ReceiptTimeoutError",
    "ReceiptTrust",
    "Submission",
    "SubmissionHeldError",
    "SubmissionPendingError",
    "TimestampAuthority",
    "TimestampUnavailableError",
    "UnprovenReceiptError",
    "check",
]
