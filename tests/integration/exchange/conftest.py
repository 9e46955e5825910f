"""The exchange works on a migrated database with a small registry."""

from collections.abc import AsyncIterator

import pytest

from axis.store.pool import Pool
from tests.support.stocked import Exchange, exchange_on, stocked_pool


@pytest.fixture
async def stocked(database: str) -> AsyncIterator[Pool]:
    """A pool on a database with the small registry."""
    async with stocked_pool(database) as pool:
        yield pool


@pytest.fixture
def exchange(stocked: Pool) -> Exchange:
    """A router's exchange on that database."""
    return exchange_on(stocked)
