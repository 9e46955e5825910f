"""What a recall, an update or a replacement says on the pages, and to whom."""

from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Business, Document, Replacement
from axis.web.document import SHOWN_REASON
from tests.integration.web.conftest import Enter
from tests.support.changing import replace
from tests.support.stage import Stage

STEP = "xử lý theo văn bản mới"
WHY = "Sai số liệu <b>tại</b> mục 3"
ESCAPED = "Lý do: Sai số liệu &lt;b&gt;tại&lt;/b&gt; mục 3"


def instead_of(message: Document, former: Document, reason: str, *codes: str) -> Document:
    """Make a document the replacement of another one, for some agencies or for all."""
    item = Replacement(document_id=former.document_id, organ_ids=codes)
    business = Business(kind=DocumentKind.REPLACE, reason=reason, replacements=(item,))
    return replace(message, trace=replace(message.trace, business=business))


async def replaced(stage: Stage, reason: str = WHY) -> tuple[UUID, UUID]:
    """G22 replaces a document to G09 and H37.02 for G09, which has accepted both."""
    desk = stage.desk
    first = desk.letter("G22", ["G09", "H37.02"], "Kế hoạch kiểm tra")
    former = await desk.send(first, "g22")
    for code, endpoint in (("G09", "g09"), ("H37.02", "lgsp-h37")):
        await desk.report(first, StatusCode.ACCEPTED, code, endpoint)
    letter = desk.letter("G22", ["G09"], "Kế hoạch kiểm tra (thay thế)")
    newer = instead_of(letter, first, reason, "G09")
    later = await desk.send(newer, "g22")
    await desk.report(newer, StatusCode.ACCEPTED, "G09", "g09")
    return former, later


async def test_reason_of_a_recall_stands_on_its_page_and_on_that_of_what_it_recalls(
    enter: Enter, stage: Stage
) -> None:
    scene = stage.scene
    for name in ("vanthu.g22", "vanthu.dongdang", "quantri"):
        visitor = await enter(name)
        for row in (scene.recall, scene.withdrawn):
            page = await visitor.read(f"/documents/{row}")
            assert "Lý do: Sai ngày kiểm tra" in page
        assert "Reason: Sai ngày kiểm tra" in await visitor.read(
            f"/documents/{scene.recall}?lang=en"
        )


async def test_reason_is_escaped_and_told_to_those_alone_whom_the_act_concerns(
    enter: Enter, stage: Stage
) -> None:
    former, later = await replaced(stage)
    for name in ("vanthu.g22", "vanthu.g09", "quantri"):
        visitor = await enter(name)
        for row in (former, later):
            assert ESCAPED in await visitor.source(f"/documents/{row}"), name
    outsider = await enter("vanthu.h37")
    page = await outsider.source(f"/documents/{former}")
    assert "Lý do" not in page
    assert str(later) not in page
    assert (await outsider.get(f"/documents/{later}")).status == 404


async def test_reason_of_many_words_is_whole_on_its_own_page_alone(
    enter: Enter, stage: Stage
) -> None:
    words = " ".join(f"điểm{number}" for number in range(500))
    former, later = await replaced(stage, words)
    visitor = await enter("vanthu.g09")
    assert words in await visitor.source(f"/documents/{later}")
    page = await visitor.source(f"/documents/{former}")
    assert words[: SHOWN_REASON // 2] in page
    assert words not in page


async def test_text_that_every_replacement_carries_is_no_reason(enter: Enter, stage: Stage) -> None:
    former, later = await replaced(stage, "Văn bản thay thế")
    visitor = await enter("vanthu.g09")
    for row in (former, later):
        assert "Lý do" not in await visitor.source(f"/documents/{row}")


async def test_receiver_of_a_later_version_is_sent_there_to_work(
    enter: Enter, stage: Stage
) -> None:
    former, later = await replaced(stage)
    link = f'<a href="/documents/{later}">{STEP}</a>'
    for name in ("vanthu.g09", "vanthu.g22", "quantri"):
        visitor = await enter(name)
        for page in (f"/documents/{former}", f"/documents/{former}/receivers"):
            source = await visitor.source(page)
            assert source.count(link) == 1, name
            assert ("xử lý và báo trạng thái" in source) is (name != "vanthu.g09")
        assert STEP not in await visitor.source(f"/documents/{later}")
    other = await (await enter("vanthu.h37")).source(f"/documents/{former}")
    assert STEP not in other
    assert "Cơ quan bạn</strong>: xử lý và báo trạng thái" in other


@pytest.mark.parametrize("name", ["vanthu.g09", "vanthu.h37"])
async def test_start_page_asks_for_work_on_one_version_alone(
    enter: Enter, stage: Stage, name: str
) -> None:
    visitor = await enter(name)

    async def own() -> int:
        source = await visitor.source("/documents")
        return int(source.partition('class="own"><b>')[2].partition("<")[0] or 0)

    before = await own()
    former, later = await replaced(stage)
    assert await own() == before + 1
    listed = await visitor.source("/documents?owner=receiver&direction=in")
    assert (f"/documents/{former}" in listed) is (name == "vanthu.h37")
    assert (f"/documents/{later}" in listed) is (name == "vanthu.g09")


async def test_what_a_13_a_02_and_a_16_say_stands_in_the_timeline_of_both_sides(
    enter: Enter, stage: Stage
) -> None:
    desk = stage.desk
    first = desk.letter("G22", ["G09", "H37.02"], "Gửi nhầm nơi nhận")
    row = await desk.send(first, "g22")
    for code, reporter, endpoint, said, addressee in (
        (StatusCode.TAKE_BACK, "G22", "g22", "Gửi nhầm, xin lấy lại", "G09"),
        (StatusCode.DISAGREED, "G09", "g09", "Đã trình lãnh đạo", None),
        (StatusCode.REFUSED, "H37.02", "lgsp-h37", "Không thuộc thẩm quyền", None),
    ):
        await desk.report(first, code, reporter, endpoint, said, addressee)
    sides = {
        "vanthu.g22": {"Gửi nhầm, xin lấy lại", "Đã trình lãnh đạo", "Không thuộc thẩm quyền"},
        "vanthu.g09": {"Gửi nhầm, xin lấy lại", "Đã trình lãnh đạo"},
        "vanthu.h37": {"Không thuộc thẩm quyền"},
    }
    for name, told in sides.items():
        page = await (await enter(name)).source(f"/documents/{row}")
        assert {one for one in sides["vanthu.g22"] if one in page} == told
