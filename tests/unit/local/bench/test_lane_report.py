"""What the benchmark of the lanes says of what it saw."""

from datetime import UTC, datetime

from rich.console import Console

from axis.local.bench.accounting import Use
from axis.local.bench.lane_report import Bulk, LaneReport, UrgentPhase, lane_table
from axis.local.bench.load import Observed
from axis.local.bench.report import Machine

AT = datetime(2026, 11, 26, 8, tzinfo=UTC)


def phase(*milliseconds: int) -> UrgentPhase:
    observed = Observed(
        seconds=1.0,
        submitted=1,
        confirmed=1,
        accepted=1,
        copies=len(milliseconds),
        receipts=2,
        repeated=0,
        latencies=tuple(one / 1000 for one in milliseconds),
    )
    return UrgentPhase.of(observed, Use(cpu_ms={}, others_share=0.0, idle_share=0.5))


def report(*, waiting_last: int = 8_000) -> LaneReport:
    return LaneReport(
        at=AT,
        running_since=AT,
        machine=Machine("a processor", 2, 24.0, 0.1, "a system", {}),
        idle=phase(*range(1, 21)),
        loaded=phase(*range(11, 31)),
        bulk=Bulk(
            documents=10_000, waiting_first=9_900, waiting_last=waiting_last, intake_rate=1, rate=2
        ),
    )


def test_ratios_compare_the_same_percentile_of_both_phases() -> None:
    made = report()
    assert (made.idle.p50_ms, made.idle.p95_ms, made.idle.longest_ms) == (10, 19, 20)
    assert (made.loaded.p50_ms, made.loaded.p95_ms, made.loaded.longest_ms) == (20, 29, 30)
    assert made.ratio_p50 == 2.0
    assert made.ratio_p95 == 29 / 19
    assert made.to_json()["ratio_p50"] == made.ratio_p50


def test_table_says_how_many_ordinary_documents_waited() -> None:
    assert "9,900 → 8,000" in shown(report())
    assert "2.00×" in shown(report())
    assert "--bulk" not in shown(report())


def test_table_of_a_load_that_was_too_small_says_so() -> None:
    assert "raise --bulk" in shown(report(waiting_last=0))


def shown(made: LaneReport) -> str:
    console = Console(width=140)
    with console.capture() as captured:
        console.print(lane_table(made))
    return captured.get()
