"""Takes receipts and statuses from the answers queue into the journal."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage

from axis.client.connection import insist, keep_connected
from axis.client.contract import AnswerType, answers
from axis.client.journal import AnswerRecord, Journal
from axis.client.stream import open_stream
from axis.clock import Clock
from axis.evidence.reader import UnreadableReceiptError
from axis.evidence.xml import read_receipt

PREFETCH: Final = 100
"""Answers in flight: a few kilobytes each, written to the journal in one transaction."""


class AnswerCollector:
    """Writes answers down, acknowledges them, and wakes whoever waits for one."""

    def __init__(self, url: str, endpoint: str, journal: Journal, clock: Clock) -> None:
        self._url = url
        self._endpoint = endpoint
        self._journal = journal
        self._clock = clock
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Collect until cancelled."""
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

    async def _session(self, connection: AbstractConnection) -> None:
        stream = await open_stream(connection, [answers(self._endpoint)], prefetch=PREFETCH)
        while (message := await stream.get()) is not None:
            batch = [message]
            while not stream.empty():
                following = stream.get_nowait()
                if following is None:
                    return
                batch.append(following)
            await self._take(batch)

    async def _take(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        now = self._clock()
        records = [_record(message, now) for message in batch]
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
