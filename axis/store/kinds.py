"""What the kinds of documents leave in PostgreSQL: links, answers, copies that don't go out."""

from collections.abc import Sequence

from axis.exchange.changes import Withdrawal
from axis.exchange.records import DocumentRow
from axis.store.pool import Connection
from axis.store.sql import load_queries

_WITHDRAW = load_queries("kinds")["withdraw"]


async def tie(connection: Connection, documents: Sequence[DocumentRow]) -> None:
    """Keep what documents say about others."""
    links = [link for row in documents for link in row.links]
    if links:
        await connection.copy_records_to_table(
            "document_link",
            columns=("document", "target", "receivers", "dropped"),
            records=[(one.document, one.target, one.receivers, one.dropped) for one in links],
        )
    answers = [(row.id, *answer) for row in documents for answer in row.answers]
    if answers:
        await connection.copy_records_to_table(
            "document_answer", columns=("document", "agency", "document_id"), records=answers
        )


async def withdraw(connection: Connection, withdrawals: Sequence[Withdrawal]) -> None:
    """Keep copies from going out, once the deliveries that they carry have moved.

    Those that somebody is publishing just now are passed over: waiting for them would be waiting,
    with deliveries in hand, for somebody who waits for deliveries.
    """
    if withdrawals:
        await connection.execute(
            _WITHDRAW, [one.copy for one in withdrawals], max(one.at for one in withdrawals)
        )
