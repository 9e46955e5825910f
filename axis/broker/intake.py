"""Turns AMQP messages into submissions and dead letters for the exchange."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from aio_pika.abc import AbstractIncomingMessage, HeadersType

from axis.broker.topology import DEAD
from axis.clock import Clock, iso_utc
from axis.exchange.records import DeadLetterRow
from axis.exchange.submission import Submission
from axis.ids import new_id

_MAX_TEXT_CHARS = 255
"""An AMQP short string; headers of a dead letter are foreign and may be longer."""

MAX_HEADERS: Final = 50
"""Headers of a dead letter that are kept for people to look at; the axis itself sends six."""

_PROPERTIES: Final = (
    "type",
    "content_type",
    "content_encoding",
    "correlation_id",
    "reply_to",
    "expiration",
    "app_id",
    "priority",
    "timestamp",
)
"""Basic properties that a dead letter does not keep in a column of its own."""


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
            properties=properties_of(message),
        )
        for message in messages
    ]


def dead_letter_of(message: AbstractIncomingMessage, clock: Clock) -> DeadLetterRow:
    """Return the record of a message that the broker gave up on.

    The queue is the routing key that it was dead-lettered with, which the topology sets. Senders
    can forge ``x-first-death-queue``; the first entry of ``x-death`` is the broker's own.
    """
    submission = submissions_of([message], clock)[0]
    queue = submission.routing_key or DEAD
    death = _death(message.headers, queue)
    ways = death.get("routing-keys")
    way = ways[0] if isinstance(ways, list) and ways and isinstance(ways[0], str) else queue
    died_at = death.get("time")
    return DeadLetterRow(
        id=submission.id,
        at=submission.received_at,
        queue=queue,
        routing_key=clean(way) or "",
        user_id=submission.user_id,
        message_id=clean(submission.message_id),
        reasons=(_text(death, "reason") or "unknown",),
        sha256=submission.sha256,
        body=submission.body,
        died_at=died_at if isinstance(died_at, datetime) else None,
        properties=submission.properties,
    )


def properties_of(message: AbstractIncomingMessage) -> dict[str, Any]:
    """Return what else AMQP says of a message, as texts that can be kept and shown."""
    properties: dict[str, Any] = {
        name: _shown(value)
        for name in _PROPERTIES
        if (value := getattr(message, name, None)) is not None
    }
    headers = list(message.headers.items())[:MAX_HEADERS]
    properties["headers"] = {clean(str(name)): _shown(value) for name, value in headers}
    return properties


def clean(text: str | None) -> str | None:
    """Return foreign text as PostgreSQL can keep it: bounded, without NUL.

    U+FFFD takes its place, so that a text never becomes one that means something.
    """
    return None if text is None else text.replace("\0", "\ufffd")[:_MAX_TEXT_CHARS]


def _death(headers: HeadersType, queue: str) -> Mapping[str, Any]:
    """Return what the broker notes of the death in this queue."""
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths else None
    return first if isinstance(first, Mapping) and first.get("queue") == queue else {}


def _shown(value: object) -> str:
    text = iso_utc(value) if isinstance(value, datetime) else str(value)
    return clean(text) or ""


def _text(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return clean(value) if isinstance(value, str) else None
