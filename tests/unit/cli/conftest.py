"""What the commands that judge files need: a desk, and files to put on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.check_desk import Desk, make_desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("check"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(body: bytes, name: str = "document.edxml") -> Path:
        file = tmp_path / name
        file.write_bytes(body)
        return file

    return write
