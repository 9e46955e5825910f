"""How AMQP messages become submissions and dead letters."""

from typing import Any

import pytest

from axis.broker.intake import (
    MAX_HEADERS,
    clean,
    dead_letter_of,
    properties_of,
    submissions_of,
)
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


def death(**facts: Any) -> dict[str, Any]:
    """The header that RabbitMQ notes a death in; what senders put there comes after."""
    first = {"queue": "intake.document", "reason": "delivery_limit", "time": NOW, "count": 1}
    return {"x-death": [first | {"routing-keys": ["document.urgent"]} | facts]}


def test_dead_letter_tells_where_when_and_why_it_died() -> None:
    letter = dead_letter(FakeMessage(b"body", "intake.document", headers=death()))
    assert (letter.queue, letter.reasons) == ("intake.document", ("delivery_limit",))
    assert (letter.user_id, letter.message_id, letter.died_at) == ("g22", "id-1", NOW)
    assert letter.routing_key == "document.urgent"
    assert (letter.body, letter.at) == (b"body", NOW)


def test_queue_that_a_sender_names_is_not_where_its_message_died() -> None:
    forged = {"x-first-death-queue": "inbox.g09", "x-first-death-reason": "rejected"}
    headers = forged | death() | {"x-last-death-queue": "inbox.g09"}
    letter = dead_letter(FakeMessage(routing_key="intake.document", headers=headers))
    assert (letter.queue, letter.reasons) == ("intake.document", ("delivery_limit",))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-death": 5},
        {"x-death": []},
        {"x-death": ["x"]},
        {"x-death": [{}]},
        death(queue=b"\xff"),
        death(queue="intake.status"),
        death(reason=["x"], time="x", **{"routing-keys": 5}),
        death(reason=None, time=None, **{"routing-keys": [b"\xff"]}),
    ],
)
def test_dead_letter_with_foreign_headers_is_a_dead_letter_all_the_same(
    headers: dict[str, Any],
) -> None:
    letter = dead_letter(FakeMessage(routing_key="intake.document", headers=headers))
    assert (letter.queue, letter.reasons) == ("intake.document", ("unknown",))
    assert (letter.routing_key, letter.died_at) == ("intake.document", None)


def test_dead_letter_holds_no_text_that_the_store_cannot_keep() -> None:
    headers = {**death(queue="q\ufffd", reason="r\0" * 200), "n\0" * 200: "\0" * 300}
    letter = dead_letter(FakeMessage(b"\0", "q\0", "u\0", "m\0", headers, type="\0"))
    texts = [letter.queue, letter.routing_key, letter.user_id, letter.message_id, *letter.reasons]
    kept = letter.properties["headers"]
    texts += [*kept, *kept.values(), letter.properties["type"]]
    assert not any("\0" in text for text in texts)
    assert all(len(text) <= 255 for text in texts)
    assert letter.body == b"\0"


def test_properties_are_kept_bounded_for_people_to_look_at() -> None:
    headers: dict[str, Any] = {f"h{number}": {"nested": number} for number in range(80)}
    message: Any = FakeMessage(headers=headers, type="receipt", timestamp=NOW)
    properties = properties_of(message)
    assert (properties["type"], properties["timestamp"]) == (
        "receipt",
        "2026-03-02T01:00:00.000Z",
    )
    assert "content_type" not in properties
    assert len(properties["headers"]) == MAX_HEADERS
    assert properties["headers"]["h7"] == "{'nested': 7}"


def test_missing_text_stays_missing() -> None:
    assert clean(None) is None
    assert clean("") == ""
