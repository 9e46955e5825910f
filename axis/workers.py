"""Processor work in worker processes: parsing, verifying and signing never hold the event loop.

Small documents gain nothing from threads (the interpreter lock), so these are processes. When one
dies or hangs, the pool is made anew, and the documents of every batch that suffered are examined
one by one in a process of their own: only what kills or stops that one is refused.
"""

import asyncio
import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

import structlog

from axis.edxml.schema import compile_schema
from axis.examination import Examination, Rules, examine
from axis.exchange.ports import WorkbenchUnavailableError
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import RECEIPT
from axis.trust.sign import sign
from axis.verdict import Finding

T = TypeVar("T")

TIMEOUT_SECONDS = 60.0
"""The largest allowed document takes a few seconds; what takes longer is an attack."""

START_SECONDS = 60.0
"""A worker starts within two seconds on an idle machine."""

ATTEMPTS = 2
"""Workers that a document may take with it: the first may have died of something else, such as a
machine short of memory."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker needs for its work; sent to it once, when it starts."""

    rules: Rules
    key: SigningKey


class ProcessWorkbench:
    """Implements `axis.exchange.ports.Workbench` with a pool of processes."""

    def __init__(self, tools: Tools, workers: int) -> None:
        self._tools = tools
        self._workers = workers
        self._pool = _start(tools, workers)
        self._isolation = asyncio.Lock()

    async def warm_up(self) -> None:
        """Start every worker now, so that the first documents don't pay for it."""
        await asyncio.gather(*[_call(self._pool, _ready) for _ in range(self._workers)])

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        """Examine submissions, spread over the workers."""
        pool = self._pool
        parts = _parts(bodies, self._workers)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                done = await asyncio.gather(*[_call(pool, _examine, part, at) for part in parts])
        except (BrokenProcessPool, TimeoutError):
            self._renew(pool)
            return await self._examine_apart(bodies, at)
        return _noted([examination for part in done for examination in part])

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        """Sign receipts, spread over the workers."""
        parts = _parts(receipts, self._workers)
        for _ in range(ATTEMPTS):
            pool = self._pool
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    done = await asyncio.gather(*[_call(pool, _sign, part) for part in parts])
            except (BrokenProcessPool, TimeoutError):
                self._renew(pool)
                await _started(self._pool)
            else:
                return [receipt for part in done for receipt in part]
        raise WorkbenchUnavailableError("the workers that sign receipts keep dying")

    def close(self) -> None:
        """Stop the workers."""
        _stop(self._pool)

    async def _examine_apart(self, bodies: Sequence[bytes], at: datetime) -> list[Examination]:
        """Examine each document by itself, in a process that nothing else depends on.

        Batches take turns, so that there is never more than one such process.
        """
        async with self._isolation:
            cell = _Cell(self._tools)
            try:
                return _noted([await cell.examine(body, at) for body in bodies])
            finally:
                cell.close()

    def _renew(self, pool: ProcessPoolExecutor) -> None:
        """Replace the pool after it lost a worker or hung; only the first to notice does it."""
        if self._pool is pool:
            _stop(pool)
            self._pool = _start(self._tools, self._workers)


class _Cell:
    """One worker for one document at a time, replaced when the document takes it along."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._pool = _start(tools, 1)

    async def examine(self, body: bytes, at: datetime) -> Examination:
        """Examine a document; raises WorkbenchUnavailableError when no worker starts at all."""
        for _ in range(ATTEMPTS):
            await _started(self._pool)
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    return (await _call(self._pool, _examine, [body], at))[0]
            except TimeoutError:
                self._renew()
                break
            except BrokenProcessPool:
                self._renew()
        return _uncheckable(body, "worker lost")

    def close(self) -> None:
        _stop(self._pool)

    def _renew(self) -> None:
        _stop(self._pool)
        self._pool = _start(self._tools, 1)


def _start(tools: Tools, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_prepare, initargs=(tools,)
    )


async def _started(pool: ProcessPoolExecutor) -> None:
    """Wait until a worker works; raises WorkbenchUnavailableError when none does."""
    try:
        async with asyncio.timeout(START_SECONDS):
            await _call(pool, _ready)
    except (BrokenProcessPool, TimeoutError) as error:
        raise WorkbenchUnavailableError("no worker process starts") from error


def _call(
    pool: ProcessPoolExecutor, function: Callable[..., T], *arguments: Any
) -> asyncio.Future[T]:
    """Hand work in at once: the pool may be replaced as soon as another task runs."""
    return asyncio.get_running_loop().run_in_executor(pool, function, *arguments)


def _stop(pool: ProcessPoolExecutor) -> None:
    """Stop a pool now; a worker that hangs never ends itself."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _uncheckable(body: bytes, detail: str) -> Examination:
    finding = Finding(Reason.UNCHECKABLE, facts={"detail": detail})
    return Examination(hashlib.sha256(body).hexdigest(), len(body), None, None, (finding,))


def _noted(examinations: list[Examination]) -> list[Examination]:
    """Tell operators what could not be checked: every such document shows a bug or an attack."""
    for one in examinations:
        for finding in one.findings:
            if finding.reason is Reason.UNCHECKABLE:
                detail = finding.facts.get("detail")
                _log.error("document.uncheckable", sha256=one.sha256, size=one.size, detail=detail)
    return examinations


_tools: Tools


def _prepare(tools: Tools) -> None:
    global _tools
    _tools = tools
    compile_schema()  # a worker that cannot check must not start, or it would refuse everything
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Leave when the router is gone, however it went; orphans would hold memory for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _ready() -> bool:
    return True


def _examine(bodies: Sequence[bytes], at: datetime) -> list[Examination]:
    return [_examine_one(body, at) for body in bodies]


def _examine_one(body: bytes, at: datetime) -> Examination:
    try:
        return examine(body, _tools.rules, at)
    except Exception as error:  # noqa: BLE001 - a bug in a check is answered, for this one document
        return _uncheckable(body, type(error).__name__)


def _sign(receipts: Sequence[bytes]) -> list[bytes]:
    return [sign(receipt, _tools.key, location=RECEIPT) for receipt in receipts]


def _parts(items: Sequence[T], count: int) -> list[list[T]]:
    """Cut a batch into about equal parts, one a worker, keeping the order."""
    size = -(-len(items) // count) or 1
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
