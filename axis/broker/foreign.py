"""Lets messages with unreadable properties in, so that they can be refused.

RabbitMQ hands on routing keys, ids, times and header names as the bytes that a sender wrote. pamqp
raises on bytes that are no UTF-8 and on times beyond the calendar, and the connection dies of it:
one such message in a shared queue would stop every router for ever.
"""

from datetime import UTC, datetime

from pamqp import decode
from pamqp.common import FieldTable

MAX_TABLE_BYTES = 48 * 1024
"""Headers that are read at all: the axis's own reach 36 KB, with a thousand receivers. Reading
costs the square of the length, half a second for the 128 KB that one frame can hold."""

_LENGTH_BYTES = 4
_TIMESTAMP_BYTES = 8


def tolerate_foreign_properties() -> None:
    """Make pamqp read what it cannot represent as something harmless; safe to repeat."""
    decode.METHODS["shortstr"] = _short_text
    decode.METHODS["table"] = _table
    decode.METHODS["timestamp"] = _timestamp


def _short_text(value: bytes) -> tuple[int, str]:
    """Read a short string; U+FFFD stands for what is no UTF-8, and no valid id contains it."""
    end = 1 + value[0] if value else 1
    return end, value[1:end].decode("utf-8", errors="replace")


def _table(value: bytes) -> tuple[int, FieldTable]:
    """Read headers; they count as empty when they are too long or one of them cannot be read."""
    length = int.from_bytes(value[:_LENGTH_BYTES], "big")
    if length > MAX_TABLE_BYTES:
        return _LENGTH_BYTES + length, {}
    try:
        return decode.field_table(value)
    except Exception:  # noqa: BLE001 - nested values raise ValueError, OverflowError, RecursionError …
        return _LENGTH_BYTES + length, {}


def _timestamp(value: bytes) -> tuple[int, datetime]:
    """Read a time; the axis has its own clock and never looks at a foreign one."""
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return _TIMESTAMP_BYTES, datetime.fromtimestamp(0, UTC)
