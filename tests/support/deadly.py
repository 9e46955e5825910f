"""A limit that does to a worker process what a bug in a native library would do."""

import os
import threading
import time

DIES = 1_001
HANGS = 1_002
RAISES = 1_003
DEVOURS = 1_004
GROWS = 1_005
LINGERS = 1_006
"""Lengths of documents that a worker does not survive, never finishes, stumbles over, that take all
memory, leave some of it taken for ever, or take a second."""

GROWTH_BYTES = 64 * 1024 * 1024

_kept: list[bytes] = []


class DeadlyLimit(int):
    """A limit of document lengths; comparing it with one of the lengths above has consequences."""

    def __lt__(self, length: int) -> bool:
        if length == DIES:
            os._exit(1)
        if length == HANGS:
            threading.Event().wait()
        if length == RAISES:
            raise RecursionError
        if length == DEVOURS:
            _devour()
        if length == GROWS:
            _kept.append(b"x" * GROWTH_BYTES)
        if length == LINGERS:
            time.sleep(1)
        return int(self) < length


def document_of(length: int) -> bytes:
    """A document of this length that is not XML."""
    return b"x" * length


def _devour() -> None:
    """Take memory until there is no more; all of it is given back when that raises."""
    taken = []
    while True:
        taken.append(b"x" * GROWTH_BYTES)
