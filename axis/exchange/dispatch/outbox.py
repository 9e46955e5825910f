"""The dispatch's use case: what is committed goes out, with confirms, until it is confirmed.

Rows stay locked while their messages are on the way. A router that dies in between leaves them
unmarked; the next one publishes them again under the same ``message_id``.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from axis.clock import Clock
from axis.evidence.events import Event
from axis.exchange.deliveries.states import DeliveryEvent, DeliveryState, move
from axis.exchange.dispatch.moving import astray, named_in, redirect
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_senders
from axis.exchange.ports import (
    BrokerLostError,
    CopyArrived,
    DispatchWork,
    OutboxMessage,
    Publication,
    Publisher,
    Store,
    UnavailableError,
    Workbench,
)
from axis.exchange.records import DeliveryChange, MessageType, Records, Withdrawal
from axis.registry.directory import Directory

_FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
"""Nothing is put off for longer; what is due later yet was written under a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """How much is on the way in one transaction."""

    count: int = 100
    size: int = 32 * 1024 * 1024
    """Bytes on the wire: what any broker confirms long before its time is up."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one round did."""

    confirmed: int = 0
    returned: int = 0
    redirected: int = 0
    """Copies whose receivers are served elsewhere; the others wait for the next round."""

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.confirmed or self.returned or self.redirected)


class Dispatch:
    """Publishes one lane of the outbox; any number may run at once."""

    def __init__(
        self,
        store: Store,
        publisher: Publisher,
        workbench: Workbench,
        notary: Notary,
        clock: Clock,
        *,
        urgent: bool,
        limits: DispatchLimits,
    ) -> None:
        self._store = store
        self._publisher = publisher
        self._workbench = workbench
        self._notary = notary
        self._clock = clock
        self._urgent = urgent
        self._limits = limits

    async def round(self, *, careful: bool = False) -> Dispatched:
        """Publish what is due and mark what was confirmed; return how much that was.

        Raises an UnavailableError; nothing is then marked, and the messages go out again. A
        `careful` round takes one message and puts it off when the broker fails on it, so that a
        message which the broker cannot take never blocks its lane; a broker that is away counts
        against no message.
        """
        claimed: Sequence[OutboxMessage] = ()
        try:
            async with self._store.dispatch() as work:
                # Held before anything else is locked, so that nobody waits in a circle.
                directory = await work.directory()
                claimed = await work.claim(
                    urgent=self._urgent,
                    at=self._clock(),
                    limit=1 if careful else self._limits.count,
                    max_bytes=self._limits.size,
                )
                redirected = await self._redirect(work, claimed, directory)
                if redirected:
                    return Dispatched(redirected=redirected)
                return await self._send(work, claimed, directory, careful=careful)
        except UnavailableError:
            raise
        except Exception:
            # A bug that one message brings out must not hold up the rest; it is raised anyway.
            if careful and claimed:
                async with self._store.dispatch() as work:
                    await self._put_off(work, claimed)
            raise

    async def _redirect(
        self, work: DispatchWork, messages: Sequence[OutboxMessage], directory: Directory
    ) -> int:
        """Send copies where their receivers are served now; return how many that concerned.

        It is committed before anything else is published: a broker that fails undoes no move.
        """
        now = self._clock()
        documents = (one.row for one in messages if one.row.type is MessageType.DOCUMENT)
        found = {row.id: (row, ways) for row in documents if (ways := astray(row, directory, now))}
        if not found:
            return 0
        copies = await work.copies_of(list(found))
        records = Records()
        for row, ways in found.values():
            carried = [copy for copy in copies if copy.copy == row.id]
            redirect(row, carried, ways, directory, self._notary, now, records)
        receipts = await self._workbench.sign([row.receipt for row in records.evidence])
        await work.save(records.with_signed(receipts))
        return len(found)

    async def _send(
        self,
        work: DispatchWork,
        messages: Sequence[OutboxMessage],
        directory: Directory,
        *,
        careful: bool,
    ) -> Dispatched:
        if not messages:
            return Dispatched()
        try:
            answers = await self._publisher.publish([publication(one) for one in messages])
        except BrokerLostError:
            if not careful:
                raise
            answers = [False]
        confirmed = list(itertools.compress(messages, answers))
        returned = list(itertools.compress(messages, (not answer for answer in answers)))
        if confirmed:
            await work.confirm([one.row.id for one in confirmed], self._clock())
        await self._put_off(work, returned)
        # Deliveries are locked once a transaction: in two steps, two routers could deadlock.
        known = await _carried(work, messages)
        arrived = {one.row.id for one in confirmed}
        await self._confirm(work, [one for one in known if one.copy in arrived], directory)
        await self._return(work, [one for one in known if one.copy not in arrived])
        return Dispatched(len(confirmed), len(returned))

    async def _confirm(
        self, work: DispatchWork, arrived: Sequence[CopyArrived], directory: Directory
    ) -> None:
        if not arrived:
            return
        now = self._clock()
        records = tell_senders(self._notary, Event.CONTENT_CONSIGNMENT, arrived, now, directory)
        records.changes += self._changes(arrived, DeliveryEvent.CONFIRMED)
        receipts = await self._workbench.sign([row.receipt for row in records.evidence])
        await work.save(records.with_signed(receipts))

    async def _return(self, work: DispatchWork, returned: Sequence[CopyArrived]) -> None:
        """Note which copies did not arrive; what was asked back meanwhile does not go out again."""
        now = self._clock()
        asked = {one.copy for one in returned if one.state is DeliveryState.TAKE_BACK_ASKED}
        changes = self._changes(returned, DeliveryEvent.RETURNED)
        if changes or asked:
            withdrawn = [Withdrawal(copy, now) for copy in sorted(asked)]
            await work.save(Records(changes=changes, withdrawn=withdrawn))

    def _changes(self, copies: Sequence[CopyArrived], event: DeliveryEvent) -> list[DeliveryChange]:
        """Return where an event moves the deliveries of these copies.

        A quick receiver's status may have moved them on before their confirm is committed.
        """
        now = self._clock()
        return [
            DeliveryChange(copy.delivery, moved, now)
            for copy in copies
            if (moved := move(copy.position, event)) != copy.position
        ]

    async def _put_off(self, work: DispatchWork, messages: Sequence[OutboxMessage]) -> None:
        now = self._clock()
        for attempts, group in itertools.groupby(
            sorted(messages, key=lambda one: one.attempts), key=lambda one: one.attempts
        ):
            pause = min(_FIRST_PAUSE * 2 ** min(attempts, 16), LONGEST_PAUSE)
            await work.postpone([message.row.id for message in group], now + pause)


async def _carried(work: DispatchWork, messages: Sequence[OutboxMessage]) -> Sequence[CopyArrived]:
    """Lock and return the deliveries of the receivers that these messages name.

    One that was withdrawn, or that no way leads to, may have had its copy with them until then.
    """
    named = {
        one.row.id: named_in(one.row) for one in messages if one.row.type is MessageType.DOCUMENT
    }
    copies = await work.copies_of(list(named)) if named else []
    return [copy for copy in copies if copy.receiver in named[copy.copy]]


def publication(message: OutboxMessage) -> Publication:
    """Return the AMQP message of an outbox row; always the same one for the same row."""
    row = message.row
    return Publication(
        message_id=str(row.id),
        queue=row.queue,
        type=row.type,
        body=message.body,
        correlation_id=row.correlation_id,
        headers=row.headers,
        timestamp=row.created_at,
    )
