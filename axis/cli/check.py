"""`axis document check`: what the axis would say of files, before they are sent."""

import asyncio
import hashlib
import logging
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from axis.cli.check_basis import Basis, Sources, installed_basis, offline_basis
from axis.cli.check_report import (
    Result,
    Unreadable,
    file_name,
    outcome_of,
    print_notes,
    print_report,
    print_summary,
)
from axis.cli.output import console, print_json_line
from axis.clock import VIETNAM, system_clock
from axis.edxml.limits import MAX_YEAR, MIN_YEAR
from axis.errors import InvalidInputError
from axis.examination import Examination, examine
from axis.exchange.intake.preview import Preview
from axis.reasons import Reason
from axis.verdict import Finding, Outcome, Verdict

__all__ = ["Sources", "check_files"]

FEW_FILES = 20
"""Checked in this process. Worker processes take a second to start; they are worth it for more,
and take a file that a library dies of with them, not the run."""

BATCH_FILES = 50
"""Files that are read, examined and reported together."""

BATCH_BYTES = 64 * 1024 * 1024
"""Bytes of one batch in memory, unless a single file has more."""

CODES = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.INDETERMINATE: 2}
"""Exit codes; the smallest that is not 0 wins."""

MOST_WORKERS = 8
"""Each takes 100 MB; a run of thousands of files still ends within minutes."""

NOON = time(12, tzinfo=VIETNAM)
"""What a bare date means: a certificate that begins or ends that day mostly holds then."""


Explain = Callable[[Console, str, Result], None]
"""Prints the result of a file, which is named as people know it."""


class Bench(Protocol):
    """Whoever examines."""

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        """Examine files in their order."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A file's bytes, or why there are none."""

    file: Path
    body: bytes
    problem: Result | None = None


def check_files(
    files: Sequence[Path],
    sources: Sources,
    at: str | None,
    *,
    json: bool,
    explain: Explain | None = None,
) -> int:
    """Check files, print what the axis would say of each, and return the exit code.

    ``explain`` prints a file's result for people in place of the usual report. Raises
    InvalidInputError or ConfigurationError when there is nothing to check against.
    """
    moment = system_clock() if at is None else moment_of(at)
    show = explain or partial(print_report, brief=len(files) > 1)
    return asyncio.run(_check(files, sources, moment, None if json else show))


def moment_of(text: str) -> datetime:
    """Return the moment that ISO 8601 names; raises InvalidInputError.

    Without a zone it is Việt Nam's time, a bare date means noon.
    """
    try:
        moment = _moment(text.strip())
        if MIN_YEAR <= moment.year <= MAX_YEAR:
            return moment.astimezone(UTC)
    except ValueError:
        pass
    raise InvalidInputError(
        f"Thời điểm «{text[:40]}» không hợp lệ; ví dụ: 2026-11-30, 2026-11-30T08:00."
        f" / The time «{text[:40]}» is not valid; examples: 2026-11-30, 2026-11-30T08:00."
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), NOON)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


async def _check(
    files: Sequence[Path], sources: Sources, at: datetime, show: Explain | None
) -> int:
    opened = nullcontext(offline_basis(sources)) if sources.offline else installed_basis(sources)
    counts = dict.fromkeys(Outcome, 0)
    page = console()
    async with opened as basis:
        async for file, result in _results(files, basis, at, shown=show is not None):
            counts[outcome_of(result)] += 1
            if show is None:
                print_json_line(report_json(file, result, at))
            else:
                show(page, file_name(file), result)
        if show is not None:
            print_summary(page, counts)
            print_notes(page, basis.notes)
    return min(filter(None, (CODES[one] for one, count in counts.items() if count)), default=0)


def report_json(file: Path, result: Result, at: datetime) -> dict[str, Any]:
    """Return one file's report for machines."""
    return {"file": file_name(file), **result.to_json(), "at": at}


async def _results(
    files: Sequence[Path], basis: Basis, at: datetime, *, shown: bool
) -> AsyncIterator[tuple[Path, Result]]:
    """Yield every file with its result, in order."""
    progress = Console(stderr=True)
    visible = (
        len(files) > FEW_FILES and progress.is_terminal and not (shown and sys.stdout.isatty())
    )
    reads: Iterator[_Read] = (_read(file, basis.rules.max_bytes) for file in files)
    if visible:
        from rich.progress import track

        reads = iter(
            track(reads, "Kiểm tra · Checking", len(files), console=progress, transient=True)
        )
    async with _bench(len(files), basis) as bench:
        for batch in _batches(reads):
            bodies = [one.body for one in batch if one.problem is None]
            judged = iter(await basis.judge(await bench.examine(bodies, at), at))
            for one in batch:
                yield one.file, one.problem or next(judged)


def _read(file: Path, max_bytes: int) -> _Read:
    """Read a file; what stands in the way is its result and stops nothing."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            return _Read(file, b"", Unreadable(file_name(file), "không phải tệp · no file"))
        if found.st_size > max_bytes:
            return _Read(file, b"", _too_large(found.st_size, max_bytes))
        with file.open("rb") as stream:
            return _Read(file, stream.read(max_bytes + 1))
    except (OSError, ValueError) as error:  # a name with NUL is a ValueError
        detail = getattr(error, "strerror", None) or str(error)
        return _Read(file, b"", Unreadable(file_name(file), detail))


def _too_large(size: int, limit: int) -> Preview:
    """Say what the axis says, without reading gigabytes to know their digest."""
    finding = Finding(Reason.TOO_LARGE, facts={"size": size, "limit": limit})
    return Preview(sha256="", size=size, message=None, verdict=Verdict.of([finding]))


def _batches(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
    batch: list[_Read] = []
    size = 0
    for one in reads:
        if batch and (len(batch) == BATCH_FILES or size + len(one.body) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one.body)
    if batch:
        yield batch


class _Here:
    """Examines in this process."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> list[Examination]:
        return [self._examined(body, at) for body in bodies]

    def _examined(self, body: bytes, at: datetime) -> Examination:
        try:
            return examine(body, self._basis.rules, at, self._basis.scanner)
        except Exception as error:  # noqa: BLE001 - a bug in a check is answered, for this one file
            finding = Finding(Reason.UNCHECKABLE, facts={"detail": type(error).__name__})
            digest = hashlib.sha256(body).hexdigest()
            return Examination(digest, len(body), None, None, (finding,))


@asynccontextmanager
async def _bench(files: int, basis: Basis) -> AsyncIterator[Bench]:
    """Lend whoever examines: this process, or workers where there is much to do."""
    if files <= FEW_FILES:
        yield _Here(basis)
        return
    import structlog

    from axis.workers import ProcessWorkbench, Tools

    # what could not be checked stands in the report; logs are for those who run an axis
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    tools = Tools(basis.rules, scanner=basis.scanner)
    workbench = ProcessWorkbench(tools, min(len(os.sched_getaffinity(0)), MOST_WORKERS))
    try:
        yield workbench
    finally:
        workbench.close()
