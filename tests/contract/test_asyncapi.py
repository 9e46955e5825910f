"""`schemas/asyncapi.yaml` is valid AsyncAPI 3.0 and says what the topology and the limits are."""

import copy
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from axis import exchange
from axis.broker import topology
from axis.client import contract
from axis.edxml import limits
from axis.evidence.events import Event
from axis.evidence.reader import MAX_RECEIPT_BYTES
from axis.exchange import submission
from axis.exchange.admission import checks
from axis.exchange.decision import holding
from axis.exchange.deliveries.deadlines import USUAL_TERMS
from axis.reasons import Reason
from axis.registry import agency
from axis.settings import BrokerSettings, RouterSettings
from tests.support.asyncapi import CONTRACT, SCHEMAS, TEXT, faults, message, nodes, resolved

VECTORS = Path(__file__).parents[1] / "vectors" / "asyncapi"
SUMS = {
    name: digest
    for digest, name in (line.split() for line in (VECTORS / "SHA256SUMS").read_text().splitlines())
}
ENDPOINT = "lgsp-h37"
CHANNELS = CONTRACT["channels"]
SENDING = {name: one for name, one in CHANNELS.items() if name.startswith("submit")}
RECEIVING = {name: one for name, one in CHANNELS.items() if name not in SENDING}
VIETNAMESE = re.compile("[À-ỹđĐ]")


@pytest.fixture(scope="module")
def asyncapi() -> Draft7Validator:
    return Draft7Validator(json.loads((VECTORS / "asyncapi-3.0.0.json").read_bytes()))


# -- the document itself -------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SUMS))
def test_vendored_schema_matches_its_checksum(name: str) -> None:
    assert hashlib.sha256((VECTORS / name).read_bytes()).hexdigest() == SUMS[name]


def test_contract_is_valid_by_asyncapis_own_schema(asyncapi: Draft7Validator) -> None:
    assert [error.message for error in asyncapi.iter_errors(CONTRACT)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda broken: broken["operations"]["submitStatus"].update(action="publish"),
        lambda broken: broken["channels"]["inbox"]["bindings"]["amqp"].update({"is": "topic"}),
        lambda broken: broken["components"]["messages"]["status"].update(corelationId={}),
        lambda broken: broken["components"]["schemas"]["sha256"].update(type="text"),
    ],
    ids=["action", "binding", "misspelt", "type"],
)
def test_spoilt_contract_is_not_valid(
    asyncapi: Draft7Validator, spoil: Callable[[Any], None]
) -> None:
    broken = copy.deepcopy(CONTRACT)
    spoil(broken)
    assert not asyncapi.is_valid(broken)


def test_references_all_lead_somewhere() -> None:
    references = [node for _, node in nodes() if "$ref" in node]
    assert references
    assert all(isinstance(resolved(reference), dict) for reference in references)


def test_descriptions_are_vietnamese_first_then_english() -> None:
    for path, node in nodes():
        text = node.get("description", "")
        if path == "/info" or path.endswith("/properties") or not text:
            continue
        vietnamese, english = re.split(r"\n\n| · ", text)
        assert VIETNAMESE.search(vietnamese), path
        assert len(VIETNAMESE.findall(english)) <= 2, path


def test_body_schemas_named_by_messages_exist() -> None:
    for one in CONTRACT["components"]["messages"].values():
        assert (SCHEMAS / one["x-xsd"]).is_file()


def test_reasons_quoted_exist() -> None:
    quoted = set(re.findall(r"`([FSAC]-[A-Z][A-Z-]+)`", TEXT))
    assert quoted
    assert quoted <= {reason.code for reason in Reason}


def test_limits_quoted_are_listed() -> None:
    quoted = set(re.findall(r"`([a-z]+(?:Bytes|Chars|Deliveries|Attempts|Hours))`", TEXT))
    assert quoted
    assert quoted <= set(CONTRACT["x-limits"])


# -- the topology --------------------------------------------------------------------------------


def test_server_is_the_virtual_host_of_the_settings() -> None:
    (server,) = CONTRACT["servers"].values()
    vhost = BrokerSettings().vhost
    assert server["pathname"] == f"/{vhost}"
    for channel in CHANNELS.values():
        bound = channel["bindings"]["amqp"]
        assert (bound.get("exchange") or bound["queue"])["vhost"] == vhost


def test_submissions_go_to_the_exchange_by_its_routing_keys() -> None:
    (exchange,) = (one for one in topology.EXCHANGES if one.name == topology.SUBMIT)
    assert exchange.name == contract.SUBMIT_EXCHANGE
    for channel in SENDING.values():
        bound = channel["bindings"]["amqp"]
        assert bound["is"] == "routingKey"
        assert (bound["exchange"]["name"], bound["exchange"]["type"]) == (
            exchange.name,
            exchange.type,
        )
    keys = [channel["address"] for channel in SENDING.values()]
    assert keys == [one.routing_key for one in topology.BINDINGS if one.exchange == topology.SUBMIT]
    assert keys == list(submission.Route)
    assert keys == list(contract.Route)


def test_endpoint_has_exactly_the_queues_that_it_reads() -> None:
    for channel in RECEIVING.values():
        bound = channel["bindings"]["amqp"]
        assert (bound["is"], bound["queue"]["name"]) == ("queue", channel["address"])
    names = [channel["address"].replace("{endpoint}", ENDPOINT) for channel in RECEIVING.values()]
    assert names == [queue.name for queue in topology.endpoint_queues(ENDPOINT)]
    assert names == [
        contract.inbox(ENDPOINT, urgent=False),
        contract.inbox(ENDPOINT, urgent=True),
        contract.answers(ENDPOINT),
    ]


def test_exchange_and_queues_are_declared_as_durable_as_stated() -> None:
    declared = topology.definitions("axis", [topology.Account(ENDPOINT, "")])
    things = {one["name"]: one for one in (*declared["exchanges"], *declared["queues"])}
    for channel in CHANNELS.values():
        bound = channel["bindings"]["amqp"]
        stated = bound.get("exchange") or bound["queue"]
        thing = things[stated["name"].replace("{endpoint}", ENDPOINT)]
        assert (stated["durable"], stated["autoDelete"]) == (
            thing["durable"],
            thing["auto_delete"],
        )


def test_account_may_do_what_the_operations_need_and_no_more() -> None:
    allowed = topology.permissions(ENDPOINT)
    own = [channel["address"].replace("{endpoint}", ENDPOINT) for channel in RECEIVING.values()]
    foreign = [name.replace(ENDPOINT, f"{ENDPOINT}0") for name in own]
    assert re.search(allowed["write"], topology.SUBMIT)
    assert all(re.search(allowed["read"], name) for name in own)
    assert not any(re.search(allowed["read"], name) for name in foreign)
    assert not any(re.search(allowed["write"], name) for name in (*own, ""))
    assert not re.search(allowed["configure"], own[0])


def test_operations_send_what_is_submitted_and_receive_what_is_queued() -> None:
    actions = {
        operation["channel"]["$ref"]: operation["action"]
        for operation in CONTRACT["operations"].values()
    }
    assert actions == {
        f"#/channels/{name}": "send" if name in SENDING else "receive" for name in CHANNELS
    }


# -- limits and syntaxes -------------------------------------------------------------------------


def test_limits_are_those_of_the_program() -> None:
    inbox = {queue.max_bytes for queue in topology.endpoint_queues(ENDPOINT)}
    assert inbox == {topology.MAX_INBOX_BYTES}
    assert RouterSettings().max_document_bytes == limits.MAX_DOCUMENT_BYTES
    stated = {name: limit["value"] for name, limit in CONTRACT["x-limits"].items()}
    assert stated.pop("brokerMessageBytes") == 128 * 1024**2  # RabbitMQ's own
    assert stated.pop("frameBytes") == 128 * 1024  # RabbitMQ's own
    assert stated == {
        "documentBytes": limits.MAX_DOCUMENT_BYTES,
        "messageIdChars": 128,
        "endpointIdChars": agency.MAX_ENDPOINT_ID_CHARS,
        "agencyCodeChars": agency.MAX_CODE_CHARS,
        "receivers": checks.MAX_RECEIVERS,
        "attachments": limits.MAX_ATTACHMENTS,
        "receiptBytes": MAX_RECEIPT_BYTES,
        "inboxDeliveries": topology.INBOX_DELIVERY_LIMIT,
        "inboxBytes": topology.MAX_INBOX_BYTES,
        "intakeBytes": topology.MAX_INTAKE_BYTES,
        "holdHours": holding.LONGEST_WAIT / timedelta(hours=1),
        "earlyMinutes": holding.LONGEST_EARLY / timedelta(minutes=1),
    }


def test_deadlines_are_those_of_an_installation_that_sets_nothing() -> None:
    stated = {
        str(int(priority)): {
            "consignment": terms.consignment.time / timedelta(hours=1),
            "handover": terms.handover.time / timedelta(hours=1),
            "answer": terms.answer.time / timedelta(hours=1),
            "destruction": terms.destruction.time / timedelta(hours=1),
            "working": terms.answer.working,
        }
        for priority, terms in USUAL_TERMS.items()
    }
    assert CONTRACT["x-deadlines"] == stated


def test_headers_of_the_largest_broadcast_fit_into_one_frame() -> None:
    longest = checks.MAX_RECEIVERS * (agency.MAX_CODE_CHARS + 1)
    assert longest + 1024 < CONTRACT["x-limits"]["frameBytes"]["value"]


@pytest.mark.parametrize(
    "text", ["a", "m-1", "!~", "x" * 128, "", "x" * 129, "a b", "có", "a\tb", "\x7f"], ids=ascii
)
def test_message_id_is_allowed_where_the_axis_and_the_client_allow_it(text: str) -> None:
    place = ("components", "schemas", "submittedProperties", "properties", "message_id")
    allowed = submission.MESSAGE_ID_SYNTAX.fullmatch(text) is not None
    assert (faults(text, *place) == []) is allowed
    assert (contract.MESSAGE_ID_SYNTAX.fullmatch(text) is not None) is allowed


@pytest.mark.parametrize("text", ["g22", "lgsp-h37", "x" * 63, "", "x" * 64, "G22", "-a", "a--b"])
def test_user_id_is_allowed_where_the_registry_allows_the_endpoint(text: str) -> None:
    place = ("components", "schemas", "submittedProperties", "properties", "user_id")
    assert (faults(text, *place) == []) is agency.is_endpoint_id(text)


def test_endpoint_examples_are_endpoint_ids() -> None:
    examples = CONTRACT["components"]["parameters"]["endpoint"]["examples"]
    assert all(map(agency.is_endpoint_id, examples))


# -- receipts ------------------------------------------------------------------------------------


def test_receipt_events_are_those_that_the_exchange_draws_up() -> None:
    source = Path(exchange.__file__).parent
    used = {
        Event[name]
        for file in source.rglob("*.py")
        for name in re.findall(r"\bEvent\.([A-Z_]+)\b", file.read_text(encoding="utf-8"))
    }
    stated = message("receipt")["x-events"]
    assert {event.value: event.code for event in used} == {
        name: event["code"] for name, event in stated.items()
    }
    for name in stated:
        assert f"`{name}`" in CONTRACT["info"]["description"]
