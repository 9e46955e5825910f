"""Dead letters as the broker hands them in."""

import hashlib
from typing import Any

from axis.exchange.records import DeadLetterRow
from axis.ids import new_id
from tests.support.exchange import NOW


def letter_of(sent: Any = None, *, body: bytes = b"<edXML/>") -> DeadLetterRow:
    """The letter that a message of the axis (an outbox row) becomes, else one of nobody's."""
    return DeadLetterRow(
        id=new_id(),
        at=NOW,
        queue="intake" if sent is None else sent["queue"],
        routing_key="document" if sent is None else sent["queue"],
        user_id=None,
        message_id=None if sent is None else str(sent["id"]),
        reasons=("A-NO-USER-ID",) if sent is None else ("delivery_limit",),
        sha256=hashlib.sha256(body).hexdigest(),
        body=body,
        died_at=None if sent is None else NOW,
    )
