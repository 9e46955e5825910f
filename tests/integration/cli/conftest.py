"""A small axis that really runs, and the settings that commands of its operator read."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from axis.local.installation import Installation
from axis.local.servers import LocalServers
from axis.settings import CONFIG_VARIABLE
from tests.support.offices import Offices
from tests.support.profiles import write_profile
from tests.support.small import small_axis

Profile = Callable[..., Path]


@pytest.fixture(scope="session")
def axis(servers: LocalServers) -> Iterator[Installation]:
    """A running axis, shared by the tests of the command; do not stop it."""
    with small_axis(servers) as axis:
        yield axis


@pytest.fixture(scope="session")
def offices(axis: Installation) -> Offices:
    return Offices(axis)


@pytest.fixture
def operator(axis: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Work as the operator of the axis, in an empty folder."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(axis.config))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def profile(axis: Installation, tmp_path: Path) -> Profile:
    """Make the client profile of an endpoint with the seals of agencies."""

    def make(endpoint: str, *agencies: str) -> Path:
        return write_profile(axis, endpoint, tmp_path / endpoint, list(agencies))

    return make
