"""The router's handle on one worker process; every call blocks, so it belongs into a thread."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from typing import Any, Final

from axis.errors import AxisError
from axis.examination import Examination
from axis.workers.process import (
    Call,
    Called,
    Examine,
    Examined,
    NotSigned,
    Ready,
    Sign,
    Tools,
    work,
)

START_SECONDS: Final = 60.0
"""A worker starts within two seconds on an idle machine."""

ORDER_SECONDS: Final = 30.0
"""Handing over a batch takes a tenth of a second, signing its receipts about one."""

DOCUMENT_SECONDS: Final = 60.0
"""The largest allowed document takes about three seconds; what takes longer is an attack."""

PATIENT_SECONDS: Final = 120.0
"""After so long the rest of an order is in a hurry. A queue's messages must be settled before the
broker takes them for lost (RabbitMQ: 30 minutes) and gives them out again: an order of 25 documents
that all take as long as they may ends within 7 minutes, four that wait for each other within 28."""

HURRIED_SECONDS: Final = 10.0
"""What a document gets in a hurry: three times what the largest allowed one takes."""

CALL_SECONDS: Final = 300.0
"""Background work, nobody waits for it: the paths of a country's certificates take a minute."""

GONE_SECONDS: Final = 5.0
"""A killed process is gone at once, unless it waits for a disk."""

_LIBRARIES: Final = ["axis.workers.process", "axis.content.pdf_reader", "pypdfium2"]

_processes = get_context("forkserver")
_processes.set_forkserver_preload(_LIBRARIES)
"""Workers are forked off a process that has loaded the libraries, once for all of them, and has no
thread and no connection; loading takes each a second or more where processors are busy."""


class WorkerLostError(AxisError):
    """The worker died; perhaps of the work in hand."""


class WorkerLateError(AxisError):
    """The work in hand took longer than it may; the worker was killed."""


class Patience:
    """How long each document of an order may take."""

    def __init__(self) -> None:
        self._until = time.monotonic() + PATIENT_SECONDS

    @property
    def seconds(self) -> float:
        """How long the next document may take."""
        left = self._until - time.monotonic()
        return min(DOCUMENT_SECONDS, max(left, HURRIED_SECONDS))


class Worker:
    """One process, from its start to its end; it never starts twice."""

    def __init__(self, tools: Tools) -> None:
        self._orders, theirs = _processes.Pipe()
        self._theirs: Any = theirs
        self._process = _processes.Process(target=work, args=(theirs, tools), daemon=True)
        self._lock = threading.Lock()
        self._ended = False
        self._works = False

    @property
    def pid(self) -> int | None:
        """The process's id once it has started."""
        return self._process.pid

    @property
    def new(self) -> bool:
        """Whether it may still be started."""
        return self.pid is None and not self._ended

    @property
    def usable(self) -> bool:
        """Whether it runs and takes orders."""
        return self._works and self._process.is_alive()

    def start(self) -> None:
        """Start, and wait until the worker can work; raises WorkerLostError when it cannot."""
        with self._lock:
            if self._ended:
                raise WorkerLostError("stopped")
            try:
                self._process.start()
            except OSError as error:
                raise WorkerLostError("the system starts no process") from error
        self._theirs.close()  # so that the pipe ends with the process
        try:
            answer = self._answer(START_SECONDS)
        except WorkerLateError as error:
            raise WorkerLostError("the worker did not start in time") from error
        self._works = isinstance(answer, Ready)

    def examine(
        self, bodies: Sequence[bytes], at: datetime, done: list[Examination], patience: Patience
    ) -> None:
        """Examine documents and add what was found to `done`, one by one.

        May return early, when the worker had to leave. Raises WorkerLostError or WorkerLateError;
        the first document that is not in `done` then was in hand.
        """
        self._send(Examine(bodies, at))
        for _ in bodies:
            answer: Examined = self._answer(patience.seconds)
            done.append(answer.examination)
            if answer.last:
                self._works = False
                return

    def sign(self, receipts: Sequence[bytes]) -> list[bytes] | NotSigned:
        """Sign receipts, or say why not; raises WorkerLostError or WorkerLateError."""
        self._send(Sign(receipts))
        signed: list[bytes] | NotSigned = self._answer(ORDER_SECONDS)
        return signed

    def call(self, function: Callable[..., Any], *arguments: object) -> Called:
        """Call a function; raises WorkerLostError or WorkerLateError."""
        self._send(Call(function, arguments))
        called: Called = self._answer(CALL_SECONDS)
        return called

    def kill(self) -> None:
        """End the process now; whoever waits for its answer gets WorkerLostError."""
        with self._lock:
            self._ended = True
            self._works = False
            if self._process.pid is not None:
                self._process.kill()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        if self._process.pid is not None:
            self._process.join(GONE_SECONDS)

    def _send(self, order: Examine | Sign | Call) -> None:
        with self._killed_after(ORDER_SECONDS):
            try:
                self._orders.send(order)
            except OSError as error:
                self.kill()
                raise WorkerLostError("the worker takes no orders") from error

    def _answer(self, seconds: float) -> Any:
        try:
            if not self._orders.poll(seconds):
                self.kill()
                raise WorkerLateError(f"no answer within {seconds:g} s")
            return self._orders.recv()
        except (EOFError, OSError) as error:
            self.kill()
            raise WorkerLostError("the worker died") from error

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        """A worker that hangs leaves a large order stuck in the pipe, where nothing times out."""
        timer = threading.Timer(seconds, self.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
