"""A small SQLite file that several processes of one machine may share, used off the event loop."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from axis.client.errors import JournalError

BUSY_SECONDS = 30.0
"""How long one process waits while another writes: the largest submission takes a second."""

_Result = TypeVar("_Result")


class Database:
    """One connection in a thread of its own: work is done in order, whatever is cancelled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="axis-journal")
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    async def open(
        self,
        schema: Sequence[str],
        *,
        application_id: int,
        upgrades: Sequence[Sequence[str]] = (),
    ) -> None:
        """Open or create the file, readable by its owner only, and bring it to this schema.

        Version 1 had none of the `upgrades`, each of which leads to the next version.

        Raises JournalError when it cannot be used, belongs to another program, or was made by a
        newer version.
        """
        await self._call(lambda: self._open(schema, application_id, upgrades))

    async def read(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Do some reading and return its result; raises JournalError."""
        return await self._call(lambda: work(self._opened()))

    async def write(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Do some work in one transaction; it is on the disk when this returns.

        Raises JournalError; nothing of the work is then kept.
        """
        return await self._call(lambda: self._write(work))

    async def close(self) -> None:
        """Close the file once the work in hand is done; harmless when it is closed."""
        if not self._closed:
            await self._call(self._close)
            self._closed = True
            self._thread.shutdown(wait=False)

    async def _call(self, work: Callable[[], _Result]) -> _Result:
        if self._closed:
            raise JournalError(self.path, "đã đóng / closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(self.path, str(error)) from error

    def _open(
        self, schema: Sequence[str], application_id: int, upgrades: Sequence[Sequence[str]]
    ) -> None:
        # Made before SQLite does it, because the journal holds whole documents.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection = connection
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: the broker is told to forget a message as soon as the journal has it.
        connection.execute("PRAGMA synchronous = FULL")
        self._write(lambda opened: self._prepare(opened, schema, application_id, upgrades))

    def _prepare(
        self,
        connection: sqlite3.Connection,
        schema: Sequence[str],
        application_id: int,
        upgrades: Sequence[Sequence[str]],
    ) -> None:
        version = 1 + len(upgrades)
        found_id = connection.execute("PRAGMA application_id").fetchone()[0]
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if (found_id, found) == (0, 0) and not connection.execute(
            "SELECT count(*) FROM sqlite_schema"
        ).fetchone()[0]:
            for statement in schema:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {application_id}")
            connection.execute(f"PRAGMA user_version = {version}")
        elif found_id != application_id:
            raise JournalError(self.path, "tệp của chương trình khác / another program's file")
        elif 0 < found < version:
            for upgrade in upgrades[found - 1 :]:
                for statement in upgrade:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version}")
        elif found != version:
            raise JournalError(
                self.path, f"phiên bản {found}, cần {version} / version {found}, not {version}"
            )

    def _write(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise JournalError(self.path, "đã đóng / closed")
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
