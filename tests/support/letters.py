"""Dead letters as the broker hands them in."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID

from axis.exchange.dead_letters.keeping import DeadLetters
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import DeadLetterRow
from axis.ids import new_id
from axis.store.exchange import PostgresStore
from tests.support.exchange import ISSUER, NOW
from tests.support.stage import Stage


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


async def buried_copy(stage: Stage, document: UUID, queue: str) -> UUID:
    """Have an endpoint's copy of a document come back as a dead letter; return the copy's id."""
    row = await stage.pool.fetchrow(
        "SELECT * FROM outbox WHERE subject = $1 AND queue = $2", document, queue
    )
    assert row is not None
    headers = {f"axis-{name}": value for name, value in (("to", "G09"), ("priority", "0"))}
    letter = replace(letter_of(row), properties={"type": "document", "headers": headers})
    intake: Any = None
    letters = DeadLetters(
        PostgresStore(stage.pool), intake, stage.desk, Notary(ISSUER), stage.clock
    )
    await letters.bury([letter])
    copy: UUID = row["id"]
    return copy
