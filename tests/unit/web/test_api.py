"""POST /api/v1/check: who may ask, how much at once, and what goes wrong in words for programs."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import encode_basic_auth

from axis.exchange.faults import StoreUnavailableError, WorkbenchUnavailableError
from axis.web import api
from axis.web.checks import CHECKS_AT_ONCE, CHECKS_OF_ONE
from axis.web.throttle import MAX_FAILURES, WINDOW
from tests.support.eventually import until
from tests.unit.web.conftest import MAX_BYTES, SECRET, Client, Parts


def basic(login: str, password: str) -> str:
    return encode_basic_auth(login, password, encoding="utf-8")


G22 = basic("g22", SECRET)
XML = {"Content-Type": "application/edxml+xml"}
BODY = b"<edXML/>"


async def ask(client: Client, body: Any = BODY, query: str = "", **more: Any) -> Any:
    """Ask as a program does."""
    headers = {**XML, **more.get("headers", {})}
    if more.get("auth", G22) is not None:
        headers["Authorization"] = more.get("auth", G22)
    return await client.post(api.CHECK + query, data=body, headers=headers)


async def in_hand(parts: Parts, count: int) -> None:
    """Wait until so many checks are being made."""

    async def reached() -> bool:
        return len(parts.bench.taken) == count

    await until(reached)


async def problem(answer: Any, status: int) -> dict[str, Any]:
    """Return the problem document that an answer has to be."""
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    document: dict[str, Any] = await answer.json()
    assert document["status"] == status
    assert document["detail"] == f"{document['detail_vi']} / {document['detail_en']}"
    assert document["detail_vi"] != document["detail_en"]
    return document


# -- what is answered ------------------------------------------------------------------------------
async def test_message_that_fails_is_answered_with_200_and_its_reasons(client: Client) -> None:
    answer = await ask(client)
    assert answer.status == 200
    assert answer.content_type == "application/json"
    found = await answer.json()
    assert found["verdict"] == "FAILED"
    assert found["size"] == len(BODY)
    assert all(reason["text_vi"] and reason["text_en"] for reason in found["reasons"])


@pytest.mark.parametrize("kind", sorted(api.TYPES))
async def test_body_is_examined_byte_for_byte_under_every_type(
    client: Client, parts: Parts, kind: str
) -> None:
    assert (await ask(client, headers={"Content-Type": kind})).status == 200
    assert parts.bench.taken == [BODY]


async def test_empty_body_is_a_message_that_fails(client: Client) -> None:
    answer = await ask(client, b"")
    assert (await answer.json())["reasons"][0]["code"] == "F-NOT-XML"


# -- who may ask -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "credentials",
    [
        None,
        basic("g22", "wrong"),
        basic("g22", ""),
        basic("g09", ""),
        basic("nobody", SECRET),
        basic("", SECRET),
        basic("g22\x00", SECRET),
        basic("g22", "x" * 5000),
        basic("clerk", "mật khẩu đủ dài"),
    ],
    ids=["none", "wrong", "empty", "no hash", "unknown", "nameless", "nul", "long", "person"],
)
async def test_without_the_endpoints_password_nothing_is_checked(
    client: Client, parts: Parts, credentials: str | None
) -> None:
    answer = await ask(client, auth=credentials)
    await problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert parts.bench.taken == []


@pytest.mark.parametrize(
    "header", ["Basic", "Basic %%%", "Basic Zzz=", "Bearer x", "Basic /w==", ""]
)
async def test_credentials_that_are_none_are_refused(client: Client, header: str) -> None:
    answer = await ask(client, auth=None, headers={**XML, "Authorization": header})
    await problem(answer, 401)


async def test_password_is_not_to_be_guessed(client: Client, parts: Parts) -> None:
    for _ in range(MAX_FAILURES):
        await problem(await ask(client, auth=basic("g22", "guess")), 401)
    answer = await ask(client)
    await problem(answer, 429)
    assert int(answer.headers["Retry-After"]) > 0
    parts.now += WINDOW + timedelta(seconds=1)
    assert (await ask(client)).status == 200


async def test_right_password_does_not_count_as_a_guess(client: Client) -> None:
    for _ in range(MAX_FAILURES + 1):
        assert (await ask(client)).status == 200


async def test_endpoint_asks_in_its_own_name_only(client: Client) -> None:
    assert (await ask(client, query="?endpoint=g22")).status == 200
    await problem(await ask(client, query="?endpoint=g09"), 403)
    for wrong in ("No%20Id", "", "%20g22", "g22%00", "g22&endpoint=g22"):
        await problem(await ask(client, query=f"?endpoint={wrong}"), 400)


async def test_clerk_who_is_signed_in_may_ask_from_our_own_page(signed_in: Client) -> None:
    own = {**XML, "Sec-Fetch-Site": "same-origin"}
    assert (await ask(signed_in, auth=None, headers=own)).status == 200
    assert (await ask(signed_in, auth=None, headers=own, query="?endpoint=g09")).status == 200


# -- whose page asks -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_session_is_not_to_be_borrowed_by_other_sites(
    signed_in: Client, parts: Parts, headers: dict[str, str]
) -> None:
    await problem(await ask(signed_in, auth=None, headers={**XML, **headers}), 403)
    assert parts.bench.taken == []


@pytest.mark.parametrize("origin", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://x.y"}])
async def test_password_that_a_browser_remembers_is_not_to_be_borrowed(
    client: Client, origin: dict[str, str]
) -> None:
    await problem(await ask(client, headers={**XML, **origin}), 403)


async def test_page_stays_closed_to_what_looks_like_a_program(client: Client) -> None:
    answer = await client.post("/sign-out", data=b"", headers={"Authorization": G22})
    assert answer.status == 403
    assert answer.content_type == "text/html"


# -- how much --------------------------------------------------------------------------------------
async def test_body_over_the_limit_is_refused_before_it_is_read(
    client: Client, parts: Parts
) -> None:
    found = await problem(await ask(client, bytes(MAX_BYTES + 1)), 413)
    assert str(MAX_BYTES) in found["detail_vi"]

    async def pieces() -> Any:
        for _ in range(MAX_BYTES // 1000 + 1):
            yield bytes(1000)

    await problem(await ask(client, pieces()), 413)
    assert parts.bench.taken == []


async def test_body_at_the_limit_is_checked(client: Client) -> None:
    assert (await ask(client, b" " * MAX_BYTES)).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/html"},
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {**XML, "Content-Encoding": "gzip"},
    ],
)
async def test_body_of_another_kind_is_refused(client: Client, headers: dict[str, str]) -> None:
    answer = await client.post(
        api.CHECK, data=BODY, headers={**headers, "Authorization": G22}, compress=False
    )
    await problem(answer, 415)


async def test_caller_has_so_many_checks_at_once_and_room_again_after(
    client: Client, parts: Parts
) -> None:
    parts.bench.gate.clear()
    running = [asyncio.create_task(ask(client)) for _ in range(CHECKS_OF_ONE)]
    await in_hand(parts, CHECKS_OF_ONE)
    answer = await ask(client)
    await problem(answer, 429)
    assert answer.headers["Retry-After"]
    parts.bench.gate.set()
    assert [one.status for one in await asyncio.gather(*running)] == [200] * CHECKS_OF_ONE
    assert (await ask(client)).status == 200


async def test_everybody_together_has_so_many_checks_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, parts: Parts
) -> None:
    monkeypatch.setattr("axis.web.checks.CHECKS_AT_ONCE", 1)
    assert CHECKS_AT_ONCE > CHECKS_OF_ONE
    parts.bench.gate.clear()
    running = asyncio.create_task(ask(client))
    await in_hand(parts, 1)
    answer = await ask(client)
    await problem(answer, 503)
    assert answer.headers["Retry-After"]
    parts.bench.gate.set()
    assert (await running).status == 200


async def test_upload_that_does_not_end_gives_its_place_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "BODY_SECONDS", 0.05)
    stop = asyncio.Event()

    async def endless() -> Any:
        yield b"<edXML>"
        await stop.wait()

    for _ in range(CHECKS_OF_ONE + 1):
        await problem(await ask(client, endless()), 408)
    stop.set()
    assert (await ask(client)).status == 200


# -- what goes wrong -------------------------------------------------------------------------------
async def test_workers_that_are_away_ask_to_come_again(client: Client, parts: Parts) -> None:
    parts.bench.fault = WorkbenchUnavailableError("no worker process starts")
    answer = await ask(client)
    found = await problem(answer, 503)
    assert answer.headers["Retry-After"]
    assert "process" not in found["detail"]


async def test_database_that_is_away_asks_to_come_again(client: Client, parts: Parts) -> None:
    parts.fault = StoreUnavailableError("PostgreSQL: 10.0.0.5 refused")
    answer = await ask(client)
    found = await problem(answer, 503)
    assert answer.headers["Retry-After"]
    assert "10.0.0.5" not in str(found)


async def test_bug_is_a_reference_and_no_traceback(client: Client, parts: Parts) -> None:
    parts.bench.fault = RuntimeError("bí mật nội bộ")
    found = await problem(await ask(client), 500)
    assert "bí mật" not in str(found)


async def test_method_and_address_that_do_not_exist_are_problems_too(client: Client) -> None:
    answer = await client.get(api.CHECK)
    await problem(answer, 405)
    assert answer.headers["Allow"] == "POST"
    await problem(await client.get("/api/v1/nothing"), 404)
    await problem(await client.post("/api/v2/check", data=b"", headers={"Authorization": G22}), 404)


async def test_answer_carries_the_protecting_headers(client: Client) -> None:
    answer = await ask(client)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
