"""Port blocks: free ones on loopback, and no two starting servers choose the same."""

import errno
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from axis.local.processes import LocalServerError

FIRST_PORT = 21_000
"""Above the ports that well-known services are given."""
LAST_PORT = 32_000
"""Below Linux's range for outgoing connections, which starts at 32768."""
LAST_LONE_PORT = 32_767
"""Ports from `LAST_PORT` to this are for lone servers whose address is kept for years."""
BLOCK = 16
"""Ports a server may use; blocks start at multiples of it from `FIRST_PORT`."""


@contextmanager
def reserved_block(preferred: int | None) -> Iterator[int]:
    """Yield the first port of a block that is free now and that no other start can take.

    The reservation holds as long as the context does: let the server listen before leaving it.
    `preferred` (the block used last time) is taken when it is free.

    Raises `LocalServerError` when every block is in use.
    """
    for first in _candidates(preferred):
        claim = _claim(first)
        if claim is None:
            continue
        with claim:
            if _is_free(first):
                yield first
                return
    raise LocalServerError(
        f"Không còn dải cổng trống từ {FIRST_PORT} đến {LAST_PORT}. ·"
        f" There is no free block of ports between {FIRST_PORT} and {LAST_PORT}."
    )


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of 127.0.0.1 now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        # As servers do: connections of a server that just ended must not count as use.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise LocalServerError(f"port {port} cannot be tried: {error}") from error
        return True


def _candidates(preferred: int | None) -> Iterator[int]:
    if preferred is not None:
        yield preferred
    blocks = range(FIRST_PORT, LAST_PORT - BLOCK, BLOCK)
    # A random start keeps checkouts on one machine apart without having to know each other.
    start = secrets.randbelow(len(blocks))
    yield from blocks[start:]
    yield from blocks[:start]


def _claim(first: int) -> socket.socket | None:
    """Take the machine-wide name of a block, freed by the kernel even when we are killed."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A leading zero byte: Linux's abstract namespace, no file, same for all users.
        claim.bind(f"\0axis-local-ports-{first}")
    except OSError as error:
        claim.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise LocalServerError(f"ports from {first} cannot be claimed: {error}") from error
    return claim


def _is_free(first: int) -> bool:
    return all(port_is_free(port) for port in range(first, first + BLOCK))


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens now; for processes that take one."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lasting_port() -> int:
    """Return a free port for an address that is written into things that stay: certificates.

    It is outside the blocks and below what outgoing connections take, so that it is most likely
    free again at the next start. Raises `LocalServerError` when all are in use.
    """
    ports = range(LAST_PORT, LAST_LONE_PORT + 1)
    start = secrets.randbelow(len(ports))
    for step in range(len(ports)):
        port = ports[(start + step) % len(ports)]
        if port_is_free(port):
            return port
    raise LocalServerError(
        f"Không còn cổng trống từ {LAST_PORT} đến {LAST_LONE_PORT}. ·"
        f" There is no free port between {LAST_PORT} and {LAST_LONE_PORT}."
    )
