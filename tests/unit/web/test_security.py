import pytest
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from axis.settings import WebSettings
from axis.web.security import from_own_page
from tests.unit.web.conftest import PASSWORD, Client, Parts, post

PAGES = ["/sign-in", "/healthz", "/static/axis.css", "/no-such-page", "/documents", "/metrics"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_protecting_headers(client: Client, path: str) -> None:
    answer = await client.get(path, allow_redirects=False)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Server"] == "axis"
    assert "Strict-Transport-Security" not in answer.headers


async def test_page_is_kept_by_no_cache_and_a_style_sheet_for_ever(client: Client) -> None:
    page = await client.get("/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    style = await client.get("/static/axis.css")
    assert "immutable" in style.headers["Cache-Control"]


async def test_answer_behind_tls_forbids_going_without(parts: Parts) -> None:
    app = parts.app(WebSettings(secure_cookies=True))
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/sign-in")
        assert "max-age=" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://axis.gov.vn"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Origin": "https://axis.gov.vn"}, True),
        ({"Origin": "https://AXIS.gov.vn"}, True),
        ({"Origin": "https://axis.gov.vn:444"}, False),
        ({"Origin": "https://axis.gov.vn.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://[broken"}, False),
        ({}, False),
    ],
)
def test_request_of_own_page_is_told_from_others(headers: dict[str, str], own: bool) -> None:
    request = make_mocked_request("POST", "/sign-in", {"Host": "axis.gov.vn", **headers})
    assert from_own_page(request) is own


async def test_change_asked_for_by_another_site_is_refused(signed_in: Client, parts: Parts) -> None:
    answer = await post(signed_in, "/sign-out", {}, Origin="https://evil.example")
    assert answer.status == 403
    assert "trang khác" in await answer.text()
    assert parts.sessions


async def test_sign_in_forged_by_another_site_is_refused(client: Client, parts: Parts) -> None:
    form = {"name": "clerk", "password": PASSWORD}
    answer = await post(client, "/sign-in", form, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert not parts.sessions


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/%2fetc%2fpasswd",
        "/static/SHA256SUMS",
        "/static/",
    ],
)
async def test_static_path_that_reaches_for_other_files_is_not_found(
    client: Client, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status == 404
    assert "import" not in await answer.text()
