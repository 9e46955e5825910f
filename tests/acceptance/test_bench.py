"""`axis bench` on the running axis: its figures fit together. Nothing here is timed."""

import asyncio
import sys
from pathlib import Path

import orjson

from axis.local.installation import Installation

DOCUMENTS = 10


async def test_bench_with_few_documents_reports_figures_that_add_up(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    sizes = ("4KB", "100KB")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "axis", "bench", "--folder", installation.folder),
        *("--documents", str(DOCUMENTS), "--json", file),
        *(part for size in sizes for part in ("--size", size)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    report = orjson.loads(file.read_bytes())
    assert report["running_since"] < report["at"]
    assert [result["label"] for result in report["results"]] == ["4 KB", "100 KB"]
    for result in report["results"]:
        full, light, plain = result["saturation"], result["light"], result["plain"]
        assert full["documents"] == full["accepted"] == light["documents"] == DOCUMENTS
        assert full["copies"] == light["copies"] == 3 * DOCUMENTS + 1
        assert result["mean_receivers"] == 3.1
        assert full["receipts"] >= 2 * DOCUMENTS
        assert full["rate"] == full["accepted"] / full["seconds"]
        assert full["cpu_ms_total"] == sum(full["use"]["cpu_ms"].values())
        assert 0 <= full["use"]["others_share"] + full["use"]["idle_share"] <= 1
        assert set(full["use"]["cpu_ms"]) == {"axis", "RabbitMQ", "PostgreSQL", "generator"}
        assert all(peak > 0 for peak in full["peak_bytes"].values())
        assert 0 < light["p50_ms"] <= light["p99_ms"]
        assert plain["total"] == sum(plain[name] for name in plain if name != "total")
        assert result["limit"] == result["cores"] * 1000 / plain["total"]
        assert result["share"] == full["rate"] / result["limit"]
    assert report["results"][1]["mean_bytes"] > 100_000 > report["results"][0]["mean_bytes"]
    assert installation.routers(), "a router that ran before keeps running"


async def test_admission_bench_compares_with_bare_parsing_in_the_same_run(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "axis", "bench", "admission", "--seconds", "0.1"),
        *("--kind", "4kb-txt", "--kind", "10mb", "--json", file),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    small, large = orjson.loads(file.read_bytes())
    assert small["document_bytes"] < 10_000 < 10 * 2**20 < large["document_bytes"]
    for cost in (small, large):
        assert 0 < cost["bare_ms"] < cost["unsigned_ms"] < cost["whole_ms"]
    assert small["memory_multiple"] is None
    assert large["memory_multiple"] > 1, "the document itself is in memory"


async def test_lanes_bench_measures_urgent_documents_beside_ordinary_ones(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "figures.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "axis", "bench", "lanes", "--folder", installation.folder),
        *("--urgent", "2", "--bulk", "300", "--json", file),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    report = orjson.loads(file.read_bytes())
    for phase in (report["idle"], report["loaded"]):
        assert phase["documents"] == 2
        assert phase["copies"] == 6
        assert 0 < phase["p50_ms"] <= phase["p95_ms"] <= phase["longest_ms"]
    assert report["ratio_p50"] == report["loaded"]["p50_ms"] / report["idle"]["p50_ms"]
    bulk = report["bulk"]
    assert bulk["documents"] == 300
    assert 300 >= bulk["waiting_first"] >= bulk["waiting_last"] >= 0
    assert bulk["rate"] > 0
