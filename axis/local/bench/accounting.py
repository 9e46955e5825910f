"""Processor time and memory of groups of processes, as the kernel counts them (``/proc``)."""

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
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


def cpu_between(
    before: Mapping[str, float], after: Mapping[str, float], count: int
) -> dict[str, float]:
    """Return milliseconds of processor time for each of `count` documents, by group."""
    return {name: (after[name] - before[name]) * 1000 / count for name in before}


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
