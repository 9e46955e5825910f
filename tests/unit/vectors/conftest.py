"""The workshop of the vectors, what was said of each, and the table of reasons at the end."""

from collections.abc import Callable

import pytest

from axis.reasons import Reason
from tests.vectors.recipes.catalogue import bad, good
from tests.vectors.recipes.vector import Vector
from tests.vectors.recipes.workshop import Judged, Workshop, make_workshop

SHOWN = 3
"""Vectors that the table names of each reason."""

_said: dict[str, Judged] = {}
"""By the vector's name, of those judged in this session."""


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Keys and a registry for all vectors."""
    return make_workshop(tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="session")
def judge(workshop: Workshop) -> Callable[[Vector], Judged]:
    """Return what is said of a vector; each is judged once."""

    def judged(vector: Vector) -> Judged:
        if vector.name not in _said:
            _said[vector.name] = workshop.judge(vector)
        return _said[vector.name]

    return judged


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print reasons × vectors, once all vectors were judged."""
    if len(_said) < len(bad()) + len(good()):
        return
    terminalreporter.section("reasons × vectors")
    for reason in Reason:
        showing = [name for name, judged in _said.items() if reason.code in judged.codes]
        terminalreporter.write_line(
            f"{reason.code:32}{reason.severity.value:8}{len(showing):4}  {_some(showing)}"
        )
    passed = sum(not judged.codes for judged in _said.values())
    terminalreporter.write_line(f"{'PASSED, nothing to say':40}{passed:4}")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return f"{shown} …" if len(names) > SHOWN else shown
