"""ClamAV as malware scanner: one file after the other over the socket of a running ``clamd``.

Only an answer that clearly says clean or found counts; everything else is
ScannerAwayError, or UnscannableError where waiting would not help.
"""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from axis.content.scanner import ScannerAwayError, UnscannableError

CHUNK_BYTES: Final = 256 * 1024
"""What is sent at once; clamd writes each chunk to its temporary file."""

MAX_REPLY_BYTES: Final = 4_096
"""A reply is ``stream: <name> FOUND``; names have under a hundred characters."""

REST_SECONDS: Final = 30.0
"""After clamd hung once, files are not offered to it for so long. Else a document of many files
would wait for each, until its own time is over and it is refused instead of held."""

_START: Final = b"zINSTREAM\0"
_END: Final = bytes(4)
_TOO_LONG: Final = "INSTREAM size limit exceeded. ERROR"
_CLEAN: Final = "stream: OK"
_FOUND: Final = re.compile(r"stream: ([\x21-\x7e]{1,200}) FOUND")
_UNSCANNED: Final = "Heuristics.Limits.Exceeded"
"""What clamd calls a file that it did not look through, when its ``AlertExceedsMax`` is on."""


@dataclass(slots=True)
class ClamdScanner:
    """Implements `axis.content.scanner.Scanner`; picklable, one for each process that scans.

    clamd calls a file longer than its ``MaxFileSize`` clean and never looks into it (measured,
    1.4.6), so longer ones are not offered to it. What is packed inside files escapes in the same
    way unless clamd's ``AlertExceedsMax`` is on.
    """

    path: Path
    """The unix socket (``LocalSocket``)."""
    timeout: float
    """Seconds that one file may take in all."""
    max_bytes: int
    """Not more than clamd's ``MaxFileSize`` and ``StreamMaxLength``."""
    _rests_until: float = field(default=0.0, init=False)

    def scan(self, data: bytes) -> str | None:
        """Return the name of what was found, None for a clean file.

        Raises ScannerAwayError, or UnscannableError for a file beyond clamd's limits.
        """
        if len(data) > self.max_bytes:
            raise UnscannableError(f"clamd looks through files of up to {self.max_bytes} bytes")
        now = time.monotonic()
        if now < self._rests_until:
            raise ScannerAwayError("clamd did not answer a moment ago")
        try:
            reply = self._reply(data, now + self.timeout)
        except TimeoutError as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise ScannerAwayError(f"clamd gave no answer within {self.timeout:g} s") from error
        except OSError as error:
            raise ScannerAwayError(f"clamd: {error}") from error
        return _meaning_of(reply)

    def _reply(self, data: bytes, deadline: float) -> bytes:
        """Send a file over a connection of its own and return what clamd says, up to its NUL."""
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
            _until(deadline, connection)
            connection.connect(str(self.path))
            try:
                for part in _stream(data):
                    _until(deadline, connection)
                    connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                pass  # clamd hangs up on a stream that is too long, after it has said so
            reply = bytearray()
            while b"\0" not in reply and len(reply) <= MAX_REPLY_BYTES:
                _until(deadline, connection)
                received = connection.recv(MAX_REPLY_BYTES)
                if not received:
                    break
                reply += received
            return bytes(reply)


def _stream(data: bytes) -> Iterator[bytes]:
    """Return a file as INSTREAM wants it: chunks with their lengths, then a length of zero."""
    yield _START
    view = memoryview(data)
    for start in range(0, len(data), CHUNK_BYTES):
        chunk = view[start : start + CHUNK_BYTES]
        yield len(chunk).to_bytes(4, "big") + chunk
    yield _END


def _until(deadline: float, connection: socket.socket) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _meaning_of(reply: bytes) -> str | None:
    text = reply.decode("ascii", "replace")
    if not text.endswith("\0"):
        raise ScannerAwayError("clamd broke off" if not text else f"clamd said {text[:100]!r}")
    text = text[:-1]
    if text == _CLEAN:
        return None
    if text == _TOO_LONG:
        raise UnscannableError("clamd takes no file of this length; raise its StreamMaxLength")
    found = _FOUND.fullmatch(text)
    if found is None:
        raise ScannerAwayError(f"clamd said {text[:100]!r}")
    if found[1].startswith(_UNSCANNED):
        raise UnscannableError(f"clamd did not look through the file: {found[1]}")
    return found[1]
