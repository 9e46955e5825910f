"""Documents that go by one DocumentId: what a report, an answer, a take-back, a recall is about."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind
from axis.edxml.codes import StatusCode as Code
from axis.evidence.events import Event
from axis.exchange.deliveries.next_step import Owner, next_step
from axis.exchange.deliveries.states import DeliveryState as S
from axis.exchange.records import DocumentRow
from axis.registry.agency import Agency, Level
from tests.support.exchange import (
    NOW,
    REPORTED_AT,
    decider,
    document,
    recall,
    replacement,
    update,
)
from tests.support.world import World, moving

SECOND = "G22,2026/03/02,7/X"
THIRD = "G22,2026/03/02,8/X"


def at(story: World, *rows: DocumentRow, code: str = "G09") -> list[S]:
    """Where these documents stand with one receiver."""
    return [story.states(row)[code] for row in rows]


class Replaced:
    """A document, and one that replaces it under the same DocumentId."""

    def __init__(self, *before: Code) -> None:
        self.story, self.first, self.hours = World(), document("G22", ["G09"]), 0
        self.rows = [self.story.accept(self.first)]
        self.say(*before)
        newer = replacement(["G09"], (self.first, []), document_id=self.first.document_id)
        self.rows.append(self.story.accept(newer))

    def say(self, *codes: Code) -> list[S]:
        for code in codes:
            self.hours += 1
            self.story.report("G09", code, self.first, at=REPORTED_AT + timedelta(hours=self.hours))
        return at(self.story, *self.rows)


# -- a replacement under the DocumentId of what it replaces ---------------------------------------
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([Code.ARRIVED, Code.ACCEPTED], [Code.ARRIVED], [S.RECEIVED, S.ARRIVED]),
        ([Code.ARRIVED, Code.ACCEPTED], [Code.ARRIVED, Code.ACCEPTED], [S.RECEIVED] * 2),
        ([Code.ARRIVED, Code.ACCEPTED], [Code.REFUSED], [S.RECEIVED, S.REFUSED]),
        ([Code.ACCEPTED], [Code.REFUSED, Code.REFUSED], [S.RECEIVED, S.REFUSED]),
        ([Code.ARRIVED], [Code.ACCEPTED], [S.RECEIVED, S.ACCEPTED]),
        ([Code.ARRIVED], [Code.ACCEPTED, Code.ACCEPTED], [S.RECEIVED] * 2),
        ([Code.REFUSED], [Code.ARRIVED, Code.ACCEPTED], [S.REFUSED, S.RECEIVED]),
        ([Code.REFUSED], [Code.REFUSED], [S.REFUSED] * 2),
        ([Code.DONE], [Code.ACCEPTED, Code.DONE], [S.DONE] * 2),
        ([Code.DONE], [Code.DONE], [S.DONE] * 2),
        ([], [Code.REFUSED, Code.ACCEPTED], [S.REFUSED, S.RECEIVED]),
    ],
)
def test_report_is_about_the_first_document_of_which_it_says_something_new(
    before: Sequence[Code], after: Sequence[Code], expected: list[S]
) -> None:
    assert Replaced(*before).say(*after) == expected


def test_work_is_that_on_all_that_was_accepted() -> None:
    replaced = Replaced(Code.ACCEPTED)
    assert replaced.say(Code.IN_PROGRESS) == [S.IN_PROGRESS, S.ACCEPTED]
    assert replaced.say(Code.ACCEPTED, Code.IN_PROGRESS) == [S.IN_PROGRESS] * 2
    assert replaced.say(Code.DONE) == [S.DONE] * 2


def test_report_proves_something_of_the_document_that_it_is_about_alone() -> None:
    replaced = Replaced(Code.ACCEPTED)
    replaced.say(Code.ACCEPTED)
    proofs = replaced.story.receipts(Event.CONSIGNMENT_ACCEPTANCE)
    assert [one.subject.axis_id for one in proofs] == [row.id for row in replaced.rows]


@pytest.mark.parametrize("taken", [False, True], ids=["unread", "read"])
def test_report_after_the_former_document_was_given_back_is_about_what_replaced_it(
    taken: bool,
) -> None:
    story, first = World(), document("G22", ["G09"])
    original = story.accept(first)
    if taken:
        story.report("G09", Code.ACCEPTED, first)
    story.accept(recall(first, ["G09"], THIRD))
    story.report("G09", Code.AGREED, first, at=REPORTED_AT + timedelta(hours=1))
    newer = replacement(["G09"], (first, []), document_id=first.document_id)
    row = story.accept(newer)
    given = S.AGREED if taken else S.WITHDRAWN
    for hours, code in enumerate((Code.ARRIVED, Code.ACCEPTED), 2):
        story.report("G09", code, first, at=REPORTED_AT + timedelta(hours=hours))
    assert at(story, original, row) == [given, S.RECEIVED]
    for hours in (4, 5):
        story.report("G09", Code.DONE, first, at=REPORTED_AT + timedelta(hours=hours))
    assert at(story, original, row) == [S.DESTROYED if taken else S.WITHDRAWN, S.DONE]


def test_update_under_the_same_document_id_is_answered_and_not_reported_on() -> None:
    story, first = World(), document("G22", ["G09"])
    rows = [story.accept(first), story.accept(update(first, ["G09"]))]
    for hours in range(2):
        story.report("G09", Code.ACCEPTED, first, at=REPORTED_AT + timedelta(hours=hours))
    assert at(story, *rows) == [S.RECEIVED, S.ACCEPTED]
    story.report("G09", Code.AGREED, first)
    assert at(story, *rows) == [S.RECEIVED] * 2


# -- two replacements under one DocumentId --------------------------------------------------------
def test_replacements_under_one_document_id_are_each_accepted_and_both_taken_back() -> None:
    story, first, other = World(), document("G22", ["G09"]), document("G22", ["G09"])
    story.accept(first)
    story.accept(other)
    both = [replacement(["G09"], (one, []), document_id=SECOND) for one in (first, other)]
    rows = [story.accept(one) for one in both]
    for hours in range(2):
        story.report("G09", Code.ACCEPTED, both[0], at=REPORTED_AT + timedelta(hours=hours))
    assert at(story, *rows) == [S.RECEIVED] * 2
    story.report("G22", Code.TAKE_BACK, both[0], to="G09")
    assert at(story, *rows) == [S.TAKE_BACK_ASKED] * 2
    story.report("G09", Code.AGREED, both[0])
    assert at(story, *rows) == [S.AGREED] * 2


# -- an agency and its predecessor ----------------------------------------------------------------
MERGED = Agency("H37.07", "Sở", Level.PROVINCE, "H37", valid_to=date(2026, 3, 2), successor="G22")


def merged() -> tuple[World, list[DocumentRow]]:
    """Two documents under the DocumentId 7/X, of a closed agency and of its successor."""
    known = moving(MERGED)
    row = World(decider(known)).accept(
        document("H37.07", ["G09", "H37.02"], document_id="7/X"), "lgsp-h37"
    )
    later = World(decider(known, NOW + timedelta(days=1)))
    return later, [row, later.accept(document("G22", ["G09", "H37"], document_id="7/X"))]


def test_recall_is_about_its_senders_own_document_before_one_of_a_predecessor() -> None:
    story, (theirs, own) = merged()
    story.accept(recall(document(document_id="7/X"), ["H37"], THIRD))
    assert set(story.states(own).values()) == {S.TAKE_BACK_ASKED}
    assert set(story.states(theirs).values()) == {S.ACCEPTED}


@pytest.mark.parametrize("code", [Code.ACCEPTED, Code.TAKE_BACK])
def test_status_is_about_the_named_agencys_own_document_before_one_of_a_predecessor(
    code: Code,
) -> None:
    story, (theirs, own) = merged()
    about = document(document_id="7/X")
    moved = S.RECEIVED if code is Code.ACCEPTED else S.TAKE_BACK_ASKED
    for receiver in ("G09", "H37.02"):  # the second got only the predecessor's
        if code is Code.TAKE_BACK:
            story.report("G22", code, about, to=receiver)
        else:
            story.report(receiver, code, about)
    assert story.states(own) == {"G09": moved, "H37": S.ACCEPTED}
    assert story.states(theirs) == {"G09": S.ACCEPTED, "H37.02": moved}


def test_status_that_names_the_predecessor_is_about_its_document() -> None:
    story, (theirs, own) = merged()
    story.report("G09", Code.ACCEPTED, document("H37.07", document_id="7/X"))
    assert at(story, theirs, own) == [S.RECEIVED, S.ACCEPTED]


# -- several updates ------------------------------------------------------------------------------
class Updated:
    """A document that its receiver has accepted, with two updates."""

    def __init__(self, *, own_ids: bool) -> None:
        self.story, self.first = World(), document("G22", ["G09"])
        self.original = self.story.accept(self.first)
        self.story.report("G09", Code.ACCEPTED, self.first)
        self.updates = [
            update(self.first, ["G09"], document_id=name if own_ids else "")
            for name in (SECOND, THIRD)
        ]
        self.rows = [self.story.accept(one) for one in self.updates]
        self.hours = 0

    def answer(self, *answers: tuple[int, Code]) -> list[S]:
        """Answer one update after the other; return where they stand."""
        for number, code in answers:
            self.hours += 1
            when = REPORTED_AT + timedelta(hours=self.hours)
            self.story.report("G09", code, self.updates[number], at=when)
        assert at(self.story, self.original) == [S.RECEIVED]
        return at(self.story, *self.rows)


YES, NO = Code.AGREED, Code.DISAGREED


@pytest.mark.parametrize("own_ids", [False, True])
@pytest.mark.parametrize("answers", [(YES, YES), (YES, NO), (NO, YES), (NO, NO)])
def test_updates_that_are_answered_in_their_order_stand_as_each_was_answered(
    own_ids: bool, answers: tuple[Code, Code]
) -> None:
    expected = [S.RECEIVED if code is YES else S.DECLINED for code in answers]
    assert Updated(own_ids=own_ids).answer(*enumerate(answers)) == expected


@pytest.mark.parametrize("answers", [(YES, NO), (NO, YES)])
def test_updates_with_document_ids_of_their_own_are_answered_in_any_order(
    answers: tuple[Code, Code],
) -> None:
    expected = [S.RECEIVED if code is YES else S.DECLINED for code in answers]
    assert Updated(own_ids=True).answer((1, answers[1]), (0, answers[0])) == expected


@pytest.mark.parametrize("own_ids", [False, True])
@pytest.mark.parametrize(("code", "state"), [(YES, S.RECEIVED), (NO, S.DECLINED)])
def test_answer_to_the_newest_update_answers_those_before_it_that_wait_for_one(
    own_ids: bool, code: Code, state: S
) -> None:
    assert Updated(own_ids=own_ids).answer((1, code)) == [state] * 2


def test_answer_to_an_update_by_its_own_name_says_nothing_of_a_later_one() -> None:
    assert Updated(own_ids=True).answer((0, YES)) == [S.RECEIVED, S.ACCEPTED]


# -- whatever was sent ----------------------------------------------------------------------------
REPORTS = [code for code in Code if not code.from_sender]
acts = st.one_of(
    st.tuples(st.sampled_from([recall, update, replacement]), st.booleans()),
    st.tuples(st.sampled_from(REPORTS), st.booleans()),
    st.just((Code.TAKE_BACK, False)),
)


@settings(max_examples=100)
@given(st.lists(acts, max_size=8))
def test_receiver_that_answers_and_ends_whatever_has_a_document_id_owes_nothing(
    story: list[tuple[Any, bool]],
) -> None:
    """Whatever was sent, and reported before: nothing is out of reach of every status."""
    world, first = World(), document("G22", ["G09"])
    world.accept(first)
    sent = [first]
    for number, (act, own_id) in enumerate(story):
        name = f"G22,2026/03/02,{number}/Y" if own_id else first.document_id
        if act is replacement:
            sent.append(replacement(["G09"], (first, []), document_id=name))
        elif act in (recall, update):
            sent.append(act(first, ["G09"], document_id=name))
        elif act is Code.TAKE_BACK:
            world.report("G22", act, first, to="G09")
        else:
            world.report("G09", act, sent[-1] if own_id else first)
        if not isinstance(act, Code):
            world.send(sent[-1])
    moment = REPORTED_AT
    for about in sent * len(sent):
        for code in (Code.AGREED, Code.ACCEPTED, Code.DONE):
            moment += timedelta(minutes=1)
            world.report("G09", code, about, at=moment)
    for row in world.deciding.records.documents:
        taken_in = row.kind is DocumentKind.UPDATE and at(world, row) == [S.RECEIVED]
        assert taken_in or next_step(*at(world, row)).owner in (Owner.NOBODY, Owner.SENDER)
