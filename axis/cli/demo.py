"""`axis demo`: the demonstration on this machine."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from axis.local.demo.run import demonstrate, take_down
from axis.local.servers import DEFAULT_FOLDER

app = typer.Typer(
    name="demo",
    no_args_is_help=True,
    help="Bản trình diễn với các cơ quan mẫu · The demonstration with sample agencies.",
)

Folder = Annotated[
    Path, typer.Option(help="Thư mục chứa mọi thứ của bản trình diễn · Folder of all it makes.")
]


@app.command()
def up(
    once: Annotated[
        bool,
        typer.Option("--once", help="Chạy một lượt rồi dừng tất cả · Run once, then stop it all."),
    ] = False,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Chạy; mã thoát 0 khi đủ biên nhận · Run; exit code 0 when every expected receipt came."""
    if not asyncio.run(demonstrate(folder, once=once, console=Console())):
        raise typer.Exit(1)


@app.command()
def down(folder: Folder = DEFAULT_FOLDER) -> None:
    """Dừng mọi thứ đã khởi động · Stop everything that it started."""
    asyncio.run(take_down(folder))
    typer.echo("Đã dừng. · Stopped.")
