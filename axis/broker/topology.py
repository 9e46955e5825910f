"""The topology as data: exchanges, queues, bindings and permissions (AMQP contract, version 1).

`definitions()` turns it into the document that RabbitMQ's management interface imports; the
registry decides which endpoints there are, so a broker can be rebuilt from the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from axis.exchange.lanes import Lane
from axis.exchange.outgoing.messages import answers, inbox

SUBMIT = "axis.submit"
"""Where endpoints publish; the only exchange they may write to."""

UNROUTED = "axis.unrouted"
"""Catches submissions with an unknown routing key, so that they are refused and not dropped."""

DEAD = "axis.dead"
"""Exchange and queue of messages that could not be handled or taken."""

INTAKE_DOCUMENTS = "intake.document"
INTAKE_URGENT = "intake.document.urgent"
INTAKE_STATUSES = "intake.status"

INTAKE = {
    Lane.URGENT: (INTAKE_URGENT,),
    Lane.ORDINARY: (INTAKE_DOCUMENTS, INTAKE_STATUSES, DEAD),
}
"""What the routers of each lane take from."""

INTAKE_DELIVERY_LIMIT = 50
"""Redeliveries before a submission counts as poison. Processor work runs in worker processes, so
only a router that is killed with the message in hand counts up; 50 kills are no accident."""

INBOX_DELIVERY_LIMIT = 100
"""An agency's system that crashes on a message gets it this often before people must look."""

DEAD_DELIVERY_LIMIT = 2**31 - 1
"""Nothing may fall out of the last queue; without a limit of its own RabbitMQ 4 sets one of 20."""

MAX_INTAKE_BYTES = 8 * 1024**3
"""Bytes waiting in one intake queue; beyond it publishers get a negative confirm and wait. About
an hour of the national peak (60 documents a second of 40 KB)."""

MAX_INBOX_BYTES = 8 * 1024**3
"""Bytes waiting for one endpoint; beyond it the axis keeps them in PostgreSQL and tries again."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A quorum queue with a delivery limit, a length limit and a way for dead letters."""

    name: str
    delivery_limit: int
    max_bytes: int | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Declaration arguments; at-least-once dead-lettering requires ``reject-publish``."""
        arguments: dict[str, Any] = {
            "x-queue-type": "quorum",
            "x-delivery-limit": self.delivery_limit,
        }
        if self.name == DEAD:
            return arguments
        arguments |= {
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-routing-key": self.name,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        if self.max_bytes is not None:
            arguments["x-max-length-bytes"] = self.max_bytes
        return arguments


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    type: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Binding:
    """A queue bound to an exchange."""

    exchange: str
    queue: str
    routing_key: str


@dataclass(frozen=True, slots=True)
class Account:
    """An endpoint's RabbitMQ account, known by the hash of its password."""

    endpoint: str
    password_hash: str


EXCHANGES = (
    Exchange(SUBMIT, "direct", {"alternate-exchange": UNROUTED}),
    Exchange(UNROUTED, "fanout"),
    Exchange(DEAD, "fanout"),
)

QUEUES = (
    Queue(INTAKE_DOCUMENTS, INTAKE_DELIVERY_LIMIT, MAX_INTAKE_BYTES),
    Queue(INTAKE_URGENT, INTAKE_DELIVERY_LIMIT, MAX_INTAKE_BYTES),
    Queue(INTAKE_STATUSES, INTAKE_DELIVERY_LIMIT, MAX_INTAKE_BYTES),
    Queue(DEAD, DEAD_DELIVERY_LIMIT),
)

BINDINGS = (
    Binding(SUBMIT, INTAKE_DOCUMENTS, "document"),
    Binding(SUBMIT, INTAKE_URGENT, "document.urgent"),
    Binding(SUBMIT, INTAKE_STATUSES, "status"),
    Binding(UNROUTED, INTAKE_DOCUMENTS, ""),
    Binding(DEAD, DEAD, ""),
)


def endpoint_queues(endpoint: str) -> tuple[Queue, ...]:
    """Return the three queues of an endpoint."""
    return (
        Queue(inbox(endpoint, urgent=False), INBOX_DELIVERY_LIMIT, MAX_INBOX_BYTES),
        Queue(inbox(endpoint, urgent=True), INBOX_DELIVERY_LIMIT, MAX_INBOX_BYTES),
        Queue(answers(endpoint), INBOX_DELIVERY_LIMIT, MAX_INBOX_BYTES),
    )


def permissions(endpoint: str) -> dict[str, str]:
    """Return what an endpoint's account may do: write to one exchange, read its own queues."""
    own = endpoint.replace("-", "\\-")
    return {
        "configure": "^$",
        "write": "^axis\\.submit$",
        "read": f"^(inbox\\.{own}(\\.urgent)?|answers\\.{own})$",
    }


def definitions(vhost: str, accounts: Sequence[Account]) -> dict[str, Any]:
    """Return everything that the broker must hold, in the management interface's format."""
    queues: Iterable[Queue] = [
        *QUEUES,
        *(queue for account in accounts for queue in endpoint_queues(account.endpoint)),
    ]
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": account.endpoint,
                "password_hash": account.password_hash,
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for account in accounts
        ],
        "permissions": [
            {"user": account.endpoint, "vhost": vhost, **permissions(account.endpoint)}
            for account in accounts
        ],
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": vhost,
                "type": exchange.type,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": exchange.arguments,
            }
            for exchange in EXCHANGES
        ],
        "queues": [
            {
                "name": queue.name,
                "vhost": vhost,
                "durable": True,
                "auto_delete": False,
                "arguments": queue.arguments,
            }
            for queue in queues
        ],
        "bindings": [
            {
                "source": binding.exchange,
                "vhost": vhost,
                "destination": binding.queue,
                "destination_type": "queue",
                "routing_key": binding.routing_key,
                "arguments": {},
            }
            for binding in BINDINGS
        ],
    }
