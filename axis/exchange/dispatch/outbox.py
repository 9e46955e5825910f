"""The dispatch's use case: what is committed goes out, with confirms, until it is confirmed.

Rows stay locked while their messages are on the way. A router that dies in between leaves them
unmarked; the next one publishes them again under the same ``message_id``.

The registry is held while a burst is published, so that no copy goes where it should not go any
more. A broker that is slow must not hold up its changes, and behind them every batch of the intake:
after `PATIENCE_SECONDS` it is let go, and looked at once more when the broker has answered. Copies
whose receivers have moved meanwhile count as not published then: they go where these are now, and
the former endpoint is told to pass the old ones over.

A queue that did not take the last message is asked with one, and gets its others once that was
taken: what waits for a full queue costs the broker, and the database, a message a burst.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from axis.clock import Clock
from axis.evidence.events import Event
from axis.exchange.changes import DeliveryChange, Withdrawal
from axis.exchange.deliveries.states import DeliveryEvent, DeliveryState, move
from axis.exchange.dispatch.redirecting import astray, named_in, redirect
from axis.exchange.faults import BrokerLostError, is_outage
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.outgoing.telling import tell_senders
from axis.exchange.ports import DispatchWork, Publication, Publisher, Store, Workbench
from axis.exchange.records import (
    MessageType,
    OutboxRow,
    Records,
)
from axis.exchange.stored import CopyArrived, OutboxMessage
from axis.registry.directory import Directory

PATIENCE_SECONDS = 1.0
"""How long a burst holds the registry: hundreds of times what a broker in health takes for it."""

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


@dataclass(frozen=True, slots=True)
class _Astray:
    """A copy of which receivers are served elsewhere: where each is, None where no way leads."""

    row: OutboxRow
    ways: Mapping[str, str | None]


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
                claimed = await work.claim(
                    urgent=self._urgent,
                    at=self._clock(),
                    limit=1 if careful else self._limits.count,
                    max_bytes=self._limits.size,
                )
                if not claimed:
                    return Dispatched()
                asked = self._asked(claimed)
                bodies = await work.bodies([one.row for one in asked])
                directory = await work.directory()
                astray = self._astray(claimed, directory)
                if astray:  # committed before anything else: a broker that fails undoes no move
                    copies = await work.copies_of(list(astray))
                    await self._redirect(work, astray, copies, directory)
                    return Dispatched(redirected=len(astray))
                burst = [publication(one.row, bodies[one.row.subject]) for one in asked]
                return await self._send(work, claimed, burst, directory, careful=careful)
        except Exception as error:
            # What one message brings out must not hold up the rest; it is raised anyway.
            if careful and claimed and not is_outage(error):
                async with self._store.dispatch() as work:
                    await self._put_off(work, claimed)
            raise

    def _asked(self, messages: Sequence[OutboxMessage]) -> Sequence[OutboxMessage]:
        """Return what is sent now: of what waits for a queue in doubt the first message only."""
        asked = []
        in_doubt = set[str]()
        for one in messages:
            if one.row.queue not in in_doubt:
                asked.append(one)
            if self._publisher.doubtful(one.row.queue):
                in_doubt.add(one.row.queue)
        return asked

    def _astray(
        self, messages: Sequence[OutboxMessage], directory: Directory
    ) -> Mapping[UUID, _Astray]:
        """Return the copies of which receivers are served elsewhere now."""
        now = self._clock()
        documents = (one.row for one in messages if one.row.type is MessageType.DOCUMENT)
        return {
            row.id: _Astray(row, ways) for row in documents if (ways := astray(row, directory, now))
        }

    async def _redirect(
        self,
        work: DispatchWork,
        found: Mapping[UUID, _Astray],
        copies: Sequence[CopyArrived],
        directory: Directory,
    ) -> None:
        """Send copies where their receivers are served now; `copies` has what they carry."""
        now = self._clock()
        records = Records()
        for one in found.values():
            carried = [copy for copy in copies if copy.copy == one.row.id]
            redirect(one.row, carried, one.ways, directory, self._notary, now, records)
        receipts = await self._workbench.sign([row.receipt for row in records.evidence])
        await work.save(records.with_signed(receipts))

    async def _send(
        self,
        work: DispatchWork,
        claimed: Sequence[OutboxMessage],
        burst: Sequence[Publication],
        directory: Directory,
        *,
        careful: bool,
    ) -> Dispatched:
        strayed: Mapping[UUID, _Astray] = {}
        try:
            answers, held = await self._publish(work, burst)
        except BrokerLostError:
            if not careful:
                raise
            answers, held = [False], False
        taken = {one.message_id: arrived for one, arrived in zip(burst, answers, strict=True)}
        # What was not sent, and waits for a queue that is well again, goes out in the next round.
        messages = [
            one
            for one in claimed
            if str(one.row.id) in taken or self._publisher.doubtful(one.row.queue)
        ]
        if not held:
            directory = await work.directory()
            strayed = self._astray(messages, directory)
        rest = [one for one in messages if one.row.id not in strayed]
        confirmed = [one for one in rest if taken.get(str(one.row.id))]
        returned = [one for one in rest if not taken.get(str(one.row.id))]
        if confirmed:
            await work.confirm([one.row.id for one in confirmed], self._clock())
        await self._put_off(work, returned)
        # Deliveries are locked once a transaction: in two steps, two routers could deadlock.
        copies = await _copies(work, messages)
        if strayed:
            await self._redirect(work, strayed, copies, directory)
        await self._confirm(work, _carried(confirmed, copies), directory)
        await self._return(work, _carried(returned, copies))
        return Dispatched(len(confirmed), len(returned), len(strayed))

    async def _publish(
        self, work: DispatchWork, burst: Sequence[Publication]
    ) -> tuple[Sequence[bool], bool]:
        """Return what has arrived, and whether the registry was held all the time."""
        publishing = asyncio.create_task(self._publisher.publish(burst))
        try:
            await asyncio.wait({publishing}, timeout=PATIENCE_SECONDS)
            held = publishing.done()
            if not held:
                await work.let_go()
            return await publishing, held
        finally:
            if not publishing.done():
                publishing.cancel()
                await asyncio.wait({publishing})

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


async def _copies(work: DispatchWork, messages: Sequence[OutboxMessage]) -> Sequence[CopyArrived]:
    """Lock and return the deliveries that these messages carry."""
    documents = [one.row.id for one in messages if one.row.type is MessageType.DOCUMENT]
    return await work.copies_of(documents) if documents else []


def _carried(
    messages: Sequence[OutboxMessage], copies: Sequence[CopyArrived]
) -> Sequence[CopyArrived]:
    """Return the deliveries of the receivers that these messages name.

    One that was withdrawn, or that no way leads to, may have had its copy with them until then.
    """
    named = {one.row.id: named_in(one.row) for one in messages}
    return [copy for copy in copies if copy.receiver in named.get(copy.copy, ())]


def publication(row: OutboxRow, body: bytes) -> Publication:
    """Return the AMQP message of an outbox row; always the same one for the same row."""
    return Publication(
        message_id=str(row.id),
        queue=row.queue,
        type=row.type,
        body=body,
        correlation_id=row.correlation_id,
        headers=row.headers,
        timestamp=row.created_at,
    )
