from tests.unit.web.conftest import Client, post


async def test_page_without_a_choice_is_vietnamese(client: Client) -> None:
    text = await (await client.get("/sign-in", headers={"Accept-Language": "en"})).text()
    assert '<html lang="vi">' in text
    assert "Đăng nhập" in text


async def test_language_asked_for_is_remembered(client: Client) -> None:
    answer = await client.get("/sign-in?lang=en")
    assert answer.cookies["axis-language"]["httponly"]
    text = await (await client.get("/sign-in")).text()
    assert '<html lang="en">' in text
    assert "Sign in" in text


async def test_language_that_is_unknown_changes_nothing(client: Client) -> None:
    answer = await client.get("/sign-in?lang=xx")
    assert '<html lang="vi">' in await answer.text()
    assert "axis-language" not in answer.cookies


async def test_switch_keeps_the_rest_of_the_address(signed_in: Client) -> None:
    text = await (await signed_in.get("/documents?q=b%C3%A1o+c%C3%A1o&state=done")).text()
    assert 'href="/documents?q=b%C3%A1o+c%C3%A1o&amp;state=done&amp;lang=en"' in text


async def test_switch_on_the_page_of_a_sent_form_leads_to_its_empty_form(client: Client) -> None:
    answer = await post(client, "/sign-in?next=/documents", {"name": "x", "password": "y"})
    assert 'href="/sign-in?lang=en"' in await answer.text()
