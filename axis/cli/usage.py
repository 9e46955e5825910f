"""What the library under the commands says by itself, in both languages: help and wrong usage.

Typer speaks English only. Its classes of wrong usage are private, so they are known by their names.
"""

import inspect
from typing import Any, Final

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from axis.cli.output import printable

_OPTIONS: Final = {
    "help": "Hiện trợ giúp này · Show this help.",
    "install_completion": "Cài gợi ý lệnh cho shell này · Install completion for this shell.",
    "show_completion": "In gợi ý lệnh để tự cài · Print the completion, to be installed by hand.",
}
"""The options that every program of Typer's has."""

ARGUMENTS: Final = "Đối số · Arguments"
OPTIONS: Final = "Tùy chọn · Options"
COMMANDS: Final = "Lệnh · Commands"

_WRONG: Final = {
    "MissingParameter": "Còn thiếu",
    "NoSuchOption": "Không có tùy chọn này",
    "BadParameter": "Giá trị không dùng được",
    "UsageError": "Dùng sai lệnh, hoặc không có lệnh này",
}
"""What is wrong, by the class of the error, in Vietnamese."""


def speak_both(command: TyperCommand | TyperGroup) -> None:
    """Give a command and those below it headings in both languages, and texts without breaks."""
    if isinstance(command, TyperGroup):
        commands: dict[str, Any] = {**command.commands}
        for below in commands.values():
            speak_both(below)
            below.rich_help_panel = below.rich_help_panel or COMMANDS
    elif command.help:
        command.help = _flowing(command.help)
    for parameter in command.get_params(typer.Context(command)):
        speak_both_of(parameter)


def speak_both_of(parameter: Any) -> None:
    """Put a parameter under a heading in both languages; the library's own are explained, too."""
    heading = ARGUMENTS if isinstance(parameter, TyperArgument) else OPTIONS
    parameter.rich_help_panel = parameter.rich_help_panel or heading
    parameter.help = _OPTIONS.get(parameter.name, parameter.help)


def print_wrong_usage(error: typer.TyperException) -> None:
    """Tell people what is wrong with a command line, and where its help is."""
    said = error.format_message().replace("Value error, ", "")
    if not said:  # a noun alone has shown its help
        return
    if " · " in error.message:  # a command's own words
        said = error.message
    else:
        said = f"{_WRONG.get(type(error).__name__, _WRONG['UsageError'])}. · {said}"
    typer.echo("\n".join(map(printable, said.splitlines())), err=True)
    context = getattr(error, "ctx", None)
    if context is not None:
        typer.echo(f"Xem · See: {context.command_path} --help", err=True)


def _flowing(text: str) -> str:
    """Return paragraphs without the line breaks of the source; every terminal breaks its own."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs)
