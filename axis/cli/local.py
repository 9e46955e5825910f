"""`axis local`: the private RabbitMQ and PostgreSQL of this checkout."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from axis.local.processes import LocalServerError
from axis.local.servers import DEFAULT_FOLDER, LocalServers, ServerStatus

app = typer.Typer(
    name="local",
    no_args_is_help=True,
    help="RabbitMQ và PostgreSQL riêng trong một thư mục · "
    "A private RabbitMQ and PostgreSQL in a folder.",
)

Folder = Annotated[
    Path, typer.Option(help="Thư mục chứa dữ liệu và mật khẩu · Folder of data and passwords.")
]


@app.command()
def up(folder: Folder = DEFAULT_FOLDER) -> None:
    """Khởi động; không làm gì nếu đã chạy · Start; nothing happens when they run."""
    servers = LocalServers(folder)
    _carry_out(servers.start())
    _show(servers)


@app.command()
def down(
    folder: Folder = DEFAULT_FOLDER,
    erase: Annotated[
        bool, typer.Option("--erase", help="Xóa cả dữ liệu · Delete their data as well.")
    ] = False,
) -> None:
    """Dừng; dữ liệu còn nguyên · Stop; the data stays."""
    servers = LocalServers(folder)
    _carry_out(servers.delete() if erase else servers.stop())
    _show(servers)


@app.command()
def status(folder: Folder = DEFAULT_FOLDER) -> None:
    """Cho biết đang chạy hay không; mã thoát 1 nếu không · Exit code 1 unless both serve."""
    if not all(server.ready for server in _show(LocalServers(folder))):
        raise typer.Exit(1)


def _carry_out(action: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(action)
    except LocalServerError as error:
        Console(stderr=True).print(
            error.diagnostics(), markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(1) from error


def _show(servers: LocalServers) -> tuple[ServerStatus, ...]:
    found = asyncio.run(servers.status())
    table = Table("", "Trạng thái · State", "Địa chỉ · Address", "Nhật ký · Log")
    for server in found:
        state = "[green]đang chạy · serving[/]" if server.ready else "[dim]dừng · stopped[/]"
        table.add_row(server.name, state, server.address, str(server.log or ""))
    Console().print(table)
    return found
