"""Days as people type them after an option."""

from datetime import date, datetime
from typing import Any

import typer


def day_option(name: str, text: str) -> Any:
    """Return an option that takes a day; its parameter is a `datetime`, see `day_of`."""
    return typer.Option(name, formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=text)


def day_of(typed: datetime | None) -> date | None:
    """Return the day that was typed, None where there was none."""
    return None if typed is None else typed.date()
