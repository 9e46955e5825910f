"""What the reader finds: searches, pages, timelines, and the plans behind them."""

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.evidence.events import Event
from axis.evidence.xml import read_receipt
from axis.exchange.deliveries.next_step import SUPERSEDED
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.document import TimelineEntry
from axis.exchange.views.documents import DocumentFilter
from axis.exchange.views.reader import SearchTooBroadError
from axis.exchange.views.scope import Direction, Scope
from axis.exchange.views.submissions import HeldFilter
from axis.store import reading
from tests.support.stage import Stage

ALL = Scope(everything=True)
OFFICE = Scope(frozenset({"G22"}))
LANG_SON = Scope(frozenset({"H37", "H37.01", "H37.02"}))
INTERIOR = Scope(frozenset({"G09"}))


async def found(stage: Stage, scope: Scope, **wanted: object) -> set[UUID]:
    lines = await stage.reader.documents(scope, DocumentFilter(**wanted))  # type: ignore[arg-type]
    return {line.id for line in lines}


# -- searching ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Mời họp trực tuyến",
        "MỜI HỌP",
        "moi hop truc tuyen",
        unicodedata.normalize("NFD", "mời họp"),
        "  mời   họp ",
        "7801/GM-VPCP",
        "gm-vpcp",
        "G22,2026/11/20,7801",
        "giấy mời",
    ],
)
async def test_search_finds_by_what_people_type(stage: Stage, text: str) -> None:
    for scope in (ALL, OFFICE, LANG_SON):
        assert await found(stage, scope, text=text) == {stage.scene.invitation}


@pytest.mark.parametrize("text", ["Đồng Đăng", "dong dang", "ĐỒNG ĐĂNG", "H37.103"])
async def test_search_finds_by_receiver(stage: Stage, text: str) -> None:
    scene = stage.scene
    assert await found(stage, OFFICE, text=text) == {scene.withdrawn, scene.recall}


@pytest.mark.parametrize("text", ["H37.02", "000.00.02.H37", "Sở Nội vụ tỉnh"])
async def test_search_finds_by_sender_code_old_code_and_name(stage: Stage, text: str) -> None:
    assert stage.scene.report in await found(stage, INTERIOR, text=text)
    assert stage.scene.private not in await found(stage, INTERIOR, text=text)


async def test_search_for_what_very_many_agencies_fit_finds_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["Bộ Nội vụ", "H37.02", "000.00.02.H37", "đồng đăng", "nội vụ", "không có ai"]
    few = [await found(stage, ALL, text=text) for text in texts]
    monkeypatch.setattr(reading, "MAX_MATCHING", 0)
    many = [await found(stage, ALL, text=text) for text in texts]
    assert many == few
    assert [len(ids) for ids in few] == [3, 2, 2, 2, 3, 0]


@pytest.mark.parametrize("text", ["%", "_", "\\", "100%", "7801_GM", "%GM%", "'; --", "\\%"])
async def test_search_takes_special_characters_for_what_they_are(stage: Stage, text: str) -> None:
    assert await found(stage, ALL, text=text) == set()


async def test_search_text_does_not_match_across_fields(stage: Stage) -> None:
    assert await found(stage, ALL, text="GM-VPCP G22") == set()


async def test_search_that_takes_too_long_ends_with_advice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SEARCH_TIMEOUT_SECONDS", 0.05)
    async with stage.pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE document IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SearchTooBroadError):
            await found(stage, ALL, text="x")
    assert await found(stage, ALL, text="7801/GM")


# -- narrowing and paging ----------------------------------------------------------------------


async def test_direction_tells_sent_from_received(stage: Stage) -> None:
    scene = stage.scene
    sent = {scene.invitation, scene.withdrawn, scene.recall}
    assert await found(stage, OFFICE, direction=Direction.OUT) == sent
    assert await found(stage, OFFICE, direction=Direction.IN) == {scene.report}


async def test_document_between_two_own_agencies_is_on_both_sides(stage: Stage) -> None:
    both = Scope(frozenset({"G22", "G09"}))
    for direction in Direction:
        lines = await stage.reader.documents(both, DocumentFilter(direction=direction))
        own = next(line for line in lines if line.id == stage.scene.invitation)
        assert own.direction is direction
    lines = await stage.reader.documents(both, DocumentFilter())
    assert [line.id for line in lines].count(stage.scene.invitation) == 1


async def test_state_is_looked_for_among_visible_deliveries_only(stage: Stage) -> None:
    scene = stage.scene
    assert await found(stage, OFFICE, state=DeliveryState.RECEIVED) == {scene.invitation}
    assert await found(stage, LANG_SON, state=DeliveryState.RECEIVED) == set()
    assert await found(stage, LANG_SON, state=DeliveryState.ASSIGNED) == {scene.invitation}
    assert await found(stage, LANG_SON, state=DeliveryState.DONE) == {scene.report}
    assert await found(stage, ALL, state=DeliveryState.ACCEPTED) == set()


@pytest.mark.parametrize("scope", [ALL, OFFICE], ids=["all", "own"])
async def test_pages_follow_each_other_without_gap_or_repetition(
    stage: Stage, scope: Scope
) -> None:
    for number in range(7):
        stage.desk.clock.move(seconds=1)
        await stage.desk.send(stage.desk.letter("G22", ["G09"], f"Thư số {number}"), "g22")
    wanted = DocumentFilter(text="thư số", limit=3)
    pages = []
    while lines := await stage.reader.documents(scope, wanted):
        pages.append([line.subject for line in lines])
        wanted = replace(wanted, before=lines[-1].id)
    assert pages == [
        ["Thư số 6", "Thư số 5", "Thư số 4"],
        ["Thư số 3", "Thư số 2", "Thư số 1"],
        ["Thư số 0"],
    ]


async def test_scope_of_no_agency_finds_nothing(stage: Stage) -> None:
    nobody = Scope()
    assert await found(stage, nobody) == set()
    assert await stage.reader.document(nobody, stage.scene.invitation) is None
    assert await stage.reader.refused(nobody, 10) == []


# -- one line ----------------------------------------------------------------------------------


async def test_line_counts_for_its_viewer(stage: Stage) -> None:
    async def line(scope: Scope):
        lines = await stage.reader.documents(scope, DocumentFilter(text="GM-VPCP"))
        return lines[0]

    assert (await line(OFFICE)).states == {
        DeliveryState.RECEIVED: 1,
        DeliveryState.ASSIGNED: 1,
        DeliveryState.REFUSED: 1,
    }
    own = await line(LANG_SON)
    assert own.receivers == 2
    assert own.first_receivers == ("Ủy ban nhân dân tỉnh Lạng Sơn", "Sở Nội vụ tỉnh Lạng Sơn")
    assert own.states == {DeliveryState.ASSIGNED: 1, DeliveryState.REFUSED: 1}
    assert own.direction is Direction.IN
    assert own.sender_name == "Văn phòng Chính phủ"


async def test_line_of_a_recalled_document_says_so(stage: Stage) -> None:
    lines = await stage.reader.documents(OFFICE, DocumentFilter(text="đính chính"))
    followed = {line.id: line.followed_by for line in lines}
    assert followed == {
        stage.scene.withdrawn: (DocumentKind.RECALL,),
        stage.scene.recall: (),
    }


# -- one document ------------------------------------------------------------------------------


async def test_document_for_its_sender_tells_everything_in_order(stage: Stage) -> None:
    view = await stage.reader.document(OFFICE, stage.scene.invitation)
    assert view is not None
    assert view.due == view.line.promulgated + timedelta(days=3)
    assert view.certificate_subject.startswith("2.5.4.97=G22,")
    assert [what(entry) for entry in view.timeline] == [
        (Event.SUBMISSION_ACCEPTANCE, None, None),
        (Event.CONTENT_CONSIGNMENT, None, None),
        (Event.CONTENT_HANDOVER, StatusCode.ARRIVED, "H37.02"),
        (Event.CONTENT_HANDOVER, StatusCode.ARRIVED, "G09"),
        (Event.CONSIGNMENT_ACCEPTANCE, StatusCode.ACCEPTED, "H37.02"),
        (Event.CONSIGNMENT_REJECTION, StatusCode.REFUSED, "H37"),
        (None, StatusCode.ASSIGNED, "H37.02"),
        (Event.CONSIGNMENT_ACCEPTANCE, StatusCode.ACCEPTED, "G09"),
    ]
    assert view.timeline[0].receivers == ("G09", "H37", "H37.02")
    assert [entry.receipt is not None for entry in view.timeline] == [True] * 6 + [False, True]
    assert [delivery.named for delivery in view.deliveries] == [
        ("G09",),
        ("000.00.00.H37",),
        ("H37.02",),
    ]


async def test_document_for_a_receiver_tells_its_own_part(stage: Stage) -> None:
    view = await stage.reader.document(Scope(frozenset({"H37.02"})), stage.scene.invitation)
    assert view is not None
    assert [what(entry) for entry in view.timeline] == [
        (Event.SUBMISSION_ACCEPTANCE, None, None),
        (Event.CONTENT_CONSIGNMENT, None, None),
        (Event.CONTENT_HANDOVER, StatusCode.ARRIVED, "H37.02"),
        (Event.CONSIGNMENT_ACCEPTANCE, StatusCode.ACCEPTED, "H37.02"),
        (None, StatusCode.ASSIGNED, "H37.02"),
    ]
    assert all(entry.receivers == ("H37.02",) for entry in view.timeline)
    # the sender's receipts name other receivers; its own statuses were answered to it
    assert [entry.receipt is not None for entry in view.timeline] == [False, False] + [True] * 3


async def test_receiver_is_not_told_when_others_got_their_copies(stage: Stage) -> None:
    desk = stage.desk
    desk.full.add("inbox.g09")
    document = await desk.send(desk.letter("G22", ["G09", "H37.02"], "Hai nơi nhận"), "g22")
    desk.full.clear()
    desk.clock.move(minutes=1)
    await desk.deliver()
    for scope, receivers in (
        (OFFICE, [("G09", "H37.02"), ("H37.02",), ("G09",)]),
        (LANG_SON, [("H37.02",), ("H37.02",)]),
        (INTERIOR, [("G09",), ("G09",)]),
    ):
        view = await stage.reader.document(scope, document)
        assert view is not None
        assert [entry.receivers for entry in view.timeline] == receivers


async def test_receipt_of_a_status_is_the_one_addressed_to_the_viewer(stage: Stage) -> None:
    async def receipt(scope: Scope):
        view = await stage.reader.document(scope, stage.scene.invitation)
        entry = next(one for one in view.timeline if one.agency == "H37.02")
        stored = await stage.reader.receipt(scope, entry.receipt)
        return read_receipt(stored.xml)

    assert (await receipt(OFFICE)).event is Event.CONTENT_HANDOVER
    assert (await receipt(LANG_SON)).event is Event.SUBMISSION_ACCEPTANCE
    assert (await receipt(ALL)).event is Event.CONTENT_HANDOVER


async def test_take_back_is_shown_to_the_receiver_that_it_is_addressed_to(stage: Stage) -> None:
    desk = stage.desk
    letter = desk.letter("G22", ["G09", "H37.02"], "Gửi nhầm")
    document = await desk.send(letter, "g22")
    await desk.report(letter, StatusCode.TAKE_BACK, "G22", "g22", "Gửi nhầm", addressee="H37.02")
    for scope, seen in ((OFFICE, True), (LANG_SON, True), (INTERIOR, False)):
        view = await stage.reader.document(scope, document)
        assert (StatusCode.TAKE_BACK in {entry.status for entry in view.timeline}) is seen


async def test_links_lead_both_ways_as_far_as_the_viewer_may_see(stage: Stage) -> None:
    scene = stage.scene
    recall = await stage.reader.document(OFFICE, scene.recall)
    assert [link.id for link in recall.targets] == [scene.withdrawn]
    assert recall.acted_on_by == ()
    withdrawn = await stage.reader.document(OFFICE, scene.withdrawn)
    assert [(link.id, link.kind) for link in withdrawn.acted_on_by] == [
        (scene.recall, DocumentKind.RECALL)
    ]
    elsewhere = "UPDATE delivery SET receiver = 'G12' WHERE document = $1"
    await stage.pool.execute(elsewhere, scene.recall)
    view = await stage.reader.document(Scope(frozenset({"H37.103"})), scene.withdrawn)
    assert view.acted_on_by == ()
    assert view.line.followed_by == ()


# -- names, refusals ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["G22,2026/11/20,7801/GM-VPCP", "7801/GM-VPCP"])
async def test_document_is_found_by_its_id_and_by_its_number(stage: Stage, name: str) -> None:
    for scope in (ALL, OFFICE, LANG_SON):
        assert await stage.reader.find(scope, name) == [stage.scene.invitation]
    assert await stage.reader.find(Scope(frozenset({"H37.103"})), name) == []


async def test_recall_is_found_with_what_it_recalls_newest_first(stage: Stage) -> None:
    found = await stage.reader.find(OFFICE, "7804/VPCP-TTĐT")
    assert found == [stage.scene.recall, stage.scene.withdrawn]


async def test_refusals_follow_each_other_newest_first(stage: Stage) -> None:
    scene = stage.scene
    lines = await stage.reader.refused(ALL, 10)
    assert [line.id for line in lines] == [scene.refused_elsewhere, scene.refused]
    older = await stage.reader.refused(ALL, 10, before=scene.refused_elsewhere)
    assert [line.id for line in older] == [scene.refused]
    assert [line.id for line in await stage.reader.refused(LANG_SON, 10)] == [scene.refused]
    assert lines[0].reasons == ("A-RECEIVER-UNKNOWN",)
    assert await stage.reader.receipt(INTERIOR, lines[0].receipt) is not None
    assert await stage.reader.receipt(LANG_SON, lines[0].receipt) is None


async def test_held_submission_is_seen_by_its_sender_with_what_it_waits_for(stage: Stage) -> None:
    scene = stage.scene
    (line,) = await stage.reader.held(OFFICE, HeldFilter())
    assert (line.id, line.sender, line.endpoint) == (scene.held, "G22", "g22")
    assert line.reasons == ("C-SCANNER-AWAY",)
    assert line.verdict["outcome"] == "INDETERMINATE"
    assert line.held_since < line.next_try_at < line.expires_at
    assert (line.attempts, line.refusal) == (0, None)
    assert await stage.reader.held(LANG_SON, HeldFilter()) == []
    assert await stage.reader.held(Scope(), HeldFilter()) == []
    notice = await stage.reader.receipt(OFFICE, line.receipt)
    assert notice is not None
    assert notice.event is Event.SUBMISSION_HELD
    for wanted, found in (
        (HeldFilter(id=line.id), [line]),
        (HeldFilter(document_id=line.document_id), [line]),
        (HeldFilter(document_id="another"), []),
        (HeldFilter(before=line.id), []),
        (HeldFilter(limit=1), [line]),
    ):
        assert await stage.reader.held(ALL, wanted) == found


# -- plans -------------------------------------------------------------------------------------


async def test_lists_are_read_along_indexes_not_through_tables(stage: Stage) -> None:
    async def plan(name: str, *arguments: object) -> str:
        async with stage.pool.acquire() as connection, connection.transaction():
            # tiny tables are cheaper to read whole; what counts is that there is another way
            await connection.execute("SET LOCAL enable_seqscan = off")
            await connection.execute("SET LOCAL enable_bitmapscan = off")
            rows = await connection.fetch("EXPLAIN " + reading._SQL[name], *arguments)
            return "\n".join(row[0] for row in rows)

    newest = UUID(int=2**128 - 1)
    wanted = (newest, None, "received", ["received", SUPERSEDED], 31)
    own = await plan("found_of_agencies", *wanted, ["G22", "H37.02"], True, True, False)
    assert "document_sender_id" in own
    assert "delivery_receiver_document" in own
    everything = await plan("found_of_all", newest, "x", *wanted[2:], ["G22", "H37.02"])
    later = ("document_link_pkey", "document_link_target")
    for index in ("document_pkey", "document_sender_id", "delivery_receiver_document", *later):
        assert index in everything
    assert "delivery_late" in await plan("found_late_of_all", *wanted, [])
    steps = await plan("open_steps_of_all", 1000)
    for index in ("delivery_pkey", "delivery_late", "delivery_undeliverable", *later):
        assert index in steps
    own = await plan("open_steps_of_agencies", 1000, ["G22", "H37.02"])
    for index in ("document_sender_id", "delivery_receiver_document", *later):
        assert index in own
    one = await plan("deliveries", newest, ["G22"], False)
    for index in ("delivery_document_receiver_key", *later):
        assert index in one
    for text in (everything, steps, own, one):
        assert not re.search("Seq Scan on (delivery|document|document_link) ", text)
    assert "submission_refused_id" in await plan("refused_of_all", newest, 31)
    assert "submission_refused_sender_id" in await plan("refused_of_agencies", newest, 31, ["G22"])


def what(entry: TimelineEntry) -> tuple[Event | None, StatusCode | None, str | None]:
    return entry.event, entry.status, entry.agency
