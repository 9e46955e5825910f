"""Kinds and answers that cross: recalls of what is not plain, changed minds, merged agencies."""

from datetime import date, timedelta

import pytest

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.exchange.decision.case import Case, Ending
from axis.exchange.deliveries.states import DeliveryState as S
from axis.exchange.deliveries.states import Position
from axis.exchange.records import DocumentRow
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    REPORTED_AT,
    case,
    claimed,
    decider,
    document,
    recall,
    replacement,
    update,
)
from tests.support.world import World, moving

TOMORROW = NOW + timedelta(days=1)
MERGING = Agency("H37.07", "Sở", Level.PROVINCE, "H37", valid_to=date(2026, 3, 2), successor="G09")
"""Closes with the day of `NOW`."""
OWN = "G22,2026/03/02,99/TH"
SECOND = "G22,2026/03/02,7/X"
THIRD = "G22,2026/03/02,8/X"


def at(story: World, code: str, *rows: DocumentRow) -> list[S]:
    """Where these documents stand with one receiver."""
    return [story.states(row)[code] for row in rows]


# -- recalls of what is not a plain document ------------------------------------------------------
def test_recall_of_a_recall_is_refused_at_once_for_there_is_nothing_to_wait_for() -> None:
    story, first = World(), document("G22", ["G09"])
    story.accept(first)
    asking = recall(first, ["G09"], OWN)
    story.accept(asking)
    decision = story.send(recall(asking, ["G09"], THIRD))
    assert (decision.ending, decision.reasons) == (Ending.REFUSED, (Reason.TARGET_UNKNOWN.code,))


def test_recall_is_not_taken_back_by_13() -> None:
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    asking = recall(first, ["G09"], OWN)
    row = story.accept(asking)
    decision = story.report("G22", StatusCode.TAKE_BACK, asking, to="G09")
    assert decision.reasons == (Reason.STATUS_OUT_OF_ORDER.code,)
    assert at(story, "G09", original, row) == [S.TAKE_BACK_ASKED, S.ACCEPTED]


def test_recall_of_a_replaced_document_leaves_what_replaced_it_and_the_other_way_round() -> None:
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    newer = replacement(["G09"], (first, []))
    replaced_by = story.accept(newer)
    story.accept(recall(first, ["G09"], OWN))
    assert at(story, "G09", original, replaced_by) == [S.TAKE_BACK_ASKED, S.ACCEPTED]
    story.accept(recall(newer, ["G09"]))
    assert at(story, "G09", original, replaced_by) == [S.TAKE_BACK_ASKED, S.TAKE_BACK_ASKED]


def test_two_recalls_are_settled_by_one_answer_and_one_confirmation() -> None:
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    recalls = [story.accept(recall(first, ["G09"], own)) for own in ("", OWN)]
    story.report("G09", StatusCode.AGREED, first)
    assert at(story, "G09", original, *recalls) == [S.AGREED] * 3
    story.report("G09", StatusCode.DONE, first)
    assert at(story, "G09", original, *recalls) == [S.DESTROYED] * 3
    assert len(story.receipts(Event.DESTRUCTION_CONFIRMED)) == 1


def test_recall_of_what_is_given_back_already_owes_no_destruction() -> None:
    story, first = World(), document("G22", ["G09", "H37"])
    original = story.accept(first)
    story.report("H37", StatusCode.ACCEPTED, first)
    for code in ("G09", "H37"):
        story.report("G22", StatusCode.TAKE_BACK, first, to=code)
        story.report(code, StatusCode.AGREED, first)
    story.report("H37", StatusCode.DONE, first)
    row = story.accept(recall(first, ["G09"]))
    for code in ("G09", "H37"):
        assert story.report(code, StatusCode.AGREED, first).ending is Ending.ACCEPTED
    assert story.states(original) == {"G09": S.WITHDRAWN, "H37": S.DESTROYED}
    assert story.states(row) == {"G09": S.WITHDRAWN, "H37": S.DESTROYED}
    assert len(story.receipts(Event.DESTRUCTION_CONFIRMED)) == 1


def test_recall_of_an_update_alone_concerns_nothing_but_the_update_whatever_is_answered() -> None:
    story, first = World(), document("G22", ["G09", "H37"])
    second = update(first, ["G09", "H37"], document_id=SECOND)
    original, changed = [story.accept(one) for one in (first, second)]
    for code in ("G09", "H37"):
        story.report(code, StatusCode.ACCEPTED, first)
    row = story.accept(recall(second, ["G09"], OWN))
    story.report("G09", StatusCode.AGREED, second)
    assert at(story, "G09", original, changed, row) == [S.RECEIVED, S.WITHDRAWN, S.WITHDRAWN]
    for number, code in enumerate((StatusCode.DISAGREED, StatusCode.AGREED), 1):
        story.report("H37", code, second, at=REPORTED_AT + timedelta(hours=number))
    assert at(story, "H37", original, changed, row) == [S.RECEIVED, S.AGREED, S.AGREED]


# -- updates of updates ---------------------------------------------------------------------------
def test_receiver_dropped_by_an_update_of_an_update_is_asked_for_all_versions() -> None:
    story, first = World(), document("G22", ["G09", "H37"])
    second = update(first, ["G09", "H37"], document_id=SECOND)
    rows = [story.accept(one) for one in (first, second)]
    last = story.accept(update(second, ["H37"], drops=["G09"], document_id=THIRD))
    assert at(story, "G09", *rows) == [S.TAKE_BACK_ASKED] * 2
    story.report("G09", StatusCode.AGREED, first)
    assert at(story, "G09", *rows, last) == [S.WITHDRAWN] * 3
    assert at(story, "H37", *rows, last) == [S.ACCEPTED] * 3


def test_update_of_an_update_reaches_and_drops_who_has_an_earlier_version_alone() -> None:
    story, first = World(), document("G22", ["G09", "H37", "H37.02"])
    second = update(first, ["H37"], document_id=SECOND)
    rows = [story.accept(one) for one in (first, second)]
    last = story.accept(update(second, ["H37.02"], drops=["G09"], document_id=THIRD))
    assert story.states(last).keys() == {"H37.02", "G09"}
    assert at(story, "G09", rows[0]) == [S.TAKE_BACK_ASKED]
    beside = story.send(update(second, ["H37.101"], document_id=OWN))
    assert beside.reasons == (Reason.NEVER_HAD_IT.code,)  # no version at all


def test_new_document_under_the_document_id_of_an_update_is_a_conflict() -> None:
    story, first = World(), document("G22", ["G09"])
    story.accept(first)
    story.accept(update(first, ["G09"], document_id=SECOND))
    decision = story.send(document("G22", ["H37"], document_id=SECOND))
    assert decision.reasons == (Reason.DOCUMENT_CONFLICT.code,)
    assert story.send(document("G09", ["H37"], document_id=SECOND), "g09").reasons == ()


def test_receiver_added_again_after_it_gave_the_document_back_gets_the_update_with_a_warning() -> (
    None
):
    """What was given back stays given back; the sender is told."""
    story, first = World(), document("G22", ["G09", "H37"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    story.accept(update(first, ["H37"], drops=["G09"]))
    for code in (StatusCode.AGREED, StatusCode.DONE):
        story.report("G09", code, first)
    row = story.accept(update(first, ["H37"], adds=["G09"], document_id=SECOND))
    assert at(story, "G09", original, row) == [S.DESTROYED, S.ACCEPTED]
    (finding,) = row.verdict["findings"]
    assert (finding["code"], finding["facts"]["code"]) == (Reason.ADDED_AGAIN.code, "G09")
    assert finding["place"].endswith("/ReceiverList/Receiver/OrganId")


# -- minds that change ----------------------------------------------------------------------------
def test_disagreement_after_agreement_changes_nothing() -> None:
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    row = story.accept(recall(first, ["G09"]))
    story.report("G09", StatusCode.AGREED, first)
    assert story.report("G09", StatusCode.DISAGREED, first).ending is Ending.ACCEPTED
    assert at(story, "G09", original, row) == [S.AGREED] * 2


@pytest.mark.parametrize(
    ("code", "hours", "expected"),
    [
        (StatusCode.ARRIVED, -1, S.AGREED),
        (StatusCode.ACCEPTED, -1, S.AGREED),
        (StatusCode.DONE, -1, S.AGREED),  # the work, before it was given back
        (StatusCode.DONE, 1, S.DESTROYED),
    ],
)
def test_report_that_the_axis_takes_after_the_agreement_shows_that_it_was_not_given_back_unread(
    code: StatusCode, hours: int, expected: S
) -> None:
    story, first = World(), document("G22", ["G09"])
    row = story.accept(first)
    story.report("G22", StatusCode.TAKE_BACK, first, to="G09")
    story.report("G09", StatusCode.AGREED, first)
    assert at(story, "G09", row) == [S.WITHDRAWN]
    story.report("G09", code, first, at=REPORTED_AT + timedelta(hours=hours))
    assert at(story, "G09", row) == [expected]
    proofs = story.receipts(Event.DESTRUCTION_CONFIRMED)
    assert len(proofs) == (expected is S.DESTROYED)


def test_work_done_before_the_agreement_counts_though_it_is_told_later() -> None:
    """It says nothing of the recall, whose copy nobody has reported."""
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    asking = story.accept(recall(first, ["G09"]))
    story.report("G09", StatusCode.AGREED, first)
    story.report("G09", StatusCode.DONE, first, at=REPORTED_AT - timedelta(hours=1))
    found = story.deciding.known.deliveries
    assert found[original.id, "G09"].position == Position(S.AGREED, S.DONE)
    assert found[asking.id, "G09"].position == Position(S.AGREED, S.ACCEPTED)
    story.report("G09", StatusCode.DONE, first, at=REPORTED_AT + timedelta(hours=1))
    assert at(story, "G09", original, asking) == [S.DESTROYED] * 2


def test_agreement_that_comes_twice_leaves_what_was_given_back_unread_as_it_is() -> None:
    story, first = World(), document("G22", ["G09"])
    rows = [story.accept(first), story.accept(update(first, ["G09"]))]
    story.report("G22", StatusCode.TAKE_BACK, first, to="G09")
    for hours in range(2):
        again = REPORTED_AT + timedelta(hours=hours)
        story.report("G09", StatusCode.AGREED, first, at=again)
        assert at(story, "G09", *rows) == [S.WITHDRAWN] * 2


@pytest.mark.parametrize("dropped", [False, True])
def test_agreement_after_disagreement_gives_back_and_is_no_consent_to_the_update(
    dropped: bool,
) -> None:
    story, first = World(), document("G22", ["G09", "H37"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    row = story.accept(update(first, ["H37"] if dropped else ["G09"], drops=["G09"] * dropped))
    if not dropped:
        story.report("G09", StatusCode.AGREED, first)
        story.report("G22", StatusCode.TAKE_BACK, first, to="G09")
    later = REPORTED_AT + timedelta(hours=1)
    story.report("G09", StatusCode.DISAGREED, first, at=later)
    assert at(story, "G09", original, row) == [S.DECLINED] * 2
    story.report("G09", StatusCode.AGREED, first, at=later + timedelta(hours=1))
    assert at(story, "G09", original, row) == [S.AGREED] * 2


@pytest.mark.parametrize("dropped", [False, True])
def test_agreement_after_disagreement_gives_back_what_was_worked_on_meanwhile(
    dropped: bool,
) -> None:
    story, first = World(), document("G22", ["G09", "H37"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    asking = update(first, ["H37"], drops=["G09"]) if dropped else recall(first, ["G09"])
    row = story.accept(asking)
    for number, code in enumerate((StatusCode.DISAGREED, StatusCode.IN_PROGRESS), 1):
        story.report("G09", code, first, at=REPORTED_AT + timedelta(hours=number))
    assert at(story, "G09", original, row) == [S.IN_PROGRESS, S.DECLINED]
    for number, code in enumerate((StatusCode.AGREED, StatusCode.DONE), 3):
        story.report("G09", code, first, at=REPORTED_AT + timedelta(hours=number))
    assert at(story, "G09", original, row) == [S.DESTROYED] * 2


def test_agreement_to_an_update_that_was_declined_after_a_take_back_is_consent() -> None:
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    story.report("G09", StatusCode.ACCEPTED, first)
    story.report("G22", StatusCode.TAKE_BACK, first, to="G09")
    story.report("G09", StatusCode.DISAGREED, first)
    row = story.accept(update(first, ["G09"]))
    for number, code in enumerate((StatusCode.DISAGREED, StatusCode.AGREED), 1):
        story.report("G09", code, first, at=REPORTED_AT + timedelta(hours=number))
    assert at(story, "G09", original, row) == [S.DECLINED, S.RECEIVED]


def test_take_back_of_what_is_done_is_asked_and_answered_as_ever() -> None:
    story, first = World(), document("G22", ["G09"])
    row = story.accept(first)
    story.report("G09", StatusCode.DONE, first)
    story.report("G22", StatusCode.TAKE_BACK, first, to="G09")
    assert at(story, "G09", row) == [S.TAKE_BACK_ASKED]
    story.report("G09", StatusCode.AGREED, first)
    story.report("G09", StatusCode.DONE, first)
    assert at(story, "G09", row) == [S.DESTROYED]


# -- agencies that close, merge, or are both sides ------------------------------------------------
def test_closed_agency_reports_no_more_and_its_successor_does_for_all_that_either_was_sent() -> (
    None
):
    known = moving(MERGING)
    first = document("G22", ["G09", "H37.07"])
    row = World(decider(known)).accept(first)
    later = World(decider(known, TOMORROW))
    closed = later.report("H37.07", StatusCode.ACCEPTED, first, endpoint="lgsp-h37")
    assert closed.reasons == (Reason.SENDER_CLOSED.code,)
    later.report("G09", StatusCode.ACCEPTED, first)
    assert later.states(row) == {"G09": S.RECEIVED, "H37.07": S.RECEIVED}
    proofs = later.receipts(Event.CONSIGNMENT_ACCEPTANCE)
    assert [line.code for one in proofs for line in one.receivers] == ["G09", "H37.07"]


def test_report_of_a_successor_proves_nothing_of_what_its_predecessor_had_refused() -> None:
    known = moving(MERGING)
    first = document("G22", ["G09", "H37.07"])
    story = World(decider(known))
    row = story.accept(first)
    story.report("H37.07", StatusCode.REFUSED, first, endpoint="lgsp-h37")
    later = World(decider(known, TOMORROW))
    later.report("G09", StatusCode.ACCEPTED, first)
    assert later.states(row) == {"G09": S.RECEIVED, "H37.07": S.REFUSED}
    (proof,) = later.receipts(Event.CONSIGNMENT_ACCEPTANCE)
    assert [line.code for line in proof.receivers] == ["G09"]


def test_agency_that_sends_to_itself_plays_both_sides() -> None:
    story, first = World(), document("G22", ["G22", "G09"])
    row = story.accept(first)
    story.report("G22", StatusCode.ACCEPTED, first, endpoint="g22")
    asking = story.accept(recall(first, ["G22"]))
    assert at(story, "G22", row, asking) == [S.TAKE_BACK_ASKED, S.ACCEPTED]
    for code in (StatusCode.AGREED, StatusCode.DONE):
        assert story.report("G22", code, first, endpoint="g22").ending is Ending.ACCEPTED
    assert at(story, "G22", row, asking) == [S.DESTROYED] * 2
    assert at(story, "G09", row, asking) == [S.TAKE_BACK_ASKED, S.ACCEPTED]


# -- several agencies behind one endpoint ---------------------------------------------------------
def test_agencies_behind_one_endpoint_answer_each_for_itself() -> None:
    story, first = World(), document("G22", ["H37", "H37.02", "H37.101"])
    original = story.accept(first)
    for code in ("H37", "H37.02", "H37.101"):
        story.report(code, StatusCode.ARRIVED, first)
    row = story.accept(recall(first, ["H37"]))
    story.report("H37", StatusCode.AGREED, first)
    story.report("H37", StatusCode.DONE, first)
    story.report("H37.02", StatusCode.DISAGREED, first)
    assert story.states(original) == {
        "H37": S.DESTROYED,
        "H37.02": S.DECLINED,
        "H37.101": S.TAKE_BACK_ASKED,
    }
    assert story.states(row) == {"H37": S.DESTROYED, "H37.02": S.DECLINED, "H37.101": S.ACCEPTED}


@pytest.mark.parametrize("recalled", [False, True])
def test_copy_that_one_receiver_has_reported_is_in_the_system_of_those_who_share_it(
    recalled: bool,
) -> None:
    story, first = World(), document("G22", ["H37", "H37.02", "G09"])
    row = story.accept(first)
    story.report("H37", StatusCode.ACCEPTED, first)
    if recalled:
        story.accept(recall(first, ["H37"]))
    else:
        story.report("G22", StatusCode.TAKE_BACK, first, to="H37.02")
    endpoints = [endpoint for endpoint, _, _ in story.notices()]
    assert endpoints == (["g09"] if recalled else [])  # nothing is left in the inbox of the others
    story.report("H37.02", StatusCode.AGREED, first)
    assert at(story, "H37.02", row) == [S.AGREED]  # not withdrawn unread: it is to be destroyed


# -- an update of what was recalled ---------------------------------------------------------------
def refused_as_recalled(story: World, message: Document) -> bool:
    return story.send(message).reasons == (Reason.DOCUMENT_RECALLED.code,)


def test_update_of_a_recalled_document_is_refused_and_brings_it_to_nobody() -> None:
    story, first = World(), document("G22", ["G09"])
    row = story.accept(first)
    second = update(first, ["G09"], document_id=SECOND)
    story.accept(second)
    story.accept(recall(first, ["G09"]))
    for about in (first, second):
        assert refused_as_recalled(story, update(about, ["G09"], adds=["H37"], document_id=THIRD))
    assert story.states(row).keys() == {"G09"}


def test_update_that_was_held_while_its_document_was_recalled_is_refused() -> None:
    story, first = World(), document("G22", ["G09"])
    story.accept(first)
    late = case(update(first, ["G09"], adds=["H37"]), findings=[Finding(Reason.SCANNER_AWAY)])
    assert story.deciding.decide(late).ending is Ending.HELD
    story.accept(recall(first, ["G09"], OWN))
    late.examination = replace(late.examination, findings=())
    decision = story.deciding.decide(
        Case(late.submission, late.examination, claimed(late.submission))
    )
    assert decision.reasons == (Reason.DOCUMENT_RECALLED.code,)


def test_document_of_which_an_update_alone_was_recalled_is_updated() -> None:
    story, first = World(), document("G22", ["G09"])
    story.accept(first)
    second = update(first, ["G09"], document_id=SECOND)
    story.accept(second)
    story.accept(recall(second, ["G09"], OWN))
    story.accept(update(first, ["G09"], document_id=THIRD))


def test_recalled_document_is_replaced_and_updated_anew_under_its_document_id() -> None:
    story, first = World(), document("G22", ["G09"])
    story.accept(first)
    story.accept(recall(first, ["G09"]))
    story.accept(replacement(["G09"], (first, []), document_id=first.document_id))
    story.accept(update(first, ["G09"]))
    story.accept(recall(first, ["G09"]))
    assert refused_as_recalled(story, update(first, ["G09"]))


@pytest.mark.parametrize(
    ("answer", "state"), [(StatusCode.AGREED, S.AGREED), (StatusCode.DISAGREED, S.DECLINED)]
)
def test_recalls_of_what_was_refused_are_all_answered_by_one_answer(
    answer: StatusCode, state: S
) -> None:
    story, first = World(), document("G22", ["G09"])
    row = story.accept(first)
    recalls = [story.accept(recall(first, ["G09"], own)) for own in (OWN, THIRD)]
    story.report("G09", StatusCode.REFUSED, first)
    story.report("G09", answer, first, at=REPORTED_AT + timedelta(hours=1))
    assert at(story, "G09", row, *recalls) == [S.REFUSED, state, state]
