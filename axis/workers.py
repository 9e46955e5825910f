"""Processor work in worker processes: parsing, verifying and signing never hold the event loop.

Small documents gain nothing from threads (the interpreter lock), so these are processes. A worker
that dies takes one document with it: the pool is made anew and the batch is done one by one.
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

from axis.exchange.examination import Examination, examine
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import RECEIPT
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.verdict import Finding

T = TypeVar("T")

EXAMINE_TIMEOUT_SECONDS = 60.0
"""The largest allowed document takes a few seconds; what takes longer is an attack."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker needs for its work; sent to it once, when it starts."""

    policy: SignaturePolicy
    key: SigningKey
    max_bytes: int


class ProcessWorkbench:
    """Implements `axis.exchange.ports.Workbench` with a pool of processes."""

    def __init__(self, tools: Tools, workers: int) -> None:
        self._tools = tools
        self._workers = workers
        self._pool = self._start()

    async def warm_up(self) -> None:
        """Start every worker now, so that the first documents don't pay for it."""
        await asyncio.gather(*(self._call(_ready) for _ in range(self._workers)))

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        """Examine submissions, spread over the workers."""
        parts = _parts(bodies, self._workers)
        try:
            async with asyncio.timeout(EXAMINE_TIMEOUT_SECONDS):
                done = await asyncio.gather(*(self._call(_examine, part, at) for part in parts))
        except (BrokenProcessPool, TimeoutError):
            return [await self._examine_alone(body, at) for body in bodies]
        return [examination for part in done for examination in part]

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        """Sign receipts, spread over the workers."""
        parts = _parts(receipts, self._workers)
        try:
            done = await asyncio.gather(*(self._call(_sign, part) for part in parts))
        except BrokenProcessPool:
            self._renew(self._pool)
            done = await asyncio.gather(*(self._call(_sign, part) for part in parts))
        return [receipt for part in done for receipt in part]

    def close(self) -> None:
        """Stop the workers."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _examine_alone(self, body: bytes, at: datetime) -> Examination:
        """Examine one document of a batch in which a worker died or hung."""
        pool = self._pool
        try:
            async with asyncio.timeout(EXAMINE_TIMEOUT_SECONDS):
                return (await self._call(_examine, [body], at))[0]
        except (BrokenProcessPool, TimeoutError):
            self._renew(pool)
            sha256 = hashlib.sha256(body).hexdigest()
            _log.error("worker.lost", sha256=sha256, size=len(body))
            return Examination(sha256, len(body), None, None, (Finding(Reason.UNCHECKABLE),))

    async def _call(self, function: Callable[..., T], *arguments: Any) -> T:
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *arguments)
        except BrokenProcessPool:
            self._renew(pool)
            raise

    def _renew(self, pool: ProcessPoolExecutor) -> None:
        """Replace a pool that lost a worker or hangs; only the first to notice does it."""
        if self._pool is not pool:
            return
        self._pool = self._start()
        for process in list((pool._processes or {}).values()):  # a hung worker never ends itself
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers,
            mp_context=get_context("spawn"),
            initializer=_prepare,
            initargs=(self._tools,),
        )


_tools: Tools


def _prepare(tools: Tools) -> None:
    global _tools
    _tools = tools
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
    return [examine(body, _tools.policy, at, _tools.max_bytes) for body in bodies]


def _sign(receipts: Sequence[bytes]) -> list[bytes]:
    return [sign(receipt, _tools.key, location=RECEIPT) for receipt in receipts]


def _parts(items: Sequence[T], count: int) -> list[list[T]]:
    """Cut a batch into about equal parts, one a worker, keeping the order."""
    size = -(-len(items) // count) or 1
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
