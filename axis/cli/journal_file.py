"""A client's journal that a command only reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from axis.client.journal import Journal
from axis.errors import InvalidInputError


@asynccontextmanager
async def existing_journal(file: Path) -> AsyncIterator[Journal]:
    """Open a journal; raises InvalidInputError where there is none, JournalError as it does."""
    _check(file)
    journal = await Journal.open(file)
    try:
        yield journal
    finally:
        await journal.close()


def _check(file: Path) -> None:
    """Opening would make a journal that is not there."""
    if not file.is_file():
        raise InvalidInputError(f"Không có nhật ký «{file}». / There is no journal «{file}».")
