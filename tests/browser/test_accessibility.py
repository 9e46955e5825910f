"""Everybody can use the pages: checked by axe-core, and by walking them with the keyboard."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import sign_in
from tests.support.letters import buried_copy
from tests.support.scene import PASSWORD
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
NOBODY = ["/sign-in", "/sign-in?lang=en", "/sign-in?done=signed-out", "/khong-co"]
CLERK = [
    "/documents",
    "/documents?lang=en&q=khong-co",
    "/documents?direction=in",
    "/documents/held",
    "/documents/refused",
    "/documents/{invitation}",
    "/documents/{withdrawn}",
    "/receipts/{receipt}",
    "/admin/agencies",
]
ADMIN = [
    "/documents",
    "/documents/held",
    "/documents/refused",
    "/admin/agencies",
    "/admin/agencies/H37",
    "/admin/certificates",
    "/admin/certificates/import",
    "/admin/certificates/{fingerprint}",
    "/admin/certificates/{fingerprint}/revoke",
    "/admin/dead-letters",
    "/admin/dead-letters?state=any&kind=stray",
    "/admin/dead-letters/{letter}",
    "/admin/dead-letters/{copy}",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "paths"),
    [(None, NOBODY), ("vanthu.g22", CLERK), ("quantri", ADMIN)],
    ids=["nobody", "clerk", "admin"],
)
async def test_pages_have_no_accessibility_violation(
    page: Page, stage: Stage, name: str | None, paths: list[str], scheme: str
) -> None:
    await page.emulate_media(color_scheme=scheme)
    if name:
        await sign_in(page, name)
    known = await places(stage)
    for path in paths:
        await page.goto(path.format(**known))
        await clean(page)


@pytest.mark.parametrize("width", [320, 768])
async def test_pages_on_a_narrow_screen_have_no_violation_and_do_not_overflow(
    page: Page, stage: Stage, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await sign_in(page, "quantri")
    known = await places(stage)
    for path in (
        "/documents",
        "/documents/held",
        "/documents/{invitation}",
        "/documents/{withdrawn}",
        "/admin/certificates",
    ):
        await page.goto(path.format(**known))
        await clean(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_refused_forms_have_no_violation(page: Page, stage: Stage) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Tên tài khoản").fill("vanthu.g22")
    await page.get_by_label("Mật khẩu").fill("sai")
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await clean(page)
    await sign_in(page, "quantri")
    fingerprint = (await places(stage))["fingerprint"]
    await page.goto(f"/admin/certificates/{fingerprint}")
    await page.get_by_label("Mã định danh cơ quan").fill("X99")
    await page.get_by_role("button", name="Cho ký").click()
    await expect(page.get_by_role("alert")).to_contain_text("X99")
    await clean(page)


async def test_keyboard_alone_signs_in_finds_a_document_and_opens_its_receipt(
    page: Page, stage: Stage
) -> None:
    await page.goto("/sign-in")
    assert await focused(page) == "name"
    await page.keyboard.type("vanthu.g22")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/documents")

    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == (
        "Chuyển đến nội dung chính"
    )
    box = await page.locator(".skip-link").bounding_box()
    assert box is not None
    assert box["y"] >= 0  # it shows itself when it has the focus
    await page.keyboard.press("Enter")
    assert await focused(page) == "main"

    await tab_to(page, "q")
    await page.keyboard.type("moi hop")
    await page.keyboard.press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await tab_to_link(page, "Mời họp trực tuyến")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/documents/{stage.scene.invitation}")
    await tab_to_link(page, "Biên nhận: Trục đã nhận văn bản")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/receipts/*")


async def test_focus_is_always_to_be_seen(page: Page, stage: Stage) -> None:
    await sign_in(page, "quantri")
    for path in ("/documents", "/admin/certificates"):
        await page.goto(path)
        stops = await page.locator("a, button, input, select, [tabindex='0']").count()
        for _ in range(min(stops, 25)):
            await page.keyboard.press("Tab")
            seen = await page.evaluate(
                """() => {
                    const style = getComputedStyle(document.activeElement);
                    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
                        || style.boxShadow !== "none";
                }"""
            )
            assert seen, await page.evaluate("document.activeElement.outerHTML")


async def places(stage: Stage) -> dict[str, str]:
    """Return what the addresses of pages are filled with."""
    invitation = stage.scene.invitation
    receipt = await stage.pool.fetchval(
        "SELECT id FROM evidence WHERE event = 'ContentConsignment' AND document = $1", invitation
    )
    fingerprint = await stage.pool.fetchval(
        "SELECT fingerprint FROM enrolment WHERE agency = 'G22'"
    )
    letter = await stage.pool.fetchval("SELECT id FROM dead_letter")
    await buried_copy(stage, stage.scene.report, "inbox.g09")
    copy = await stage.pool.fetchval("SELECT id FROM dead_letter WHERE kind = 'document'")
    return {
        "letter": str(letter),
        "copy": str(copy),
        "invitation": str(invitation),
        "withdrawn": str(stage.scene.withdrawn),
        "receipt": str(receipt),
        "fingerprint": fingerprint,
    }


async def clean(page: Page) -> None:
    """Fail with the report of axe-core on anything that it finds."""
    results = await Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


async def focused(page: Page) -> str:
    found: str = await page.evaluate("document.activeElement.id")
    return found


async def tab_to(page: Page, element: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await focused(page) == element:
            return
    raise AssertionError(f"#{element} cannot be reached with the keyboard")


async def tab_to_link(page: Page, text: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        label = await page.evaluate(
            "document.activeElement.ariaLabel || document.activeElement.textContent"
        )
        if str(label).strip().startswith(text):
            return
    raise AssertionError(f"the link {text!r} cannot be reached with the keyboard")
