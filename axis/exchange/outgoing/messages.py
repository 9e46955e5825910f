"""What goes to endpoints: the AMQP contract's queues and headers (version 1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from axis.exchange.records import MessageType, OutboxRow, StatusRow
from axis.exchange.stored import KnownDocument
from axis.ids import new_id

MAX_COPY_RECEIVERS = 1_000
"""Receivers that one copy names: `axis-to` then has 36 KB at the most, which the AMQP contract
promises; a header must fit into one frame, of 128 KB by default."""


MAX_COPY_TARGETS = 50
"""Documents that one copy says it is about: a few, but for replacements of very many."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Behind what a copy goes to its endpoint."""

    targets: tuple[UUID, ...] = ()
    """The axis's ids of the documents that it is about."""
    urgent: bool | None = None
    """In which lane they are or were; None: the copy's own urgency decides."""
    follows: tuple[UUID, ...] = ()
    """Their copies that have not gone out yet: it waits for those."""


def inbox(endpoint: str, *, urgent: bool) -> str:
    """Return the name of the queue from which an endpoint takes documents."""
    return f"inbox.{endpoint}.urgent" if urgent else f"inbox.{endpoint}"


def answers(endpoint: str) -> str:
    """Return the name of the queue from which an endpoint takes receipts and statuses."""
    return f"answers.{endpoint}"


def shares(receivers: Sequence[str]) -> Iterator[Sequence[str]]:
    """Divide an endpoint's receivers of a document among as few copies as name them all."""
    for start in range(0, len(receivers), MAX_COPY_RECEIVERS):
        yield receivers[start : start + MAX_COPY_RECEIVERS]


def for_an_endpoint(queue: str) -> bool:
    """Tell whether a queue is one of those from which an endpoint takes what the axis sends."""
    return queue.startswith(("inbox.", "answers."))


def copy_of(
    document: KnownDocument,
    endpoint: str,
    receivers: Sequence[str],
    at: datetime,
    behind: Behind | None = None,
) -> OutboxRow:
    """Return a copy of a document for an endpoint, naming its receivers there.

    A recall, update or replacement goes behind what it is about.
    """
    behind = behind or Behind()
    urgent = document.urgent if behind.urgent is None else behind.urgent
    headers: dict[str, str | int] = {
        "axis-document": str(document.id),
        "axis-from": document.sender,
        "axis-to": ",".join(receivers),
        "axis-kind": document.kind.label,
        "axis-priority": int(document.priority),
        "axis-sha256": document.sha256,
    }
    if behind.targets:
        headers["axis-targets"] = ",".join(map(str, behind.targets[:MAX_COPY_TARGETS]))
    return OutboxRow(
        id=new_id(),
        queue=inbox(endpoint, urgent=urgent),
        urgent=urgent,
        type=MessageType.DOCUMENT,
        subject=document.id,
        size=document.size,
        correlation_id=None,
        headers=headers,
        created_at=at,
        follows=behind.follows or None,
    )


def status_to(status: StatusRow, endpoint: str, document: KnownDocument, at: datetime) -> OutboxRow:
    """Return a status on its way to the other party of a delivery."""
    return OutboxRow(
        id=new_id(),
        queue=answers(endpoint),
        urgent=document.urgent,
        type=MessageType.STATUS,
        subject=status.id,
        size=len(status.body),
        correlation_id=None,
        headers={
            "axis-document": str(document.id),
            "axis-from": status.sender,
            "axis-to": status.addressee,
            "axis-status": status.code.value,
            "axis-sha256": status.sha256,
        },
        created_at=at,
    )


def receipt_to(
    endpoint: str,
    receipt: UUID,
    correlation_id: str | None,
    at: datetime,
    *,
    urgent: bool,
    document: UUID | None,
    size: int = 0,
    receivers: Sequence[str] = (),
) -> OutboxRow:
    """Return a receipt on its way to an endpoint; the size follows when it is signed."""
    headers = {} if document is None else {"axis-document": str(document)}
    if receivers:
        headers["axis-to"] = ",".join(receivers)
    return OutboxRow(
        id=new_id(),
        queue=answers(endpoint),
        urgent=urgent,
        type=MessageType.RECEIPT,
        subject=receipt,
        size=size,
        correlation_id=correlation_id,
        headers=headers,
        created_at=at,
    )
