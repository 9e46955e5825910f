"""A limit that does to a worker process what a bug in a native library would do."""

import os
import threading

DIES = 1_001
HANGS = 1_002
RAISES = 1_003
"""Lengths of documents that a worker does not survive, never finishes, or stumbles over."""


class DeadlyLimit(int):
    """A limit of document lengths; comparing it with one of the lengths above has consequences."""

    def __lt__(self, length: int) -> bool:
        if length == DIES:
            os._exit(1)
        if length == HANGS:
            threading.Event().wait()
        if length == RAISES:
            raise RecursionError
        return int(self) < length


def document_of(length: int) -> bytes:
    """A document of this length that is not XML."""
    return b"x" * length
