"""Agencies' systems on a small axis that really runs."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from axis.client import AgencySystem, ReceiptTrust
from axis.local.installation import Installation
from axis.local.servers import LocalServers
from tests.support.offices import Offices
from tests.support.small import small_axis

Connect = Callable[[str], AbstractAsyncContextManager[AgencySystem]]


@pytest.fixture(scope="session")
def axis(servers: LocalServers) -> Iterator[Installation]:
    """A running axis, shared by the tests of the client; do not stop it."""
    with small_axis(servers) as axis:
        yield axis


@pytest.fixture(scope="session")
def offices(axis: Installation) -> Offices:
    return Offices(axis)


@pytest.fixture(scope="session")
def trust(axis: Installation) -> ReceiptTrust:
    return trust_in(axis)


@pytest.fixture
def connect(axis: Installation, trust: ReceiptTrust, tmp_path: Path) -> Connect:
    """Connect an endpoint's system; its journal is kept for the test."""
    return lambda endpoint: AgencySystem.connect(
        axis.endpoint_url(endpoint), endpoint, journal=tmp_path / endpoint, trust=trust
    )


@pytest.fixture
async def g22(connect: Connect) -> AsyncIterator[AgencySystem]:
    async with connect("g22") as system:
        yield system


@pytest.fixture
async def lgsp(connect: Connect) -> AsyncIterator[AgencySystem]:
    async with connect("lgsp-h37") as system:
        yield system


def trust_in(axis: Installation) -> ReceiptTrust:
    """Return what an agency must know to believe this axis's receipts."""
    return ReceiptTrust.of([axis.pki.receipts.certificate], axis.pki.anchors)
