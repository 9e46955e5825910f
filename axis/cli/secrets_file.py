"""The file into which new endpoint passwords are written, once, for their owner only."""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from axis.errors import ConfigurationError

DEFAULT = Path("endpoint-passwords.csv")
HEADER = "endpoint,password\n"

PasswordsFile = Annotated[
    Path,
    typer.Option(
        "--passwords-file",
        help="Tệp ghi mật khẩu mới, quyền 600; dòng sau cùng của mỗi hệ thống có hiệu lực · "
        "Where new passwords are written, mode 600; the last line of an endpoint counts.",
    ),
]


class PasswordWriter:
    """Writes passwords into the open file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, passwords: Mapping[str, str]) -> None:
        """Append one line an endpoint; on the disk when this returns."""
        lines = "".join(f"{endpoint},{password}\n" for endpoint, password in passwords.items())
        if os.fstat(self._descriptor).st_size == 0:
            lines = HEADER + lines
        data = memoryview(lines.encode())
        while data:
            data = data[os.write(self._descriptor, data) :]
        os.fsync(self._descriptor)


@contextmanager
def passwords_file(file: Path) -> Iterator[PasswordWriter]:
    """Open the file before anything is changed, so that no password is made that cannot be kept.

    It is created for the owner alone; one that exists is appended to. Raises ConfigurationError
    when it is a link, is not the caller's, is open to others or cannot be written.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(file, flags, 0o600)
    except OSError as error:
        raise _unusable(file, error.strerror or "") from error
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
            raise _unusable(file, "không phải tệp của bạn / not a file of yours")
        if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _unusable(file, f"mở cho người khác / open to others; chmod 600 {file}")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield PasswordWriter(descriptor)
        finally:
            if os.fstat(descriptor).st_size == 0:
                file.unlink()
    finally:
        os.close(descriptor)


def _unusable(file: Path, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"Không dùng được tệp mật khẩu «{file}»: {detail}."
        f" / The passwords file «{file}» cannot be used: {detail}."
    )
