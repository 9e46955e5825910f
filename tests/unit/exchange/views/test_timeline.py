"""What happened alike to many is one entry of a timeline; stories of a few stay as they are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import StatusCode
from axis.evidence.events import Event
from axis.exchange.views.document import TimelineEntry
from axis.exchange.views.timeline import ALIKE, grouped, remark, wording
from axis.ids import new_id

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def reported(code: StatusCode, agency: str, minute: int, description: str = "") -> TimelineEntry:
    return TimelineEntry(
        at=MORNING + timedelta(minutes=minute),
        event=None,
        status=code,
        agency=agency,
        agency_name=agency,
        receivers=(agency,),
        description=description,
        receipt=None,
    )


def event(*receivers: str, receipt: UUID | None = None) -> TimelineEntry:
    return TimelineEntry(
        at=MORNING,
        event=Event.CONTENT_HANDOVER_FAILURE,
        status=None,
        agency=None,
        agency_name=None,
        receivers=receivers,
        description="",
        receipt=receipt,
    )


def test_broadcast_tells_each_kind_of_report_once() -> None:
    arrived = [reported(StatusCode.ARRIVED, f"H{number}", 2 * number) for number in range(60)]
    accepted = [reported(StatusCode.ACCEPTED, f"H{number}", 2 * number + 1) for number in range(60)]
    timeline = sorted(arrived + accepted, key=lambda entry: entry.at)
    first, second = grouped(timeline)
    assert (first.entries, second.entries) == (arrived, accepted)
    assert first.receivers == tuple(f"H{number}" for number in range(60))
    assert (first.first.at, first.last.at) == (arrived[0].at, arrived[-1].at)


def test_reports_of_a_few_stay_in_the_order_of_events() -> None:
    timeline = [
        reported(code, f"H{number}", number)
        for number in range(ALIKE - 1)
        for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED)
    ]
    assert [group.entries for group in grouped(timeline)] == [[entry] for entry in timeline]


def test_report_with_nothing_but_its_own_name_says_nothing() -> None:
    told = [
        reported(StatusCode.ARRIVED, f"H{number}", number, "Đã đến ") for number in range(ALIKE)
    ]
    (group,) = grouped(told)
    assert group.entries == told
    assert remark(told[0]) == ""
    assert remark(reported(StatusCode.ARRIVED, "H26", 0, " Bản giấy ")) == "Bản giấy"


def test_report_with_words_stays_alone() -> None:
    quiet = [reported(StatusCode.REFUSED, f"H{number}", number) for number in range(ALIKE)]
    said = reported(StatusCode.REFUSED, "H26", 1, "Trùng văn bản")
    groups = grouped([quiet[0], said, *quiet[1:]])
    assert [group.entries for group in groups] == [quiet, [said]]


def test_status_with_another_event_of_evidence_is_another_thing() -> None:
    plain = [reported(StatusCode.ARRIVED, f"H{number}", number) for number in range(ALIKE)]
    proven = [replace(entry, event=Event.CONTENT_HANDOVER) for entry in plain]
    assert len(grouped([*plain, *proven])) == 2


def test_event_that_only_others_have_a_receipt_of_is_told_once() -> None:
    mine = event("H1", "H2", receipt=new_id())
    theirs, elsewhere = event("H2"), event("H3")
    told = [entry for group in grouped([mine, theirs, elsewhere]) for entry in group.entries]
    assert told == [mine, elsewhere]


def test_done_that_confirms_a_destruction_is_worded_as_that() -> None:
    done = reported(StatusCode.DONE, "H1", 0)
    assert wording(done) == ("hoàn thành", "done")
    destroyed = replace(done, event=Event.DESTRUCTION_CONFIRMED)
    assert wording(destroyed)[0] == "xác nhận đã hủy bản nhận"
    proven = replace(reported(StatusCode.ACCEPTED, "H1", 0), event=Event.CONSIGNMENT_ACCEPTANCE)
    assert wording(proven)[1] == "accepted"
    assert wording(event("H1"))[1] == "Could not be handed over"


def test_event_with_receipts_of_sender_and_receivers_is_told_once_with_all_of_them() -> None:
    sent, first, second = new_id(), new_id(), new_id()
    timeline = [
        event("H1", "H2", "H3", receipt=sent),
        event("H1", receipt=first),
        event("H2", "H3", receipt=second),
    ]
    (group,) = grouped(timeline)
    assert group.first == replace(timeline[0], copies=(first, second))


def test_event_that_a_receiver_alone_has_a_receipt_of_is_told_with_that() -> None:
    own = event("H2", receipt=new_id())
    assert [group.entries for group in grouped([event("H2"), own])] == [[own]]


def test_receipts_about_others_or_of_another_moment_stay_entries_of_their_own() -> None:
    some, others = event("H1", receipt=new_id()), event("H2", receipt=new_id())
    later = replace(event("H1", receipt=new_id()), at=MORNING + timedelta(milliseconds=1))
    told = [some, others, later]
    assert [group.entries for group in grouped(told)] == [[entry] for entry in told]


@given(st.lists(st.tuples(st.sampled_from(StatusCode), st.integers(0, 9), st.booleans())))
def test_grouping_keeps_every_entry_once_and_begins_in_order(
    told: list[tuple[StatusCode, int, bool]],
) -> None:
    timeline = [
        reported(code, f"H{agency}", minute, "vì" if said else "")
        for minute, (code, agency, said) in enumerate(told)
    ]
    groups = grouped(timeline)
    flat = [entry for group in groups for entry in group.entries]
    assert sorted(flat, key=lambda entry: entry.at) == timeline
    starts = [group.first.at for group in groups]
    assert starts == sorted(starts)
