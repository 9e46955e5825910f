"""The command ``axis``: its nouns, and how errors are shown."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from axis.cli import bench, demo, local, router, web
from axis.errors import AxisError
from axis.settings import CONFIG_VARIABLE

app = typer.Typer(
    name="axis",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Trục liên thông văn bản · The broker that carries official documents.",
)
for noun in (router, web, local, demo, bench):
    app.add_typer(noun.app)


@app.callback()
def settings(
    config: Annotated[
        Path | None,
        typer.Option(help="Tệp cấu hình TOML · Settings file (AXIS_CONFIG)."),
    ] = None,
) -> None:
    """Say which settings file counts before any command reads it."""
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config)


def main() -> None:
    """Run the command; an error that people can understand is printed without a traceback."""
    try:
        app()
    except AxisError as error:
        typer.echo(error.diagnostics(), err=True)
        sys.exit(1)
