"""Administrators look at dead letters, send them again or discard them, one of two first."""

from uuid import UUID

from tests.integration.web.conftest import Enter
from tests.support.letters import buried_copy
from tests.support.stage import Stage
from tests.support.visitor import words

REASON = "Đơn vị đã gửi lại bằng gói khác"


async def only(stage: Stage) -> UUID:
    letter: UUID = await stage.pool.fetchval("SELECT id FROM dead_letter ORDER BY id DESC LIMIT 1")
    return letter


async def test_letter_is_listed_looked_at_and_downloaded_as_bytes(
    enter: Enter, stage: Stage
) -> None:
    visitor, letter = await enter("quantri"), await only(stage)
    listed = await visitor.read("/admin/dead-letters")
    assert "Gói tin không có user_id" in listed
    assert "Gói gửi đến trục" in listed
    shown = await visitor.read(f"/admin/dead-letters/{letter}")
    assert "không mang tài khoản gửi" in shown
    answer = await visitor.get(f"/admin/dead-letters/{letter}/body")
    assert await answer.read() == b"<khong-phai-edxml/>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_copy_that_came_back_shows_its_document_and_receivers_and_goes_out_again(
    enter: Enter, stage: Stage
) -> None:
    copy = await buried_copy(stage, stage.scene.report, "inbox.g09")
    visitor, letter = await enter("quantri"), await only(stage)
    place = f"/admin/dead-letters/{letter}"
    markup = await visitor.source(place)
    assert f'href="/documents/{stage.scene.report}"' in markup
    assert "Bộ Nội vụ" in words(markup)
    answer = await visitor.send(f"{place}/republish", {})
    assert (answer.status, answer.headers["Location"]) == (303, f"{place}?done=republished")
    done = await visitor.read(f"{place}?done=republished")
    assert "đang được gửi lại" in done
    assert "web:quantri" in done
    due = await stage.pool.fetch(
        "SELECT id FROM outbox WHERE published_at IS NULL AND queue = $1", "inbox.g09"
    )
    assert [row["id"] for row in due] == [copy]
    assert str(letter) not in await visitor.source("/admin/dead-letters")
    assert str(letter) in await visitor.source("/admin/dead-letters?state=republished")
    assert str(letter) in await visitor.source("/admin/dead-letters?state=any&kind=document")


async def test_letter_is_discarded_with_a_reason_that_is_kept(enter: Enter, stage: Stage) -> None:
    visitor, letter = await enter("quantri"), await only(stage)
    place = f"/admin/dead-letters/{letter}"
    short = await visitor.send(f"{place}/discard", {"reason": "ngắn"})
    assert short.status == 400
    refused = await short.text()
    assert "từ 10 đến 300 ký tự" in words(refused)
    assert 'value="ngắn"' in refused
    answer = await visitor.send(f"{place}/discard", {"reason": REASON})
    assert (answer.status, answer.headers["Location"]) == (303, f"{place}?done=discarded")
    shown = await visitor.read(f"{place}?done=discarded")
    assert REASON in shown
    assert "Bỏ gói tin này" not in shown
    facts = await stage.pool.fetchval("SELECT facts FROM audit WHERE action = 'dead:discard'")
    assert facts == {"letter": str(letter), "kind": "submission", "reason": REASON}


async def test_second_administrator_sees_who_was_first(enter: Enter, stage: Stage) -> None:
    letter = await only(stage)
    first, second = await enter("quantri"), await enter("quantri")
    await first.send(f"/admin/dead-letters/{letter}/discard", {"reason": REASON})
    for action, form in (("discard", {"reason": REASON}), ("republish", {})):
        late = await second.send(f"/admin/dead-letters/{letter}/{action}", form)
        assert late.status == 409
        assert "web:quantri" in words(await late.text())
    assert await stage.pool.fetchval("SELECT count(*) FROM audit WHERE action LIKE 'dead:%'") == 1


async def test_submission_of_nobody_is_not_sent_again_whatever_is_posted(
    enter: Enter, stage: Stage
) -> None:
    visitor, letter = await enter("quantri"), await only(stage)
    answer = await visitor.send(f"/admin/dead-letters/{letter}/republish", {})
    assert answer.status == 400
    assert "user_id" in words(await answer.text())


async def test_clerk_and_foreign_pages_can_do_nothing_about_letters(
    enter: Enter, stage: Stage
) -> None:
    letter = await only(stage)
    clerk, admin = await enter("vanthu.g22"), await enter("quantri")
    for action in ("republish", "discard"):
        place = f"/admin/dead-letters/{letter}/{action}"
        assert (await clerk.send(place, {"reason": REASON})).status == 403
        foreign = await admin.client.post(
            place, data={"reason": REASON}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert foreign.status == 403
    assert (
        await stage.pool.fetchval("SELECT state FROM dead_letter WHERE id = $1", letter) == "open"
    )
