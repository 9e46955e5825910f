"""What runs inside a worker process: it examines and signs, within its memory.

A worker that has grown, or that ran out of memory once, answers the document at hand and leaves:
libxml2 keeps every element name that it has seen until its process ends.
"""

import hashlib
import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

from axis.content.pdf import load_libraries
from axis.content.scanner import Scanner
from axis.edxml.schema import compile_schema
from axis.examination import Examination, Rules, examine
from axis.reasons import Reason
from axis.trust.keys import KeyUnavailableError, SigningKey
from axis.trust.location import RECEIPT
from axis.trust.sign import sign
from axis.verdict import Finding

MEMORY_BYTES: Final = 1536 * 1024 * 1024
"""What a worker may write to. The largest allowed document takes 0.7 GB from its arrival to its
answer, signature and files included; a worker that is about to leave holds WORN_BYTES besides; the
rest is room.
"""

WORN_BYTES: Final = 400 * 1024 * 1024
"""Resident memory at rest from which on a worker is replaced. It starts with 50 MB, and rests at
115 MB after the largest document."""

_PAGE: Final = resource.getpagesize()
_STATM: Final = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much memory a worker may have, in bytes."""

    memory: int = MEMORY_BYTES
    worn: int = WORN_BYTES


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker needs for its work; sent to it once, when it starts."""

    rules: Rules
    key: SigningKey | None = None
    """Signs receipts; None where there are none to sign."""
    scanner: Scanner | None = None
    """Looks through attached files; picklable, and used in the worker."""
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Examine:
    """Order to examine documents; answered by an `Examined` for each, in order."""

    bodies: Sequence[bytes]
    at: datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """Order to sign receipts; answered by the list of them, or by `NotSigned`."""

    receipts: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class NotSigned:
    """The key cannot be used now; nothing was signed, and the worker goes on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Call:
    """Order to call a function of the program; answered by a `Called`."""

    function: Callable[..., Any]
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """What a function returned, or the name of what it raised."""

    value: Any
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The first answer of a worker: it can work."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The answer about one document."""

    examination: Examination
    last: bool
    """The worker leaves now; what it has not answered is for another one."""


def uncheckable(body: bytes, detail: str) -> Examination:
    """Return the examination of a document that a check failed on, or a worker was lost with."""
    finding = Finding(Reason.UNCHECKABLE, facts={"detail": detail})
    return Examination(hashlib.sha256(body).hexdigest(), len(body), None, None, (finding,))


def work(orders: Connection, tools: Tools) -> None:
    """Carry out orders until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the router, which ends in order
    _limit(tools.bounds)
    compile_schema()  # a worker that cannot check must not start, or it would refuse everything
    threading.Thread(target=_end_with_parent, daemon=True).start()
    orders.send(Ready())
    load_libraries()  # while nobody waits: the first document should not
    while True:
        try:
            order: Examine | Sign | Call = orders.recv()
        except EOFError:
            return
        if isinstance(order, Sign):
            orders.send(_sign(order.receipts, tools.key))
            continue
        if isinstance(order, Call):
            orders.send(_call(order))
            continue
        for body in order.bodies:
            examined = _examine(body, order.at, tools)
            orders.send(examined)
            if examined.last:
                return


def _examine(body: bytes, at: datetime, tools: Tools) -> Examined:
    exhausted = False
    try:
        examination = examine(body, tools.rules, at, tools.scanner)
    except MemoryError:
        exhausted = True
        examination = uncheckable(body, "MemoryError")
    except Exception as error:  # noqa: BLE001 - a bug in a check is answered, for this one document
        examination = uncheckable(body, type(error).__name__)
    return Examined(examination, last=exhausted or _resident() > tools.bounds.worn)


def _sign(receipts: Sequence[bytes], key: SigningKey | None) -> list[bytes] | NotSigned:
    if key is None:
        raise ValueError("this worker was given no key to sign with")
    try:
        return [sign(receipt, key, location=RECEIPT) for receipt in receipts]
    except KeyUnavailableError as error:
        return NotSigned(str(error))


def _call(order: Call) -> Called:
    try:
        return Called(order.function(*order.arguments))
    except Exception as error:  # noqa: BLE001 - what it worked on is to blame, or a bug in it
        return Called(None, type(error).__name__)


def _limit(bounds: Bounds) -> None:
    """Cap the memory that this process may write to, and keep documents out of core files.

    Not the address space (RLIMIT_AS): libraries reserve more of it than they ever use, a thread's
    heap alone 64 MB.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (bounds.memory, bounds.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _resident() -> int:
    return int(_STATM.read_text().split()[1]) * _PAGE


def _end_with_parent() -> None:
    """Leave when the router is gone, however it went; orphans would hold memory for ever."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
