"""The command ``axis``: its nouns, and how errors are shown."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from axis.cli import (
    account,
    agency,
    bench,
    broker,
    cert,
    database,
    dead,
    demo,
    document,
    endpoint,
    local,
    receipt,
    router,
    status,
    web,
)
from axis.cli.output import printable
from axis.errors import AxisError
from axis.settings import CONFIG_VARIABLE

app = typer.Typer(
    name="axis",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Trục liên thông văn bản · The broker that carries official documents.",
)
_FOR_AGENCIES = "Cho hệ thống của cơ quan · For agencies' systems"
_FOR_OPERATORS = "Cho người vận hành trục · For operators of the axis"
_ON_THIS_MACHINE = "Trên máy này · On this machine"
_NOUNS = {
    _FOR_AGENCIES: (document, status, receipt),
    _FOR_OPERATORS: (
        router,
        web,
        database,
        broker,
        agency,
        endpoint,
        cert,
        account,
        dead,
    ),
    _ON_THIS_MACHINE: (local, demo, bench),
}
for panel, nouns in _NOUNS.items():
    for noun in nouns:
        app.add_typer(noun.app, rich_help_panel=panel)


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


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command of the process, or of these arguments, and end with its exit code.

    0 is success, 1 an error or a refusal, 2 wrong usage. What people can put right is printed
    without a traceback; only a bug shows one.
    """
    try:
        app(args=arguments)
    except AxisError as error:
        typer.echo("\n".join(map(printable, error.diagnostics().splitlines())), err=True)
    except OSError as error:
        typer.echo(f"Lỗi hệ thống · System error: {error}", err=True)
    sys.exit(1)
