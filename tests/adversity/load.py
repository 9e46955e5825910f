"""The load: several systems submit and receive at once, and a ledger notes all that happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any
from uuid import uuid4

from axis.edxml.codes import DocumentKind, StatusCode
from axis.local.installation import Installation
from tests.adversity.author import Author, Sort
from tests.adversity.clerks import Clerks, Fate
from tests.adversity.contents import ENDPOINTS, QUESTIONS, Content
from tests.adversity.ledger import Ledger, Submission, Taken
from tests.adversity.settling import settled
from tests.adversity.systems import AgencySystem
from tests.support.offices import Offices

OUTSTANDING = 60
"""Submissions without a receipt at a time: more than one batch, so that a kill hits work."""

ANSWER_SECONDS = 45.0
"""How long a submission counts as under way: several restarts of everything. One that is not
answered by then makes room for others, and the reconciliation names it."""

PROGRESS_SECONDS = 480.0
"""Far longer than anything stands still, on a machine that is busy with other tests."""

LONGEST_FATE_SECONDS = 2.0
"""So long after its acceptance a document meets its fate at most: some copies are unpublished."""

POLL_SECONDS = 0.05


class Load:
    """Keeps so many submissions under way until it is told to stop."""

    def __init__(
        self, ledger: Ledger, systems: dict[str, AgencySystem], offices: Offices, seed: int
    ) -> None:
        self.ledger = ledger
        self.systems = systems
        # Each choice has a source of its own, so that timing changes as few of them as it can.
        self._random = Random(f"load {seed}")
        self._clerks = Clerks(Random(f"clerks {seed}"))
        self._author = Author(offices, Random(f"contents {seed}"))
        self._slots = asyncio.Semaphore(OUTSTANDING)
        self._stop = asyncio.Event()
        self._known: list[Content] = []
        """What may be submitted again under another message_id."""
        self._accepted: list[Content] = []
        """New documents that are known to be accepted and meet no fate."""
        self._followed = set(ledger.contents)
        """Documents that met their fate, or will; those of earlier loads have."""
        self._submissions = list(ledger.submissions.values())
        self._tasks: set[asyncio.Task[None]] = set()
        self._mistakes: list[Exception] = []
        self.under_way = 0
        """Submissions sent and not answered."""
        ledger.arrived = self._arrived

    async def run(self) -> None:
        """Submit until `stop`, then wait until everything begun has ended."""
        try:
            while not self._stop.is_set():
                await self._slots.acquire()
                self._start(self._step())
            while self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()
        if self._mistakes:
            raise ExceptionGroup("the harness itself failed", self._mistakes)

    def stop(self) -> None:
        """Begin nothing new."""
        self._stop.set()

    async def progress(self, count: int) -> None:
        """Wait until so many more submissions have been answered."""
        wanted = self.ledger.counts["answered"] + count
        async with asyncio.timeout(PROGRESS_SECONDS):
            while self.ledger.counts["answered"] < wanted and not self._mistakes:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)

    async def submit(self, content: Content) -> bool:
        """Submit something of a test's own; return whether it was answered in time."""
        async with self._slots:
            return await self._carry(self._noted(content))

    def _noted(self, content: Content) -> Submission:
        submission = self.ledger.submission(content, str(uuid4()))
        self._submissions.append(submission)
        return submission

    # -- submitting ------------------------------------------------------------------------------

    async def _step(self) -> None:
        """Submit one thing, in a slot that was taken for it."""
        try:
            submission = self._next()
            content = submission.content
            first = content.kind is DocumentKind.NEW and content.sha256 not in self._followed
            if first and self._clerks.hastens():
                self._followed.add(content.sha256)
                self._start(self._recall(content))
            answered = await self._carry(submission)
        finally:
            self._slots.release()
        if first and answered and content.sha256 not in self._followed:
            self._followed.add(content.sha256)
            await self._follow(content)

    def _next(self) -> Submission:
        sort = self._author.sort()
        if sort is Sort.REPEAT and self._submissions:
            self.ledger.counts["repeated submissions"] += 1
            return self._random.choice(self._submissions)
        if sort is Sort.DUPLICATE and self._known:
            return self._noted(self._random.choice(self._known))
        if sort is Sort.REFUSED:
            return self._noted(self._author.refused(self._accepted[-100:]))
        return self._noted(self._remembered(self._author.document()))

    def _remembered(self, content: Content) -> Content:
        self._known.append(content)
        return content

    async def _follow(self, content: Content) -> None:
        """Let an accepted document meet its fate."""
        fate = self._clerks.fate()
        wait = self._random.choice((0.0, self._random.uniform(0, LONGEST_FATE_SECONDS)))
        if fate is Fate.NONE or self._stop.is_set():
            self._accepted.append(content)
            return
        await asyncio.sleep(wait)
        if fate is Fate.RECALL:
            await self._recall(content)
        elif fate is Fate.UPDATE:
            await self.submit(self._remembered(self._author.update(content)))
        elif fate is Fate.REPLACE:
            await self.submit(self._remembered(self._author.replacement(content)))
        else:
            receiver = self._random.choice(content.receivers)
            await self._report(content, [StatusCode.TAKE_BACK], receiver)

    async def _recall(self, content: Content) -> None:
        await self.submit(self._remembered(self._author.recall(content)))

    async def _carry(self, submission: Submission) -> bool:
        """Submit, and wait for the answer as long as that makes sense."""
        self.under_way += 1
        try:
            system = self.systems[submission.content.endpoint]
            sends = await system.submit(submission.content, submission.message_id)
            self.ledger.counts["sends again"] += sends - 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await submission.answered.wait()
            return submission.answered.is_set()
        finally:
            self.under_way -= 1

    # -- receiving -------------------------------------------------------------------------------

    def _arrived(self, content: Content, taken: Taken) -> None:
        """Let the clerks of an endpoint do something about what it took for the first time."""
        if self._stop.is_set():
            return
        if content.status is StatusCode.TAKE_BACK and content.about is not None:
            self._answer(content.about, content.about, content.receiver)
        for receiver in content.copies.get(taken.endpoint, ()):
            if content.kind in QUESTIONS and content.target is not None:
                self._answer(content, content.target, receiver)
                continue
            codes = self._clerks.reports(content, receiver)
            if codes:
                self._start(self._report(content, codes, receiver))
            if self._clerks.writes():
                self._start(self._write(content, receiver))

    def _answer(self, asking: Content, original: Content, receiver: str) -> None:
        if asking.kind is DocumentKind.UPDATE:
            codes = self._clerks.taking_in()
        else:
            codes = self._clerks.giving_back(original, receiver)
        if codes:
            self._start(self._report(asking, codes[:1], receiver, then=(original, codes[1:])))

    async def _report(
        self,
        content: Content,
        codes: Sequence[StatusCode],
        receiver: str,
        then: tuple[Content, Sequence[StatusCode]] | None = None,
    ) -> None:
        for code in codes:
            await self.submit(self._remembered(self._author.status(content, code, receiver)))
        if then is not None:
            await self._report(then[0], then[1], receiver)

    async def _write(self, content: Content, receiver: str) -> None:
        await self.submit(self._remembered(self._author.answer(content, receiver)))

    # -- tasks -----------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._mistakes.append(error)


@asynccontextmanager
async def under_load(
    installation: Installation,
    seed: int,
    ledger: Ledger | None = None,
    urls: Mapping[str, str] | None = None,
) -> AsyncIterator[Load]:
    """Keep an installation under load for as long as the block runs, then let it settle.

    `urls` says where systems connect to if not to the broker itself.
    """
    ledger = ledger or Ledger()
    async with AsyncExitStack() as stack:
        systems = {}
        for endpoint in ENDPOINTS:
            url = (urls or {}).get(endpoint) or installation.endpoint_url(endpoint)
            system = AgencySystem(url, endpoint, ledger.note)
            systems[endpoint] = await stack.enter_async_context(system)
        load = Load(ledger, systems, Offices(installation, seed), seed)
        running = asyncio.create_task(load.run())
        try:
            yield load
            load.stop()
            await running
            await settled(ledger, installation)
        finally:
            running.cancel()
