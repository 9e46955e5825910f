"""The topology as data: what the broker must hold, and what an endpoint's account may touch."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.broker.topology import (
    BINDINGS,
    DEAD,
    EXCHANGES,
    QUEUES,
    SUBMIT,
    UNROUTED,
    Account,
    definitions,
    endpoint_queues,
    permissions,
)
from axis.exchange.submission import Route
from axis.registry.agency import MAX_ENDPOINT_ID_CHARS, is_endpoint_id

endpoint_ids = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).filter(
    is_endpoint_id
)


@dataclass
class Rights:
    """What the permissions of an endpoint let it do."""

    endpoint: str

    def may(self, verb: str, resource: str) -> bool:
        return re.search(permissions(self.endpoint)[verb], resource) is not None


OTHERS = [
    "amq.default",
    "amq.direct",
    "amq.gen-x",
    "axis.submit.x",
    "axisXsubmit",
    UNROUTED,
    DEAD,
    *(queue.name for queue in QUEUES),
]


@given(endpoint_ids)
def test_endpoint_writes_to_the_submit_exchange_and_to_nothing_else(endpoint: str) -> None:
    rights = Rights(endpoint)
    assert rights.may("write", SUBMIT)
    own = [queue.name for queue in endpoint_queues(endpoint)]
    assert not any(rights.may("write", name) for name in (*OTHERS, *own))


@given(endpoint_ids)
def test_endpoint_reads_its_own_three_queues_and_configures_nothing(endpoint: str) -> None:
    rights = Rights(endpoint)
    own = [queue.name for queue in endpoint_queues(endpoint)]
    assert own == [f"inbox.{endpoint}", f"inbox.{endpoint}.urgent", f"answers.{endpoint}"]
    assert all(rights.may("read", name) for name in own)
    assert not any(rights.may("read", name) for name in (*OTHERS, SUBMIT))
    assert not any(rights.may("configure", name) for name in (*OTHERS, SUBMIT, *own))


@given(endpoint_ids, endpoint_ids)
def test_endpoint_never_reads_another_ones_queues(endpoint: str, other: str) -> None:
    if endpoint != other:
        theirs = [queue.name for queue in endpoint_queues(other)]
        assert not any(Rights(endpoint).may("read", name) for name in theirs)


def test_permissions_of_neighbouring_names_do_not_overlap() -> None:
    rights = Rights("lgsp-h37")
    for name in ("inbox.lgsp-h370", "inbox.lgspxh37", "xinbox.lgsp-h37", "answers.lgsp-h37.urgent"):
        assert not rights.may("read", name)


def test_longest_endpoint_has_queue_names_within_amqps_limit() -> None:
    endpoint = "a" * MAX_ENDPOINT_ID_CHARS
    assert all(len(queue.name) <= 255 for queue in endpoint_queues(endpoint))


@pytest.mark.parametrize("queue", [*QUEUES, *endpoint_queues("g22")], ids=lambda queue: queue.name)
def test_every_queue_is_a_quorum_queue_that_drops_nothing(queue: Any) -> None:
    arguments = queue.arguments
    assert arguments["x-queue-type"] == "quorum"
    assert arguments["x-delivery-limit"] > 0
    if queue.name != DEAD:
        assert arguments["x-dead-letter-exchange"] == DEAD
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-overflow"] == "reject-publish"  # at-least-once needs it


def test_last_queue_gives_up_on_no_message() -> None:
    (dead,) = [queue for queue in QUEUES if queue.name == DEAD]
    assert dead.arguments == {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}


def test_every_route_of_the_contract_and_every_other_one_reaches_a_queue() -> None:
    bound = {binding.routing_key for binding in BINDINGS if binding.exchange == SUBMIT}
    assert bound == set(Route)
    submit, *_ = EXCHANGES
    assert submit.arguments == {"alternate-exchange": UNROUTED}
    assert any(binding.exchange == UNROUTED for binding in BINDINGS)
    assert any((binding.exchange, binding.queue) == (DEAD, DEAD) for binding in BINDINGS)


def test_bindings_and_dead_letters_lead_to_what_is_defined() -> None:
    exchanges = {exchange.name for exchange in EXCHANGES}
    queues = {queue.name for queue in QUEUES}
    assert {binding.exchange for binding in BINDINGS} <= exchanges
    assert {binding.queue for binding in BINDINGS} <= queues
    assert DEAD in exchanges


def test_definitions_name_every_account_with_its_queues_in_the_virtual_host() -> None:
    wanted = definitions("axis", [Account("g22", "hash-a"), Account("lgsp-h37", "hash-b")])
    assert [user["name"] for user in wanted["users"]] == ["g22", "lgsp-h37"]
    assert [user["password_hash"] for user in wanted["users"]] == ["hash-a", "hash-b"]
    assert all(user["tags"] == "" for user in wanted["users"])  # no management interface
    assert len(wanted["queues"]) == len(QUEUES) + 6
    placed = [*wanted["queues"], *wanted["exchanges"], *wanted["bindings"], *wanted["permissions"]]
    assert {item["vhost"] for item in placed} == {"axis"}
    assert all(item["durable"] for item in (*wanted["queues"], *wanted["exchanges"]))
