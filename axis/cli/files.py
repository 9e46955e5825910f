"""Files as commands read and write them: whole, bounded, and with what to do when it fails."""

import os
from pathlib import Path

from axis.errors import ConfigurationError, InvalidInputError


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
