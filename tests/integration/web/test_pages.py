"""What clerks and administrators read on the pages."""

import pytest

from axis.edxml.codes import StatusCode
from axis.edxml.follow_ups import update_of
from axis.web import document
from axis.web.documents import PAGE_LINES
from tests.integration.web.conftest import Enter
from tests.support.stage import Stage


async def test_list_tells_number_subject_parties_time_and_state(enter: Enter) -> None:
    page = await (await enter("vanthu.g22")).read("/documents?q=GM-VPCP")
    for part in (
        "7801/GM-VPCP",
        "hỏa tốc",
        "Mời họp trực tuyến",
        "Đi · Giấy mời · 20/11/2026",
        "Từ Văn phòng Chính phủ",
        "Đến Bộ Nội vụ và 2 nơi nhận khác",
        "20/11/2026 08:00:00",
        "Từ chối tiếp nhận",
        "Đã phân công",
    ):
        assert part in page


async def test_list_in_english_has_english_words_and_the_documents_own(enter: Enter) -> None:
    page = await (await enter("vanthu.g22")).read("/documents?lang=en&q=GM-VPCP")
    for part in ("Documents", "express", "Out ·", "and 2 more", "Refused", "Mời họp trực tuyến"):
        assert part in page
    assert "Trạng thái" not in page


@pytest.mark.parametrize(
    ("name", "path", "advice"),
    [
        ("vanthu.moi", "/documents", "Hãy nhờ quản trị trục gắn cơ quan"),
        ("vanthu.g22", "/documents?q=zzz", "Hãy bỏ bớt điều kiện"),
        ("vanthu.dongdang", "/documents?direction=out", "Bị trục từ chối"),
        ("vanthu.g22", "/documents/refused", "Không có gói tin nào bị từ chối"),
        ("vanthu.h37", "/documents/held", "Không có gói tin nào đang chờ"),
        ("quantri", "/admin/agencies?q=zzz", "Không có cơ quan nào phù hợp"),
        ("quantri", "/admin/certificates?standing=revoked", "Không có chứng thư nào phù hợp"),
    ],
)
async def test_empty_list_says_what_to_do(enter: Enter, name: str, path: str, advice: str) -> None:
    assert advice in await (await enter(name)).read(path)


async def test_long_list_leads_to_its_next_page_and_back(enter: Enter, stage: Stage) -> None:
    desk = stage.desk
    for number in range(PAGE_LINES + 1):
        await desk.send(desk.letter("H26", ["G22"], f"Thư {number:02}", notation="UB"), "h26")
    visitor = await enter("vanthu.g22")
    markup = await visitor.source("/documents?q=Th%C6%B0&direction=in")
    assert f"Thư {PAGE_LINES:02}" in markup
    assert "Thư 00" not in markup
    older = markup.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = await visitor.source(older.replace("&amp;", "&"))
    assert "Thư 00" in second
    assert "Thư 01" not in second
    assert 'href="/documents?q=Th%C6%B0&amp;direction=in"' in second


async def test_document_tells_its_timeline_in_the_order_of_events(
    enter: Enter, stage: Stage
) -> None:
    page = await (await enter("vanthu.g22")).read(f"/documents/{stage.scene.invitation}")
    parts = [
        "Trục đã nhận văn bản 20/11/2026 08:00:00",
        "Đã vào hộp nhận của nơi nhận",
        "Trạng thái 01: đã đến 20/11/2026 08:00:04 Sở Nội vụ tỉnh Lạng Sơn",
        "Trạng thái 03: đã tiếp nhận",
        "Trạng thái 02: từ chối tiếp nhận",
        "Văn bản gửi trùng",
        "Trạng thái 04: phân công",
        "Chuyển Phòng Cải cách hành chính chuẩn bị.",
    ]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


async def test_status_without_a_receipt_for_the_viewer_is_proven_by_its_own_signature(
    enter: Enter, stage: Stage
) -> None:
    path = f"/documents/{stage.scene.invitation}"
    assigned = await stage.pool.fetchval(
        "SELECT id FROM status WHERE document = $1 AND code = '04'", stage.scene.invitation
    )
    link = f'href="/statuses/{assigned}/xml"'
    assert link in await (await enter("vanthu.g22")).source(path)
    assert link not in await (await enter("vanthu.h37")).source(path)  # it has the receipt


async def test_long_timeline_begins_with_the_newest_entries(
    enter: Enter, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "SHOWN_ENTRIES", 3)
    visitor = await enter("vanthu.g22")
    path = f"/documents/{stage.scene.invitation}"
    page = await visitor.read(path)
    assert "Hiện cả 5 mục trước đó" in page
    assert "Trạng thái 04: phân công" in page
    assert "Trục đã nhận văn bản" not in page
    assert "Trục đã nhận văn bản" in await visitor.read(f"{path}?timeline=all")


async def test_document_tells_its_facts(enter: Enter, stage: Stage) -> None:
    page = await (await enter("vanthu.g22")).read(f"/documents/{stage.scene.invitation}")
    row = await stage.pool.fetchrow(
        "SELECT sha256 FROM document WHERE id = $1", stage.scene.invitation
    )
    for part in ("G22,2026/11/20,7801/GM-VPCP", "23/11/2026", row["sha256"], "2.5.4.97=G22"):
        assert part in page


async def test_recalled_document_leads_to_its_recall_and_back(enter: Enter, stage: Stage) -> None:
    visitor = await enter("vanthu.dongdang")
    scene = stage.scene
    withdrawn = await visitor.source(f"/documents/{scene.withdrawn}")
    assert "đã bị thu hồi" in withdrawn
    assert f'href="/documents/{scene.recall}"' in withdrawn
    recall = await visitor.source(f"/documents/{scene.recall}")
    assert f'href="/documents/{scene.withdrawn}"' in recall


async def test_update_tells_its_sender_and_whom_it_drops_that_it_does(
    enter: Enter, stage: Stage
) -> None:
    letter = stage.desk.letter("G22", ["G09", "H37.02"], "Kế hoạch tập huấn")
    original = await stage.desk.send(letter, "g22")
    update = update_of(letter, at=stage.clock(), dropped=["G09"])
    documents = (original, await stage.desk.send(update, "g22"))
    for name, told in (("vanthu.g22", True), ("vanthu.g09", True), ("vanthu.h37", False)):
        visitor = await enter(name)
        for one in documents:
            page = await visitor.read(f"/documents/{one}")
            assert "cập nhật" in page
            assert ("bỏ nơi nhận Bộ Nội vụ" in page) is told, name
            assert page.count("Bỏ nơi nhận") == int(told), name


async def test_what_senders_write_is_shown_as_text(enter: Enter, stage: Stage) -> None:
    desk = stage.desk
    nasty = "<script>alert(1)</script> & \"x\" 'y' {{ 7 * 7 }}"
    letter = desk.letter("G09", ["G22"], nasty)
    document = await desk.send(letter, "g09")
    await desk.report(letter, StatusCode.REFUSED, "G22", "g22", f"Lý do: {nasty}")
    visitor = await enter("vanthu.g22")
    for path in ("/documents", f"/documents/{document}"):
        markup = await visitor.source(path)
        assert "<script" not in markup
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in markup
        assert "{{ 7 * 7 }}" in markup


async def test_rejection_receipt_names_every_reason_with_its_facts(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("vanthu.h37")
    receipt = await stage.pool.fetchval(
        "SELECT receipt FROM submission WHERE id = $1", stage.scene.refused
    )
    page = await visitor.read(f"/receipts/{receipt}")
    assert "Không đạt" in page
    assert "Mã cơ quan nhận «H37.999» không có trong danh bạ" in page
    english = await visitor.read(f"/receipts/{receipt}?lang=en")
    assert "receiver code «H37.999» is not in the registry" in english


async def test_receipt_about_a_status_tells_status_and_receiver(enter: Enter, stage: Stage) -> None:
    receipt = await stage.pool.fetchval(
        "SELECT id FROM evidence WHERE event = 'ConsignmentRejection' AND document = $1",
        stage.scene.invitation,
    )
    page = await (await enter("vanthu.g22")).read(f"/receipts/{receipt}")
    for part in (
        "Nơi nhận từ chối tiếp nhận",
        "C.4 ConsignmentRejection",
        "02: từ chối tiếp nhận Văn bản gửi trùng",
        "Ủy ban nhân dân tỉnh Lạng Sơn",
    ):
        assert part in page


async def test_receipt_of_a_later_version_is_offered_as_a_file(enter: Enter, stage: Stage) -> None:
    receipt = await stage.pool.fetchval(
        "INSERT INTO evidence (id, event, at, endpoint, agency, receipt)"
        " VALUES (gen_random_uuid(), 'SubmissionAcceptance', now(), 'g22', 'G22',"
        " '<receipt xmlns=\"urn:vn:axis:receipt:2\"/>') RETURNING id"
    )
    page = await (await enter("vanthu.g22")).read(f"/receipts/{receipt}")
    assert "thuộc phiên bản khác" in page
    assert "Tải biên nhận" in page


async def test_agencies_are_listed_with_what_an_administrator_needs(enter: Enter) -> None:
    visitor = await enter("quantri")
    page = await visitor.read("/admin/agencies?q=ke+hoach+va+dau+tu")
    for part in (
        "G05",
        "000.00.00.G05",
        "Bộ Kế hoạch và Đầu tư",
        "Trung ương",
        "đến hết 28/02/2025",
        "đã ngừng",
        "→ Bộ Tài chính",
    ):
        assert part in page
    below = await visitor.read("/admin/agencies?parent=H37.54")
    assert "Cơ quan trực thuộc Ủy ban nhân dân huyện Tràng Định" in below
    assert "thị trấn Thất Khê" in below


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("H37.02", ["Mã định danh H37.02", "(H37.02) tại hệ thống lgsp-h37", "Còn hiệu lực"]),
        ("000.00.02.H37", ["Mã định danh H37.02"]),
        ("H37.54.01", ["Ủy ban nhân dân xã Thất Khê (H37.105) tại hệ thống lgsp-h37"]),
        ("H37.90", ["đã ngừng hoạt động từ 01/01/2025"]),
        ("K37", ["chưa kết nối trục", "chưa có chứng thư nào"]),
    ],
)
async def test_agency_tells_where_documents_to_it_go(
    enter: Enter, code: str, parts: list[str]
) -> None:
    page = await (await enter("quantri")).read(f"/admin/agencies/{code}")
    for part in parts:
        assert part in page


@pytest.mark.parametrize(
    "path",
    [
        "/admin/agencies/X99",
        "/admin/agencies/%00",
        "/admin/agencies/a%20b",
        f"/admin/certificates/{'0' * 64}",
        "/admin/certificates/kh%C3%B4ng",
        "/admin/dead-letters/1",
        "/admin/dead-letters/0189aaaa-0000-7000-8000-000000000000",
        "/admin/dead-letters/0189aaaa-0000-7000-8000-000000000000/body",
    ],
)
async def test_admin_page_of_what_does_not_exist_is_not_found(enter: Enter, path: str) -> None:
    assert (await (await enter("quantri")).get(path)).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "agencies?after=a%00",
        "agencies?level=world",
        "agencies?parent=a,b",
        "certificates?after=x",
        "certificates?after=G22~zz",
        f"certificates?after=a%20b~{'0' * 64}",
        "certificates?standing=x",
        "dead-letters?before=x",
        "dead-letters?state=x",
        "dead-letters?kind=x",
    ],
)
async def test_admin_query_that_cannot_be_used_is_refused(enter: Enter, query: str) -> None:
    assert (await (await enter("quantri")).get(f"/admin/{query}")).status == 400


async def test_page_while_the_database_is_away_asks_to_come_again(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("vanthu.g22")
    assert (await visitor.get("/readyz")).status == 200
    await stage.pool.close()
    assert (await visitor.get("/readyz")).status == 503
    assert (await visitor.get("/healthz")).status == 200
    assert "Văn bản không bị mất" in await visitor.read("/documents", 503)


async def test_subject_without_end_is_cut_in_lists_only(enter: Enter, stage: Stage) -> None:
    desk = stage.desk
    document = await desk.send(desk.letter("G09", ["G22"], "trích yếu " * 90), "g09")
    visitor = await enter("vanthu.g22")
    assert (await visitor.read("/documents?direction=in")).count("trích yếu") < 40
    assert (await visitor.read(f"/documents/{document}")).count("trích yếu") == 90
