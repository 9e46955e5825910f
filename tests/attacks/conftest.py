"""The ground of the attacks, what was said of each, and the table of them at the end."""

from collections.abc import Callable

import pytest

from tests.attacks.attack import Attack
from tests.attacks.catalogue import ATTACKS
from tests.attacks.ground import Ground, make_ground
from tests.attacks.judging import Judged, judge

_said: dict[str, Judged] = {}
"""By the attack's name, of those judged in this session."""


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Keys and soundly signed documents for all attacks."""
    return make_ground(tmp_path_factory.mktemp("attacks"))


@pytest.fixture(scope="session")
def judged(ground: Ground) -> Callable[[Attack], Judged]:
    """Return what is said of an attack; each is judged once."""

    def said(attack: Attack) -> Judged:
        if attack.name not in _said:
            _said[attack.name] = judge(ground, attack)
        return _said[attack.name]

    return said


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print attack × verdict × reason, once all attacks were judged."""
    if len(_said) < len(ATTACKS):
        return
    terminalreporter.section("attack × verdict × reason")
    for attack in ATTACKS:
        said = _said[attack.name]
        terminalreporter.write_line(
            f"{attack.name:52}{said.outcome.value:8}{said.sub_indication or '':30}"
            f"{', '.join(said.codes) or 'reads as it was signed'}"
        )
    refused = sum(bool(said.codes) for said in _said.values())
    terminalreporter.write_line(
        f"{refused} refused, {len(_said) - refused} change nothing of what is read"
    )
