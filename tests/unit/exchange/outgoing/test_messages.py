"""The queues and headers of the AMQP contract, version 1."""

import pytest

from axis.edxml.codes import DocumentKind, Priority
from axis.exchange.dispatch.outbox import publication
from axis.exchange.outgoing.messages import answers, inbox
from axis.exchange.records import MessageType
from tests.support.exchange import NOW, case, decider, document


def test_queues_are_named_by_the_contract() -> None:
    assert inbox("g22", urgent=False) == "inbox.g22"
    assert inbox("g22", urgent=True) == "inbox.g22.urgent"
    assert answers("lgsp-h37") == "answers.lgsp-h37"


@pytest.mark.parametrize("priority", Priority)
def test_copy_carries_the_headers_of_the_contract(priority: Priority) -> None:
    deciding = decider()
    deciding.decide(case(document("G22", ["H37.02", "H37.101"], priority=priority)))
    (row,) = deciding.records.documents
    copy = deciding.records.outbox[0]
    assert copy.headers == {
        "axis-document": str(row.id),
        "axis-from": "G22",
        "axis-to": "H37.02,H37.101",
        "axis-kind": "new",
        "axis-priority": int(priority),
        "axis-sha256": row.sha256,
    }
    assert type(copy.headers["axis-priority"]) is int  # AMQP knows no enums


def test_kinds_travel_as_words() -> None:
    assert [kind.label for kind in DocumentKind] == ["new", "recall", "update", "replace"]


def test_publication_keeps_its_message_id_however_often_it_is_sent() -> None:
    deciding = decider()
    deciding.decide(case(document()))
    row = deciding.records.outbox[0]
    first, again = (publication(row, b"body") for _ in range(2))
    assert first == again
    assert first.message_id == str(row.id)
    assert (first.queue, first.type, first.body) == ("inbox.g09", MessageType.DOCUMENT, b"body")
    assert first.timestamp == NOW
