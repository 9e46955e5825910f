"""Takes receipts and statuses from the answers queue into the journal.

Notices that copies are withdrawn count from the moment that they are written down. So whoever
shows documents first has all answers taken that wait, lest a copy be shown whose notice waited.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from axis.client.connection import (
    being_cancelled,
    broker_faults,
    connect,
    insist,
    keep_connected,
)
from axis.client.contract import AnswerType, answers
from axis.client.journal import AnswerRecord, Journal
from axis.client.receipts import ReceiptTrust
from axis.client.stream import open_stream
from axis.client.withdrawing import withdrawals_in
from axis.clock import Clock
from axis.evidence.reader import UnreadableReceiptError
from axis.evidence.xml import read_receipt

PREFETCH: Final = 100
"""Answers in flight: a few kilobytes each, written to the journal in one transaction."""


class AnswerCollector:
    """Writes answers down, acknowledges them, and wakes whoever waits for one."""

    def __init__(
        self, url: str, endpoint: str, journal: Journal, trust: ReceiptTrust | None, clock: Clock
    ) -> None:
        self._url = url
        self._endpoint = endpoint
        self._journal = journal
        self._trust = trust
        self._clock = clock
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._news = asyncio.Event()
        self._running = False
        self._caught_up = asyncio.Event()

    async def run(self) -> None:
        """Collect until cancelled."""
        self._running = True
        await keep_connected(self._url, f"{self._endpoint} answers", self._session)

    @property
    def news(self) -> asyncio.Event:
        """An event that is set when the next answers come in here; take it before looking."""
        return self._news

    @contextmanager
    def news_of(self, message_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever an answer to this submission comes in here."""
        event = asyncio.Event()
        self._waiting.setdefault(message_id, []).append(event)
        try:
            yield event
        finally:
            waiting = self._waiting[message_id]
            waiting.remove(event)
            if not waiting:
                del self._waiting[message_id]

    async def collect(self) -> None:
        """Return once all answers that wait now are written down; raises AxisUnreachableError."""
        async with connect(self._url, f"{self._endpoint} answers") as connection:
            await self.catch_up(connection)

    async def catch_up(self, connection: AbstractConnection) -> None:
        """Return once all answers that waited before are written down.

        Those that `run` takes are waited for, the others taken here. Raises AxisUnreachableError.
        """
        if self._running:
            await self._caught_up.wait()
        await self._drain(connection)

    async def _drain(self, connection: AbstractConnection) -> None:
        with broker_faults():
            channel = await connection.channel(publisher_confirms=False)
            queue = await channel.get_queue(answers(self._endpoint), ensure=False)
        more = True
        while more:
            batch: list[AbstractIncomingMessage] = []
            while more and len(batch) < PREFETCH:
                with broker_faults():
                    message = await queue.get(fail=False)
                more = message is not None
                if message is not None:
                    batch.append(message)
            if batch:
                with broker_faults():
                    await self._take(batch)
        with broker_faults():
            await channel.close()
        if being_cancelled():
            raise asyncio.CancelledError  # aiormq loses one that comes while a channel closes

    async def _session(self, connection: AbstractConnection) -> None:
        # What waits is taken before anything is consumed: so nothing of it is underway afterwards.
        await self._drain(connection)
        stream = await open_stream(connection, [answers(self._endpoint)], prefetch=PREFETCH)
        self._caught_up.set()
        try:
            while (message := await stream.get()) is not None:
                batch = [message]
                while not stream.empty():
                    following = stream.get_nowait()
                    if following is None:
                        return
                    batch.append(following)
                await self._take(batch)
        finally:
            self._caught_up.clear()

    async def _take(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        now = self._clock()
        records = [_record(message, now) for message in batch]
        withdrawn = await asyncio.to_thread(withdrawals_in, records, self._trust)
        if withdrawn:
            await insist(lambda: self._journal.withdrawals.note(withdrawn))
        await insist(lambda: self._journal.answers.add(records))
        await batch[-1].ack(multiple=True)
        self._news.set()
        self._news = asyncio.Event()
        for record in records:
            for event in self._waiting.get(record.correlation_id or "", ()):
                event.set()


def _record(message: AbstractIncomingMessage, at: datetime) -> AnswerRecord:
    document = message.headers.get("axis-document")
    return AnswerRecord(
        message_id=message.message_id or f"sha256:{hashlib.sha256(message.body).hexdigest()}",
        type=message.type or "",
        correlation_id=message.correlation_id,
        document=document if isinstance(document, str) else None,
        body=message.body,
        received_at=at,
        event=_event_of(message) if message.type == AnswerType.RECEIPT else None,
    )


def _event_of(message: AbstractIncomingMessage) -> str | None:
    """Return what a receipt is about by its own word, which nobody has verified yet."""
    try:
        return read_receipt(message.body).event.value
    except UnreadableReceiptError:
        return None
