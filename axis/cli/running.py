"""What commands need around them: an event loop, the database, who is acting."""

import asyncio
import os
import pwd
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from axis.clock import system_clock
from axis.errors import AxisError, ConfigurationError, InvalidInputError
from axis.exchange.ports import StoreUnavailableError
from axis.settings import Settings, load_settings
from axis.store.pool import Pool, open_pool
from axis.store.registry import PostgresAdministration

POOL_SIZE = 2
"""A command does one thing at a time."""

_Result = TypeVar("_Result")


class DatabaseError(AxisError):
    """PostgreSQL refused what the command asked for."""


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Carry out a command's work."""
    return asyncio.run(work)


@asynccontextmanager
async def database(settings: Settings | None = None) -> AsyncIterator[Pool]:
    """Connect to the axis's database; raises DatabaseError or StoreUnavailableError."""
    dsn = (settings or load_settings()).store.address
    with database_errors():
        async with await open_pool(dsn, max_size=POOL_SIZE) as pool:
            yield pool


@contextmanager
def database_errors() -> Iterator[None]:
    """Raise DatabaseError, with what to do, for what PostgreSQL refuses."""
    try:
        yield
    except StoreUnavailableError as error:
        if isinstance(error.__cause__, asyncpg.UndefinedTableError):
            raise DatabaseError(
                "Cơ sở dữ liệu chưa có lược đồ; hãy chạy: axis database migrate"
                " / The database has no schema yet; run: axis database migrate"
            ) from error
        raise
    except asyncpg.PostgresError as error:
        raise DatabaseError(f"PostgreSQL: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def administration() -> AsyncIterator[PostgresAdministration]:
    """Open the registry for reading and changing."""
    async with database() as pool:
        yield PostgresAdministration(pool, system_clock)


def actor() -> str:
    """Return who the audit says did it: the operating system's account."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return f"cli:{name}"


def read_file(file: Path, max_bytes: int) -> bytes:
    """Read a file whole; raises InvalidInputError when it is too large or cannot be read."""
    try:
        with file.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise InvalidInputError(
            f"Không đọc được tệp «{file}» ({error.strerror})."
            f" / File «{file}» cannot be read ({error.strerror})."
        ) from error
    if len(data) > max_bytes:
        raise InvalidInputError(
            f"Tệp «{file}» vượt giới hạn {max_bytes} byte."
            f" / File «{file}» is over the limit of {max_bytes} bytes."
        )
    return data


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone, if missing; raises ConfigurationError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def write_private(file: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a file of mode 600 whole or not at all.

    Raises ConfigurationError when it exists and may not be replaced, or cannot be written.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.exists() and not replace:
            raise ConfigurationError(
                f"Tệp «{file}» đã có; hãy chọn tên khác. / File «{file}» exists; choose another."
            )
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        draft.replace(file)
        _flush_folder(file.parent)
    except OSError as error:
        raise _unwritable(file, error) from error


def _flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, so that a file is still there after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"Không ghi được «{path}» ({error.strerror})."
        f" / «{path}» cannot be written ({error.strerror})."
    )
