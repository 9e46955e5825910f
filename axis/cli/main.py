"""The command ``axis``: its nouns, and how errors are shown."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_group

from axis.cli.output import print_error
from axis.cli.usage import print_wrong_usage, speak_both, speak_both_of
from axis.errors import AxisError

_FOR_AGENCIES = "Cho hệ thống của cơ quan · For agencies' systems"
_FOR_OPERATORS = "Cho người vận hành trục · For operators of the axis"
_ON_THIS_MACHINE = "Trên máy này · On this machine"
_NOUNS = {
    **dict.fromkeys(("document", "verify", "status", "receipt"), _FOR_AGENCIES),
    **dict.fromkeys(
        (
            "router",
            "web",
            "database",
            "broker",
            "agency",
            "group",
            "endpoint",
            "cert",
            "key",
            "account",
            "held",
            "dead",
            "deadlines",
            "calendar",
            "reconcile",
        ),
        _FOR_OPERATORS,
    ),
    **dict.fromkeys(("local", "demo", "bench", "pki"), _ON_THIS_MACHINE),
}
"""Noun, which is also its module here → panel of the help."""

_VERBS = ("verify", "deadlines", "reconcile")
"""What is a command by itself, without verbs below it."""


class Nouns(TyperGroup):
    """Imports a noun when it is asked for: no command needs the libraries of all others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the nouns in the order of the help."""
        return list(_NOUNS)

    def get_params(self, ctx: Any) -> Any:
        """Return the options before any noun, in both languages."""
        parameters = super().get_params(ctx)
        for parameter in parameters:
            speak_both_of(parameter)
        return parameters

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a noun with its verbs, None for an unknown one."""
        if cmd_name in _NOUNS and cmd_name not in self.commands:
            noun: typer.Typer = import_module(f"axis.cli.{cmd_name}").app
            if cmd_name not in _VERBS:
                holder = typer.Typer()
                holder.add_typer(noun, rich_help_panel=_NOUNS[cmd_name])
                noun = holder
            command: Any = get_group(noun).commands[cmd_name]
            speak_both(command)
            self.add_command(command)
        return self.commands.get(cmd_name)


app = typer.Typer(
    name="axis",
    cls=Nouns,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Trục liên thông văn bản · The broker that carries official documents.",
)


@app.callback()
def settings(
    config: Annotated[
        Path | None,
        typer.Option(help="Tệp cấu hình TOML · Settings file (AXIS_CONFIG)."),
    ] = None,
) -> None:
    """Say which settings file counts before any command reads it."""
    if config is not None:
        from axis.settings import CONFIG_VARIABLE  # what most commands of agencies do without

        os.environ[CONFIG_VARIABLE] = str(config)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command of the process, or of these arguments, and end with its exit code.

    0 is success, 1 an error or a refusal, 2 wrong usage; a command whose help says so has others.
    What people can put right is printed without a traceback; only a bug shows one.
    """
    code: object = 1
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.TyperException as error:
        print_wrong_usage(error)
        code = error.exit_code
    except typer.Abort:
        typer.echo("Đã dừng. · Stopped.", err=True)
    except AxisError as error:
        print_error(error)
    except OSError as error:
        typer.echo(f"Lỗi hệ thống · System error: {error}", err=True)
    sys.exit(code if isinstance(code, int) else 0)
