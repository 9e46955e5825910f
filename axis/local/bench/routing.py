"""What routing by the whole country's registry costs: in this process, with no server.

Each figure is compared with the least that any registry does in the same run: a dictionary read
for each of the same codes.
"""

import itertools
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from rich.table import Table

from axis.local.bench.admission import alternating
from axis.local.bench.country import (
    COMMUNES,
    COMMUNES_GROUP,
    Country,
    alias,
    commune,
    former_commune,
    make_country,
    unit,
)
from axis.local.bench.load import LoadError
from axis.registry.agency import Agency
from axis.registry.directory import Directory, DirectoryChange

RECEIVERS: Final = 700
"""Receivers of the largest real broadcasts."""

DAY: Final = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class RoutingCost:
    """What routing one list of receivers costs; CPU milliseconds, medians of one run."""

    label: str
    codes: int
    receivers: int
    """Agencies that they lead to."""
    bare_ms: float
    """One dictionary read a receiver."""
    route_ms: float

    @property
    def ratio(self) -> float:
        """Routing as a multiple of the bare reads."""
        return self.route_ms / self.bare_ms


@dataclass(frozen=True, slots=True)
class SnapshotCost:
    """What the snapshot itself costs; CPU milliseconds, medians of one run."""

    agencies: int
    endpoints: int
    build_ms: float
    change_ms: float
    """One agency among them gets another endpoint."""
    merger_ms: float
    """One agency closes and names a successor."""
    group_ms: float
    """The members of the group of all communes, worked out once a day."""
    bytes_an_agency: float
    """Memory of the indexes, beside the agencies themselves."""


def measure_routing(
    seconds: float, progress: Callable[[int], None]
) -> tuple[list[RoutingCost], SnapshotCost]:
    """Measure each list for so many seconds at the most; `progress` is told how many are done.

    Raises LoadError when a receiver is not reached: the figures would mean nothing.
    """
    country = make_country()
    directory = country.directory()
    communes = [commune(number) for number in range(RECEIVERS)]
    lists = {
        "xã · communes": communes,
        "mã cũ · aliases": [alias(code) for code in communes],
        "đã sáp nhập · merged once": [former_commune(2_000 + one) for one in range(RECEIVERS)],
        "sáp nhập hai lần · merged twice": [former_commune(one) for one in range(RECEIVERS)],
        "đơn vị trực thuộc · units below": [unit(number) for number in range(RECEIVERS)],
        "một nhóm · one group": [COMMUNES_GROUP],
    }
    costs = []
    for label, codes in lists.items():
        costs.append(_routed(label, codes, directory, seconds))
        progress(len(costs))
    snapshot = _snapshot(country, directory, seconds)
    progress(len(costs) + 1)
    return costs, snapshot


STEPS: Final = 7
"""How many steps `measure_routing` tells of."""


def _routed(label: str, codes: Sequence[str], directory: Directory, seconds: float) -> RoutingCost:
    expected = COMMUNES if codes == [COMMUNES_GROUP] else len(codes)
    resolved = directory.route(codes, DAY).resolved
    if len(resolved) != expected:
        raise LoadError(f"{label}: {len(resolved)}/{expected}")
    agencies = {one.agency.code: one.agency for one in resolved}
    plain = {**{agency.code: agency for agency in directory}}
    wanted = list(agencies)
    bare, route = alternating(
        [lambda: [plain[code] for code in wanted], lambda: directory.route(codes, DAY)], seconds
    )
    return RoutingCost(label, len(codes), len(resolved), bare, route)


def _snapshot(country: Country, directory: Directory, seconds: float) -> SnapshotCost:
    agency = directory.find(commune(1))
    group = directory.group(COMMUNES_GROUP)
    assert agency is not None
    assert group is not None
    moved = replace(agency, endpoint=country.endpoints[0].id)
    merged = replace(agency, valid_to=DAY, successor=commune(2))

    def changed(one: Agency) -> Callable[[], object]:
        change = DirectoryChange(
            version=2,
            agencies=(one,),
            endpoints=country.endpoints,
            groups=country.groups,
            mandates={},
        )
        return lambda: directory.changed(change)

    days = itertools.cycle((DAY, DAY + timedelta(days=1)))  # another day is worked out anew

    def members() -> object:
        return directory.members(group, next(days))

    build, change, merger, in_group = alternating(
        [country.directory, changed(moved), changed(merged), members], seconds
    )
    tracemalloc.start()
    kept = country.directory()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return SnapshotCost(
        len(kept), len(country.endpoints), build, change, merger, in_group, size / len(kept)
    )


def routing_tables(costs: Sequence[RoutingCost], snapshot: SnapshotCost) -> list[Table]:
    """Return the figures for a terminal."""
    title = f"Định tuyến · Routing: {snapshot.agencies:,} cơ quan · agencies"
    table = Table(title=title, title_justify="left")
    for name in ("", "mã · codes", "nơi nhận · receivers", "dict, ms", "ms", "tỷ lệ · ratio"):
        table.add_column(name, justify="right" if name else "left")
    for cost in costs:
        table.add_row(
            cost.label,
            f"{cost.codes:,}",
            f"{cost.receivers:,}",
            f"{cost.bare_ms:.3f}",
            f"{cost.route_ms:.3f}",
            f"[bold]{cost.ratio:.1f}×[/]",
        )
    other = Table(title="Danh bạ · The snapshot", title_justify="left")
    other.add_column("")
    other.add_column("ms", justify="right")
    for label, value in (
        ("dựng mới · built anew", f"{snapshot.build_ms:.0f}"),
        ("một cơ quan chuyển hệ thống · one agency moves", f"{snapshot.change_ms:.2f}"),
        ("một cơ quan sáp nhập · one agency is merged", f"{snapshot.merger_ms:.0f}"),
        ("thành viên của nhóm · members of the group", f"{snapshot.group_ms:.2f}"),
        ("byte chỉ mục mỗi cơ quan · bytes an agency", f"{snapshot.bytes_an_agency:.0f}"),
    ):
        other.add_row(label, value)
    return [table, other]
