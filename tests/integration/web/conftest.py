"""The web view on a real database with the scene behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp.test_utils import TestServer

from tests.support.stage import Stage, played, stage
from tests.support.visitor import Visitor

__all__ = ["played", "stage"]

Enter = Callable[[str], Awaitable[Visitor]]


@pytest.fixture
async def enter(stage: Stage) -> AsyncIterator[Enter]:
    """Open a browser of its own for one of the scene's people, signed in."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(stage.app()))

        async def enter(name: str) -> Visitor:
            visitor = await stack.enter_async_context(Visitor(server))
            await visitor.sign_in(name)
            return visitor

        yield enter
