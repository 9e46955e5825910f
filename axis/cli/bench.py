"""`axis bench`: how fast the axis of a folder is, and how fast this machine could be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from axis.clock import in_vietnam
from axis.local.bench.admission import KINDS, SECONDS, measure_admission
from axis.local.bench.lane_report import LaneReport, lane_table
from axis.local.bench.lanes import BULK, URGENT, LaneOptions, measure_lanes
from axis.local.bench.registers import DOCUMENTS, RegisterCost, measure_registers, register_table
from axis.local.bench.registers import STEPS as REGISTER_STEPS
from axis.local.bench.report import Report, cost_table, signature_table, tables
from axis.local.bench.routing import STEPS, measure_routing, routing_tables
from axis.local.bench.run import SIZES, Options, run_benchmark
from axis.local.bench.signature import measure_signatures
from axis.local.installation import Installation
from axis.local.servers import DEFAULT_FOLDER, LocalServers

app = typer.Typer(name="bench", help="Đo hiệu năng · Measure the speed of the axis.")

_KINDS = {kind.name: kind for kind in KINDS}
SMALL_KINDS = [kind for kind in KINDS if not kind.memory]
"""What the signature check is measured with: 4 KB to 1 MB."""

_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
)
_NAMES = {size.label.replace(" ", "").lower(): size for size in SIZES}


class ProgressDisplay:
    """Shows each step of the benchmark as a bar."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def step(self, size: str, what: str, total: int) -> Callable[[int], None]:
        """Begin a step and return what tells how much of it is done."""
        task = self._progress.add_task(f"{size:>6}  {what}", total=total)
        return lambda done: self._progress.update(task, completed=done)


@app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option(help="Thư mục của trục · Folder of the axis.")
    ] = DEFAULT_FOLDER,
    size: Annotated[
        list[str] | None,
        typer.Option(help=f"Cỡ văn bản · Size of documents: {', '.join(_NAMES)}."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="Giây bão hòa mỗi cỡ · Seconds of saturation a size.")
    ] = 30.0,
    light_seconds: Annotated[
        float, typer.Option(min=1, help="Giây tải nhẹ mỗi cỡ · Seconds of light load a size.")
    ] = 30.0,
    documents: Annotated[
        int | None,
        typer.Option(min=1, help="Số văn bản mỗi lượt, thay cho giây · Documents, not seconds."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Mầm của tập văn bản · Seed of the documents.")] = 1,
    json: Annotated[
        Path | None, typer.Option(help="Ghi thêm số liệu vào tệp · Write the figures here too.")
    ] = None,
) -> None:
    """Đo hiệu năng · Measure accepted documents a second, latency, cost and the machine's limit.

    Chạy trên trục của thư mục, tự khởi động nếu chưa chạy; văn bản đo được giữ lại trong đó. ·
    Runs against the axis of a folder and starts it if need be; the documents stay in it.
    """
    if context.invoked_subcommand is not None:
        return
    unknown = [name for name in size or () if name.lower() not in _NAMES]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: {', '.join(_NAMES)}")
    options = Options(
        sizes=[_NAMES[name.lower()] for name in size] if size else SIZES,
        seconds=seconds,
        light_seconds=light_seconds,
        documents=documents,
        seed=seed,
    )
    console = Console()
    report = asyncio.run(_measure(Installation(folder), options, console))
    _show(report, console)
    if json is not None:
        json.write_bytes(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2))
        console.print(f"→ {json}")


@app.command()
def admission(
    kind: Annotated[
        list[str] | None,
        typer.Option(help=f"Loại văn bản · Kind of documents: {', '.join(_KINDS)}."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Giây tối đa mỗi loại · Seconds a kind at the most.")
    ] = SECONDS,
    json: Annotated[
        Path | None, typer.Option(help="Ghi thêm số liệu vào tệp · Write the figures here too.")
    ] = None,
) -> None:
    """Đo riêng năm bước kiểm tra, không cần máy chủ · Measure the five checks alone, no server.

    So với mức tối thiểu trong cùng lượt: đọc XML và kiểm lược đồ. · Against the least that any
    validator does, in the same run: parsing and schema validation.
    """
    unknown = [name for name in kind or () if name not in _KINDS]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}: {', '.join(_KINDS)}")
    kinds = [_KINDS[name] for name in kind] if kind else KINDS
    console = Console(stderr=True)
    with Progress(*_COLUMNS, console=console, refresh_per_second=2) as progress:
        step = ProgressDisplay(progress).step("", "kiểm tra · admission", len(kinds))
        costs = measure_admission(kinds, seconds, step)
    Console().print(cost_table(costs))
    if json is not None:
        json.write_bytes(orjson.dumps([asdict(cost) for cost in costs], option=orjson.OPT_INDENT_2))


@app.command()
def signature(
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Giây tối đa mỗi loại · Seconds a kind at the most.")
    ] = SECONDS,
    json: Annotated[
        Path | None, typer.Option(help="Ghi thêm số liệu vào tệp · Write the figures here too.")
    ] = None,
) -> None:
    """Đo riêng việc kiểm chữ ký, không cần máy chủ · Measure the signature check alone, no server.

    So với mức tối thiểu trong cùng lượt: đọc, chuẩn hóa, băm, kiểm khóa. · Against the least in the
    same run: parse, canonicalise, digest, key operation.
    """
    console = Console(stderr=True)
    with Progress(*_COLUMNS, console=console, refresh_per_second=2) as progress:
        step = ProgressDisplay(progress).step("", "chữ ký · signature", len(SMALL_KINDS))
        costs = measure_signatures(SMALL_KINDS, seconds, step)
    Console().print(signature_table(costs))
    if json is not None:
        json.write_bytes(orjson.dumps([asdict(cost) for cost in costs], option=orjson.OPT_INDENT_2))


@app.command()
def routing(
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Giây tối đa mỗi loại · Seconds a list at the most.")
    ] = SECONDS,
    json: Annotated[
        Path | None, typer.Option(help="Ghi thêm số liệu vào tệp · Write the figures here too.")
    ] = None,
) -> None:
    """Đo việc định tuyến theo danh bạ cả nước, không cần máy chủ · Measure routing, no server.

    111.000 cơ quan, 2.000 hệ thống; so với một lần tra dict cho mỗi nơi nhận. · Against one
    dictionary read a receiver, in the same run.
    """
    console = Console(stderr=True)
    with Progress(*_COLUMNS, console=console, refresh_per_second=2) as progress:
        step = ProgressDisplay(progress).step("", "định tuyến · routing", STEPS)
        costs, snapshot = measure_routing(seconds, step)
    for table in routing_tables(costs, snapshot):
        Console().print(table)
    if json is not None:
        figures = {"lists": [asdict(cost) for cost in costs], "snapshot": asdict(snapshot)}
        json.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))


@app.command()
def registers(
    folder: Annotated[
        Path, typer.Option(help="Thư mục của trục · Folder of the axis.")
    ] = DEFAULT_FOLDER,
    documents: Annotated[
        int, typer.Option(min=20, help="Số văn bản trong trục · Documents in the database.")
    ] = DOCUMENTS,
    json: Annotated[
        Path | None, typer.Option(help="Ghi thêm số liệu vào tệp · Write the figures here too.")
    ] = None,
) -> None:
    """Đo việc đối chiếu sổ trên cơ sở dữ liệu đầy · Measure reconciling on a full database.

    Tạo một cơ sở dữ liệu riêng trong PostgreSQL của thư mục rồi xóa đi. · In a database of its own,
    which is dropped afterwards, of the folder's PostgreSQL.
    """
    console = Console(stderr=True)
    costs = asyncio.run(_measure_registers(LocalServers(folder), documents, console))
    Console().print(register_table(costs))
    if json is not None:
        json.write_bytes(orjson.dumps([asdict(cost) for cost in costs], option=orjson.OPT_INDENT_2))


async def _measure_registers(
    servers: LocalServers, documents: int, console: Console
) -> list[RegisterCost]:
    ran = await servers.postgresql.is_ready()
    await servers.postgresql.start()
    try:
        with Progress(*_COLUMNS, console=console, refresh_per_second=2) as progress:
            step = ProgressDisplay(progress).step("", "đối chiếu · reconcile", REGISTER_STEPS)
            return await measure_registers(servers.postgresql, documents, step)
    finally:
        if not ran:
            await servers.postgresql.stop()


@app.command()
def lanes(
    folder: Annotated[
        Path, typer.Option(help="Thư mục của trục · Folder of the axis.")
    ] = DEFAULT_FOLDER,
    urgent: Annotated[
        int, typer.Option(min=1, help="Số văn bản khẩn mỗi lượt · Urgent documents a phase.")
    ] = URGENT,
    bulk: Annotated[
        int, typer.Option(min=1, help="Số văn bản thường chờ sẵn · Ordinary documents that wait.")
    ] = BULK,
    json: Annotated[
        Path | None, typer.Option(help="Ghi thêm số liệu vào tệp · Write the figures here too.")
    ] = None,
) -> None:
    """Đo làn khẩn bên cạnh hàng nghìn văn bản thường · Measure the urgent lane beside a long queue.

    So với khi trục rỗi, trong cùng lượt. · Against the idle axis, in the same run.
    """
    console = Console()
    options = LaneOptions(urgent=urgent, bulk=bulk)
    report = asyncio.run(_measure_lanes(Installation(folder), options, console))
    _show_machine(report, console)
    console.print(lane_table(report))
    if json is not None:
        json.write_bytes(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2))
        console.print(f"→ {json}")


async def _measure_lanes(
    installation: Installation, options: LaneOptions, console: Console
) -> LaneReport:
    async with _running(installation, console):
        with Progress(*_COLUMNS, console=console, refresh_per_second=2) as progress:
            return await measure_lanes(installation, options, ProgressDisplay(progress))


async def _measure(installation: Installation, options: Options, console: Console) -> Report:
    async with _running(installation, console):
        # Drawn seldom: the display shares the cores with what is measured.
        with Progress(*_COLUMNS, console=console, refresh_per_second=2) as progress:
            return await run_benchmark(installation, options, ProgressDisplay(progress))


@asynccontextmanager
async def _running(installation: Installation, console: Console) -> AsyncIterator[None]:
    """Use the axis that runs; start it, and stop it afterwards, where none does."""
    if installation.routers():
        yield
        return
    with console.status("Khởi động trục… · Starting the axis…"):
        were_running = [server.ready for server in await installation.servers.status()]
        await installation.prepare()
        # The folder of a demonstration: its certificates are to be asked about.
        responders = None if installation.pki.address is None else installation.responders
        if responders is not None:
            await responders.start()
        routers = await installation.start_routers()
    try:
        yield
    finally:
        await asyncio.gather(*(router.stop() for router in routers))
        if responders is not None:
            await responders.stop()
        if not all(were_running):
            await installation.stop()


def _show(report: Report, console: Console) -> None:
    _show_machine(report, console)
    for table in tables(report):
        console.print(table)


def _show_machine(report: Report | LaneReport, console: Console) -> None:
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    console.print(
        f"{machine.processor}, {machine.cores} lõi · cores, {machine.memory_gigabytes:.0f} GB, "
        f"fdatasync {machine.fdatasync_ms:.2f} ms\n{machine.system}\n{versions}\n"
        f"trục chạy từ · axis running since {in_vietnam(report.running_since):%Y-%m-%d %H:%M:%S}",
        highlight=False,
    )
