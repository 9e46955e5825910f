"""Processor time and memory of groups of processes, as the kernel counts them (``/proc``)."""

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
"""Unit of the times in ``stat``; each process is rounded to one tick, mostly 10 ms."""

_RESET_PEAK: Final = "5"
"""What ``clear_refs`` takes to make VmHWM begin anew (proc(5))."""


class ProcessGroup:
    """Processes that are measured together; which ones they are is asked again each time."""

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids
        self._peaks: dict[int, int] = {}
        self._shared: dict[int, int] = {}

    def cpu_seconds(self) -> float:
        """Return user and system time so far, ended children that were waited for included."""
        return sum(map(_cpu_ticks, set(self._pids()))) / _TICKS_PER_SECOND

    def forget_peaks(self) -> None:
        """Begin to look for peaks anew, where the kernel lets us."""
        self._peaks.clear()
        self._shared.clear()
        for pid in set(self._pids()):
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)

    def look(self) -> None:
        """Take the peaks down, so that those of processes which end later are not missed."""
        for pid in set(self._pids()):
            status = _status(pid)
            if status:
                self._peaks[pid] = max(status["VmHWM"], self._peaks.get(pid, 0))
                self._shared[pid] = max(status["RssShmem"], self._shared.get(pid, 0))

    def peak_bytes(self) -> int:
        """Return the sum of the peaks (VmHWM) seen, shared memory counted once."""
        own = sum(max(peak - self._shared[pid], 0) for pid, peak in self._peaks.items())
        return own + max(self._shared.values(), default=0)


@dataclass(frozen=True, slots=True)
class Meter:
    """The whole machine's time and that of each group, at one moment, in seconds."""

    groups: Mapping[str, float]
    busy: float
    """Processor time of everything that ran on this machine, whoever it belongs to."""
    idle: float
    """Processor time that nobody used; waiting for a disk counts as idle."""

    @classmethod
    def read(cls, groups: Mapping[str, ProcessGroup]) -> "Meter":
        """Read every counter now."""
        # The line "cpu" of proc(5): user nice system idle iowait irq softirq steal …
        ticks = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
        idle = ticks[3] + ticks[4]
        return cls(
            groups={name: group.cpu_seconds() for name, group in groups.items()},
            busy=(sum(ticks) - idle) / _TICKS_PER_SECOND,
            idle=idle / _TICKS_PER_SECOND,
        )


@dataclass(frozen=True, slots=True)
class Use:
    """What a phase took."""

    cpu_ms: Mapping[str, float]
    """Milliseconds of processor time a document, by group."""
    others_share: float
    """Share of the machine's processor time that went to others: the noise of the figures."""
    idle_share: float

    @classmethod
    def between(cls, before: Meter, after: Meter, documents: int) -> "Use":
        """Return what was used between two readings, which `documents` were carried in."""
        own = {name: after.groups[name] - before.groups[name] for name in before.groups}
        busy, idle = after.busy - before.busy, after.idle - before.idle
        whole = max(busy + idle, 1 / _TICKS_PER_SECOND)
        return cls(
            cpu_ms={name: seconds * 1000 / documents for name, seconds in own.items()},
            others_share=max(busy - sum(own.values()), 0.0) / whole,
            idle_share=idle / whole,
        )


def _cpu_ticks(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0
    # Fields 14-17 of proc(5), counted after the name, which may hold spaces and brackets.
    return sum(map(int, text.rpartition(")")[2].split()[11:15]))


def _status(pid: int) -> dict[str, int]:
    """Return the memory figures of a process in bytes; empty when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except OSError:
        return {}
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    if "VmHWM" not in fields:
        return {}
    return {name: int(fields[name].split()[0]) * 1024 for name in ("VmHWM", "RssShmem")}
