"""`axis router`: the process that checks, stores and delivers."""

from typing import Annotated

import typer

from axis.app import run_router
from axis.settings import load_settings

app = typer.Typer(
    name="router",
    no_args_is_help=True,
    help="Tiến trình kiểm tra, lưu và chuyển văn bản · The process that checks, stores, delivers.",
)

Name = Annotated[
    str, typer.Option(help="Tên trong nhật ký và trên RabbitMQ · Name in logs and at the broker.")
]


@app.callback()
def router() -> None:
    """Keep `run` a command of its own."""


@app.command()
def run(name: Name = "router") -> None:
    """Chạy đến khi nhận SIGTERM · Run until SIGTERM; any number may run at once."""
    run_router(load_settings(), name)
