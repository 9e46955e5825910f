"""Notices that copies are withdrawn, read from what comes into the answers queue.

With a `ReceiptTrust` only a notice counts whose signature holds: a forged one could hide a
document. Without one, nothing signed by the axis can be told from anything else; then a notice
counts as much as the copies themselves and their headers do, because only the axis's own account
may write to an endpoint's queues.
"""

from collections.abc import Sequence

from axis.client.journal import AnswerRecord, WithdrawalRecord
from axis.client.receipts import ReceiptTrust, check_receipt
from axis.evidence.events import Event


def withdrawals_in(
    answers: Sequence[AnswerRecord], trust: ReceiptTrust | None
) -> list[WithdrawalRecord]:
    """Return what answers withdraw; what can't be believed withdraws nothing."""
    notices = [one for one in answers if one.event == Event.DELIVERY_WITHDRAWN]
    return [found for notice in notices for found in _withdrawn(notice, trust)]


def _withdrawn(notice: AnswerRecord, trust: ReceiptTrust | None) -> list[WithdrawalRecord]:
    checked = check_receipt(notice.body, trust, notice.received_at)
    receipt = checked.receipt
    if receipt is None or receipt.subject.axis_id is None or not (checked.proof or trust is None):
        return []
    return [
        WithdrawalRecord(
            message_id=str(line.copy),
            receiver=line.code,
            document=str(receipt.subject.axis_id),
            noted_at=notice.received_at,
        )
        for line in receipt.receivers
        if line.copy is not None and line.code is not None
    ]
