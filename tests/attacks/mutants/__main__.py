"""``python -m tests.attacks.mutants --count 100000``: mutants of signed documents, on all cores.

Ends with 1 when a mutant was accepted, or judged differently by the two engines; those are kept.
"""

import argparse
import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.attacks.ground import make_ground
from tests.attacks.mutants.campaign import (
    ACCEPTED,
    DISAGREED,
    EQUIVALENT,
    MUTATIONS,
    SAME,
    Campaign,
    Tally,
    keep,
)

_BATCH = 500


def main() -> int:
    """Run a campaign and print what became of the mutants."""
    options = _options()
    begun = time.monotonic()
    batches = [
        range(start, min(start + _BATCH, options.count))
        for start in range(0, options.count, _BATCH)
    ]
    total = Tally()
    done = 0
    with tempfile.TemporaryDirectory() as folder:
        ground = make_ground(Path(folder))
        # Forked, so that all have the same keys.
        context = multiprocessing.get_context("fork")
        run = partial(_run, Campaign(ground, options.seed))
        with context.Pool(options.processes) as pool:
            for batch, tally in pool.imap_unordered(run, batches):
                total += tally
                done += batch
                sys.stderr.write(f"\r{done:,} / {options.count:,}")
    sys.stderr.write("\n")
    lines = [
        f"{done:,} mutants, seed {options.seed}, {time.monotonic() - begun:.0f} s,"
        f" {options.processes} processes",
        *_table(total),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    for file in keep(total, options.keep) if total.kept else ():
        sys.stdout.write(f"{file}\n")
    return 1 if total.kept else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--keep", type=Path, default=Path("mutants-accepted"))
    return parser.parse_args()


def _run(campaign: Campaign, numbers: range) -> tuple[int, Tally]:
    return len(numbers), campaign.run(numbers)


def _table(total: Tally) -> Iterator[str]:
    yield ""
    yield "| mutation | mutants | refused | equivalent | same bytes | accepted | engines disagree |"
    yield "|---|---|---|---|---|---|---|"
    for kind in (*MUTATIONS, "all"):
        said = Counter[str]()
        for (mutation, what), count in total.kinds.items():
            if kind in (mutation, "all"):
                said[what] += count
        words = (EQUIVALENT, SAME, ACCEPTED, DISAGREED)
        refused = said.total() - sum(said[word] for word in words)
        figures = (said.total(), refused, *(said[word] for word in words))
        yield f"| {kind} | {' | '.join(f'{figure:,}' for figure in figures)} |"
    yield ""
    codes = Counter[str]()
    for (_, what), count in total.kinds.items():
        codes[what] += count
    yield "| what became of them | mutants |"
    yield "|---|---|"
    for what, count in codes.most_common():
        yield f"| {what} | {count:,} |"


if __name__ == "__main__":
    sys.exit(main())
