"""Makes the process that workers are forked off outlive routers that are killed while they ask it.

Loaded into that process. A router has one of its own, which dies with it; here it is shared by all
routers of a nursery, and a request that breaks off would end it (CPython: an EOFError of recvfds).
"""

import errno
import multiprocessing.reduction
from typing import Any

_recvfds: Any = multiprocessing.reduction.recvfds


def recvfds(*arguments: Any) -> Any:
    """Receive a request; one that breaks off is taken for a connection that never was."""
    try:
        return _recvfds(*arguments)
    except (EOFError, RuntimeError) as error:
        raise ConnectionAbortedError(errno.ECONNABORTED, "the router is gone") from error


multiprocessing.reduction.recvfds = recvfds
