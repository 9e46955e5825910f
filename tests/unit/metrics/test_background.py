"""What figures show and say, and how often."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from axis.metrics import background
from axis.metrics.background import CLOCK_LIMIT, ClockFigures


@pytest.fixture(autouse=True)
def _logs_as_usual(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that ran before set up logs for itself; a logger keeps what it began with."""
    before = structlog.get_config()
    structlog.reset_defaults()
    monkeypatch.setattr(background, "_log", structlog.get_logger())
    yield
    structlog.configure(**before)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def test_machine_whose_clock_differs_is_warned_of_once_and_once_told_right(
    registry: CollectorRegistry,
) -> None:
    figures = ClockFigures(registry)
    said = []
    for ahead in (0, 3600, 3601, -3600, 0, 0):
        with capture_logs() as logs:
            figures.measured(timedelta(seconds=ahead))
        said.append([(line["event"], line["log_level"]) for line in logs])
    warned, right = [("clock.machine_differs", "warning")], [("clock.machine_agrees", "info")]
    assert said == [[], warned, [], [], right, []]


def test_warning_names_the_seconds_and_what_to_do_in_both_languages(
    registry: CollectorRegistry,
) -> None:
    with capture_logs() as logs:
        ClockFigures(registry).measured(timedelta(days=-1))
    assert logs[0]["ahead_seconds"] == -86_400
    assert "NTP" in logs[0]["advice"]
    assert "đồng bộ giờ" in logs[0]["advice"]


def test_clock_near_the_limit_does_not_flutter(registry: CollectorRegistry) -> None:
    figures = ClockFigures(registry)
    with capture_logs() as logs:
        for ahead in (CLOCK_LIMIT, CLOCK_LIMIT * 1.1, CLOCK_LIMIT * 0.9, CLOCK_LIMIT * 1.1):
            figures.measured(ahead)
    assert [line["event"] for line in logs] == ["clock.machine_differs"]


def test_metric_shows_how_far_the_machines_clock_is_ahead(registry: CollectorRegistry) -> None:
    figures = ClockFigures(registry)
    figures.measured(timedelta(seconds=-1.5))
    assert registry.get_sample_value("axis_clock_offset_seconds") == -1.5


def test_clock_of_the_database_that_was_set_is_counted_and_said_with_how_much(
    registry: CollectorRegistry,
) -> None:
    with capture_logs() as logs:
        ClockFigures(registry).was_set(timedelta(hours=1))
    assert [(line["event"], line["by_seconds"]) for line in logs] == [
        ("clock.database_was_set", 3600)
    ]
    assert registry.get_sample_value("axis_clock_jumps_total") == 1
