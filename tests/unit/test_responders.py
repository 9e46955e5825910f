"""Asking authorities over HTTP: no further, no longer and no more than it may be."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from axis import responders
from axis.responders import HttpResponders
from axis.revocation.ports import ResponderError

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Authority:
    """A server that answers as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.answer: Answer = self.list_
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app)

    async def list_(self, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"list")

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path, await request.read()))
        return await self.answer(request)


@pytest.fixture
async def authority() -> AsyncIterator[Authority]:
    authority = Authority()
    async with authority.server:
        yield authority


@pytest.fixture
async def asking() -> AsyncIterator[HttpResponders]:
    asking = HttpResponders(timedelta(seconds=10))
    yield asking
    await asking.close()


async def failure(asking: HttpResponders, url: str) -> ResponderError:
    with pytest.raises(ResponderError) as raised:
        await asking.fetch_list(url)
    return raised.value


async def test_list_is_got_and_ocsp_request_is_posted(
    authority: Authority, asking: HttpResponders
) -> None:
    assert await asking.fetch_list(authority.url("/x.crl")) == b"list"
    assert await asking.fetch_response(authority.url("/ocsp"), b"question") == b"list"
    assert authority.asked == [("GET", "/x.crl", b""), ("POST", "/ocsp", b"question")]


async def test_redirection_is_not_followed(authority: Authority, asking: HttpResponders) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/secret")

    authority.answer = elsewhere
    error = await failure(asking, authority.url("/x.crl"))
    assert (error.detail, error.down) == ("HTTP 302", False)
    assert [path for _, path, _ in authority.asked] == ["/x.crl"]


async def test_answer_that_is_too_long_is_not_read_to_its_end(
    authority: Authority, asking: HttpResponders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responders, "MAX_LIST_BYTES", 100_000)
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(bytes(50_000))
            sent += 50_000

    authority.answer = endless
    assert (await failure(asking, authority.url("/x.crl"))).detail == "> 100000 byte"


async def test_packed_answer_is_not_unpacked(authority: Authority, asking: HttpResponders) -> None:
    async def packed(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"packed", headers={"Content-Encoding": "gzip"})

    authority.answer = packed
    assert await asking.fetch_list(authority.url("/x.crl")) == b"packed"


@pytest.mark.parametrize(("status", "down"), [(404, False), (429, False), (500, True), (503, True)])
async def test_refusal_is_told_with_whether_the_host_is_down(
    authority: Authority, asking: HttpResponders, status: int, *, down: bool
) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    authority.answer = refuse
    error = await failure(asking, authority.url("/x.crl"))
    assert (error.detail, error.down) == (f"HTTP {status}", down)


async def test_host_that_answers_nothing_in_time_is_down(authority: Authority) -> None:
    release = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    authority.answer = hang
    hasty = HttpResponders(timedelta(seconds=0.2))
    error = await failure(hasty, authority.url("/x.crl"))
    release.set()
    assert (error.detail, error.down) == ("time", True)
    await hasty.close()


async def test_host_that_refuses_connections_is_down(
    authority: Authority, asking: HttpResponders
) -> None:
    url = authority.url("/x.crl")
    await authority.server.close()
    assert (await failure(asking, url)).down


async def test_host_that_the_settings_do_not_name_is_not_asked(authority: Authority) -> None:
    narrow = HttpResponders(timedelta(seconds=10), ["CA.example"])
    error = await failure(narrow, authority.url("/x.crl"))
    assert (error.detail, error.down) == ("host not allowed", False)
    assert authority.asked == []
    await narrow.close()
    named = HttpResponders(timedelta(seconds=10), ["127.0.0.1", "localhost"])
    assert await named.fetch_list(authority.url("/x.crl")) == b"list"
    await named.close()


@pytest.mark.parametrize("url", ["http://[::1", "http://a b/", "http://", "x"])
async def test_address_that_is_none_fails_as_any_other(asking: HttpResponders, url: str) -> None:
    assert isinstance(await failure(asking, url), ResponderError)
