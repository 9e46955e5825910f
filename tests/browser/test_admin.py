"""An administrator takes in a certificate, binds it and revokes it in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from axis.local.pki import make_demo_pki
from tests.browser.conftest import sign_in
from tests.support.desk import MORNING
from tests.support.letters import buried_copy
from tests.support.stage import Played, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_admin_imports_binds_and_revokes_a_certificate(
    page: Page, stage: Stage, tmp_path: Path
) -> None:
    seal = make_demo_pki(tmp_path, [("H37.10", "Sở Tư pháp")], MORNING).seal("H37.10")
    await sign_in(page, "quantri")
    await page.get_by_role("link", name="Cơ quan", exact=True).click()
    await page.get_by_label("Tên, mã định danh hoặc mã cũ").fill("so tu phap")
    await page.get_by_role("button", name="Tìm").click()
    await page.get_by_role("link", name="Sở Tư pháp tỉnh Lạng Sơn").click()
    await expect(page.get_by_text("chưa có chứng thư nào")).to_be_visible()

    await page.get_by_role("link", name="Thêm chứng thư cho cơ quan này").click()
    await page.get_by_label("Tệp chứng thư").set_input_files(seal.chain_file)
    await page.get_by_role("button", name="Đọc chứng thư").click()
    await expect(page.get_by_text(seal.certificate.fingerprint)).to_be_visible()
    await expect(page.get_by_label("Mã định danh cơ quan")).to_have_value("H37.10")
    await page.get_by_label("Đến hết ngày").fill("2026-12-01")
    await page.get_by_role("button", name="Cho ký").click()

    await expect(page.get_by_role("status")).to_contain_text("có hiệu lực ngay")
    await expect(page.get_by_role("table")).to_contain_text("đến hết 01/12/2026")
    await expect(page.get_by_role("table")).to_contain_text("Sắp hết hạn")

    await page.get_by_role("link", name="Thu hồi chứng thư này").click()
    await expect(page.get_by_text("Không thể hoàn tác")).to_be_visible()
    await page.get_by_role("link", name="Không thu hồi").click()
    await page.get_by_role("link", name="Thu hồi chứng thư này").click()
    await page.get_by_label("Lý do thu hồi").fill("Mất thiết bị ký số")
    await page.get_by_role("button", name="Thu hồi").click()
    await expect(page.get_by_role("status")).to_contain_text("sẽ bị từ chối")
    await expect(page.get_by_role("table")).to_contain_text("Đã thu hồi")

    await page.get_by_role("link", name="Chứng thư số").first.click()
    await page.get_by_label("Tình trạng").select_option(label="Đã thu hồi")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    revoked = await stage.pool.fetchval(
        "SELECT revoked_at FROM enrolment WHERE fingerprint = $1", seal.certificate.fingerprint
    )
    assert revoked == stage.clock()


async def test_admin_sees_all_documents_and_dead_letters(page: Page, played: Played) -> None:
    await sign_in(page, "quantri")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Văn bản của mọi cơ quan")
    await expect(page.locator("tbody tr")).to_have_count(5)
    await page.get_by_role("link", name="Gói tin lạc").click()
    await page.get_by_role("link", name="Xem gói tin").click()
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Tải nội dung về").click()
    assert (await waiting.value).suggested_filename.endswith(".bin")


async def test_admin_sends_a_copy_again_and_discards_a_letter_with_the_keyboard(
    page: Page, stage: Stage
) -> None:
    await buried_copy(stage, stage.scene.report, "inbox.g09")
    await sign_in(page, "quantri")
    await page.get_by_role("link", name="Gói tin lạc").click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.get_by_label("Loại").select_option(label="Bản văn bản gửi nơi nhận")
    await page.get_by_role("button", name="Tìm").click()
    await page.get_by_role("link", name="Xem gói tin").press("Enter")
    await expect(page.get_by_role("link", name="Báo cáo kết quả")).to_be_visible()
    await page.get_by_role("button", name="Gửi lại gói tin này").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("đang được gửi lại")
    await expect(page.get_by_role("button", name="Gửi lại gói tin này")).to_have_count(0)

    await page.get_by_role("link", name="← Gói tin lạc").press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name="Xem gói tin").press("Enter")
    await page.get_by_label("Lý do bỏ").fill("Đơn vị đã gửi lại đúng cách")
    await page.get_by_label("Lý do bỏ").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã bỏ gói tin")
    await page.get_by_role("link", name="← Gói tin lạc").click()
    await expect(page.get_by_text("Không có gói tin lạc nào như vậy")).to_be_visible()
    await page.get_by_label("Tình trạng").select_option(label="Mọi tình trạng")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.locator("tbody tr")).to_have_count(2)


async def test_clerk_at_an_admin_address_is_told_whom_to_ask(page: Page) -> None:
    await sign_in(page, "vanthu.g22")
    assert await page.get_by_role("link", name="Chứng thư số").count() == 0
    await page.goto("/admin/certificates")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Không có quyền")
    await page.get_by_role("link", name="Về danh sách văn bản").click()
    await page.wait_for_url("**/documents")
