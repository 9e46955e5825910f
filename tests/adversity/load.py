"""The load: several systems submit and receive at once, and a ledger notes all that happens."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg

from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt
from axis.evidence.xml import read_receipt
from axis.local.installation import Installation
from tests.adversity.contents import AGENCIES, Author, Content, Sort
from tests.adversity.systems import AgencySystem, Taken
from tests.support.offices import Offices

OUTSTANDING = 60
"""Submissions without a receipt at a time: more than one batch, so that a kill hits work."""

STATUS_SHARE = 0.25
"""How many of the copies are answered with the statuses 01 and 03."""

ANSWER_SECONDS = 45.0
"""How long a submission counts as under way: several restarts of everything. One that is not
answered by then makes room for others, and the reconciliation names it."""

SETTLE_SECONDS = 60.0
"""The time that everything may take once nothing is killed any more."""

POLL_SECONDS = 0.2

ENDINGS = (Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION)
"""What ends a submission; the notice that it is held does not."""

_STATE = """
SELECT count(*) AS messages, count(*) FILTER (WHERE published_at IS NULL) AS due FROM outbox
"""


@dataclass(eq=False)
class Submission:
    """One message_id and the bytes submitted under it."""

    message_id: str
    content: Content
    answered: asyncio.Event


class Ledger:
    """Everything submitted and everything taken, message by message."""

    def __init__(self) -> None:
        self.contents: dict[str, Content] = {}
        self.submissions: dict[str, Submission] = {}
        self.taken: dict[tuple[str, str], Taken] = {}
        """By queue and message_id: the first delivery of each message."""
        self.receipts: dict[tuple[str, str], Receipt] = {}
        self.altered: list[str] = []
        """Messages that came again with other contents."""
        self.counts: Counter[str] = Counter()
        self.copies: asyncio.Queue[tuple[Content, str]] = asyncio.Queue()
        """First copies, with the endpoint that got them, for the statuses."""

    def submission(self, content: Content, message_id: str) -> Submission:
        """Note that a content is going to be submitted."""
        self.contents.setdefault(content.sha256, content)
        found = Submission(message_id, content, asyncio.Event())
        self.submissions[message_id] = found
        return found

    def note(self, taken: Taken) -> None:
        """Note a delivery; called before it is acknowledged."""
        key = (taken.queue, taken.message_id)
        first = self.taken.setdefault(key, taken)
        self.counts["deliveries taken"] += 1
        if first is not taken:
            self.counts["repeated deliveries"] += 1
            if first != taken:
                self.altered.append(f"{taken.queue} {taken.message_id}")
            return
        if taken.type == "document":
            content = self.contents.get(str(taken.headers.get("axis-sha256")))
            if content is not None:
                self.copies.put_nowait((content, taken.queue.split(".")[1]))
        elif taken.type == "receipt":
            receipt = read_receipt(taken.body)
            self.receipts[key] = receipt
            submission = self.submissions.get(taken.correlation_id or "")
            if receipt.event in ENDINGS and submission is not None:
                submission.answered.set()


class Load:
    """Keeps so many submissions under way until it is told to stop."""

    def __init__(
        self, ledger: Ledger, systems: dict[str, AgencySystem], offices: Offices, seed: int
    ) -> None:
        self._ledger = ledger
        self._systems = systems
        # Each choice has a source of its own, so that timing changes none of them.
        self._random = Random(f"load {seed}")
        self._reporting = Random(f"reports {seed}")
        self._author = Author(offices, Random(f"contents {seed}"))
        self._slots = asyncio.Semaphore(OUTSTANDING)
        self._stop = asyncio.Event()
        self._documents: list[Content] = []
        self._trips: set[asyncio.Task[None]] = set()
        self._mistakes: list[Exception] = []

    async def run(self) -> None:
        """Submit until `stop`, then wait until every submission is answered."""
        answering = asyncio.create_task(self._answer_copies())
        answering.add_done_callback(self._look_for_mistakes)
        try:
            while not self._stop.is_set():
                await self._slots.acquire()
                self._start(self._carry(self._next()))
            while self._trips:
                await asyncio.wait(self._trips)
        finally:
            for task in (answering, *self._trips):
                task.cancel()
        if self._mistakes:
            raise ExceptionGroup("the harness itself failed", self._mistakes)

    def stop(self) -> None:
        """Begin nothing new."""
        self._stop.set()

    def _next(self) -> Submission:
        sort = self._author.sort()
        ledger = self._ledger
        if sort is Sort.REPEAT and ledger.submissions:
            ledger.counts["repeated submissions"] += 1
            return self._random.choice(list(ledger.submissions.values()))
        if sort is Sort.DUPLICATE and self._documents:
            return ledger.submission(self._random.choice(self._documents), str(uuid4()))
        if sort is Sort.REFUSED:
            return ledger.submission(self._author.refused(), str(uuid4()))
        content = self._author.document()
        self._documents.append(content)
        return ledger.submission(content, str(uuid4()))

    def _start(self, trip: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(trip)
        self._trips.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._trips.discard(task)
        self._slots.release()
        self._look_for_mistakes(task)

    def _look_for_mistakes(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._mistakes.append(error)

    async def _carry(self, submission: Submission) -> None:
        system = self._systems[submission.content.endpoint]
        sends = await system.submit(submission.content, submission.message_id)
        self._ledger.counts["sends again"] += sends - 1
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await submission.answered.wait()

    async def _answer_copies(self) -> None:
        """Report on some of the copies, as a receiver's clerks do."""
        while True:
            content, endpoint = await self._ledger.copies.get()
            if self._reporting.random() < STATUS_SHARE and not self._stop.is_set():
                await self._slots.acquire()
                self._start(self._report(content, content.copies[endpoint][0]))

    async def _report(self, content: Content, reporter: str) -> None:
        for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED):
            status = self._author.status(content, code, reporter)
            await self._carry(self._ledger.submission(status, str(uuid4())))


@asynccontextmanager
async def under_load(installation: Installation, seed: int) -> AsyncIterator[Ledger]:
    """Keep an installation under load for as long as the block runs, then let it settle."""
    ledger = Ledger()
    async with AsyncExitStack() as stack:
        systems = {}
        for endpoint in sorted(set(AGENCIES.values())):
            system = AgencySystem(installation.endpoint_url(endpoint), endpoint, ledger.note)
            systems[endpoint] = await stack.enter_async_context(system)
        load = Load(ledger, systems, Offices(installation, seed), seed)
        running = asyncio.create_task(load.run())
        try:
            yield ledger
            load.stop()
            await running
            await settled(ledger, installation.dsn)
        finally:
            running.cancel()


async def settled(ledger: Ledger, dsn: str) -> None:
    """Wait until nothing is due any more and the systems have taken what was published."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while True:
                row = await connection.fetchrow(_STATE)
                distinct = Counter(taken.type for taken in ledger.taken.values())
                assert row is not None
                if row["due"] == 0 and row["messages"] == sum(distinct.values()):
                    return
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        return  # the reconciliation will name what is missing
    finally:
        await connection.close()
