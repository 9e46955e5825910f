"""A real clamd of a test alone, that knows one signature: the antivirus industry's test file."""

import hashlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""Harmless by agreement; every scanner reports it."""

MEGABYTE = 1024 * 1024
STREAM_BYTES = 2 * MEGABYTE
FILE_BYTES = MEGABYTE
"""Limits of this clamd, small enough to be passed in a moment."""

START_SECONDS = 30.0
"""It starts at once, having next to nothing to load."""


@dataclass(frozen=True)
class PrivateClamd:
    """A running clamd."""

    path: Path
    process: subprocess.Popen[bytes]

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let nobody find it until the block ends."""
        hidden = self.path.with_suffix(".away")
        self.path.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(self.path)


@contextmanager
def private_clamd() -> Iterator[PrivateClamd]:
    """Run a clamd, in /tmp: a socket's path must be short, and Debian's AppArmor profile agrees."""
    with TemporaryDirectory(prefix="axis-clamd-", dir="/tmp") as name:
        folder = Path(name)
        database = folder / "database"
        database.mkdir()
        digest = hashlib.md5(EICAR).hexdigest()
        (database / "axis.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test\n")
        path = folder / "clamd.ctl"
        configuration = folder / "clamd.conf"
        configuration.write_text(
            f"LocalSocket {path}\nDatabaseDirectory {database}\nForeground yes\nBytecode no\n"
            f"StreamMaxLength {STREAM_BYTES}\nMaxFileSize {FILE_BYTES}\nTemporaryDirectory {name}\n"
        )
        process = subprocess.Popen(
            ["/usr/sbin/clamd", "--config-file", configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(path, process)
            yield PrivateClamd(path, process)
        finally:
            process.kill()
            process.wait()


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                return connection.connect(str(path))
        except OSError:
            assert process.poll() is None, "clamd does not start"
            assert time.monotonic() < deadline, "clamd does not answer"
            time.sleep(0.02)
