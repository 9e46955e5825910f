"""The load generator: submits a corpus, takes every copy and receipt, and checks each of them.

It runs in a process of its own, so that its processor time is told apart. What it was promised
and did not get is an error of the run, never a smaller figure.
"""

import asyncio
import contextlib
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from random import Random
from typing import Final

import uvloop
from pamqp import commands

from axis.errors import AxisError
from axis.evidence.events import Event
from axis.exchange.outgoing.messages import inbox
from axis.local.bench.amqp import Delivery, LightConnection, message_head
from axis.local.bench.corpus import Entry
from axis.local.bench.load import Load, LoadError, Observed, Progress, Trip

PREFETCH: Final = 200
"""Deliveries on the way to one endpoint: enough to be acknowledged in batches."""

TELL_SECONDS: Final = 0.25
"""Pause between two words about progress."""

STUCK_SECONDS: Final = 60.0
"""Nothing takes so long; an axis that answers nothing meanwhile has lost a document."""

READY: Final = "ready"
"""The generator's first word: every connection is open."""

_EVENT: Final = re.compile(rb' event="([A-Za-z]+)"')


def run_generator(load: Load, pipe: Connection) -> None:
    """Run in a process: say `READY`, wait for a word, tell `Progress`, then the result, and wait.

    It stays until the last word, so that its processor time can still be read.
    """
    try:
        pipe.send(uvloop.run(_carry_out(load, pipe)))
    except AxisError as error:
        pipe.send(error)
    except ExceptionGroup as group:
        pipe.send(LoadError("; ".join(str(error) for error in group.exceptions)))
    with contextlib.suppress(EOFError):
        pipe.recv()


async def _carry_out(load: Load, pipe: Connection) -> Observed:
    return await _Generator(load, pipe).run()


class _Generator:
    def __init__(self, load: Load, pipe: Connection) -> None:
        self._load = load
        self._pipe = pipe
        self._trips = {entry.message_id: Trip(entry) for entry in load.entries}
        self._by_digest = {trip.entry.sha256: trip for trip in self._trips.values()}
        self._senders: dict[str, LightConnection] = {}
        self._receivers: dict[str, LightConnection] = {}
        self._seen: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._latencies: list[float] = []
        self._free = asyncio.Semaphore(load.outstanding)

    async def run(self) -> Observed:
        """Open everything, wait for the word, carry the load out."""
        self._file = os.open(self._load.corpus.file, os.O_RDONLY)
        loop = asyncio.get_running_loop()
        self._end: asyncio.Future[None] = loop.create_future()
        try:
            await self._open()
            self._pipe.send(READY)
            await asyncio.to_thread(self._pipe.recv)
            return await self._work()
        finally:
            for connection in (*self._senders.values(), *self._receivers.values()):
                await connection.close()
            os.close(self._file)

    async def _open(self) -> None:
        for endpoint in sorted({trip.entry.sender for trip in self._trips.values()}):
            connection = LightConnection(on_confirm=self._confirmed)
            await connection.open(self._load.urls[endpoint], "axis bench submit")
            self._senders[endpoint] = connection
        for endpoint in sorted(self._load.urls):
            await self._receive(inbox(endpoint, urgent=self._load.urgent), self._copy)
            await self._receive(f"answers.{endpoint}", self._answer)

    async def _receive(self, queue: str, take: Callable[[Delivery, float], None]) -> None:
        def on_delivery(delivery: Delivery) -> None:
            connection.done_with(delivery)
            try:
                take(delivery, time.monotonic())
            except LoadError as error:
                if not self._end.done():
                    self._end.set_exception(error)

        connection = LightConnection(on_delivery=on_delivery)
        endpoint = queue.split(".")[1]
        await connection.open(self._load.urls[endpoint], "axis bench receive")
        self._receivers[queue] = connection
        if (await connection.queue_state(queue)).consumers:
            raise LoadError(
                f"Một lượt đo khác đang chạy (hàng đợi «{queue}»)."
                f" / Another benchmark is running (queue «{queue}»)."
            )
        await connection.consume(queue, prefetch=PREFETCH)

    async def _work(self) -> Observed:
        started = time.monotonic()
        connections = (*self._senders.values(), *self._receivers.values())
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self._tell()),
                *(tasks.create_task(_watch(connection)) for connection in connections),
            ]
            submitting = tasks.create_task(self._submit_all(started))
            await self._end
            await submitting
            for task in beside:
                task.cancel()
        return Observed(
            seconds=time.monotonic() - started,
            submitted=self._counts["submitted"],
            confirmed=self._counts["confirmed"],
            accepted=self._counts["accepted"],
            copies=self._counts["copies"],
            receipts=self._counts["receipts"],
            repeated=self._counts["repeated"],
            latencies=tuple(self._latencies),
        )

    # -- what goes out ---------------------------------------------------------------------------

    async def _submit_all(self, started: float) -> None:
        rate = self._load.rate
        random = Random(0)  # noqa: S311 - rests of any length, no secret
        for number, trip in enumerate(self._trips.values()):
            if rate is not None:
                await asyncio.sleep(max(started + number / rate - time.monotonic(), 0))
            await self._free.acquire()
            if self._load.pause:
                await asyncio.sleep(random.uniform(0, self._load.pause))
            self._submit(trip)

    def _submit(self, trip: Trip) -> None:
        entry = trip.entry
        properties = commands.Basic.Properties(
            content_type="application/edxml+xml",
            delivery_mode=2,
            message_id=entry.message_id,
            user_id=entry.sender,
        )
        key = "document.urgent" if self._load.urgent else "document"
        head = message_head("axis.submit", key, entry.size, properties)
        body = self._body_of(entry)
        trip.started = time.monotonic()
        self._senders[entry.sender].publish(head, body)
        self._counts["submitted"] += 1

    def _confirmed(self, _number: int) -> None:
        self._counts["confirmed"] += 1
        self._look_for_end()

    # -- what comes back -------------------------------------------------------------------------

    def _copy(self, delivery: Delivery, now: float) -> None:
        headers = delivery.properties.headers or {}
        # What is not of this run was left behind by one that was cut short.
        trip = self._by_digest.get(str(headers.get("axis-sha256")))
        if trip is None or not self._fresh(delivery):
            return
        entry = trip.entry
        endpoint = delivery.queue.split(".")[1]
        if delivery.body != self._body_of(entry):
            raise LoadError(f"{entry.message_id}: the copy for {endpoint} was altered")
        if endpoint not in trip.waiting:
            raise LoadError(f"{entry.message_id}: {endpoint} got a copy that is none of its own")
        trip.waiting.remove(endpoint)
        self._counts["copies"] += 1
        self._latencies.append(now - trip.started)
        self._arrived(trip)

    def _answer(self, delivery: Delivery, _now: float) -> None:
        trip = self._trips.get(delivery.properties.correlation_id or "")
        if trip is None or not self._fresh(delivery):
            return
        found = _EVENT.search(delivery.body)
        event = found[1].decode() if found else ""
        if event == Event.SUBMISSION_ACCEPTANCE:
            trip.accepted = True
            self._counts["accepted"] += 1
        elif event == Event.CONTENT_CONSIGNMENT:
            trip.unproven -= delivery.body.count(b"<receiver ")
        else:
            text = delivery.body.decode(errors="replace")[:4000]
            raise LoadError(f"{trip.entry.message_id}: {event}\n{text}")
        self._counts["receipts"] += 1
        self._arrived(trip)

    def _fresh(self, delivery: Delivery) -> bool:
        """Tell whether this message has not been seen under its id before."""
        message_id = delivery.properties.message_id or ""
        if message_id in self._seen:
            self._counts["repeated"] += 1
            return False
        self._seen.add(message_id)
        return True

    def _arrived(self, trip: Trip) -> None:
        if trip.finished:
            self._counts["finished"] += 1
            self._free.release()
            self._look_for_end()

    def _look_for_end(self) -> None:
        wanted = len(self._trips)
        through = self._counts["finished"] == self._counts["confirmed"] == wanted
        if through and not self._end.done():
            self._end.set_result(None)

    # -- shared ----------------------------------------------------------------------------------

    def _body_of(self, entry: Entry) -> bytes:
        return os.pread(self._file, entry.size, entry.offset)

    async def _tell(self) -> None:
        """Tell how many documents have finished; give up when nothing moves any more."""
        moved, last = time.monotonic(), -1
        while True:
            finished = self._counts["finished"]
            self._pipe.send(Progress(self._counts["confirmed"], finished))
            if self._counts.total() != last:
                moved, last = time.monotonic(), self._counts.total()
            elif time.monotonic() - moved > STUCK_SECONDS:
                missing = [trip for trip in self._trips.values() if not trip.finished]
                example = missing[0].entry.message_id if missing else ""
                raise LoadError(
                    f"Không có gì thay đổi trong {STUCK_SECONDS:g} giây; còn thiếu {len(missing)}"
                    f" văn bản, ví dụ {example}. / Nothing moved for {STUCK_SECONDS:g} s;"
                    f" {len(missing)} documents are not through, {example} for one."
                )
            await asyncio.sleep(TELL_SECONDS)


async def _watch(connection: LightConnection) -> None:
    await connection.fault
