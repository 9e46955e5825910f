"""Connections to the axis's broker: plain ones, made anew after every fault.

A connection that repairs itself would hide lost confirms and acknowledge tags of a channel that
is gone; here a fault ends the session, and the next one starts from what the journal knows.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeVar
from urllib.parse import urlsplit

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError, AuthenticationError, ProbableAuthenticationError

from axis.client.errors import AccountRefusedError, AxisUnreachableError, JournalError

CONNECT_TIMEOUT_SECONDS = 10.0
"""A node that does not greet within this is treated as away."""

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 15.0
"""Pauses double up to this: after a restart of the axis every system is back within seconds."""

_FAULTS = (AMQPError, OSError, TimeoutError, RuntimeError)
"""What aio-pika and aiormq raise when a connection or channel goes (RuntimeError: writing to a
transport that is closing)."""

_log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")

Session = Callable[[AbstractConnection], Awaitable[None]]


@asynccontextmanager
async def connect(url: str, name: str) -> AsyncIterator[AbstractConnection]:
    """Open a connection that shows as `name` in the broker's lists.

    Raises AccountRefusedError when the account or its password is wrong, AxisUnreachableError
    when the broker cannot be reached.
    """
    with broker_faults():
        try:
            connection = await aio_pika.connect(
                url, timeout=CONNECT_TIMEOUT_SECONDS, client_properties={"connection_name": name}
            )
        except (AuthenticationError, ProbableAuthenticationError) as error:
            raise AccountRefusedError(urlsplit(url).username or "") from error
    try:
        yield connection
    finally:
        with suppress(AxisUnreachableError), broker_faults():
            async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                await connection.close()


@contextmanager
def broker_faults() -> Iterator[None]:
    """Raise AxisUnreachableError for whatever a lost connection makes aio-pika raise."""
    try:
        yield
    except _FAULTS as error:
        raise AxisUnreachableError(fault_text(error)) from error
    except asyncio.CancelledError as error:
        # aiormq also rejects with it what waits for a connection that is given up; a task that
        # took it for its own cancellation would end silently.
        if being_cancelled():
            raise
        raise AxisUnreachableError("the connection was given up") from error
    except Exception as error:
        # Where a channel has no reason to give, aiormq rejects with the bare class.
        if type(error) is not Exception:
            raise
        raise AxisUnreachableError("the channel was closed") from error


def being_cancelled() -> bool:
    """Tell whether a CancelledError is really for the running task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def keep_connected(url: str, name: str, session: Session) -> None:
    """Run one session after the other, each on a new connection, until cancelled.

    Faults of the broker and of the journal end a session and are logged; anything else is a bug
    and ends the task.
    """
    pauses = backoff()
    while True:
        started = time.monotonic()
        try:
            with broker_faults():
                async with connect(url, name) as connection:
                    await session(connection)
        except (AxisUnreachableError, AccountRefusedError, JournalError) as error:
            _log.warning("client.session_lost", session=name, error=fault_text(error))
        if time.monotonic() - started > LONGEST_PAUSE_SECONDS:
            pauses = backoff()
        await asyncio.sleep(next(pauses))


async def insist(work: Callable[[], Awaitable[_Result]]) -> _Result:
    """Do some work on the journal until it succeeds, with the broker's messages in hand.

    Giving them back while a disk is full would count towards the queue's delivery limit.
    """
    for pause in backoff():
        try:
            return await work()
        except JournalError as error:
            _log.error("client.journal_unavailable", error=fault_text(error))
        await asyncio.sleep(pause)
    raise AssertionError("backoff never ends")


def backoff() -> Iterator[float]:
    """Yield growing pauses in seconds, each a little different so that systems spread out."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause * random.uniform(0.7, 1.3)  # noqa: S311 - spreads load, protects nothing
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def fault_text(error: BaseException) -> str:
    """Return a fault in one bounded line."""
    return f"{type(error).__name__}: {error}"[:200]
