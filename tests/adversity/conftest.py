"""An installation for each test alone, to be killed and looked at."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from axis.local.installation import Installation
from tests.conftest import delete_abandoned_servers

FOLDER_PREFIX = "axis-test-"
"""The prefix of every test's folder; the general conftest clears away what was left behind."""


@pytest.fixture
def installation() -> Iterator[Installation]:
    """A prepared axis without a router."""
    delete_abandoned_servers()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # the servers' account must be able to pass
    installation = Installation(folder)
    try:
        asyncio.run(installation.prepare())
        yield installation
    finally:
        asyncio.run(installation.delete())


@pytest.fixture
def seed() -> int:
    """What chooses contents and moments; AXIS_TEST_SEED repeats a run's choices."""
    return int(os.environ.get("AXIS_TEST_SEED", "") or int.from_bytes(os.urandom(4)))
