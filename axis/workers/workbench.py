"""The workers of a router: who works on what, and what happens when one is lost.

A worker answers document by document, so when it dies or hangs, only the document in hand is in
question; what is answered stays answered, and the rest goes to another worker. One worker more
than examine signs receipts: these are signed inside transactions and never wait for documents.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from axis.examination import Examination
from axis.exchange.faults import WorkbenchUnavailableError
from axis.reasons import Reason
from axis.workers.process import Called, NotSigned, Tools, uncheckable
from axis.workers.worker import Patience, Worker, WorkerLateError, WorkerLostError

T = TypeVar("T")

ATTEMPTS: Final = 2
"""Workers that a document may take with it: the first may have died of something else, such as a
machine short of memory."""

_NOTED: Final = {
    Reason.UNCHECKABLE: "document.uncheckable",
    Reason.SCANNER_AWAY: "document.not_scanned",
}

_log = structlog.get_logger(__name__)


class ProcessWorkbench:
    """Implements `axis.exchange.ports.Workbench` with processes."""

    def __init__(self, tools: Tools, workers: int) -> None:
        self._tools = tools
        self._count = workers
        self._examining = asyncio.Semaphore(workers)
        signers = 0 if tools.key is None else 1
        self._all = {Worker(tools) for _ in range(workers + signers)}
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for worker in self._all:
            self._idle.put_nowait(worker)
        # as many threads as can wait for a worker at once, those that end included
        self._threads = ThreadPoolExecutor(2 * len(self._all), "worker")
        self._restoring: set[asyncio.Task[None]] = set()
        self._closed = False

    async def warm_up(self) -> None:
        """Start every worker now, so that the first documents don't pay for it."""
        workers = [self._idle.get_nowait() for _ in range(self._idle.qsize())]
        await asyncio.gather(*[self._restore(worker) for worker in workers])

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        """Examine submissions, spread over the workers."""
        parts = _parts(bodies, self._count)
        done = await asyncio.gather(*[self._examine_part(part, at) for part in parts])
        return _noted([examination for part in done for examination in part])

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        """Sign receipts, spread over the workers."""
        parts = _parts(receipts, self._count)
        done = await asyncio.gather(*[self._sign_part(part) for part in parts])
        return [receipt for part in done for receipt in part]

    async def call(self, function: Callable[..., Any], *arguments: object) -> Called:
        """Call a function of the program in a worker.

        Raises WorkerLostError or WorkerLateError when the worker was lost with it, and
        WorkbenchUnavailableError when there is none.
        """
        async with self._worker() as worker:
            return await self._call(worker.call, function, *arguments)

    def close(self) -> None:
        """Stop the workers."""
        self._closed = True
        for worker in self._all:
            worker.kill()
        for worker in self._all:
            worker.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _examine_part(self, bodies: Sequence[bytes], at: datetime) -> list[Examination]:
        done: list[Examination] = []
        deaths = 0
        async with self._examining:
            patience = Patience()
            while (before := len(done)) < len(bodies):
                try:
                    async with self._worker() as worker:
                        await self._call(worker.examine, bodies[before:], at, done, patience)
                except WorkerLateError:
                    done.append(uncheckable(bodies[len(done)], "time"))
                except WorkerLostError:
                    deaths = deaths + 1 if len(done) == before else 1
                    if deaths == ATTEMPTS:
                        done.append(uncheckable(bodies[len(done)], "worker lost"))
                        deaths = 0
        return done

    async def _sign_part(self, receipts: Sequence[bytes]) -> list[bytes]:
        for _ in range(self._count + 2):  # each may have been lost while it was idle
            with suppress(WorkerLostError, WorkerLateError):
                async with self._worker() as worker:
                    signed = await self._call(worker.sign, receipts)
                if isinstance(signed, NotSigned):
                    raise WorkbenchUnavailableError(signed.reason)
                return signed
        raise WorkbenchUnavailableError("the workers that sign receipts keep dying")

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Worker]:
        """Lend a worker that runs; raises WorkbenchUnavailableError when none can be started."""
        worker = await self._idle.get()
        try:
            worker = await self._running(worker)
            yield worker
        except BaseException:
            worker.kill()  # also when the borrower gives up: a thread may still wait for the answer
            raise
        finally:
            self._take_back(worker)

    def _take_back(self, worker: Worker) -> None:
        if worker.usable or self._closed:
            self._idle.put_nowait(worker)
            return
        task = asyncio.create_task(self._restore(worker))
        self._restoring.add(task)
        task.add_done_callback(self._restoring.discard)

    async def _restore(self, worker: Worker) -> None:
        """Put a worker that runs in the place of one that was lost or has grown.

        When none starts, who needs this place next tries again, and is told that it fails.
        """
        try:
            worker = await self._running(worker)
        except WorkbenchUnavailableError as error:
            _log.warning("worker.not_started", error=str(error))
        finally:
            self._idle.put_nowait(worker)

    async def _running(self, worker: Worker) -> Worker:
        """Return this worker if it runs, else a new one in its place."""
        if worker.usable:
            return worker
        if not worker.new:
            _log.info("worker.replaced", pid=worker.pid)
            self._all.discard(worker)
            await self._call(worker.end)
            worker = Worker(self._tools)
            self._all.add(worker)
        try:
            await self._call(worker.start)
        except BaseException as error:
            worker.kill()
            self._all.discard(worker)
            if isinstance(error, WorkerLostError):
                raise WorkbenchUnavailableError("no worker process starts") from error
            raise
        return worker

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        if self._closed:
            raise WorkbenchUnavailableError("the workers were stopped")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)


def _noted(examinations: list[Examination]) -> list[Examination]:
    """Tell operators what could not be checked: a bug, an attack, or a scanner that is away."""
    for one in examinations:
        for finding in one.findings:
            event = _NOTED.get(finding.reason)
            if event is not None:
                detail = finding.facts.get("detail")
                _log.error(event, sha256=one.sha256, size=one.size, detail=detail)
    return examinations


def _parts(items: Sequence[T], count: int) -> list[list[T]]:
    """Cut a batch into about equal parts, one a worker, keeping the order."""
    size = -(-len(items) // count) or 1
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
