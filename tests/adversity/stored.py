"""What the axis has of a load: a picture of its database and of its queues."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from axis.local.bench.amqp import LightConnection
from axis.local.installation import Installation
from tests.adversity.contents import ENDPOINTS, Content
from tests.adversity.systems import queues_of

INTAKE = ("intake.document", "intake.document.urgent", "intake.status", "axis.dead")


@dataclass(frozen=True)
class StoredSubmission:
    """What was decided under one message_id."""

    message_id: str
    endpoint: str
    sha256: str
    outcome: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredDelivery:
    """One receiver's delivery of the document with this digest."""

    id: UUID
    sha256: str
    receiver: str
    state: str
    reached: str
    late: frozenset[str] = frozenset()
    """Deadlines that passed and are still owed."""
    called_off: bool = False
    """Whether a recall came before its copy was known to be published."""


@dataclass(frozen=True)
class Stored:
    """Everything at one moment."""

    submissions: tuple[StoredSubmission, ...] = ()
    documents: tuple[tuple[str, bytes], ...] = ()
    """Digest and bytes."""
    deliveries: tuple[StoredDelivery, ...] = ()
    statuses: tuple[tuple[str, bytes], ...] = ()
    evidence: tuple[tuple[UUID, bytes], ...] = ()
    waiting: int = 0
    """Messages in the outbox that are still to be published."""
    dead: int = 0
    left: tuple[tuple[str, int], ...] = ()
    """Queues that hold messages, and how many."""


_SUBMISSIONS = "SELECT message_key, endpoint, sha256, outcome, reasons FROM submission"
_DELIVERIES = """
SELECT v.id, d.sha256, v.receiver, v.state, v.reached, v.late,
       o.cancelled_at IS NOT NULL AS called_off
FROM delivery v JOIN document d ON d.id = v.document LEFT JOIN outbox o ON o.id = v.copy
"""
_WAITING = "SELECT count(*) FROM outbox WHERE published_at IS NULL AND cancelled_at IS NULL"


async def stored_by(installation: Installation, contents: Mapping[str, Content]) -> Stored:
    """Read everything; bytes that equal those of `contents` share their place in memory."""
    connection = await asyncpg.connect(installation.dsn)
    try:
        async with connection.transaction(isolation="repeatable_read"):
            return Stored(
                submissions=tuple(
                    StoredSubmission(
                        row["message_key"].removeprefix("id:"),
                        row["endpoint"],
                        row["sha256"],
                        row["outcome"],
                        tuple(row["reasons"]),
                    )
                    for row in await connection.fetch(_SUBMISSIONS)
                ),
                documents=await _bodies(connection, "document", contents),
                deliveries=tuple(
                    StoredDelivery(**{**row, "late": frozenset(row["late"])})
                    for row in await connection.fetch(_DELIVERIES)
                ),
                statuses=await _bodies(connection, "status", contents),
                evidence=tuple(
                    (row["id"], row["receipt"])
                    for row in await connection.fetch("SELECT id, receipt FROM evidence")
                ),
                waiting=await connection.fetchval(_WAITING),
                dead=await connection.fetchval("SELECT count(*) FROM dead_letter"),
                left=await left_in_queues(installation),
            )
    finally:
        await connection.close()


async def _bodies(
    connection: "asyncpg.Connection[Any]", table: str, contents: Mapping[str, Content]
) -> tuple[tuple[str, bytes], ...]:
    found = []
    async for row in connection.cursor(f"SELECT sha256, body FROM {table}", prefetch=50):
        content = contents.get(row["sha256"])
        same = content is not None and content.body == row["body"]
        found.append((row["sha256"], content.body if content and same else row["body"]))
    return tuple(found)


async def left_in_queues(installation: Installation) -> tuple[tuple[str, int], ...]:
    """Return the queues that hold messages, with their number."""
    depths = await queue_depths(installation, [*INTAKE, *queues_of(ENDPOINTS)])
    return tuple((name, depth) for name, depth in depths.items() if depth)


async def queue_depths(installation: Installation, queues: Iterable[str]) -> dict[str, int]:
    """Return how many messages wait in each queue."""
    connection = LightConnection()
    admin = installation.servers.rabbitmq.amqp_url(installation.vhost)
    await connection.open(admin, "reconciliation")
    depths = {name: (await connection.queue_state(name)).messages for name in queues}
    await connection.close()
    return depths
