"""A clerk's way through the web view in a real browser."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect

from axis.evidence.xml import read_receipt
from tests.browser.conftest import sign_in
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_clerk_signs_in_follows_a_document_and_downloads_its_receipt(
    page: Page, stage: Stage, tmp_path: Path
) -> None:
    await page.goto("/")
    await expect(page).to_have_title("Đăng nhập · Trục liên thông văn bản")
    await sign_in(page, "vanthu.g22")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Văn bản")
    await expect(page.locator("tbody tr")).to_have_count(4)

    await page.get_by_label("Trích yếu, số, ký hiệu").fill("moi hop")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Mời họp trực tuyến").click()

    await page.wait_for_url(f"**/documents/{stage.scene.invitation}")
    await expect(page.locator("ol.timeline li")).to_have_count(8)
    await expect(page.locator("ol.timeline")).to_contain_text("Văn bản gửi trùng")
    await expect(page.get_by_role("table")).to_contain_text("Đã phân công")

    await page.get_by_role("link", name="Biên nhận: Trạng thái 02").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        "Biên nhận: Nơi nhận từ chối tiếp nhận"
    )
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Tải biên nhận (XML)").click()
    download = await waiting.value
    assert download.suggested_filename.startswith("receipt-")
    file = tmp_path / "receipt.xml"
    await download.save_as(file)
    receipt = read_receipt(file.read_bytes())
    assert receipt.status is not None
    assert receipt.status.code == "02"


async def test_clerk_narrows_the_list_by_side_and_state(page: Page) -> None:
    await sign_in(page, "vanthu.g22")
    await page.get_by_role("link", name="Văn bản đến", exact=True).click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.get_by_role("link", name="Văn bản đến", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    await page.get_by_label("Trạng thái").select_option(label="Hoàn thành")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.get_by_text("Không có văn bản nào phù hợp")).to_be_visible()
    await page.get_by_role("link", name="Xóa bộ lọc").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    assert page.url.endswith("/documents?direction=in")


async def test_clerk_reads_why_something_was_refused(page: Page) -> None:
    await sign_in(page, "vanthu.h37")
    await page.get_by_role("link", name="Bị trục từ chối").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Biên nhận từ chối Đề nghị cấp chứng thư số").click()
    await expect(page.get_by_text("«H37.999» không có trong danh bạ")).to_be_visible()


async def test_clerk_finds_what_waits_for_a_check_and_why(page: Page) -> None:
    await sign_in(page, "vanthu.g22")
    await page.get_by_role("link", name="Đang chờ kiểm tra").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.get_by_text("không cần gửi lại")).to_be_visible()
    await expect(page.get_by_text("C-SCANNER-AWAY")).to_be_visible()
    await page.get_by_role("link", name="Biên nhận chờ của Kế hoạch diễn tập").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Đang chờ kiểm tra")
    await page.get_by_role("link", name="Văn bản đang chờ kiểm tra").click()
    await expect(page.locator("tbody tr")).to_have_count(1)


async def test_clerk_switches_the_language_and_stays_on_the_page(page: Page, stage: Stage) -> None:
    await sign_in(page, "vanthu.g22")
    await page.goto(f"/documents/{stage.scene.invitation}")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    await page.get_by_role("link", name="Documents").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    await page.get_by_role("link", name="Tiếng Việt").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Văn bản")


async def test_clerk_signs_out_and_the_back_button_shows_nothing(page: Page) -> None:
    await sign_in(page, "vanthu.g22")
    await page.get_by_role("button", name="Đăng xuất").click()
    await expect(page.get_by_role("status")).to_have_text("Đã đăng xuất.")
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")


async def test_wrong_password_is_said_and_the_name_kept(page: Page) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Tên tài khoản").fill("vanthu.g22")
    await page.get_by_label("Mật khẩu").fill("không phải")
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("alert")).to_contain_text("mật khẩu không đúng")
    await expect(page.get_by_label("Tên tài khoản")).to_have_value("vanthu.g22")
    await expect(page.get_by_label("Mật khẩu")).to_have_value("")


async def test_link_from_elsewhere_leads_to_its_page_after_signing_in(
    page: Page, stage: Stage
) -> None:
    await page.goto(f"/documents/{stage.scene.report}")
    await page.get_by_label("Tên tài khoản").fill("vanthu.g22")
    await page.get_by_label("Mật khẩu").fill("mật khẩu đủ dài 2026")
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(f"**/documents/{stage.scene.report}")


async def test_form_on_another_site_cannot_sign_a_clerk_out(page: Page, site: str) -> None:
    await sign_in(page, "vanthu.g22")
    async with TestServer(another_site(f"{site}/sign-out"), host="localhost") as other:
        await page.goto(str(other.make_url("/")))
        await page.get_by_role("button").click()
        await expect(page.get_by_text("Yêu cầu đến từ trang khác")).to_be_visible()
    await page.goto("/documents")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Văn bản")


def another_site(target: str) -> web.Application:
    """Return a site whose only page sends a form to ours."""

    async def lure(_: web.Request) -> web.Response:
        form = f'<form method="post" action="{target}"><button>Trúng thưởng</button></form>'
        return web.Response(text=form, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", lure)
    return app


async def test_vietnamese_letters_have_glyphs(page: Page) -> None:
    """Every letter is drawn by a font that has it: none falls back to an empty box."""
    await page.goto("/sign-in")
    letters = "ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
    same = await page.evaluate(
        """letters => {
            const canvas = document.createElement("canvas").getContext("2d");
            const font = getComputedStyle(document.body).fontFamily;
            const draw = letter => {
                canvas.canvas.width = 40; canvas.canvas.height = 40;
                canvas.font = `24px ${font}`;
                canvas.fillText(letter, 4, 28);
                return canvas.canvas.toDataURL();
            };
            const missing = draw("\\u{10FFFD}");
            const drawn = [...letters].map(draw);
            return drawn.filter(one => one === missing).length + drawn.length - new Set(drawn).size;
        }""",
        letters,
    )
    assert same == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_colours_follow_the_readers_preference(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.goto("/sign-in")
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in ground.strip("rgb()").split(",")) / 3
    assert (brightness > 200) is (scheme == "light")
