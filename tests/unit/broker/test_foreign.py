"""Properties that no client library writes, as RabbitMQ hands them on."""

import struct
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp import commands, decode, header

from axis.broker.foreign import MAX_TABLE_BYTES, tolerate_foreign_properties
from tests.support.amqp import short, table

FLAGS = commands.Basic.Properties.flags


@pytest.fixture(autouse=True)
def tolerant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "METHODS", dict(decode.METHODS))
    tolerate_foreign_properties()


def properties(flags: int, content: bytes) -> commands.Basic.Properties:
    """Read a message's properties as they come over the wire."""
    read = header.ContentHeader()
    read.unmarshal(struct.pack(">HHQH", 60, 0, 0, flags) + content)
    return read.properties


def test_text_that_is_no_utf8_is_read_with_a_mark_and_what_follows_stays_readable() -> None:
    flags = FLAGS["message_id"] | FLAGS["user_id"]
    read = properties(flags, short(b"a\xff\xfeb") + short(b"g22"))
    assert (read.message_id, read.user_id) == ("a\ufffd\ufffdb", "g22")


def test_utf8_is_read_as_it_is() -> None:
    read = properties(FLAGS["message_id"], short("số-1".encode()))
    assert read.message_id == "số-1"


@pytest.mark.parametrize("seconds", [2**64 - 1, 2**63, 2**62, 10**15])
def test_time_beyond_the_calendar_does_not_hide_what_follows(seconds: int) -> None:
    flags = FLAGS["timestamp"] | FLAGS["user_id"]
    read = properties(flags, struct.pack(">Q", seconds) + short(b"g22"))
    assert isinstance(read.timestamp, datetime)
    assert read.user_id == "g22"


def test_time_is_read_as_it_is() -> None:
    read = properties(FLAGS["timestamp"], struct.pack(">Q", 1_772_413_200))
    assert read.timestamp == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def nested(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = short(b"") + b"F" + table(content)
    return content


@pytest.mark.parametrize(
    "content",
    [
        short(b"\xff") + b"t\x01",
        short(b"k") + b"T" + b"\xff" * 8,
        short(b"k") + b"Z" + b"1234",
        short(b"k") + b"F" + table(short(b"\xff\xff") + b"T" + b"\xff" * 8),
        nested(2_500),
        short(b"k") + b"S" + table(b"x" * MAX_TABLE_BYTES),
    ],
    ids=["key", "time", "type", "nested", "deep", "long"],
)
def test_headers_that_cannot_be_read_count_as_none_and_hide_nothing(content: bytes) -> None:
    flags = FLAGS["headers"] | FLAGS["message_id"]
    read = properties(flags, table(content) + short(b"id-1"))
    assert read.message_id == "id-1"
    assert read.headers == {}


def test_headers_are_read_as_they_are() -> None:
    content = short(b"x-first-death-queue") + b"S" + table(b"intake.document")
    read = properties(FLAGS["headers"], table(content))
    assert read.headers == {"x-first-death-queue": "intake.document"}


@given(st.binary(max_size=200), st.integers(0, 0xFFFE))
def test_any_bytes_are_read_or_refused_as_a_broken_frame(content: bytes, flags: int) -> None:
    with suppress(ValueError):  # cut off, which RabbitMQ never sends
        properties(flags & 0xFFFC, content)


def test_tolerance_may_be_asked_for_again() -> None:
    before = properties(FLAGS["message_id"], short(b"\xff"))
    tolerate_foreign_properties()
    assert properties(FLAGS["message_id"], short(b"\xff")) == before
