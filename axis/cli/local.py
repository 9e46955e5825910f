"""`axis local`: the private RabbitMQ and PostgreSQL of this checkout."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from axis.cli.output import print_table
from axis.local.servers import DEFAULT_FOLDER, LocalServers

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
    asyncio.run(servers.start())
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
    asyncio.run(servers.delete() if erase else servers.stop())
    _show(servers)


@app.command()
def status(folder: Folder = DEFAULT_FOLDER) -> None:
    """Cho biết đang chạy hay không; mã thoát 1 nếu không · Exit code 1 unless both serve."""
    if not _show(LocalServers(folder)):
        raise typer.Exit(1)


def _show(servers: LocalServers) -> bool:
    """Print the state of both servers; True when both serve."""
    found = asyncio.run(servers.status())
    print_table(
        ("Máy chủ · Server", "Trạng thái · State", "Địa chỉ · Address", "Nhật ký · Log"),
        [
            (
                server.name,
                "đang chạy · serving" if server.ready else "dừng · stopped",
                server.address,
                server.log or "",
            )
            for server in found
        ],
    )
    return all(server.ready for server in found)
