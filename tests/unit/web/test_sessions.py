import hashlib
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from axis.settings import WebSettings
from axis.web.sessions import cookie_name
from tests.unit.web.conftest import PASSWORD, Client, Parts, post

FORM = {"name": "clerk", "password": PASSWORD}
NAME = cookie_name(WebSettings())


async def test_session_keeps_only_the_digest_of_its_token(client: Client, parts: Parts) -> None:
    answer = await post(client, "/sign-in", FORM)
    token = answer.cookies[NAME].value
    assert len(token) == 43
    assert set(parts.sessions) == {hashlib.sha256(token.encode()).digest()}


async def test_session_cookie_is_closed_to_scripts_and_other_sites(client: Client) -> None:
    cookie = (await post(client, "/sign-in", FORM)).cookies[NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == "36000"
    assert not cookie["secure"]


async def test_session_cookie_behind_tls_is_bound_to_the_host(parts: Parts) -> None:
    settings = WebSettings(secure_cookies=True)
    async with TestClient(TestServer(parts.app(settings))) as client:
        cookie = (await post(client, "/sign-in", FORM)).cookies["__Host-axis-session"]
        assert cookie["secure"]
        assert cookie["path"] == "/"
        assert not cookie["domain"]


async def test_session_past_its_time_leads_to_signing_in(signed_in: Client, parts: Parts) -> None:
    assert (await signed_in.get("/documents", allow_redirects=False)).status == 200
    parts.now += timedelta(hours=10)
    answer = await signed_in.get("/documents?q=x", allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"] == "/sign-in?next=%2Fdocuments%3Fq%3Dx"


async def test_signing_in_again_gives_a_new_token_and_ends_the_old(
    signed_in: Client, parts: Parts
) -> None:
    before = set(parts.sessions)
    await post(signed_in, "/sign-in", FORM)
    assert len(parts.sessions) == 1
    assert set(parts.sessions) != before


async def test_signing_out_ends_the_session_on_both_sides(signed_in: Client, parts: Parts) -> None:
    answer = await post(signed_in, "/sign-out", {})
    assert answer.status == 303
    assert answer.cookies[NAME].value == ""
    assert not parts.sessions
    assert (await signed_in.get("/documents", allow_redirects=False)).status == 303


@pytest.mark.parametrize("token", ["", "x", "x" * 43 + "=", "ế" * 43, "a" * 5000])
async def test_token_that_is_none_of_ours_is_nobody(client: Client, token: str) -> None:
    cookie = f"{NAME}={token}".encode()
    answer = await client.get(
        "/documents", headers={"Cookie": cookie.decode("latin-1")}, allow_redirects=False
    )
    assert answer.status == 303
