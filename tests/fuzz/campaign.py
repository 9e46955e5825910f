"""A long run of the fuzzer: ``deploy/fuzz MINUTES [TARGET…]``.

All targets run at once for the time given, with as many processes a target as there are processors
for it; they share the target's corpus. What breaks a target is kept as a file, and the target goes
on until the time is over.
"""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz.judges import JUDGES
from tests.fuzz.mutations import dictionary
from tests.fuzz.seeds import MAX_SEED_BYTES, more_seeds, seeds

FOLDER: Final = Path(__file__).parents[2] / ".axis" / "fuzz"

INPUT_SECONDS: Final = 20
"""One input may not take longer. A thousand times the usual, for machines that do other work."""
MAX_CRASHES: Final = 20
"""A target that breaks so often has one cause that hides all others; repair that first."""
PROGRESS_SECONDS: Final = 30

_HEADINGS: Final = (
    ("mục tiêu", "số lần chạy", "mỗi giây", "cạnh", "đặc trưng", "tệp mẫu", "lỗi"),
    ("target", "executions", "a second", "edges", "features", "corpus", "found"),
)
_STATUS: Final = re.compile(
    r"#(?P<runs>\d+)\s+\w+\s+cov: (?P<edges>\d+) ft: (?P<features>\d+) corp: (?P<corpus>\d+)/"
)
_ARTIFACT: Final = re.compile(r"Test unit written to (\S+)")
_ERROR: Final = re.compile(r"=== Uncaught Python exception: ===\n(.*)")


@dataclass(slots=True)
class Process:
    """One process that fuzzes a target, restarted after each crash."""

    target: str
    number: int
    runs: int = 0
    """Of the processes that have ended."""
    edges: int = 0
    features: int = 0
    corpus: int = 0
    found: list[tuple[Path, str]] = field(default_factory=list)
    broken: str = ""
    """Why it could not run at all."""
    _running: subprocess.Popen[bytes] | None = None
    _seen: int = 0
    _stopped: bool = False

    @property
    def log(self) -> Path:
        """What libFuzzer says."""
        return FOLDER / self.target / f"{self.number}.log"

    @property
    def executed(self) -> int:
        """Inputs tried so far."""
        return self.runs + self._seen

    def start(self, deadline: float) -> None:
        """Fuzz until the deadline, or until something breaks."""
        folder = FOLDER / self.target
        command = [
            *(sys.executable, "-m", "tests.fuzz", self.target),
            f"-max_total_time={max(1, round(deadline - time.monotonic()))}",
            f"-max_len={MAX_SEED_BYTES}",
            f"-timeout={INPUT_SECONDS}",
            "-rss_limit_mb=0",
            f"-dict={FOLDER / 'dictionary'}",
            f"-artifact_prefix={folder}/",
            "-reload=10",
            "-print_final_stats=1",
            str(folder / "corpus"),
        ]
        with self.log.open("wb") as log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log)
        self._seen = 0

    def look(self, deadline: float) -> bool:
        """Take in what happened; start again after a crash. Return whether it still runs."""
        if self._running is None:
            return False
        ended = self._running.poll() is not None
        text = self.log.read_text(errors="replace")
        for match in _STATUS.finditer(text):
            self._seen = int(match["runs"])
            self.edges = max(self.edges, int(match["edges"]))
            self.features = max(self.features, int(match["features"]))
            self.corpus = max(self.corpus, int(match["corpus"]))
        if not ended:
            return True
        if executed := re.search(r"number_of_executed_units: (\d+)", text):
            self._seen = int(executed[1])
        self.runs, self._seen = self.executed, 0
        code, self._running = self._running.returncode, None
        if artifact := _ARTIFACT.search(text):
            error = _ERROR.search(text)
            self.found.append((Path(artifact[1]), error[1] if error else "timeout or memory"))
            print(f"  {self.target}: {self.found[-1][1]}\n    {artifact[1]}", flush=True)
            if len(self.found) < MAX_CRASHES and time.monotonic() < deadline:
                self.start(deadline)
                return True
        elif code and not self._stopped:
            self.broken = text[-2_000:]
            print(f"  {self.target}: {self.log}", flush=True)
        return False

    def stop(self) -> None:
        """End it, whatever it is doing."""
        self._stopped = True
        if self._running is not None:
            self._running.kill()
            self._running.wait()


def main(arguments: list[str]) -> int:
    """Run the campaign; return 0 when nothing broke, 1 when something did, 2 for wrong use."""
    minutes, targets = float(arguments[0]), arguments[1:] or list(JUDGES)
    if unknown := set(targets) - set(JUDGES):
        print(f"{', '.join(sorted(unknown))}: {' | '.join(JUDGES)}", file=sys.stderr)
        return 2
    for target in targets:
        plant([*seeds(target), *more_seeds(target)], FOLDER / target / "corpus")
    (FOLDER / "dictionary").write_text(dictionary())
    each = max(1, (os.cpu_count() or 1) // len(targets))
    processes = [Process(target, number) for target in targets for number in range(each)]
    begun = time.monotonic()
    deadline = begun + 60 * minutes
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.default_int_handler)
    try:
        for process in processes:
            process.start(deadline)
        _wait(processes, begun, deadline)
    except KeyboardInterrupt:
        print("  …")
    finally:
        for process in processes:
            process.stop()
            process.look(0)
    return _report(targets, processes, time.monotonic() - begun)


def plant(inputs: Iterable[bytes], corpus: Path) -> Path:
    """Put first inputs into a corpus, and return it."""
    corpus.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        (corpus / hashlib.sha256(data).hexdigest()).write_bytes(data)
    return corpus


def _wait(processes: list[Process], begun: float, deadline: float) -> None:
    due = begun + PROGRESS_SECONDS
    while [process for process in processes if process.look(deadline)]:
        time.sleep(1)
        if time.monotonic() >= due:
            due += PROGRESS_SECONDS
            shown = (f"{one.target} {one.executed} ({one.edges})" for one in processes)
            print(f"  {time.monotonic() - begun:5.0f} s  {'  '.join(shown)}", flush=True)


def _line(target: str, *cells: object) -> str:
    return f"  {target:10}" + "".join(f"{cell!s:>12}" for cell in cells)


def _report(targets: list[str], processes: list[Process], seconds: float) -> int:
    print()
    for heading in _HEADINGS:
        print(_line(*heading))
    for target in targets:
        own = [process for process in processes if process.target == target]
        runs = sum(process.executed for process in own)
        figures = (
            runs,
            round(runs / seconds),
            max(process.edges for process in own),
            max(process.features for process in own),
            max(process.corpus for process in own),
            sum(len(process.found) for process in own),
        )
        print(_line(target, *figures))
    print(f"\n  {seconds:.0f} s; {FOLDER}")
    for process in processes:
        for path, error in process.found:
            print(f"  {process.target}: {error}\n    {path}")
        if process.broken:
            print(f"  {process.target}:\n{process.broken}", file=sys.stderr)
    return int(any(process.found or process.broken for process in processes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
