"""`axis web`: the view for clerks and administrators."""

from typing import Annotated

import typer

from axis.app import run_web
from axis.settings import load_settings

app = typer.Typer(
    name="web",
    no_args_is_help=True,
    help="Trang web cho văn thư và quản trị · The view for clerks and administrators.",
)


@app.callback()
def web() -> None:
    """Keep `run` a command of its own."""


@app.command()
def run(
    name: Annotated[str, typer.Option(help="Tên trong nhật ký · Name in logs.")] = "web",
) -> None:
    """Chạy đến khi nhận SIGTERM · Run until SIGTERM."""
    run_web(load_settings(), name)
