"""Carries a benchmark out: for each size a saturated load, a light one, and the plain cost."""

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import asyncpg
from cryptography.hazmat.primitives.asymmetric import ec

from axis.clock import system_clock
from axis.evidence.events import Event
from axis.local.bench.accounting import Meter, ProcessGroup, Use
from axis.local.bench.corpus import Corpus, Party, Recipe, make_corpus
from axis.local.bench.load import Load, Observed, Progress
from axis.local.bench.machine import describe, running_since
from axis.local.bench.parties import enlist
from axis.local.bench.plain import Plain, PlainVerifier, sign_plainly, thread_ms
from axis.local.bench.process import generator
from axis.local.bench.report import LightLoad, Report, Saturation, SizeResult, percentile
from axis.local.bench.scratch import carry_plainly, store_plainly
from axis.local.installation import Installation
from axis.local.processes import with_descendants

WARM_UP_SHARE: Final = 2
"""Documents that warm everything up and show the speed, in multiples of those outstanding."""

LIGHT_SHARE: Final = 0.1
"""The light load's rate as a share of the saturated one."""

LIGHT_LOWEST, LIGHT_HIGHEST = 2.0, 20.0
"""Bounds of the light load's rate, in documents a second."""

RECEIPTS: Final = 2
"""The fewest receipts a document can have: it was accepted, and it is in the inboxes."""

SIGNATURES: Final = 500
"""Signatures of each receipt for one figure; one takes a twentieth of a millisecond."""

LOOK_SECONDS: Final = 2.0
"""Pause between two looks at peaks of memory: reading every process's state takes a while."""

PLAIN_BYTES: Final = 200_000_000
"""Bytes of documents for the plain steps: enough for a steady figure, a few seconds of work."""

PLAIN_COUNT: Final = 2_000
"""Documents for the plain steps at most, for the same reason."""


_NEWEST_RECEIPT: Final = (
    "SELECT receipt FROM evidence WHERE event = $1 ORDER BY sequence DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Size:
    """One size of documents and how many of them are on their way at a time."""

    label: str
    bytes: int
    outstanding: int


SIZES: Final = (
    Size("4 KB", 4 * 1024, 300),
    Size("100 KB", 100 * 1024, 150),
    Size("1 MB", 1024 * 1024, 30),
)
"""Outstanding documents: four batches or more of the intake, less where memory would fill."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run measures."""

    sizes: Sequence[Size] = SIZES
    seconds: float = 30.0
    """Length of each saturated phase, about."""
    light_seconds: float = 30.0
    documents: int | None = None
    """Documents in each phase; None: as many as the seconds need."""
    seed: int = 1


class Display(Protocol):
    """Shows what the benchmark is doing."""

    def step(self, size: str, what: str, total: int) -> Callable[[int], None]:
        """Begin a step and return what tells how much of it is done."""


async def run_benchmark(installation: Installation, options: Options, display: Display) -> Report:
    """Measure a running installation; its documents stay in it for good.

    Raises LoadError when anything was refused, lost or altered: then there are no figures.
    """
    parties = await enlist(installation)
    bench = _Bench(installation, parties, options, display)
    results = [await bench.measure(size) for size in options.sizes]
    return Report(
        at=system_clock(),
        running_since=running_since(installation.routers()),
        machine=await describe(installation.servers, installation.folder),
        senders={party.code: party.key.method.name for party in parties},
        results=results,
    )


def process_groups(installation: Installation) -> Mapping[str, ProcessGroup]:
    """Return the processes of an installation and our own, in the groups that are told apart."""
    servers = installation.servers
    return {
        "axis": ProcessGroup(installation.routers),
        "RabbitMQ": ProcessGroup(servers.rabbitmq.pids),
        "PostgreSQL": ProcessGroup(servers.postgresql.pids),
        "generator": ProcessGroup(lambda: with_descendants([os.getpid()])),
    }


class _Bench:
    def __init__(
        self,
        installation: Installation,
        parties: tuple[Party, ...],
        options: Options,
        display: Display,
    ) -> None:
        self._installation = installation
        self._parties = parties
        self._options = options
        self._display = display
        self._cores = len(os.sched_getaffinity(0))
        self._urls = {
            party.endpoint: installation.endpoint_url(party.endpoint) for party in parties
        }
        self._groups = process_groups(installation)

    async def measure(self, size: Size) -> SizeResult:
        """Measure one size; the corpus takes room on the disk only meanwhile."""
        folder = self._installation.folder / "bench"
        folder.mkdir(exist_ok=True)
        try:
            return await self._measure(size, folder / "documents")
        finally:
            shutil.rmtree(folder)

    async def _measure(self, size: Size, file: Path) -> SizeResult:
        fixed = self._options.documents
        warm_up = fixed or WARM_UP_SHARE * size.outstanding
        corpus = await self._corpus(size, file, warm_up)
        load = Load(self._urls, corpus, 0, warm_up, size.outstanding)
        observed, _ = await self._carry_out(size, "khởi động · warm-up", load)
        speed = warm_up / observed.seconds
        rate = min(max(speed * LIGHT_SHARE, LIGHT_LOWEST), LIGHT_HIGHEST)
        many = fixed or max(round(speed * self._options.seconds), warm_up)
        few = fixed or max(round(rate * self._options.light_seconds), 1)
        corpus = await self._corpus(size, file, many + few)
        for group in self._groups.values():
            group.forget_peaks()
        load = replace(load, corpus=corpus, count=many)
        full, full_use = await self._carry_out(size, "bão hòa · saturation", load)
        peaks = {name: group.peak_bytes() for name, group in self._groups.items()}
        load = replace(load, first=many, count=few, rate=rate)
        light, light_use = await self._carry_out(size, "tải nhẹ · light load", load)
        return SizeResult(
            label=size.label,
            mean_bytes=corpus.mean_size,
            mean_receivers=corpus.mean_receivers,
            saturation=Saturation(
                documents=full.submitted,
                outstanding=size.outstanding,
                seconds=full.seconds,
                accepted=full.accepted,
                copies=full.copies,
                receipts=full.receipts,
                repeated=full.repeated,
                use=full_use,
                peak_bytes=peaks,
            ),
            light=LightLoad(
                documents=light.submitted,
                rate=rate,
                copies=light.copies,
                p50_ms=percentile(light.latencies, 0.5) * 1000,
                p99_ms=percentile(light.latencies, 0.99) * 1000,
                use=light_use,
            ),
            plain=await self._plain(size, corpus),
            cores=self._cores,
        )

    async def _corpus(self, size: Size, file: Path, count: int) -> Corpus:
        recipe = Recipe(
            run=secrets.token_hex(4),
            parties=self._parties,
            size=size.bytes,
            at=system_clock(),
            seed=self._options.seed,
        )
        progress = self._display.step(size.label, "ký văn bản · signing", count)
        return await asyncio.to_thread(make_corpus, file, recipe, count, self._cores, progress)

    async def _carry_out(self, size: Size, what: str, load: Load) -> tuple[Observed, Use]:
        """Return what was observed, and what it took."""
        progress = self._display.step(size.label, what, load.count)

        looked = time.monotonic()

        def moved(now: Progress) -> None:
            nonlocal looked
            progress(now.finished)
            if now.finished == load.count or time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                for group in self._groups.values():
                    group.look()

        async with generator(load) as process:
            before = Meter.read(self._groups)
            observed = await process.go(moved)
            after = Meter.read(self._groups)
            moved(Progress(load.count, load.count))
        return observed, Use.between(before, after, load.count)

    async def _plain(self, size: Size, corpus: Corpus) -> Plain:
        count = min(len(corpus.entries), PLAIN_COUNT, max(PLAIN_BYTES // size.bytes, 1))
        progress = self._display.step(size.label, "phần không thể tránh · plain steps", 4)
        bodies = [corpus.body(index) for index in range(count)]
        receipts = await self._sample_receipts()
        key = self._installation.pki.receipts.load().private
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # the test PKI makes it so
        servers = self._installation.servers
        verify = thread_ms(PlainVerifier().verify, bodies)
        progress(1)
        sign = thread_ms(lambda body: sign_plainly(body, key), receipts * SIGNATURES) * RECEIPTS
        progress(2)
        store, store_client = await store_plainly(
            servers.postgresql, self._groups["PostgreSQL"], bodies, receipts
        )
        progress(3)
        carry, carry_client = await carry_plainly(
            servers.rabbitmq, self._groups["RabbitMQ"], corpus, bodies, receipts
        )
        progress(4)
        return Plain(
            verify=verify,
            sign=sign,
            store=store,
            store_client=store_client,
            carry=carry,
            carry_client=carry_client,
        )

    async def _sample_receipts(self) -> list[bytes]:
        """Return the newest receipt of each of the two events that every document has."""
        events = (Event.SUBMISSION_ACCEPTANCE, Event.CONTENT_CONSIGNMENT)
        connection = await asyncpg.connect(self._installation.dsn)
        try:
            return [await connection.fetchval(_NEWEST_RECEIPT, event.value) for event in events]
        finally:
            await connection.close()
