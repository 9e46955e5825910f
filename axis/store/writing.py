"""How rows of the exchange become rows of PostgreSQL; inserts go by COPY, one call a table."""

from collections.abc import Sequence

from axis.exchange.records import (
    DeadLetterRow,
    DeliveryChange,
    DeliveryRow,
    DocumentRow,
    EvidenceRow,
    OutboxRow,
    StatusRow,
    SubmissionRow,
)
from axis.store.pool import Connection
from axis.store.sql import load_queries

_MOVE = load_queries("deliveries")["move"]

_DOCUMENT = (
    "id sender document_id kind sha256 size body priority number notation subject type_name"
    " promulgated due endpoint certificate verdict accepted_at"
).split()
_DELIVERY = "id document named receiver endpoint copy state changed_at".split()
_STATUS = (
    "id document delivery code sender addressee description reported_at sha256 body endpoint"
    " certificate accepted_at"
).split()
_SUBMISSION = (
    "id endpoint message_key routing_key sha256 size received_at outcome document status receipt"
    " sender document_id subject reasons"
).split()
_EVIDENCE = "id event at endpoint agency submission document status receipt".split()
_OUTBOX = (
    "id queue urgent type subject size correlation_id headers created_at due_at"
).split()
_DEAD_LETTER = "id at queue routing_key user_id message_id reasons size sha256 body".split()


async def add_documents(connection: Connection, rows: Sequence[DocumentRow]) -> None:
    """Insert accepted documents and their links."""
    await _copy(
        connection,
        "document",
        _DOCUMENT,
        [
            (
                row.id,
                row.sender,
                row.document_id,
                int(row.kind),
                row.sha256,
                len(row.body),
                row.body,
                int(row.priority),
                row.number,
                row.notation,
                row.subject,
                row.type_name,
                row.promulgated,
                row.due,
                row.endpoint,
                row.certificate,
                row.verdict,
                row.accepted_at,
            )
            for row in rows
        ],
    )
    links = [(row.id, target) for row in rows for target in row.targets]
    await _copy(connection, "document_link", ["document", "target"], links)


async def add_deliveries(connection: Connection, rows: Sequence[DeliveryRow]) -> None:
    """Insert deliveries."""
    await _copy(
        connection,
        "delivery",
        _DELIVERY,
        [
            (
                row.id,
                row.document,
                list(row.named),
                row.receiver,
                row.endpoint,
                row.copy,
                row.state.value,
                row.changed_at,
            )
            for row in rows
        ],
    )


async def add_statuses(connection: Connection, rows: Sequence[StatusRow]) -> None:
    """Insert accepted statuses."""
    await _copy(
        connection,
        "status",
        _STATUS,
        [
            (
                row.id,
                row.document,
                row.delivery,
                row.code.value,
                row.sender,
                row.addressee,
                row.description,
                row.reported_at,
                row.sha256,
                row.body,
                row.endpoint,
                row.certificate,
                row.accepted_at,
            )
            for row in rows
        ],
    )


async def add_submissions(connection: Connection, rows: Sequence[SubmissionRow]) -> None:
    """Insert the records of submissions."""
    await _copy(
        connection,
        "submission",
        _SUBMISSION,
        [
            (
                row.id,
                row.endpoint,
                row.message_key,
                row.routing_key,
                row.sha256,
                row.size,
                row.received_at,
                row.outcome.value,
                row.document,
                row.status,
                row.receipt,
                row.sender,
                row.document_id,
                row.subject,
                list(row.reasons),
            )
            for row in rows
        ],
    )


async def add_evidence(connection: Connection, rows: Sequence[EvidenceRow]) -> None:
    """Append evidence and what deliveries it is about."""
    await _copy(
        connection,
        "evidence",
        _EVIDENCE,
        [
            (
                row.id,
                row.event.value,
                row.at,
                row.endpoint,
                row.agency,
                row.submission,
                row.document,
                row.status,
                row.receipt,
            )
            for row in rows
        ],
    )
    pairs = [(row.id, delivery) for row in rows for delivery in row.deliveries]
    await _copy(connection, "evidence_delivery", ["evidence", "delivery"], pairs)


async def add_outbox(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Insert messages to publish, due at once."""
    await _copy(
        connection,
        "outbox",
        _OUTBOX,
        [
            (
                row.id,
                row.queue,
                row.urgent,
                row.type.value,
                row.subject,
                row.size,
                row.correlation_id,
                row.headers,
                row.created_at,
                row.created_at,
            )
            for row in rows
        ],
    )


async def add_dead_letters(connection: Connection, rows: Sequence[DeadLetterRow]) -> None:
    """Insert messages that nobody can be answered for."""
    await _copy(
        connection,
        "dead_letter",
        _DEAD_LETTER,
        [
            (
                row.id,
                row.at,
                row.queue,
                row.routing_key,
                row.user_id,
                row.message_id,
                list(row.reasons),
                len(row.body),
                row.sha256,
                row.body,
            )
            for row in rows
        ],
    )


async def move_deliveries(connection: Connection, changes: Sequence[DeliveryChange]) -> None:
    """Set the new states of deliveries; of several changes to one, the last counts."""
    last = {change.delivery: change for change in changes}
    if last:
        await connection.execute(
            _MOVE,
            list(last),
            [change.state.value for change in last.values()],
            [change.at for change in last.values()],
        )


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        await connection.copy_records_to_table(table, columns=columns, records=rows)
