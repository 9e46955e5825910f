"""A document with 130 receivers in a real browser: by eye, by keyboard, on a narrow screen."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_accessibility import clean
from tests.support.broadcast import LATE, widen
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1360])
async def test_many_receivers_have_no_violation_and_do_not_overflow(
    page: Page, stage: Stage, width: int, scheme: str
) -> None:
    document = await widen(stage)
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": width, "height": 900})
    await sign_in(page, "vanthu.g22")
    await clean(page)  # whose turn it is
    for path in (f"/documents/{document}", f"/documents/{document}/receivers?late=1"):
        await page.goto(path)
        await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        await clean(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_keyboard_opens_a_group_and_goes_on_to_all_its_receivers(
    page: Page, stage: Stage
) -> None:
    document = await widen(stage)
    await sign_in(page, "vanthu.g22")
    await page.goto(f"/documents/{document}")
    group = page.locator("details.group")
    await expect(group.get_by_role("table")).to_be_hidden()
    await group.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(group.get_by_role("table")).to_be_visible()
    await page.keyboard.press("Tab")  # the table, which scrolls
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/receivers?group=*")
    await page.get_by_label("Chỉ nơi nhận trễ hạn").check()
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.locator("tbody tr")).to_have_count(LATE)


async def test_start_page_leads_to_what_is_late(page: Page, stage: Stage) -> None:
    await widen(stage)
    await sign_in(page, "vanthu.g22")
    await page.get_by_role("link", name="lượt trễ hạn").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.get_by_label("Chỉ văn bản trễ hạn")).to_be_checked()
