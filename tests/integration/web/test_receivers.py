"""Documents with many receivers: a group in one line, and a list to go through."""

import re

import pytest

from axis.web.document import PAGE_RECEIVERS, SHOWN_RECEIVERS
from tests.integration.web.conftest import Enter
from tests.support.broadcast import COUNT, GROUP, LATE, widen
from tests.support.stage import Stage

ROW = re.compile(r'<th scope="row">')


@pytest.fixture
async def path(stage: Stage) -> str:
    return f"/documents/{await widen(stage)}"


async def test_group_is_one_line_that_says_how_many_have_taken_it_and_are_late(
    enter: Enter, path: str
) -> None:
    page = await (await enter("vanthu.g22")).read(path)
    assert "Các xã thử nghiệm NHOM.THU 127/130 đã lấy , 3 trễ Trong hộp nhận 3" in page
    english = await (await enter("vanthu.g22")).read(f"{path}?lang=en")
    assert "127 of 130 taken , 3 late" in english


async def test_group_opens_to_those_first_that_are_late_and_leads_to_all(
    enter: Enter, path: str
) -> None:
    markup = await (await enter("vanthu.g22")).source(path)
    group = markup.partition('<details class="group">')[2].partition("</details>")[0]
    rows = ROW.split(group)[1:]
    assert len(rows) == SHOWN_RECEIVERS
    for row in rows[:LATE]:
        assert "Trễ lấy văn bản" in row
        assert "<strong>Hệ thống nơi nhận</strong>: lấy văn bản khỏi hộp nhận" in row
    assert "Trễ lấy văn bản" not in rows[LATE]
    assert f'href="{path}/receivers?group={GROUP}"' in group
    assert f"Xem tất cả {COUNT} nơi nhận" in group


async def test_receivers_are_paged_and_each_is_there_once(enter: Enter, path: str) -> None:
    visitor = await enter("vanthu.g22")
    first = await visitor.source(f"{path}/receivers?group={GROUP}")
    assert len(ROW.findall(first)) == PAGE_RECEIVERS
    address = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = await visitor.source(address.replace("&amp;", "&"))
    told = re.findall(r"H37\.\d{3}", first + second)
    assert sorted(told) == [f"H37.{number}" for number in range(500, 500 + COUNT)]


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ("late=1", LATE),
        ("state=done", 30),
        (f"group={GROUP}&state=consigned", LATE),
        ("group=NHOM.KHAC", 0),
        ("state=expired", 0),
    ],
)
async def test_receivers_are_narrowed_by_group_state_and_lateness(
    enter: Enter, path: str, narrowed: str, count: int
) -> None:
    markup = await (await enter("vanthu.g22")).source(f"{path}/receivers?{narrowed}")
    assert len(ROW.findall(markup)) == count
    assert ("Không có nơi nhận nào như vậy" in markup) is (count == 0)


async def test_receiver_sees_itself_alone(enter: Enter, path: str) -> None:
    markup = await (await enter("vanthu.g09")).source(f"{path}/receivers")
    assert len(ROW.findall(markup)) == 1
    assert GROUP not in markup


async def test_receivers_of_somebody_elses_document_are_not_found(
    enter: Enter, stage: Stage
) -> None:
    visitor = await enter("vanthu.h37")
    answer = await visitor.get(f"/documents/{stage.scene.private}/receivers")
    assert answer.status == 404


async def test_start_page_tells_whose_turn_it_is_and_leads_there(enter: Enter, path: str) -> None:
    assert path
    visitor = await enter("vanthu.g22")
    markup = await visitor.source("/documents")
    assert "Đang chờ nơi khác" in markup
    assert 'href="/documents?late=1" class="late"><b>3</b>' in markup
    assert 'href="/documents?owner=receiver&amp;direction=out"' in markup
    late = await visitor.read("/documents?late=1")
    assert "GM-VPCP" in late
    assert "BC-SNV" not in late
    assert "Đang chờ nơi khác" not in late


async def test_start_page_tells_a_clerk_what_waits_for_the_own_agency(enter: Enter) -> None:
    visitor = await enter("vanthu.g09")
    markup = await visitor.source("/documents")
    assert "Việc của cơ quan bạn" in markup
    own = "/documents?owner=receiver&amp;direction=in"
    assert f'<a href="{own}" class="own">' in markup
    assert "GM-VPCP" in await visitor.read(own.replace("&amp;", "&"))


async def test_start_page_of_an_administrator_tells_whose_turn_it_is(enter: Enter) -> None:
    markup = await (await enter("quantri")).source("/documents")
    assert "Đang chờ ai" in markup
    assert "Việc của cơ quan bạn" not in markup
    assert 'href="/documents?owner=receiver"' in markup


async def test_receiver_is_told_that_the_next_step_is_its_own(enter: Enter, stage: Stage) -> None:
    path = f"/documents/{stage.scene.invitation}"
    receiver = await (await enter("vanthu.g09")).source(path)
    assert "Cơ quan bạn</strong>: xử lý và báo" in receiver
    sender = await (await enter("vanthu.g22")).source(path)
    assert "Nơi nhận</strong>: xử lý và báo" in sender
    assert "Cơ quan bạn</strong>: xem lý do từ chối" in sender


@pytest.mark.parametrize("query", ["owner=ai", "late=2", "state=x"])
async def test_filter_that_no_form_sends_is_a_bad_request(enter: Enter, query: str) -> None:
    answer = await (await enter("vanthu.g22")).get(f"/documents?{query}")
    assert answer.status == 400
