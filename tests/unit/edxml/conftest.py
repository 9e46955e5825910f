"""The field's sample messages: they are the specification of the format."""

from collections.abc import Callable
from pathlib import Path

import pytest

from axis.edxml.parse import read
from axis.edxml.values import Document, Status

VECTORS = Path(__file__).parents[2] / "vectors" / "edxml"


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    """Return a sample's bytes by its name."""
    return lambda name: (VECTORS / f"{name}.edxml").read_bytes()


@pytest.fixture(scope="session")
def document(sample: Callable[[str], bytes]) -> Callable[[str], Document]:
    """Read a sample that must be a sound document."""

    def load(name: str) -> Document:
        reading = read(sample(name))
        assert reading.findings == ()
        assert isinstance(reading.message, Document)
        return reading.message

    return load


@pytest.fixture(scope="session")
def status(sample: Callable[[str], bytes]) -> Callable[[str], Status]:
    """Read a sample that must be a sound status."""

    def load(name: str) -> Status:
        reading = read(sample(name))
        assert reading.findings == ()
        assert isinstance(reading.message, Status)
        return reading.message

    return load


@pytest.fixture(scope="session")
def codes_of() -> Callable[[bytes], list[str]]:
    """Return the reason codes that reading some bytes gives."""
    return lambda data: [finding.reason.code for finding in read(data).findings]
