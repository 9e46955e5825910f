"""Somebody who looks at the web view without a browser: pages as text, forms as forms."""

import re
from collections.abc import Mapping
from html import unescape
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from tests.support.scene import PASSWORD

_TAGS = re.compile(r"<[^>]+>")


class Visitor:
    """One browser's cookies and its requests."""

    def __init__(self, server: TestServer) -> None:
        self.client: TestClient[Any, Any] = TestClient(server)

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # the server stays for other visitors
        await self.client.session.close()

    async def sign_in(self, name: str) -> None:
        answer = await self.send("/sign-in", {"name": name, "password": PASSWORD})
        assert answer.status == 303, await answer.text()

    async def get(self, path: str) -> ClientResponse:
        return await self.client.get(path, allow_redirects=False)

    async def read(self, path: str, status: int = 200) -> str:
        """Return what a page says, without its markup."""
        answer = await self.get(path)
        assert answer.status == status, (path, answer.status)
        return words(await answer.text())

    async def source(self, path: str) -> str:
        """Return a page's markup."""
        answer = await self.get(path)
        assert answer.status == 200, (path, answer.status)
        return await answer.text()

    async def send(self, path: str, form: Mapping[str, str] | Any) -> ClientResponse:
        """Send a form as a page of the site does."""
        own = {"Sec-Fetch-Site": "same-origin"}
        return await self.client.post(path, data=form, headers=own, allow_redirects=False)


def words(markup: str) -> str:
    """Return the text of a page with single spaces."""
    return " ".join(unescape(_TAGS.sub(" ", markup)).split())
