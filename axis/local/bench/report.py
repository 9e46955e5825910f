"""What a benchmark found, as values, as JSON and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from rich.table import Table

from axis.local.bench.accounting import Use
from axis.local.bench.admission import Cost
from axis.local.bench.plain import Plain
from axis.local.bench.signature import SignatureCost

GROUPS: Final = ("axis", "RabbitMQ", "PostgreSQL", "generator")
"""Whose processor time and memory is told apart."""

_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures were measured on."""

    processor: str
    cores: int
    memory_gigabytes: float
    fdatasync_ms: float
    """Median of writing 4 KB and having the disk keep it."""
    system: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Saturation:
    """A closed loop: a new document starts when one has ended its trip."""

    documents: int
    outstanding: int
    seconds: float
    accepted: int
    copies: int
    receipts: int
    repeated: int
    use: Use
    peak_bytes: Mapping[str, int]

    @property
    def rate(self) -> float:
        """Accepted documents a second, each with every copy and receipt taken."""
        return self.accepted / self.seconds

    @property
    def cpu_ms_total(self) -> float:
        """Milliseconds of processor time a document, all groups."""
        return sum(self.use.cpu_ms.values())


@dataclass(frozen=True, slots=True)
class LightLoad:
    """Evenly spaced submissions, far below saturation."""

    documents: int
    rate: float
    copies: int
    p50_ms: float
    p99_ms: float
    """From the submission to the copy at the receiving endpoint."""
    use: Use


@dataclass(frozen=True, slots=True)
class SizeResult:
    """Everything about one size of documents."""

    label: str
    mean_bytes: float
    mean_receivers: float
    saturation: Saturation
    light: LightLoad
    plain: Plain
    cores: int

    @property
    def limit(self) -> float:
        """Documents a second if the cores did nothing but the unavoidable steps."""
        return self.cores * 1000 / self.plain.total

    @property
    def share(self) -> float:
        """The measured rate as a share of the limit."""
        return self.saturation.rate / self.limit


@dataclass(frozen=True, slots=True)
class Report:
    """One run of the benchmark."""

    at: datetime
    running_since: datetime
    """When the oldest router started; what was changed later is not in the figures."""
    machine: Machine
    senders: Mapping[str, str]
    """Kind of every sending agency's key, by its code."""
    results: Sequence[SizeResult]

    def to_json(self) -> dict[str, Any]:
        """Return plain values, the derived figures among them."""
        values = asdict(self)
        for result, plain in zip(self.results, values["results"], strict=True):
            plain["limit"] = result.limit
            plain["share"] = result.share
            plain["saturation"]["rate"] = result.saturation.rate
            plain["saturation"]["cpu_ms_total"] = result.saturation.cpu_ms_total
            plain["plain"]["total"] = result.plain.total
        return values


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * round(share * 1000) // 1000) - 1, 0)]


def tables(report: Report) -> list[Table]:
    """Return the figures for a terminal."""
    return [_speed(report), _cost(report), _plain(report)]


def cost_table(costs: Sequence[Cost]) -> Table:
    """Return what admission costs, for a terminal."""
    table = Table(title="Kiểm tra một văn bản · Admission of a document", title_justify="left")
    for name in (
        "",
        "byte",
        "đọc + lược đồ · parse + schema, ms",
        "không kiểm chữ ký · no signature, ms",
        "tỷ lệ · ratio",
        "đủ năm bước · all five, ms",
        "bộ nhớ · memory",
    ):
        table.add_column(name, justify="right" if name else "left")
    for cost in costs:
        memory = cost.memory_multiple
        table.add_row(
            cost.label,
            f"{cost.document_bytes:,}",
            f"{cost.bare_ms:.3f}",
            f"{cost.unsigned_ms:.3f}",
            f"[bold]{cost.ratio:.2f}×[/]",
            f"{cost.whole_ms:.3f}",
            "" if memory is None else f"{memory:.1f} × văn bản · document",
        )
    return table


def signature_table(costs: Sequence[SignatureCost]) -> Table:
    """Return what the signature check costs, for a terminal."""
    table = Table(title="Kiểm chữ ký số · The signature check", title_justify="left")
    for name in (
        "",
        "byte",
        "tối thiểu · bare, ms",
        "signxml, ms",
        "tỷ lệ · ratio",
        "động cơ nhanh · quick engine, ms",
        "tỷ lệ · ratio",
    ):
        table.add_column(name, justify="right" if name else "left")
    for cost in costs:
        table.add_row(
            cost.label,
            f"{cost.document_bytes:,}",
            f"{cost.bare_ms:.3f}",
            f"{cost.record_ms:.3f}",
            f"{cost.record_ratio:.2f}×",
            f"{cost.quick_ms:.3f}",
            f"[bold]{cost.quick_ratio:.2f}×[/]",
        )
    return table


def _speed(report: Report) -> Table:
    table = _table("Tốc độ · Speed", report)
    rows: list[tuple[str, list[str]]] = [
        ("byte mỗi văn bản · bytes a document", [f"{r.mean_bytes:,.0f}" for r in report.results]),
        ("nơi nhận · receivers", [f"{r.mean_receivers:.2f}" for r in report.results]),
        ("văn bản đo · documents", [f"{r.saturation.documents:,}" for r in report.results]),
        ("đang đi cùng lúc · outstanding", [str(r.saturation.outstanding) for r in report.results]),
        (
            "chấp nhận mỗi giây · accepted a second",
            [f"[bold]{r.saturation.rate:,.1f}[/]" for r in report.results],
        ),
        (
            "tải nhẹ, mỗi giây · light load, a second",
            [f"{r.light.rate:.1f}" for r in report.results],
        ),
        (
            "gửi đến hộp nhận p50 / p99 · submission to inbox, ms",
            [f"[bold]{r.light.p50_ms:.1f} / {r.light.p99_ms:.1f}[/]" for r in report.results],
        ),
    ]
    return _filled(table, rows)


def _cost(report: Report) -> Table:
    table = _table("CPU, ms mỗi văn bản · CPU ms a document", report)
    rows = [
        (name, [f"{r.saturation.use.cpu_ms[name]:.2f}" for r in report.results]) for name in GROUPS
    ]
    rows.append(("tổng · total", [f"{r.saturation.cpu_ms_total:.2f}" for r in report.results]))
    rows += [
        ("máy rảnh · machine idle", [f"{r.saturation.use.idle_share:.0%}" for r in report.results]),
        (
            "việc khác dùng · used by others",
            [f"{r.saturation.use.others_share:.0%}" for r in report.results],
        ),
    ]
    rows += [
        (
            f"bộ nhớ cao nhất · peak memory, MB: {name}",
            [f"{r.saturation.peak_bytes[name] / _MEGABYTE:,.0f}" for r in report.results],
        )
        for name in GROUPS
    ]
    return _filled(table, rows)


def _plain(report: Report) -> Table:
    table = _table("Phần không thể tránh, CPU ms · Unavoidable, CPU ms a document", report)
    plains = [result.plain for result in report.results]
    rows = [
        ("đọc, chuẩn tắc, kiểm chữ ký · parse, c14n, verify", [f"{p.verify:.3f}" for p in plains]),
        ("ký hai biên nhận P-256 · sign two receipts", [f"{p.sign:.3f}" for p in plains]),
        ("PostgreSQL: COPY", [f"{p.store:.3f} + {p.store_client:.3f}" for p in plains]),
        ("RabbitMQ: quorum", [f"{p.carry:.3f} + {p.carry_client:.3f}" for p in plains]),
        ("tổng · sum", [f"{p.total:.3f}" for p in plains]),
        (
            f"giới hạn với {report.machine.cores} lõi · limit, documents a second",
            [f"{r.limit:,.0f}" for r in report.results],
        ),
        ("đạt được · share of the limit", [f"[bold]{r.share:.1%}[/]" for r in report.results]),
    ]
    return _filled(table, rows)


def _table(title: str, report: Report) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for result in report.results:
        table.add_column(result.label, justify="right")
    return table


def _filled(table: Table, rows: Sequence[tuple[str, Sequence[str]]]) -> Table:
    for name, cells in rows:
        table.add_row(name, *cells)
    return table
