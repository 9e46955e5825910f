"""What a router does turn by turn goes on: through faults, through bugs, and at once when woken."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import CapturingLogger

from axis import turns
from axis.exchange.dispatch.outbox import Dispatched
from axis.exchange.faults import BrokerLostError, BrokerUnavailableError, StoreRefusedError
from axis.metrics.router import RouterMetrics
from axis.turns import Turns

BUSY, IDLE = Dispatched(confirmed=1), Dispatched()
BURST = 3


class Ended(BaseException):
    """The script is over."""


class Lane:
    """A dispatch that does what its script says, and notes which rounds were careful."""

    def __init__(self, *script: Dispatched | Exception) -> None:
        self._script = iter(script)
        self.careful: list[bool] = []
        self.begun = asyncio.Event()

    async def round(self, *, careful: bool) -> Dispatched:
        step = next(self._script, None)
        if step is None:
            raise Ended
        self.careful.append(careful)
        self.begun.set()
        if isinstance(step, Exception):
            raise step
        return step


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    log = CapturingLogger()
    monkeypatch.setattr(turns, "_log", log)
    return log


@pytest.fixture
def work(
    registry: CollectorRegistry, log: CapturingLogger, monkeypatch: pytest.MonkeyPatch
) -> Turns:
    monkeypatch.setattr(turns, "FAULT_PAUSE_SECONDS", 0)
    return Turns(RouterMetrics(registry).faults)


def faults(registry: CollectorRegistry, where: str) -> float | None:
    return registry.get_sample_value("axis_faults_total", {"where": where})


async def pumped(work: Turns, lane: Lane, wake: asyncio.Event | None = None) -> list[Dispatched]:
    done: list[Dispatched] = []
    with pytest.raises(Ended):
        await work.pump(lane, wake or asyncio.Event(), done.append, burst=BURST)  # type: ignore[arg-type]
    return done


@pytest.mark.parametrize("fault", [BrokerLostError("x"), StoreRefusedError("x"), KeyError("bug")])
async def test_burst_whose_end_is_unknown_is_sent_again_one_by_one(
    work: Turns, fault: Exception
) -> None:
    lane = Lane(BUSY, fault, *[BUSY] * (BURST + 1))
    assert await pumped(work, lane) == [BUSY] * (BURST + 2)
    assert lane.careful == [False, False, *[True] * BURST, False]


async def test_broker_that_is_away_is_waited_for_and_counted(
    work: Turns, registry: CollectorRegistry
) -> None:
    lane = Lane(BrokerUnavailableError("away"), BrokerUnavailableError("away"), BUSY)
    assert await pumped(work, lane) == [BUSY]
    assert lane.careful == [False, False, False]
    assert faults(registry, "dispatch") == 2


async def test_lane_at_rest_goes_on_when_it_is_woken(
    work: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "POLL_SECONDS", 3600)
    wake = asyncio.Event()
    lane = Lane(IDLE, BUSY)
    task = asyncio.create_task(pumped(work, lane, wake))
    await lane.begun.wait()
    wake.set()
    assert await task == [IDLE, BUSY]


def script(*steps: int | Exception) -> Callable[[], Awaitable[int]]:
    left = iter(steps)

    async def turn() -> int:
        step: Any = next(left, None)
        if step is None:
            raise Ended
        if isinstance(step, Exception):
            raise step
        return int(step)

    return turn


async def test_round_goes_on_after_a_fault_and_after_a_bug(
    work: Turns, registry: CollectorRegistry, log: CapturingLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "POLL_SECONDS", 0)
    with pytest.raises(Ended):
        await work.go_round("moving", script(1, BrokerUnavailableError("away"), KeyError(), 0, 2))
    assert faults(registry, "moving") == 1
    assert [(call.method_name, call.args) for call in log.calls] == [
        ("warning", ("moving.fault",)),
        ("exception", ("moving.failed",)),
    ]
