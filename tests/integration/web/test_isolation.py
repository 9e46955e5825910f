"""Each sees only their own: documents, deliveries, receipts, counts, and traces of them."""

from uuid import UUID

import pytest

from axis.evidence.xml import read_receipt
from tests.integration.web.conftest import Enter
from tests.support.stage import Stage

ADMIN_PAGES = [
    "/admin/agencies",
    "/admin/agencies/G22",
    "/admin/certificates",
    "/admin/certificates/import",
    f"/admin/certificates/{'0' * 64}",
    f"/admin/certificates/{'0' * 64}/revoke",
    "/admin/dead-letters",
    "/admin/dead-letters/0189aaaa-0000-7000-8000-000000000000",
    "/admin/dead-letters/0189aaaa-0000-7000-8000-000000000000/body",
]
OWN_PAGES = [
    "/documents",
    "/documents/held",
    "/documents/refused",
    "/documents/0189aaaa-0000-7000-8000-000000000000",
    "/receipts/0189aaaa-0000-7000-8000-000000000001",
    "/statuses/0189aaaa-0000-7000-8000-000000000001/xml",
]


async def test_clerk_finds_documents_of_own_agencies_only(enter: Enter, stage: Stage) -> None:
    scene = stage.scene
    mine = {
        "vanthu.g22": {scene.invitation, scene.report, scene.withdrawn, scene.recall},
        "vanthu.h37": {scene.invitation, scene.report},
        "vanthu.g09": {scene.invitation, scene.report, scene.private},
        "vanthu.dongdang": {scene.withdrawn, scene.recall},
        "vanthu.moi": set(),
        "quantri": {
            scene.invitation,
            scene.report,
            scene.private,
            scene.withdrawn,
            scene.recall,
        },
    }
    for name, documents in mine.items():
        visitor = await enter(name)
        page = await visitor.source("/documents")
        for document in mine["quantri"]:
            assert (f'href="/documents/{document}"' in page) is (document in documents), name
            answer = await visitor.get(f"/documents/{document}")
            assert answer.status == (200 if document in documents else 404), name


async def test_document_of_others_looks_like_one_that_does_not_exist(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("vanthu.h37")
    others = await visitor.read(f"/documents/{stage.scene.private}", 404)
    nobodys = await visitor.read("/documents/0189aaaa-0000-7000-8000-000000000000", 404)
    assert others == nobodys


async def test_receiver_sees_own_delivery_and_nothing_of_other_receivers(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("vanthu.h37")
    page = await visitor.read(f"/documents/{stage.scene.invitation}")
    assert "Sở Nội vụ tỉnh Lạng Sơn" in page
    assert "Bộ Nội vụ" not in page
    assert "Chỉ hiển thị nơi nhận là cơ quan của bạn" in page
    line = (await visitor.read("/documents?q=GM-VPCP")).partition("Trạng thái")[2]
    assert "và 1 nơi nhận khác" in line  # H37 and H37.02, not G09
    assert "Bộ Nội vụ" not in line


async def test_sender_sees_every_delivery(enter: Enter, stage: Stage) -> None:
    visitor = await enter("vanthu.g22")
    page = await visitor.read(f"/documents/{stage.scene.invitation}")
    assert "Bộ Nội vụ" in page
    assert "Từ chối tiếp nhận" in page
    assert "ghi trên văn bản: 000.00.00.H37" in page


async def test_search_gives_away_nothing_about_receivers_that_are_not_shown(
    enter: Enter,
) -> None:
    visitor = await enter("vanthu.dongdang")
    everything = await visitor.read("/documents")
    assert "7804/VPCP-TTĐT" in everything
    visitor = await enter("vanthu.h37")
    for hidden in ("q=G09", "q=Bộ+Nội+vụ", "state=received&direction=in"):
        assert "7801/GM-VPCP" not in await visitor.read(f"/documents?{hidden}")
    sender = await enter("vanthu.g22")
    for visible in ("q=G09", "q=Bộ+Nội+vụ", "state=received"):
        assert "7801/GM-VPCP" in await sender.read(f"/documents?{visible}")


async def test_receipt_is_for_the_agency_that_it_is_addressed_to(
    enter: Enter, stage: Stage
) -> None:
    receipts = await stage.pool.fetch("SELECT id, agency FROM evidence")
    own = {
        "vanthu.g22": {"G22"},
        "vanthu.h37": {"H37", "H37.01", "H37.02"},
        "vanthu.g09": {"G09"},
        "vanthu.moi": set(),
    }
    assert {row["agency"] for row in receipts} >= {"G22", "G09", "H37", "H37.02", "H37.103"}
    for name, agencies in own.items():
        visitor = await enter(name)
        for row in receipts:
            expected = 200 if row["agency"] in agencies else 404
            assert (await visitor.get(f"/receipts/{row['id']}")).status == expected
            assert (await visitor.get(f"/receipts/{row['id']}/xml")).status == expected


async def test_signed_status_is_for_both_its_sides(enter: Enter, stage: Stage) -> None:
    statuses = await stage.pool.fetch("SELECT id, sender, addressee, body FROM status")
    own = {
        "vanthu.g22": {"G22"},
        "vanthu.h37": {"H37", "H37.01", "H37.02"},
        "vanthu.g09": {"G09"},
        "vanthu.moi": set(),
    }
    assert {row["sender"] for row in statuses} >= {"G09", "H37", "H37.02"}
    for name, agencies in own.items():
        visitor = await enter(name)
        for row in statuses:
            answer = await visitor.get(f"/statuses/{row['id']}/xml")
            if agencies & {row["sender"], row["addressee"]}:
                assert await answer.read() == row["body"]
                assert answer.headers["Content-Disposition"].startswith("attachment; ")
            else:
                assert answer.status == 404


async def test_links_on_a_page_lead_only_to_what_its_viewer_may_read(
    enter: Enter, stage: Stage
) -> None:
    for name in ("vanthu.g22", "vanthu.h37", "vanthu.g09", "vanthu.dongdang"):
        visitor = await enter(name)
        pages = ["/documents", "/documents/held", "/documents/refused"]
        seen = set()
        while pages:
            path = pages.pop()
            for link in links(await visitor.source(path)):
                if link not in seen:
                    seen.add(link)
                    assert (await visitor.get(link)).status == 200, (name, path, link)
                    if link.startswith("/documents/"):
                        pages.append(link)
        assert any(link.startswith("/receipts/") for link in seen)
        if name == "vanthu.g22":  # statuses that no receipt proves, only their own signature
            assert any(link.startswith("/statuses/") for link in seen)


async def test_refusal_is_shown_to_the_agency_that_sent_it(enter: Enter, stage: Stage) -> None:
    lang_son = await (await enter("vanthu.h37")).read("/documents/refused")
    assert "Đề nghị cấp chứng thư số" in lang_son
    assert "không có trong danh bạ" in lang_son
    assert "Văn bản nội vụ gửi nhầm mã" not in lang_son
    office = await (await enter("vanthu.g22")).read("/documents/refused")
    assert "Đề nghị cấp chứng thư số" not in office
    assert "Không có gói tin nào bị từ chối" in office
    everybody = await (await enter("quantri")).read("/documents/refused")
    assert "Đề nghị cấp chứng thư số" in everybody
    assert "Văn bản nội vụ gửi nhầm mã" in everybody


@pytest.mark.parametrize("path", ADMIN_PAGES)
async def test_clerk_at_an_administrators_page_is_told_whom_to_ask(enter: Enter, path: str) -> None:
    visitor = await enter("vanthu.g22")
    assert "chỉ dành cho quản trị" in await visitor.read(path, 403)


async def test_clerk_cannot_change_the_registry(enter: Enter, stage: Stage) -> None:
    visitor = await enter("vanthu.g22")
    before = await stage.desk.administration.certificates()
    fingerprint = before[0].fingerprint
    for path, form in (
        (f"/admin/certificates/{fingerprint}/revoke", {"reason": "x"}),
        (f"/admin/certificates/{fingerprint}/bind", {"agency": "G22", "first": "", "last": ""}),
        ("/admin/certificates/import/bind", {"der": "", "agency": "", "first": "", "last": ""}),
        ("/admin/certificates/import", {"agency": ""}),
    ):
        assert (await visitor.send(path, form)).status == 403
    assert await stage.desk.administration.certificates() == before


@pytest.mark.parametrize("path", ADMIN_PAGES + OWN_PAGES)
async def test_visitor_who_is_not_signed_in_sees_nothing(enter: Enter, path: str) -> None:
    visitor = await enter("vanthu.g22")
    await visitor.send("/sign-out", {})
    answer = await visitor.get(path)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


async def test_clerk_whose_agency_is_taken_away_loses_sight_at_once(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("vanthu.g22")
    await stage.pool.execute(
        "DELETE FROM account_agency USING account WHERE account = id AND name = 'vanthu.g22'"
    )
    assert (await visitor.get(f"/documents/{stage.scene.invitation}")).status == 404
    assert "chưa được gắn với cơ quan nào" in await visitor.read("/documents")


async def test_receipt_downloaded_is_the_signed_original_and_never_shown_inline(
    enter: Enter, stage: Stage
) -> None:
    row = await stage.pool.fetchrow(
        "SELECT id, receipt FROM evidence WHERE document = $1 AND agency = 'G22' LIMIT 1",
        stage.scene.invitation,
    )
    visitor = await enter("vanthu.g22")
    answer = await visitor.get(f"/receipts/{row['id']}/xml")
    body = await answer.read()
    assert body == row["receipt"]
    assert read_receipt(body).id == row["id"]
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="receipt-{row["id"]}.xml"'
    )
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def links(markup: str) -> list[str]:
    """Return the documents, receipts and signed statuses that a page links to."""
    found = []
    for part in markup.split('href="')[1:]:
        address = part.partition('"')[0]
        kind, _, rest = address.removeprefix("/").partition("/")
        if kind in ("documents", "receipts", "statuses") and is_id(rest.partition("/")[0]):
            found.append(address)
    return found


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
