"""Turns AMQP messages into submissions and dead letters for the exchange."""

from collections.abc import Sequence

from aio_pika.abc import AbstractIncomingMessage, HeadersType

from axis.broker.topology import DEAD
from axis.clock import Clock
from axis.exchange.records import DeadLetterRow
from axis.exchange.submission import Submission
from axis.ids import new_id

_MAX_TEXT_CHARS = 255
"""An AMQP short string; headers of a dead letter are foreign and may be longer."""


def submissions_of(messages: Sequence[AbstractIncomingMessage], clock: Clock) -> list[Submission]:
    """Return the submissions that these messages are; nothing in them is believed yet."""
    now = clock()
    return [
        Submission(
            id=new_id(),
            body=message.body,
            routing_key=clean(message.routing_key) or "",
            user_id=clean(message.user_id),
            message_id=message.message_id,
            received_at=now,
        )
        for message in messages
    ]


def dead_letter_of(message: AbstractIncomingMessage, clock: Clock) -> DeadLetterRow:
    """Return the record of a message that the broker gave up on."""
    submission = submissions_of([message], clock)[0]
    return DeadLetterRow(
        id=submission.id,
        at=submission.received_at,
        queue=_text(message.headers, "x-first-death-queue") or DEAD,
        routing_key=submission.routing_key,
        user_id=submission.user_id,
        message_id=clean(submission.message_id),
        reasons=(_text(message.headers, "x-first-death-reason") or "unknown",),
        sha256=submission.sha256,
        body=submission.body,
    )


def clean(text: str | None) -> str | None:
    """Return foreign text as PostgreSQL can keep it: bounded, without NUL.

    U+FFFD takes its place, so that a text never becomes one that means something.
    """
    return None if text is None else text.replace("\0", "\ufffd")[:_MAX_TEXT_CHARS]


def _text(headers: HeadersType, name: str) -> str | None:
    value = headers.get(name)
    return clean(value) if isinstance(value, str) else None
