"""Tells the senders of documents what has become of copies."""

import itertools
from collections.abc import Sequence
from datetime import datetime

from axis.evidence.events import Event
from axis.exchange import outgoing
from axis.exchange.ports import CopyArrived
from axis.exchange.receipts import Notary
from axis.exchange.records import Records


def tell_senders(
    notary: Notary, event: Event, copies: Sequence[CopyArrived], at: datetime
) -> Records:
    """Return one receipt a document about these copies, on its way to the document's sender."""
    records = Records()
    ordered = sorted(copies, key=lambda copy: copy.document.id)
    for _, group in itertools.groupby(ordered, key=lambda copy: copy.document.id):
        about = list(group)
        document = about[0].document
        receipt = notary.about_copies(event, about, at)
        records.evidence.append(receipt)
        records.outbox.append(
            outgoing.receipt_to(
                document.endpoint,
                receipt.id,
                about[0].message_id,
                at,
                urgent=document.urgent,
                document=document.id,
            )
        )
    return records
