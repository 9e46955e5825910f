"""Ground for adversity tests, and the table of all faults at the end of a run."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from rich.console import Console

from tests.adversity import report
from tests.adversity.ground import Ground
from tests.conftest import delete_abandoned_servers

SEED_VARIABLE = "AXIS_TEST_SEED"
"""Chooses contents and moments; the same seed repeats a run's choices."""


@pytest.fixture(scope="module")
def grounds() -> Iterator[list[Ground]]:
    """The module's ground, once there is one."""
    delete_abandoned_servers()
    grounds: list[Ground] = []
    yield grounds
    for ground in grounds:
        asyncio.run(ground.delete())


@pytest.fixture
def ground(grounds: list[Ground], seed: int) -> Ground:
    """The module's ground, or new ground after a test has failed on it."""
    if grounds and not grounds[-1].sound:
        asyncio.run(grounds.pop().delete())
    if not grounds:
        grounds.append(asyncio.run(Ground.prepared(seed)))
    return grounds[-1]


@pytest.fixture
def seed() -> int:
    return int(os.environ.get(SEED_VARIABLE, "") or int.from_bytes(os.urandom(4)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what all faults of the run did."""
    if report.lines:
        terminalreporter.section("adversity")
        Console(width=160).print(report.table())
