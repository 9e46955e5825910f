"""The dispatch's transaction on PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from axis.edxml.codes import DocumentKind
from axis.exchange.deliveries.deadlines import Deadlines
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.dispatch.outbox import LONGEST_PAUSE
from axis.exchange.dispatch.redirecting import named_in
from axis.exchange.records import MessageType, OutboxRow, Records
from axis.exchange.stored import CopyArrived, KnownDocument, OutboxMessage
from axis.registry.directory import Directory
from axis.store.directory import DirectoryCache
from axis.store.pool import Connection
from axis.store.sql import load_queries
from axis.store.writing import add_records

TRIED_SHARE: Final = 4
"""One place of so many is kept for what was tried before, however much is new."""

MAX_RECEIVERS: Final = 5_000
"""Whose deliveries one transaction moves: about a second. A hundred copies of broadcasts may have
as many as a hundred thousand."""

MAX_HASTENED: Final = 1_000
"""Messages that become due at once where a clock was wrong; a claim takes a hundred."""

_SQL = load_queries("dispatch")
_HOLDING = load_queries("intake")
_BODIES = {
    MessageType.DOCUMENT: _SQL["document_bodies"],
    MessageType.STATUS: _SQL["status_bodies"],
    MessageType.RECEIPT: _SQL["receipt_bodies"],
}


class PostgresDispatchWork:
    """Implements `axis.exchange.ports.DispatchWork` on one open transaction."""

    def __init__(
        self, connection: Connection, directories: DirectoryCache, deadlines: Deadlines
    ) -> None:
        self._connection = connection
        self._directories = directories
        self._deadlines = deadlines
        self._may_let_go = False

    async def directory(self) -> Directory:
        """Return the registry at the version that this transaction holds fast."""
        if not self._may_let_go:
            await self._connection.execute(_HOLDING["before_registry"])
            self._may_let_go = True
        return await self._directories.held(self._connection)

    async def let_go(self) -> None:
        """Let the registry change again, by going back to before it was held."""
        await self._connection.execute(_HOLDING["let_go"])
        self._may_let_go = False

    async def claim(
        self, *, urgent: bool, at: datetime, limit: int, max_bytes: int
    ) -> Sequence[OutboxMessage]:
        """Lock due messages, at least one and at most `max_bytes` in all, to `MAX_RECEIVERS`
        receivers.

        Every copy of a document counts, since each has to go over the wire before the broker
        confirms; in memory they share its bytes. What was tried before takes the places that new
        messages leave, and a share of its own. What cannot be due as late as it is becomes due
        for the next claim.
        """
        untried = limit - limit // TRIED_SHARE
        rows = await self._connection.fetch(_SQL["claim"], urgent, at, untried, limit)
        if not rows:  # a clock that is set right must keep nothing back
            latest = at + LONGEST_PAUSE
            await self._connection.execute(_SQL["hasten"], urgent, at, latest, MAX_HASTENED)
        claimed: list[OutboxMessage] = []
        total = receivers = 0
        for row in rows:
            values = dict(row)
            attempts = values.pop("attempts")
            values["type"] = MessageType(values["type"])
            message = OutboxRow(**values)
            total += message.size
            receivers += len(named_in(message)) if message.type is MessageType.DOCUMENT else 0
            if claimed and (total > max_bytes or receivers > MAX_RECEIVERS):
                break
            claimed.append(OutboxMessage(message, attempts))
        return claimed

    async def bodies(self, rows: Sequence[OutboxRow]) -> Mapping[UUID, bytes]:
        """Return the bytes of messages, by the `subject` of each."""
        bodies: dict[UUID, bytes] = {}
        for kind, query in _BODIES.items():
            subjects = list({row.subject for row in rows if row.type is kind})
            if subjects:
                found = await self._connection.fetch(query, subjects)
                bodies.update((row["id"], row["body"]) for row in found)
        return bodies

    async def copies_of(self, outbox_ids: Collection[UUID]) -> Sequence[CopyArrived]:
        """Lock and return the deliveries that these copies carry."""
        await self._hold_on()
        return await copies_of(self._connection, outbox_ids)

    async def confirm(self, outbox_ids: Collection[UUID], at: datetime) -> None:
        """Mark messages as published and confirmed."""
        await self._hold_on()
        await self._connection.execute(_SQL["confirm"], list(outbox_ids), at)

    async def postpone(self, outbox_ids: Collection[UUID], due_at: datetime) -> None:
        """Count a failed attempt and try these again later."""
        await self._hold_on()
        await self._connection.execute(_SQL["postpone"], list(outbox_ids), due_at)

    async def save(self, records: Records) -> None:
        """Add what the confirmations brought about."""
        await self._hold_on()
        await add_records(self._connection, records, self._deadlines)

    async def _hold_on(self) -> None:
        """Hold the registry until the end: what is written now would be undone by letting go."""
        if self._may_let_go:
            await self._connection.execute(_HOLDING["hold_on"])
            self._may_let_go = False


async def copies_of(connection: Connection, outbox_ids: Collection[UUID]) -> Sequence[CopyArrived]:
    """Lock and return the deliveries that these copies carry."""
    rows = await connection.fetch(_SQL["copies_of"], list(outbox_ids))
    return [copy_arrived(row) for row in rows]


def copy_arrived(row: Record) -> CopyArrived:
    """Return a delivery with what receipts about its copy have to say."""
    return CopyArrived(
        delivery=row["id"],
        copy=row["copy"],
        state=DeliveryState(row["state"]),
        reached=DeliveryState(row["reached"]),
        named=tuple(row["named"]),
        receiver=row["receiver"],
        receiver_name=row["receiver_name"],
        endpoint=row["at_endpoint"],
        document=KnownDocument(
            id=row["document"],
            sender=row["sender"],
            document_id=row["document_id"],
            kind=DocumentKind(row["kind"]),
            sha256=row["sha256"],
            size=row["size"],
            code=row["code"],
            endpoint=row["endpoint"],
            urgent=row["urgent"],
            accepted_at=row["accepted_at"],
            receipt=row["receipt"],
            receipt_size=0,
        ),
        message_id=row["message_key"].removeprefix("id:"),
        received_at=row["received_at"],
    )
