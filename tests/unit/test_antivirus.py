"""What a scanner's reply means, whatever it says."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.antivirus import MAX_REPLY_BYTES, ClamdScanner, _meaning_of
from axis.content.scanner import ScannerAwayError, UnscannableError


@contextmanager
def answering(reply: bytes) -> Iterator[ClamdScanner]:
    """A server that reads one stream to its end, says this, and hangs up."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            received = b""
            while not received.endswith(bytes(4)):
                received += connection.recv(65536)
            connection.sendall(reply)

    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder) / "s"
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield ClamdScanner(path, 5.0, 1000)
        thread.join()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n",
        b"stream: OK\0 ",
        b"stream: OK\0stream: Eicar FOUND\0",
        b"OK\0",
        b"stream: not OK\0",
        b"stream: FOUND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"stream: " + b"a" * MAX_REPLY_BYTES * 2,
        b"\xff\0",
    ],
)
def test_unclear_reply_is_no_answer(reply: bytes) -> None:
    with answering(reply) as scanner, pytest.raises(ScannerAwayError):
        scanner.scan(b"a")


def test_clear_replies_are_told_apart() -> None:
    with answering(b"stream: OK\0") as scanner:
        assert scanner.scan(b"a") is None
    with answering(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as scanner:
        assert scanner.scan(b"a") == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        (b"INSTREAM size limit exceeded. ERROR\0", "StreamMaxLength"),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", "MaxFileSize"),
    ],
)
def test_file_beyond_the_scanners_limits_is_told_from_a_scanner_that_is_away(
    reply: bytes, named: str
) -> None:
    with answering(reply) as scanner, pytest.raises(UnscannableError, match=named):
        scanner.scan(b"a")


@given(st.one_of(st.binary(), st.text().map(lambda text: f"stream: {text} FOUND\0".encode())))
def test_no_reply_but_one_means_clean(reply: bytes) -> None:
    try:
        found = _meaning_of(reply)
    except (ScannerAwayError, UnscannableError):
        return
    assert (found is None) == (reply == b"stream: OK\0")
