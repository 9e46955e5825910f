"""The harness's final table: every fault, and what was lost, doubled or wrong after it."""

from collections import Counter
from dataclasses import dataclass

from rich.table import Table

FIGURES = ("submissions", "documents", "statuses", "deliveries", "receipts", "of them again")
"""What is counted; the last are messages that came again under the same message_id."""


@dataclass(frozen=True)
class Line:
    """One fault, and what was under way from the last reconciliation to the one after it."""

    fault: str
    times: int
    counts: Counter[str]
    lost: int
    doubled: int
    wrong: int


lines: list[Line] = []
"""Filled by the tests of this run, printed at its end."""


def table() -> Table:
    """Return what all faults together did."""
    drawn = Table(title="Adversity", title_justify="left", show_footer=True)
    total: Counter[str] = sum((line.counts for line in lines), Counter())
    drawn.add_column("fault", footer="all")
    drawn.add_column("times", justify="right", footer=str(sum(line.times for line in lines)))
    for name in FIGURES:
        drawn.add_column(name, justify="right", footer=f"{total[name]:,}")
    for name in ("lost", "doubled", "wrong"):
        count = sum(getattr(line, name) for line in lines)
        drawn.add_column(name, justify="right", footer=str(count))
    for line in lines:
        figures = [f"{line.counts[name]:,}" for name in FIGURES]
        faults = [str(count) for count in (line.lost, line.doubled, line.wrong)]
        drawn.add_row(line.fault, str(line.times), *figures, *faults)
    return drawn
