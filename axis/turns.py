"""Work that a router does turn by turn: at once while there is something to do, else when woken.

A fault of store or broker is waited out; a bug costs the turn that it came up in, not the work.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from prometheus_client import Counter

from axis.exchange.dispatch.outbox import Dispatch, Dispatched
from axis.exchange.faults import BrokerLostError, StoreRefusedError, UnavailableError

POLL_SECONDS: Final = 1.0
"""How long a committed message can wait for its dispatch when nobody wakes it: after a crash, or
when another router committed it."""

FAULT_PAUSE_SECONDS: Final = 1.0
"""Pause after a fault of store or broker before the next try."""

_log = structlog.get_logger(__name__)


class Turns:
    """Goes on with the work of one router, each until it is cancelled."""

    def __init__(self, faults: Counter) -> None:
        self._faults = faults

    async def pump(
        self,
        dispatch: Dispatch,
        wake: asyncio.Event,
        dispatched: Callable[[Dispatched], None],
        *,
        burst: int,
    ) -> None:
        """Dispatch one lane; `burst` is how many messages go out together."""
        careful = 0  # rounds to go one by one: any message of the lost burst may be to blame
        while True:
            wake.clear()
            try:
                done = await dispatch.round(careful=careful > 0)
            except UnavailableError as error:
                if isinstance(error, BrokerLostError | StoreRefusedError):
                    careful = burst
                await self._fault("dispatch", error)
                continue
            except Exception as error:  # noqa: BLE001 - a bug must not end the lane for good
                careful = burst
                _log.exception("dispatch.failed", error=type(error).__name__)
                await asyncio.sleep(FAULT_PAUSE_SECONDS)
                continue
            careful = max(careful - 1, 0)
            dispatched(done)
            if done.idle:
                await self._rest(wake)

    async def go_round(
        self, where: str, turn: Callable[[], Awaitable[int]], wake: asyncio.Event | None = None
    ) -> None:
        """Do what becomes due; a turn returns how much it did, after nothing there is a rest."""
        wake = wake or asyncio.Event()
        while True:
            wake.clear()
            try:
                done = await turn()
            except UnavailableError as error:
                await self._fault(where, error)
                continue
            except Exception as error:  # noqa: BLE001 - a bug must not end the rounds for good
                _log.exception(f"{where}.failed", error=type(error).__name__)
                done = 0
            if not done:
                await self._rest(wake)

    async def _rest(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await wake.wait()
        except TimeoutError:
            return

    async def _fault(self, where: str, error: Exception) -> None:
        self._faults.labels(where).inc()
        _log.warning(f"{where}.fault", error=str(error)[:200])
        await asyncio.sleep(FAULT_PAUSE_SECONDS)
