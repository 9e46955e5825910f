"""How AMQP messages become submissions and dead letters."""

from typing import Any

import pytest

from axis.broker.intake import clean, dead_letter_of, submissions_of
from tests.support.amqp import FakeMessage
from tests.support.exchange import NOW


def submissions(*messages: Any) -> list[Any]:
    return submissions_of(messages, lambda: NOW)


def dead_letter(message: Any) -> Any:
    return dead_letter_of(message, lambda: NOW)


def test_submission_says_what_the_broker_says() -> None:
    (one,) = submissions(FakeMessage(b"<edXML/>"))
    assert (one.body, one.routing_key, one.user_id, one.message_id, one.received_at) == (
        b"<edXML/>",
        "document",
        "g22",
        "id-1",
        NOW,
    )


def test_each_submission_has_an_id_of_its_own() -> None:
    first, second = submissions(FakeMessage(), FakeMessage())
    assert first.id < second.id


@pytest.mark.parametrize(
    ("routing_key", "expected"),
    [
        ("document\0", "document\ufffd"),
        ("\0document", "\ufffddocument"),
        (None, ""),
        ("x" * 300, "x" * 255),
    ],
)
def test_routing_key_is_kept_in_a_form_that_fits_the_store_and_means_nothing_else(
    routing_key: str | None, expected: str
) -> None:
    (one,) = submissions(FakeMessage(routing_key=routing_key))
    assert one.routing_key == expected


def test_submission_without_properties_is_a_submission() -> None:
    (one,) = submissions(FakeMessage(b"", None, None, None))
    assert (one.user_id, one.message_id, one.named) == (None, None, False)


def test_dead_letter_tells_where_and_why_it_died() -> None:
    headers = {"x-first-death-queue": "intake.document", "x-first-death-reason": "delivery_limit"}
    letter = dead_letter(FakeMessage(b"body", headers=headers))
    assert (letter.queue, letter.reasons) == ("intake.document", ("delivery_limit",))
    assert (letter.user_id, letter.message_id, letter.routing_key) == ("g22", "id-1", "document")
    assert (letter.body, letter.at) == (b"body", NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-first-death-queue": 5, "x-first-death-reason": ["x"]},
        {"x-first-death-queue": "", "x-first-death-reason": None},
        {"x-first-death-queue": b"\xff", "x-first-death-reason": b"\xff"},
    ],
)
def test_dead_letter_with_foreign_headers_is_a_dead_letter_all_the_same(
    headers: dict[str, Any],
) -> None:
    letter = dead_letter(FakeMessage(headers=headers))
    assert (letter.queue, letter.reasons) == ("axis.dead", ("unknown",))


def test_dead_letter_holds_no_text_that_the_store_cannot_keep() -> None:
    headers = {"x-first-death-queue": "q\0" * 200, "x-first-death-reason": "\0"}
    letter = dead_letter(FakeMessage(b"\0", "rk\0", "u\0", "m\0", headers))
    texts = [letter.queue, letter.routing_key, letter.user_id, letter.message_id, *letter.reasons]
    assert not any("\0" in text for text in texts)
    assert all(len(text) <= 255 for text in texts)
    assert letter.body == b"\0"


def test_missing_text_stays_missing() -> None:
    assert clean(None) is None
    assert clean("") == ""
