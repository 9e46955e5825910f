"""How commands print: tables and facts for people, JSON for machines."""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import orjson
import typer
from msgspec import Struct
from msgspec.structs import asdict
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from axis.clock import in_vietnam
from axis.errors import AxisError

AsJson = Annotated[
    bool, typer.Option("--json", help="In JSON thay cho bảng · Print JSON instead of a table.")
]

_JSON = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS

WIDE = 200
"""Columns where nothing says how many there are: in a pipe, one line a row is best."""


def console() -> Console:
    """Return the console for results; it fits the terminal and colours only there."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else WIDE)


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    sys.stdout.write(
        orjson.dumps(value, default=_plain, option=_JSON | orjson.OPT_INDENT_2).decode()
    )


def print_json_line(value: Any) -> None:
    """Print a value as one line of JSON, for commands that go on; it is out at once."""
    sys.stdout.write(orjson.dumps(value, default=_plain, option=_JSON).decode())
    sys.stdout.flush()


def _plain(value: object) -> object:
    """Return what JSON can hold of a value that it does not know."""
    return asdict(value) if isinstance(value, Struct) else str(value)


NARROW = 15
"""Columns of a terminal for each of a table's: with less, words break and lines can't be read."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows; columns are named «Vietnamese · English». Texts are shown as they are.

    Where the terminal is too narrow for that, each row is told one fact below the other.
    """
    rows = list(rows)
    if not rows:
        say("Không có gì để liệt kê.", "There is nothing to list.")
        return
    if console().width < NARROW * len(columns):
        for row in rows:
            print_facts(zip(columns, row, strict=True))
            console().print()
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(shown(cell)) for cell in row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print named facts one below the other; empty ones are left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in facts:
        if shown(value):
            table.add_row(f"[dim]{escape(name)}[/]", escape(shown(value)))
    console().print(table)


def print_title(title: str) -> None:
    """Print what follows is about."""
    console().print(f"\n[bold]{escape(shown(title))}[/]", highlight=False, soft_wrap=True)


def say(vi: str, en: str) -> None:
    """Print a message in both languages."""
    console().print(f"{shown(vi)} · {shown(en)}", markup=False, highlight=False, soft_wrap=True)


def note(vi: str, en: str) -> None:
    """Tell people how far a command is, beside its results."""
    Console(stderr=True).print(
        f"{shown(vi)} · {shown(en)}", markup=False, highlight=False, soft_wrap=True
    )


def print_error(error: AxisError) -> None:
    """Tell people what could not be done and what to do next."""
    typer.echo("\n".join(map(printable, error.diagnostics().splitlines())), err=True)


def shown(value: object) -> str:
    """Return a value as people read it: moments on Việt Nam's clock, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{in_vietnam(value):%d/%m/%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(shown(part) for part in value)
    return printable(str(value))


def printable(text: str) -> str:
    """Return a text without what could drive a terminal; foreign documents are quoted in it."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    if count < 1024:
        return f"{count} byte"
    if count < 1024 * 1024:
        return f"{count / 1024:.1f} KB"
    return f"{count / 1024 / 1024:.1f} MB"
