"""What the broker gave up on is kept, and taken in again when administrators ask for that."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog

from axis.clock import Clock
from axis.evidence.events import Event
from axis.exchange.changes import DeliveryChange
from axis.exchange.dead_letters.desk import LetterKind
from axis.exchange.deliveries.states import DeliveryEvent, move
from axis.exchange.faults import is_outage
from axis.exchange.intake.batches import Intake
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_senders
from axis.exchange.ports import Workbench
from axis.exchange.records import DeadLetterRow, Records
from axis.exchange.stored import CopyArrived
from axis.exchange.submission import Submission

MAX_TRIES: Final = 3
"""A letter that takes a router down this often when it is handed in again stays a dead letter."""

DEADLY: Final = "Bộ định tuyến dừng khi tiếp nhận lại / a router died taking it in again"
"""What is noted at a letter after the last of these tries."""

LEASE: Final = timedelta(minutes=2)
"""Longer than any submission is worked on; a router that dies costs the rest of it."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that was not there before."""

    id: UUID
    kind: LetterKind
    outbox: UUID | None
    """The message of the axis that came back."""


class LetterWork(Protocol):
    """One transaction about dead letters."""

    async def keep(self, letters: Sequence[DeadLetterRow]) -> Sequence[Kept]:
        """Add letters and return those that were not kept already."""

    async def copies_of(self, outbox_ids: Sequence[UUID]) -> Sequence[CopyArrived]:
        """Lock and return the deliveries that these copies carry."""

    async def save(self, records: Records) -> None:
        """Add what the letters brought about."""

    async def claim(
        self, *, at: datetime, leased_until: datetime, limit: int
    ) -> Sequence[Submission]:
        """Take letters that are to be taken in again, passing over what others hold."""

    async def reopen(self, letter: UUID, remark: str) -> None:
        """Give a letter that could not be taken in back to the administrators."""

    async def open_letters(self) -> Mapping[LetterKind, int]:
        """Return how many letters wait for somebody to look, by kind."""


class LetterStore(Protocol):
    """Where dead letters are kept; raises StoreUnavailableError as `Store` does."""

    def letters(self) -> AbstractAsyncContextManager[LetterWork]:
        """Open a transaction about dead letters."""


class DeadLetters:
    """Keeps what the broker gave up on, and takes in again what administrators ask for."""

    def __init__(
        self,
        store: LetterStore,
        intake: Intake,
        workbench: Workbench,
        notary: Notary,
        clock: Clock,
    ) -> None:
        self._store = store
        self._intake = intake
        self._workbench = workbench
        self._notary = notary
        self._clock = clock

    async def bury(self, letters: Sequence[DeadLetterRow]) -> None:
        """Keep letters; one that is kept already changes nothing.

        Raises an UnavailableError: nothing was kept then, or it is unknown whether it was.
        """
        async with self._store.letters() as work:
            kept = await work.keep(letters)
            copies = [
                one.outbox
                for one in kept
                if one.kind is LetterKind.DOCUMENT and one.outbox is not None
            ]
            if copies:
                await self._give_up(work, await work.copies_of(copies))

    async def _give_up(self, work: LetterWork, copies: Sequence[CopyArrived]) -> None:
        """Make deliveries undeliverable that nothing has come of yet, and tell their senders."""
        now = self._clock()
        moved, changes = [], []
        for copy in copies:
            position = move(copy.position, DeliveryEvent.NOT_DELIVERABLE)
            if position == copy.position:
                continue  # the receiver has reported it, or it was asked back meanwhile
            changes.append(DeliveryChange(copy.delivery, position, now))
            moved.append(replace(copy, state=position.state, reached=position.reached))
        if moved:
            records = tell_senders(self._notary, Event.CONTENT_HANDOVER_FAILURE, moved, now)
            records.changes += changes
            receipts = await self._workbench.sign([row.receipt for row in records.evidence])
            await work.save(records.with_signed(receipts))

    async def resubmit(self) -> int:
        """Take in what administrators want taken in again; return how much that was.

        Raises an UnavailableError; the lease of what was claimed then runs out. Each goes by
        itself: one of them has brought out a bug before.
        """
        now = self._clock()
        async with self._store.letters() as work:
            claimed = await work.claim(at=now, leased_until=now + LEASE, limit=10)
        for submission in claimed:
            try:
                await self._intake.handle([submission])
            except Exception as error:  # any bug must cost one letter, not the rest
                if is_outage(error):
                    raise
                _log.exception("dead_letter.unhandled", error=type(error).__name__)
                if submission.letter is not None:
                    async with self._store.letters() as work:
                        await work.reopen(submission.letter, _failed(error))
        return len(claimed)

    async def waiting(self) -> Mapping[LetterKind, int]:
        """Return how many letters wait for somebody to look, by kind."""
        async with self._store.letters() as work:
            return await work.open_letters()


def _failed(error: Exception) -> str:
    name = type(error).__name__
    return f"Lỗi khi tiếp nhận lại: {name} / taking it in again failed: {name}"
