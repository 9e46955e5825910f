"""Whatever goes wrong ends in a page that says what to do, and never shows how we are built."""

import pytest

from axis.exchange.faults import StoreUnavailableError
from axis.exchange.views.reader import SearchTooBroadError
from axis.web.forms import MAX_FORM_BYTES
from tests.unit.web.conftest import PASSWORD, Client, Parts, post

FORM = {"name": "clerk", "password": PASSWORD}


async def test_unknown_page_says_so_in_the_language_asked_for(client: Client) -> None:
    vietnamese = await client.get("/khong-co")
    assert vietnamese.status == 404
    assert "Không tìm thấy" in await vietnamese.text()
    english = await client.get("/khong-co?lang=en")
    assert "Not found" in await english.text()


async def test_bug_in_a_handler_shows_a_reference_and_no_traceback(
    signed_in: Client, parts: Parts
) -> None:
    parts.fault = RuntimeError("bí mật nội bộ")
    answer = await signed_in.get("/documents")
    text = await answer.text()
    assert answer.status == 500
    assert "Lỗi của hệ thống" in text
    assert "bí mật" not in text
    assert "Traceback" not in text


async def test_database_that_is_away_asks_to_come_again(signed_in: Client, parts: Parts) -> None:
    parts.fault = StoreUnavailableError("PostgreSQL: 10.0.0.5 refused")
    answer = await signed_in.get("/documents")
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "10.0.0.5" not in await answer.text()


async def test_search_that_takes_too_long_asks_for_more(signed_in: Client, parts: Parts) -> None:
    parts.fault = SearchTooBroadError("x")
    answer = await signed_in.get("/documents?q=a")
    assert answer.status == 503
    assert "mã văn bản" in await answer.text()


async def test_method_that_a_page_does_not_take_names_those_it_does(client: Client) -> None:
    answer = await post(client, "/documents", {})
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]


async def test_form_over_the_limit_is_too_large(client: Client) -> None:
    answer = await post(client, "/sign-in", {**FORM, "next": "x" * MAX_FORM_BYTES})
    assert answer.status == 413
    assert f"{MAX_FORM_BYTES // 1024} KB" in await answer.text()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=a%00b",
        "q=" + "x" * 201,
        "q=a&q=b",
        "q=%1b[31m",
        "before=khong-phai-uuid",
        "before=0189AAAA-0000-7000-8000-000000000000",
        "before='; drop table document; --",
        "state=done'",
        "state=DONE",
        "direction=sideways",
    ],
)
async def test_query_that_cannot_be_used_is_refused(signed_in: Client, query: str) -> None:
    answer = await signed_in.get(f"/documents?{query}")
    assert answer.status == 400
    assert "Yêu cầu không hợp lệ" in await answer.text()


async def test_query_longer_than_any_address_is_refused(signed_in: Client) -> None:
    answer = await signed_in.get("/documents?q=" + "x" * 20_000)
    assert answer.status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/documents/khong-phai-uuid",
        "/documents/%00",
        "/documents/0189aaaa-0000-7000-8000-00000000000g",
        "/documents/{0189aaaa-0000-7000-8000-000000000000}",
        "/receipts/1/xml",
        "/receipts/" + "0" * 5000,
    ],
)
async def test_id_that_cannot_be_one_is_not_found(signed_in: Client, path: str) -> None:
    assert (await signed_in.get(path)).status == 404


@pytest.mark.parametrize(
    "form",
    [
        {"name": "clerk"},
        {**FORM, "role": "admin"},
        {"name": "x" * 65, "password": "x"},
        {"name": "a\x00b", "password": "x"},
        [("name", "clerk"), ("name", "admin"), ("password", PASSWORD)],
        [(f"f{number}", "x") for number in range(50)],
        {},
    ],
    ids=["missing", "unknown", "long", "nul", "twice", "many", "empty"],
)
async def test_form_that_is_not_ours_is_refused(client: Client, form: object) -> None:
    answer = await post(client, "/sign-in", form)
    assert answer.status in (400, 413)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"name": "clerk"}'),
        ("text/plain", b"name=clerk"),
        ("application/x-www-form-urlencoded; charset=khong-co", b"name=clerk&password=x"),
        ("application/x-www-form-urlencoded", b"name=%ff%fe&password=\xff"),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnothing"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n1\r\n--y--\r\n"
            b"--x--\r\n",
        ),
        ("", b"name=clerk"),
    ],
)
async def test_body_that_is_no_form_is_refused(
    client: Client, content_type: str, body: bytes
) -> None:
    answer = await post(client, "/sign-in", body, **{"Content-Type": content_type})
    assert answer.status in (400, 403)
    assert "Traceback" not in await answer.text()
