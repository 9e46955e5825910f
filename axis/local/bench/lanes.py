"""How well the urgent lane is kept apart: the same trip on an idle axis and beside a long queue.

Urgent documents go one after another, first while the axis is idle, then while ordinary documents
wait by the thousand. Each load has endpoints and a generator of its own, so that what is told apart
are the axis's lanes and not the queues of one receiver.
"""

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from axis.broker.topology import INTAKE_DOCUMENTS
from axis.clock import system_clock
from axis.edxml.codes import Priority
from axis.local.bench.accounting import Meter, Use
from axis.local.bench.amqp import LightConnection
from axis.local.bench.corpus import Corpus, Party, Recipe, make_corpus
from axis.local.bench.lane_report import Bulk, LaneReport, UrgentPhase
from axis.local.bench.load import Load, Observed, Progress
from axis.local.bench.machine import describe, running_since
from axis.local.bench.parties import enlist
from axis.local.bench.process import generator
from axis.local.bench.run import SIZES, Display, process_groups
from axis.local.installation import Installation

T = TypeVar("T")

SIZE: Final = SIZES[0]
"""Small documents: the most batches, transactions and messages a second to wait behind."""

PAUSE_SECONDS: Final = 0.2
"""The longest rest before an urgent document: about what a batch of ordinary ones takes, so that
they meet every moment of one."""

URGENT: Final = 200
"""Urgent documents in each phase: three copies of each make a steady 95th percentile."""

BULK: Final = 10_000
"""Ordinary documents: 50 seconds of work, so that most still wait when the last urgent one is
through."""

WARM_UP: Final = 20
"""Urgent documents before the first that counts."""


@dataclass(frozen=True, slots=True)
class LaneOptions:
    """What a run measures."""

    urgent: int = URGENT
    """Urgent documents in each of the two phases."""
    bulk: int = BULK
    """Ordinary documents that wait in the intake."""
    seed: int = 1


async def measure_lanes(
    installation: Installation, options: LaneOptions, display: Display
) -> LaneReport:
    """Measure a running installation; its documents stay in it for good.

    Raises LoadError when anything was refused, lost or altered: then there are no figures.
    """
    parties = await enlist(installation)
    folder = installation.folder / "bench"
    folder.mkdir(exist_ok=True)
    try:
        return await _Bench(installation, parties, options, display, folder).measure()
    finally:
        shutil.rmtree(folder)


class _Bench:
    def __init__(
        self,
        installation: Installation,
        parties: Sequence[Party],
        options: LaneOptions,
        display: Display,
        folder: Path,
    ) -> None:
        self._installation = installation
        self._parties = tuple(parties)
        self._options = options
        self._display = display
        self._folder = folder
        self._groups = process_groups(installation)

    async def measure(self) -> LaneReport:
        """Warm up, measure the idle axis, fill the intake, measure again, let it run empty."""
        many, half = self._options.urgent, len(self._parties) // 2
        bulk = await self._load(
            "thường · ordinary",
            self._parties[half:],
            SIZE.outstanding + self._options.bulk,
            Priority.NORMAL,
        )
        urgent = await self._load(
            "khẩn · urgent", self._parties[:half], WARM_UP + 2 * many, Priority.URGENT
        )
        await self._carry_out("khởi động · warm-up", replace(bulk, count=SIZE.outstanding))
        await self._carry_out("khởi động · warm-up", replace(urgent, count=WARM_UP))
        idle = await self._carry_out("trục rỗi · idle", replace(urgent, first=WARM_UP, count=many))
        loaded, queue = await self._beside(
            replace(urgent, first=WARM_UP + many, count=many),
            replace(
                bulk,
                first=SIZE.outstanding,
                count=self._options.bulk,
                outstanding=self._options.bulk,
            ),
        )
        return LaneReport(
            at=system_clock(),
            running_since=running_since(self._installation.routers()),
            machine=await describe(self._installation.servers, self._installation.folder),
            idle=idle,
            loaded=loaded,
            bulk=queue,
        )

    async def _load(
        self, what: str, parties: tuple[Party, ...], count: int, priority: Priority
    ) -> Load:
        """Sign so many documents between these parties; all go one after another if urgent."""
        recipe = Recipe(
            run=secrets.token_hex(4),
            parties=parties,
            size=SIZE.bytes,
            at=system_clock(),
            seed=self._options.seed,
            priority=priority,
        )
        file = self._folder / recipe.run
        cores = len(os.sched_getaffinity(0))
        progress = self._display.step(SIZE.label, f"ký văn bản · signing: {what}", count)
        corpus: Corpus = await asyncio.to_thread(make_corpus, file, recipe, count, cores, progress)
        urls = {
            party.endpoint: self._installation.endpoint_url(party.endpoint) for party in parties
        }
        load = Load(urls, corpus, 0, count, SIZE.outstanding)
        if priority.urgent:
            load = replace(load, outstanding=1, urgent=True, pause=PAUSE_SECONDS)
        return load

    async def _carry_out(self, what: str, load: Load) -> UrgentPhase:
        shown = self._display.step(SIZE.label, what, load.count)
        async with generator(load) as process:
            before = Meter.read(self._groups)
            observed = await process.go(lambda now: shown(now.finished))
            after = Meter.read(self._groups)
        shown(load.count)
        return UrgentPhase.of(observed, Use.between(before, after, load.count))

    async def _beside(self, urgent: Load, bulk: Load) -> tuple[UrgentPhase, Bulk]:
        """Submit the ordinary documents; when all are in the intake, carry out the urgent load."""
        submitted = asyncio.Event()
        shown = self._display.step(SIZE.label, "thường · ordinary", bulk.count)

        def moved(now: Progress) -> None:
            shown(now.finished)
            if now.confirmed == bulk.count:
                submitted.set()

        async with generator(bulk) as process, self._intake() as intake:
            running = asyncio.create_task(process.go(moved))
            try:
                await _unless(running, submitted.wait())
                first, began = await _waiting(intake), time.monotonic()
                phase = await _unless(running, self._carry_out("khẩn · urgent", urgent))
                last, ended = await _waiting(intake), time.monotonic()
                observed = await running
            finally:
                running.cancel()
        shown(bulk.count)
        return phase, Bulk(
            documents=observed.accepted,
            waiting_first=first,
            waiting_last=last,
            intake_rate=(first - last) / (ended - began),
            rate=observed.accepted / observed.seconds,
        )

    @asynccontextmanager
    async def _intake(self) -> AsyncIterator[LightConnection]:
        """Open a connection that may ask about the intake's queue."""
        connection = LightConnection()
        url = self._installation.servers.rabbitmq.amqp_url(self._installation.vhost)
        await connection.open(url, "axis bench lanes")
        try:
            yield connection
        finally:
            await connection.close()


async def _waiting(intake: LightConnection) -> int:
    return (await intake.queue_state(INTAKE_DOCUMENTS)).messages


async def _unless(running: asyncio.Task[Observed], work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` does; raises what ends `running` before."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait((task, running), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await running
        return await task
    finally:
        task.cancel()
