"""What the benchmark of the lanes found, as values, as JSON and as a table."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.table import Table

from axis.local.bench.accounting import Use
from axis.local.bench.load import Observed
from axis.local.bench.report import Machine, percentile


@dataclass(frozen=True, slots=True)
class UrgentPhase:
    """How long urgent documents took from their submission to a receiver's inbox."""

    documents: int
    copies: int
    p50_ms: float
    p95_ms: float
    longest_ms: float
    use: Use

    @classmethod
    def of(cls, observed: Observed, use: Use) -> "UrgentPhase":
        """Return the figures of a phase."""
        return cls(
            documents=observed.accepted,
            copies=observed.copies,
            p50_ms=percentile(observed.latencies, 0.5) * 1000,
            p95_ms=percentile(observed.latencies, 0.95) * 1000,
            longest_ms=max(observed.latencies) * 1000,
            use=use,
        )


@dataclass(frozen=True, slots=True)
class Bulk:
    """What the ordinary lane did in the loaded phase and after it."""

    documents: int
    waiting_first: int
    """Documents in the intake's queue when the first urgent one was submitted."""
    waiting_last: int
    """The same when the last urgent one was through; 0 means that the load was too small."""
    intake_rate: float
    """Documents a second that left the intake's queue meanwhile."""
    rate: float
    """Documents a second over the whole phase, from the first submission until every copy and
    receipt of the last one had been taken."""


@dataclass(frozen=True, slots=True)
class LaneReport:
    """One run."""

    at: datetime
    running_since: datetime
    """When the oldest router started; what was changed later is not in the figures."""
    machine: Machine
    idle: UrgentPhase
    loaded: UrgentPhase
    bulk: Bulk

    @property
    def ratio_p50(self) -> float:
        """The loaded median as a multiple of the idle one."""
        return self.loaded.p50_ms / self.idle.p50_ms

    @property
    def ratio_p95(self) -> float:
        """The loaded 95th percentile as a multiple of the idle one."""
        return self.loaded.p95_ms / self.idle.p95_ms

    def to_json(self) -> dict[str, Any]:
        """Return plain values, the ratios among them."""
        return asdict(self) | {"ratio_p50": self.ratio_p50, "ratio_p95": self.ratio_p95}


def lane_table(report: LaneReport) -> Table:
    """Return the figures for a terminal."""
    idle, loaded, bulk = report.idle, report.loaded, report.bulk
    table = Table(
        title="Văn bản khẩn, từ lúc gửi đến hộp nhận · Urgent documents, submission to inbox",
        title_justify="left",
    )
    table.add_column("")
    for name in (
        "trục rỗi · idle axis",
        "cùng văn bản thường · beside ordinary",
        "tỷ lệ · ratio",
    ):
        table.add_column(name, justify="right")
    rows = [
        ("văn bản · documents", f"{idle.documents:,}", f"{loaded.documents:,}", ""),
        (
            "p50, ms",
            f"{idle.p50_ms:.1f}",
            f"{loaded.p50_ms:.1f}",
            f"[bold]{report.ratio_p50:.2f}×[/]",
        ),
        (
            "p95, ms",
            f"{idle.p95_ms:.1f}",
            f"{loaded.p95_ms:.1f}",
            f"[bold]{report.ratio_p95:.2f}×[/]",
        ),
        ("lâu nhất · longest, ms", f"{idle.longest_ms:.1f}", f"{loaded.longest_ms:.1f}", ""),
        (
            "thường đang chờ · ordinary ones waiting",
            "0",
            f"{bulk.waiting_first:,} → {bulk.waiting_last:,}",
            "",
        ),
        (
            "thường rời hàng đợi, mỗi giây · that left the queue, a second",
            "",
            f"{bulk.intake_rate:.0f}",
            "",
        ),
        ("thường cả lượt, mỗi giây · whole phase, a second", "", f"{bulk.rate:.0f}", ""),
        (
            "máy rảnh / việc khác · idle / used by others",
            *(f"{one.use.idle_share:.0%} / {one.use.others_share:.0%}" for one in (idle, loaded)),
            "",
        ),
    ]
    for row in rows:
        table.add_row(*row)
    if not bulk.waiting_last:
        table.caption = (
            "Văn bản thường đã hết trước văn bản khẩn; hãy tăng --bulk."
            " · The ordinary documents were through before the urgent ones; raise --bulk."
        )
    return table
