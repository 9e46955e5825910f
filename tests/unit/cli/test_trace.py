"""A trace is readable whatever the number of receivers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from axis.cli.trace import print_trace
from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.evidence.events import Event
from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.document import (
    DeliveryLine,
    DocumentView,
    LaterVersion,
    TimelineEntry,
)
from axis.exchange.views.documents import DocumentLine
from axis.exchange.views.links import LinkedDocument, Relation
from axis.exchange.views.scope import Direction
from axis.ids import new_id

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
GROUP = "NHOM.XA.H37"
COUNT = 130


@pytest.fixture(autouse=True)
def hundred_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def delivery(number: int, **changed: object) -> DeliveryLine:
    line = DeliveryLine(
        id=new_id(),
        receiver=f"H37.{number}",
        receiver_name=f"Xã số {number}",
        named=(GROUP,),
        endpoint="lgsp-h37",
        state=DeliveryState.RECEIVED,
        reached=DeliveryState.RECEIVED,
        changed_at=AT,
        deadline=None,
        late=(),
    )
    return replace(line, **changed)  # type: ignore[arg-type]


def entry(minute: int, receivers: tuple[str, ...], **changed: object) -> TimelineEntry:
    told = TimelineEntry(
        at=AT + timedelta(minutes=minute),
        event=Event.SUBMISSION_ACCEPTANCE,
        status=None,
        agency=None,
        agency_name=None,
        receivers=receivers,
        description="",
        receipt=new_id(),
    )
    return replace(told, **changed)  # type: ignore[arg-type]


def broadcast() -> DocumentView:
    """A document to one group: two late, one undeliverable, all others have accepted it."""
    deliveries = [delivery(number) for number in range(COUNT)]
    for number in (40, 90):
        deliveries[number] = delivery(
            number,
            state=DeliveryState.CONSIGNED,
            reached=DeliveryState.CONSIGNED,
            late=(DeadlineKind.HANDOVER,),
        )
    deliveries[120] = delivery(
        120, state=DeliveryState.UNDELIVERABLE, reached=DeliveryState.ACCEPTED
    )
    accepted = [one for one in deliveries if one.state is DeliveryState.RECEIVED]
    codes = tuple(one.receiver for one in deliveries)
    return DocumentView(
        line=DocumentLine(
            id=new_id(),
            document_id="H37,2026/11/20,1/CV-UBND",
            number="1",
            notation="CV-UBND",
            subject="Gửi mọi xã",
            type_name="Công văn",
            kind=DocumentKind.NEW,
            priority=Priority.NORMAL,
            sender="H37",
            sender_name="Ủy ban nhân dân tỉnh",
            promulgated=date(2026, 11, 20),
            accepted_at=AT,
            direction=Direction.OUT,
            receivers=COUNT,
            first_receivers=(),
            groups=("Các xã",),
            late=2,
            followed_by=(),
            answered=False,
            states={},
        ),
        due=None,
        reason=None,
        sha256="0" * 64,
        size=5000,
        endpoint="lgsp-h37",
        certificate_subject="CN=Thử",
        warnings=(),
        deliveries=tuple(deliveries),
        groups={GROUP: "Các xã"},
        timeline=(
            entry(0, codes),
            *(
                entry(
                    1 + number,
                    (one.receiver,),
                    event=Event.CONSIGNMENT_ACCEPTANCE,
                    status=StatusCode.ACCEPTED,
                    agency=one.receiver,
                    agency_name=one.receiver_name,
                )
                for number, one in enumerate(accepted)
            ),
        ),
        targets=(),
        acted_on_by=(),
    )


def test_trace_of_a_broadcast_is_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    print_trace(broadcast())
    out = capsys.readouterr().out
    assert "Các xã (NHOM.XA.H37): 127/130 đã lấy, 2 trễ · 127 taken, 2 late" in out
    assert "127 nơi nhận · receivers" in out
    assert "Các xã (130)" in out
    assert len(out.splitlines()) < 50


def test_trace_of_a_broadcast_names_those_that_need_somebody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_trace(broadcast())
    out = capsys.readouterr().out
    for number in (40, 90, 120):
        assert f"Xã số {number}\n" in out
    assert "Trễ lấy văn bản · Late to be taken" in out
    assert "→ Hệ thống nơi nhận: lấy văn bản khỏi hộp nhận" in out
    assert "→ Quản trị trục: tìm nguyên nhân" in out
    assert "Xã số 41\n" not in out


def test_trace_with_all_names_every_receiver_and_report(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = broadcast()
    print_trace(view, everything=True)
    out = capsys.readouterr().out
    for number in range(COUNT):
        assert f"Xã số {number}\n" in out
    assert out.count("H37.41 Xã số 41") == 2
    assert "--all" not in out


def test_trace_tells_what_a_receiver_had_reached_before_it_was_asked_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = delivery(1, named=("H37.1",), state=DeliveryState.TAKE_BACK_ASKED)
    print_trace(replace(broadcast(), deliveries=(asked,), groups={}, timeline=()))
    out = capsys.readouterr().out
    assert "trước đó · before that: Đã tiếp nhận · Accepted" in out
    assert "đồng ý (15) hoặc từ chối (16)" in out


def linked(relation: Relation, reason: str | None) -> LinkedDocument:
    return LinkedDocument(
        id=new_id(),
        relation=relation,
        reason=reason,
        kind=DocumentKind.RECALL,
        number="2",
        notation="CV-UBND",
        subject="Thu hồi",
        accepted_at=AT,
    )


def test_trace_tells_why_a_document_was_recalled_wrapped_and_harmless(
    capsys: pytest.CaptureFixture[str],
) -> None:
    why = "Sai [red]số[/red] liệu\x1b[31m " + "chi tiết " * 30
    link = linked(Relation.RECALLED_BY, why)
    print_trace(replace(broadcast(), acted_on_by=(link,), timeline=()))
    out = capsys.readouterr().out
    assert "    Lý do · Reason: Sai [red]số[/red] liệu�[31m chi tiết" in out
    part = out.partition("Lý do")[2].partition("Nơi nhận")[0]
    assert " ".join(part.split()).count("chi tiết") == 30
    assert all(len(line) <= 100 for line in part.splitlines())


def test_trace_tells_the_first_of_a_very_long_reason_unless_all_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    why = " ".join(f"điểm{number}" for number in range(500))
    view = replace(broadcast(), acted_on_by=(linked(Relation.RECALLED_BY, why),), timeline=())
    print_trace(view)
    short = capsys.readouterr().out
    assert "điểm10 " in short
    assert "điểm499" not in short
    print_trace(view, everything=True)
    assert "điểm499" in capsys.readouterr().out


def test_trace_of_a_recall_tells_its_reason_once(capsys: pytest.CaptureFixture[str]) -> None:
    why = "Sai ngày"
    links = tuple(linked(Relation.RECALLS, why) for _ in range(3))
    print_trace(replace(broadcast(), reason=why, targets=links, timeline=()))
    assert capsys.readouterr().out.count(f"Lý do · Reason: {why}") == 1


@pytest.mark.parametrize("known", [True, False])
def test_trace_leads_a_receiver_to_the_version_by_which_it_works(
    capsys: pytest.CaptureFixture[str], known: bool
) -> None:
    later = LaterVersion(new_id(), "2", "CV-UBND")
    line = delivery(1, named=("H37.1",), superseded=True, later=later if known else None)
    print_trace(replace(broadcast(), deliveries=(line,), groups={}, timeline=()))
    out = " ".join(capsys.readouterr().out.split())
    assert "→ xử lý theo văn bản mới · work by the later version" in out
    assert (f"2/CV-UBND [{later.id}]" in out) is known
    assert "báo trạng thái 04" not in out
