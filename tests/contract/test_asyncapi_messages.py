"""What the axis publishes and the client submits is what `schemas/asyncapi.yaml` states."""

import re
from pathlib import Path

import pytest
import yaml

from axis.broker.publish import RabbitPublisher
from axis.client.contract import CONTENT_TYPE, AnswerType, Route
from axis.client.journal import Journal
from axis.client.submitting import Submitter
from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.evidence.xml import read_receipt
from axis.exchange.decision.decider import Decider
from axis.exchange.deliveries.deadlines import EVENTS
from axis.exchange.ports import Publication
from axis.exchange.records import MessageType, OutboxRow
from axis.reasons import Reason
from axis.verdict import Finding
from tests.support.asyncapi import (
    CONTRACT,
    SCHEMAS,
    faults,
    header_faults,
    message,
    property_faults,
    resolved,
)
from tests.support.exchange import NOW, again, case, decider, document, reported
from tests.support.wire import Wire, on_the_wire

README_BLOCKS = re.findall(
    r"^ *```yaml\n(.*?)^ *```$",
    (SCHEMAS / "README.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)


@pytest.fixture(scope="module")
def decided() -> Decider:
    """Everything that leaves the axis: documents of each kind, all statuses, every answer."""
    deciding = decider()
    letter = document("G22", ["H37.02", "000.00.00.G09"], priority=Priority.URGENT)
    first = case(letter)
    deciding.decide(first)
    deciding.decide(case(letter, again(first.submission, message_id="m-again")))
    for kind in (DocumentKind.UPDATE, DocumentKind.RECALL):
        deciding.decide(case(document(kind=kind, target=letter.document_id)))
    replaced = [letter.document_id]
    deciding.decide(case(document(kind=DocumentKind.REPLACE, replaces=replaced)))
    for code in StatusCode:
        about = document("G22", ["H37.02"])
        deciding.decide(case(about))
        if code in (StatusCode.TAKE_BACK, StatusCode.AGREED, StatusCode.DISAGREED):
            deciding.decide(reported("G22", StatusCode.TAKE_BACK, about, "g22", to="H37.02"))
        if not code.from_sender:
            deciding.decide(reported("H37.02", code, about, "lgsp-h37"))
    destroyed = document("G22", ["H37.02"])
    deciding.decide(case(destroyed))
    deciding.decide(reported("H37.02", StatusCode.ACCEPTED, destroyed, "lgsp-h37"))
    deciding.decide(reported("G22", StatusCode.TAKE_BACK, destroyed, "g22", to="H37.02"))
    for code in (StatusCode.AGREED, StatusCode.DONE):
        deciding.decide(reported("H37.02", code, destroyed, "lgsp-h37"))
    deciding.decide(case(document("G22", ["X00"])))
    away = Finding(Reason.SCANNER_AWAY, facts={"name": "1.pdf"})
    deciding.decide(case(document("G22", ["G09"]), findings=[away]))
    return deciding


def rows(deciding: Decider, kind: str) -> list[OutboxRow]:
    return [row for row in deciding.records.outbox if row.type == kind]


# -- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(MessageType))
def test_headers_that_the_axis_sets_are_exactly_those_of_the_contract(
    decided: Decider, kind: MessageType
) -> None:
    sent = [row.headers for row in rows(decided, kind)]
    assert sent
    assert [fault for headers in sent for fault in header_faults(kind, headers)] == []
    stated = message(kind)["headers"]
    assert set(stated["properties"]) == set().union(*sent)
    assert set(stated.get("required", [])) == set(sent[0]).intersection(*sent)


@pytest.mark.parametrize(
    ("kind", "header", "values"),
    [
        ("document", "axis-kind", [kind.label for kind in DocumentKind]),
        ("status", "axis-status", [code.value for code in StatusCode]),
    ],
)
def test_header_has_the_code_list_of_the_format(
    kind: str, header: str, values: list[str], decided: Decider
) -> None:
    assert message(kind)["headers"]["properties"][header]["enum"] == values
    assert {row.headers[header] for row in rows(decided, kind)} == set(values)


def test_header_of_priority_has_the_range_of_the_format() -> None:
    stated = message("document")["headers"]["properties"]["axis-priority"]
    assert (stated["minimum"], stated["maximum"]) == (min(Priority), max(Priority))


@pytest.mark.parametrize(
    ("kind", "header", "wrong"),
    [
        ("document", "axis-priority", "1"),
        ("document", "axis-sha256", "AB" * 32),
        ("document", "axis-document", "1"),
        ("document", "axis-extra", "1"),
        ("status", "axis-status", 3),
    ],
)
def test_header_of_another_type_is_not_by_the_contract(
    kind: str, header: str, wrong: object, decided: Decider
) -> None:
    headers = {**rows(decided, kind)[0].headers, header: wrong}
    assert header_faults(kind, headers)


@pytest.mark.parametrize("kind", list(MessageType))
def test_header_examples_are_by_the_contract(kind: MessageType) -> None:
    examples = message(kind)["examples"]
    assert [fault for one in examples for fault in header_faults(kind, one["headers"])] == []


# -- queues, properties, correlation -------------------------------------------------------------


def test_messages_go_to_the_queues_that_list_them(decided: Decider) -> None:
    for row in decided.records.outbox:
        (channel,) = (
            one
            for one in CONTRACT["channels"].values()
            if re.fullmatch(one["address"].replace("{endpoint}", "[a-z0-9-]+"), row.queue)
        )
        assert row.type in channel["messages"]
        assert resolved(channel["messages"][row.type]) is message(row.type)


async def test_published_properties_are_exactly_those_of_the_contract(
    decided: Decider, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire()
    monkeypatch.setattr("axis.broker.publish.connect", wire.connect)
    outbox = decided.records.outbox
    await RabbitPublisher("", "").publish(
        [
            Publication(
                message_id=str(row.id),
                queue=row.queue,
                type=row.type,
                body=b"",
                correlation_id=row.correlation_id,
                headers=row.headers,
                timestamp=row.created_at,
            )
            for row in outbox
        ]
    )
    assert [queue for queue, _ in wire.sent] == [row.queue for row in outbox]
    for row, (_, sent) in zip(outbox, wire.sent, strict=True):
        carried, headers = on_the_wire(sent)
        assert headers == row.headers
        assert property_faults(row.type, carried) == []
        assert carried["type"] == message(row.type)["bindings"]["amqp"]["messageType"]
        assert carried["content_type"] == message(row.type)["contentType"]


def test_answer_types_of_the_client_are_those_of_the_answers_queue() -> None:
    assert set(AnswerType) == set(CONTRACT["channels"]["answers"]["messages"])


def test_receipts_name_their_submission_where_the_contract_says_so(decided: Decider) -> None:
    events = message("receipt")["x-events"]
    drawn_up = {row.id: read_receipt(row.receipt).event for row in decided.records.evidence}
    seen = set()
    for row in rows(decided, "receipt"):
        event = drawn_up[row.subject]
        seen.add(event)
        assert (row.correlation_id is not None) is events[event]["correlated"], event
    others = {"ContentConsignment", *EVENTS.values()}  # the dispatch's and the watch's
    assert seen == set(events) - others


@pytest.mark.parametrize("route", list(Route))
async def test_submission_of_the_client_is_by_the_contract(
    route: Route, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire()
    monkeypatch.setattr("axis.client.submitting.connect", wire.connect)
    journal = await Journal.open(tmp_path / "journal")
    try:
        record = await journal.submissions.add("m-1", route, b"<edXML/>", NOW)
        await Submitter("", "g22", journal, lambda: NOW).send(record, b"<edXML/>", 5)
    finally:
        await journal.close()
    ((routing_key, sent),) = wire.sent
    (channel,) = (one for one in CONTRACT["channels"].values() if one["address"] == routing_key)
    (stated,) = map(resolved, channel["messages"].values())
    assert wire.exchange == channel["bindings"]["amqp"]["exchange"]["name"]
    assert stated["contentType"] == CONTENT_TYPE == CONTRACT["defaultContentType"]
    carried, headers = on_the_wire(sent)
    assert faults(carried, "components", "schemas", "submittedProperties") == []
    assert headers == {}
    (operation,) = (
        one
        for one in CONTRACT["operations"].values()
        if one["action"] == "send" and resolved(one["channel"]) is channel
    )
    bound = operation["bindings"]["amqp"]
    assert bound["mandatory"] is wire.options[0]["mandatory"]
    assert bound["deliveryMode"] == sent.delivery_mode


@pytest.mark.parametrize(
    "change",
    [
        {"content_type": "text/xml"},
        {"delivery_mode": 1},
        {"message_id": ""},
        {"user_id": "G22"},
        {"expiration": "60000"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_submission_with_a_wrong_property_is_not_by_the_contract(change: dict[str, object]) -> None:
    right = {
        "content_type": CONTENT_TYPE,
        "delivery_mode": 2,
        "message_id": "m-1",
        "user_id": "g22",
    }
    place = ("components", "schemas", "submittedProperties")
    assert faults(right, *place) == []
    assert faults(right | change, *place)


# -- the README's example ------------------------------------------------------------------------


@pytest.mark.parametrize("block", README_BLOCKS, ids=["submission", "receipt", "document"])
def test_readme_example_is_by_the_contract(block: str) -> None:
    example = yaml.safe_load(block)
    carried = example["properties"]
    if "exchange" in example:
        bound = CONTRACT["channels"]["submitDocument"]
        assert example["exchange"] == bound["bindings"]["amqp"]["exchange"]["name"]
        assert example["routing_key"] == bound["address"]
        assert faults(carried, "components", "schemas", "submittedProperties") == []
    else:
        assert carried["type"] in CONTRACT["channels"][example["queue"].split(".")[0]]["messages"]
        assert property_faults(carried["type"], carried) == []
        assert header_faults(carried["type"], example["headers"]) == []
