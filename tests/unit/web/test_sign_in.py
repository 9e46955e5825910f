import pytest

from axis.web.app import ROUTES
from axis.web.sign_in import HOME, _own
from axis.web.throttle import MAX_FAILURES
from tests.unit.web.conftest import PASSWORD, Client, Parts, post


@pytest.mark.parametrize(
    "name", ["clerk", "CLERK", " clerk "], ids=["as kept", "capitals", "spaces"]
)
async def test_sign_in_with_the_right_password_leads_to_the_documents(
    client: Client, name: str
) -> None:
    answer = await post(client, "/sign-in", {"name": name, "password": PASSWORD})
    assert answer.status == 303
    assert answer.headers["Location"] == HOME


@pytest.mark.parametrize(
    ("name", "password"), [("clerk", "sai"), ("nobody", PASSWORD), ("gone", PASSWORD)]
)
async def test_sign_in_that_fails_looks_the_same_whatever_was_wrong(
    client: Client, parts: Parts, name: str, password: str
) -> None:
    answer = await post(client, "/sign-in", {"name": name, "password": password})
    assert answer.status == 403
    assert "Tên tài khoản hoặc mật khẩu không đúng" in await answer.text()
    assert not parts.sessions


async def test_sign_in_too_often_wrong_waits_even_with_the_right_password(client: Client) -> None:
    for _ in range(MAX_FAILURES):
        await post(client, "/sign-in", {"name": "clerk", "password": "sai"})
    answer = await post(client, "/sign-in", {"name": "clerk", "password": PASSWORD})
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "5 phút" in await answer.text()


async def test_sign_in_page_for_who_is_signed_in_leads_on(signed_in: Client) -> None:
    answer = await signed_in.get("/sign-in?next=/receipts/x", allow_redirects=False)
    assert answer.headers["Location"] == "/receipts/x"


@pytest.mark.parametrize(
    "wanted",
    ["/documents", "/documents?q=a%20b", "/receipts/0189", "/admin/agencies/H37.02?lang=en"],
)
def test_return_address_of_our_own_is_followed(wanted: str) -> None:
    assert _own(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/documents\\..\\x",
        "/documentsevil",
        "/documents\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/sign-in",
    ],
)
def test_return_address_elsewhere_is_not_followed(wanted: str) -> None:
    assert _own(wanted) == HOME


async def test_form_page_escapes_what_was_typed(client: Client) -> None:
    answer = await post(
        client, "/sign-in", {"name": "<b>&\"'", "password": "x", "next": '"><script>'}
    )
    text = await answer.text()
    assert "<b>" not in text
    assert "<script" not in text


def test_handlers_of_protected_pages_cannot_be_called_without_a_viewer() -> None:
    open_paths = {"/healthz", "/readyz", "/metrics", "/static/{name}", "/", "/sign-in", "/sign-out"}
    guards = {path: handler.__name__ for _, path, handler in ROUTES if path not in open_paths}
    assert set(guards.values()) == {"own_page"}
