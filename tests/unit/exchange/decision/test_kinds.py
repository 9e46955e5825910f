"""Recall, update, replacement and take-back: whom they reach, what they move, what follows whom."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind, Priority, ReceiverType, StatusCode
from axis.edxml.values import Document, ResponseFor
from axis.evidence.events import Event
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Ending
from axis.exchange.deliveries.states import DeliveryState as S
from axis.exchange.records import MessageType
from axis.exchange.stored import KnownDelivery
from axis.exchange.versions import MAX_VERSIONS
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.directory import Directory
from axis.registry.groups import Group
from axis.registry.mandates import Mandate
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    case,
    certificate,
    decider,
    directory,
    document,
    fingerprint,
    recall,
    replacement,
    submission,
    update,
)
from tests.support.world import World, moving


# -- recall: whom it reaches ----------------------------------------------------------------------
def test_recall_reaches_everybody_who_had_the_document_whoever_it_is_addressed_to() -> None:
    world, first = World(), document("G22", ["G09", "H37.02", "H37"])
    world.accept(first)
    row = world.accept(recall(first, ["G09"]))
    assert set(world.states(row)) == {"G09", "H37.02", "H37"}
    assert world.copies(row)["inbox.lgsp-h37"].headers["axis-to"] == "H37.02,H37"


def test_recall_reaches_those_whom_updates_added_over_changing_document_ids() -> None:
    world, first = World(), document("G22", ["G09"])
    second = update(first, ["H37"], adds=["H37"], document_id="G22,2026/03/02,7/X")
    third = update(second, ["H37.02"], adds=["H37.02"], document_id="G22,2026/03/02,8/X")
    rows = [world.accept(one) for one in (first, second, third)]
    row = world.accept(recall(first, ["G09"]))
    assert set(world.states(row)) == {"G09", "H37", "H37.02"}
    assert [set(world.states(one).values()) for one in rows] == [{S.TAKE_BACK_ASKED}] * 3


def test_recall_of_an_update_alone_leaves_what_came_before_it() -> None:
    world, first = World(), document("G22", ["G09"])
    second = update(first, ["G09", "H37"], adds=["H37"], document_id="G22,2026/03/02,7/X")
    original, changed = world.accept(first), world.accept(second)
    row = world.accept(recall(second, ["G09"]))
    assert set(world.states(row)) == {"G09", "H37"}
    assert world.states(original) == {"G09": S.ACCEPTED, "H37": S.ACCEPTED}
    assert set(world.states(changed).values()) == {S.TAKE_BACK_ASKED}


def test_recall_goes_where_the_successor_of_a_closed_receiver_is_served() -> None:
    merging = Agency(
        "H37.07", "Sở", Level.PROVINCE, "H37", valid_to=date(2026, 3, 2), successor="G09"
    )
    known = moving(merging)
    world = World(decider(known))
    first = document("G22", ["H37.07"])
    world.accept(first)
    later = World(decider(known, NOW + timedelta(days=1)))
    row = later.accept(recall(first, ["G09"]))
    assert set(later.states(row)) == {"G09"}
    assert later.copies(row).keys() == {"inbox.g09"}


def test_holder_that_cannot_be_reached_any_more_is_named_and_forbids_nothing() -> None:
    closing = Agency("H37.07", "Ban", Level.PROVINCE, "H37", valid_to=date(2026, 3, 2))
    other = Agency("H37.08", "Ban khác", Level.PROVINCE, "H37", valid_to=date(2026, 3, 2))
    known = moving(closing, other)
    first = document("G22", ["G09", "H37.07", "H37.08"])
    World(decider(known)).accept(first)
    later = World(decider(known, NOW + timedelta(days=1)))
    row = later.accept(recall(first, ["G09", "H37.07"]))
    assert set(later.states(row)) == {"G09"}
    findings = row.verdict["findings"]
    assert {one["code"] for one in findings} == {Reason.HOLDER_UNREACHED.code}
    assert {one["facts"]["code"] for one in findings} == {"H37.07", "H37.08"}


def test_receiver_that_never_had_it_and_cannot_be_reached_is_refused_as_ever() -> None:
    world, first = World(), document("G22", ["G09"])
    world.accept(first)
    decision = world.send(recall(first, ["G09", "H37.90"]))
    assert Reason.RECEIVER_CLOSED.code in decision.reasons


# -- updates without end --------------------------------------------------------------------------
@pytest.mark.parametrize("own_ids", [False, True], ids=["under its DocumentId", "under others"])
def test_document_that_has_been_updated_without_end_takes_no_update_and_can_be_recalled(
    *, own_ids: bool
) -> None:
    world, first = World(), document("G22", ["G09"])
    world.accept(first)
    for number in range(MAX_VERSIONS):
        own = f"G22,2026/03/02,{number}/X" if own_ids else ""
        world.accept(update(first, ["G09"], document_id=own))
    decision = world.send(update(first, ["G09"], document_id="G22,2026/03/02,last/X" * own_ids))
    assert decision.reasons == (Reason.TOO_MANY_VERSIONS.code,)
    world.accept(recall(first, ["G09"]))


def test_documents_of_others_under_one_document_id_count_for_nobody_else() -> None:
    world, theirs = World(), document("G09", ["G22"], document_id="7/X")
    world.accept(theirs, "g09")
    for _ in range(MAX_VERSIONS):
        message = replace(update(theirs, ["G22"]), from_=theirs.from_)
        world.accept(message, "g09")
    own = document("G22", ["G09"], document_id="7/X")
    world.accept(own)
    world.accept(update(own, ["G09"]))


# -- recall: what it takes back -------------------------------------------------------------------
def test_recall_asks_back_what_is_on_its_way_and_tells_the_endpoints_at_once() -> None:
    world, first = World(), document("G22", ["G09", "H37.02", "H37"])
    original = world.accept(first)
    row = world.accept(recall(first, ["G09"]))
    assert set(world.states(original).values()) == {S.TAKE_BACK_ASKED}
    assert set(world.states(row).values()) == {S.ACCEPTED}
    assert sorted(world.notices()) == [
        ("g09", original.id, ["G09"]),
        ("lgsp-h37", original.id, ["H37.02", "H37"]),
    ]
    copies = {one.id for one in world.copies(original).values()}
    assert {one.copy for one in world.deciding.records.withdrawn} == copies
    told = world.receipts(Event.DELIVERY_WITHDRAWN)
    assert {line.copy for one in told for line in one.receivers} == copies
    (notice,) = [
        one
        for one in world.deciding.records.outbox
        if one.queue == "answers.g09" and one.type is MessageType.RECEIPT
    ]
    assert notice.urgent
    assert notice.headers == {"axis-document": str(original.id), "axis-to": "G09"}


def test_recall_tells_nobody_who_is_known_to_have_taken_it() -> None:
    world, first = World(), document("G22", ["G09", "H37"])
    original = world.accept(first)
    world.report("G09", StatusCode.ARRIVED, first)
    world.accept(recall(first, ["G09"]))
    assert world.notices() == [("lgsp-h37", original.id, ["H37"])]
    assert set(world.states(original).values()) == {S.TAKE_BACK_ASKED}


def test_second_recall_withdraws_nothing_anew() -> None:
    world, first = World(), document("G22", ["G09"])
    world.accept(first)
    for _ in range(2):
        world.accept(recall(first, ["G09"]))
    assert len(world.notices()) == 1


# -- recall: its lane and its place ---------------------------------------------------------------
@pytest.mark.parametrize("first_priority", [Priority.NORMAL, Priority.URGENT])
@pytest.mark.parametrize("recalling", [Priority.NORMAL, Priority.EXPRESS])
def test_recall_takes_the_lane_of_what_it_recalls_and_goes_behind_it(
    first_priority: Priority, recalling: Priority
) -> None:
    world, first = World(), document("G22", ["G09"], priority=first_priority)
    original = world.accept(first)
    row = world.accept(recall(first, ["G09"], priority=recalling))
    (before,), (copy,) = world.copies(original).values(), world.copies(row).values()
    assert (copy.queue, copy.urgent) == (before.queue, before.urgent)
    assert copy.follows == (before.id,)
    assert copy.headers["axis-priority"] == int(recalling)
    assert copy.headers["axis-targets"] == str(original.id)


def test_recall_of_versions_in_both_lanes_takes_the_normal_one_and_names_them_all() -> None:
    world, first = World(), document("G22", ["G09"], priority=Priority.URGENT)
    original = world.accept(first)
    changed = world.accept(update(first, ["G09"]))
    assert world.copies(changed).keys() == {"inbox.g09.urgent"}  # an update goes behind, too
    row = world.accept(recall(first, ["G09"]))
    (copy,) = world.copies(row).values()
    assert copy.queue == "inbox.g09.urgent"
    assert str(copy.headers["axis-targets"]).split(",") == [str(original.id), str(changed.id)]


def test_recall_to_an_endpoint_that_was_sent_nothing_takes_the_lane_of_its_own_urgency() -> None:
    old = Agency("H37.07", "Sở", Level.PROVINCE, endpoint="old")
    known = Known(directory(old, endpoints=["old", "new"]))
    first = document("G22", ["H37.07"], priority=Priority.URGENT)
    World(decider(known)).accept(first)
    known.directory = directory(replace(old, endpoint="new"), endpoints=["old", "new"])
    world = World(decider(known))
    row = world.accept(recall(first, ["H37.07"]))
    (copy,) = world.copies(row).values()
    assert (copy.queue, copy.follows) == ("inbox.new", None)
    assert [one[0] for one in world.notices()] == ["old"]  # where the copy is


# -- recall: its answers --------------------------------------------------------------------------
OWN = "G22,2026/03/02,99/TH"


@pytest.mark.parametrize("own_id", ["", OWN])
@pytest.mark.parametrize("names_the_recall", [True, False])
def test_answer_moves_the_recall_and_what_it_recalls_whichever_it_names(
    own_id: str, names_the_recall: bool
) -> None:
    world, first = World(), document("G22", ["G09", "H37", "H37.02"])
    original = world.accept(first)
    asking = recall(first, ["G09"], own_id)
    row = world.accept(asking)
    about = asking if names_the_recall else first
    for code in ("G09", "H37"):
        world.report(code, StatusCode.ARRIVED, first)
    assert world.report("G09", StatusCode.AGREED, about).ending is Ending.ACCEPTED
    assert world.report("H37", StatusCode.DISAGREED, about).ending is Ending.ACCEPTED
    assert world.states(original) == {
        "G09": S.AGREED,
        "H37": S.DECLINED,
        "H37.02": S.TAKE_BACK_ASKED,
    }
    assert world.states(row) == {"G09": S.AGREED, "H37": S.DECLINED, "H37.02": S.ACCEPTED}
    assert {one.document for one in world.deciding.records.statuses[-2:]} == {row.id}


def test_document_given_back_before_anybody_had_it_leaves_nothing_to_destroy() -> None:
    world, first = World(), document("G22", ["G09"])
    original, row = world.accept(first), world.accept(recall(first, ["G09"]))
    world.report("G09", StatusCode.AGREED, first)
    assert world.states(original) == {"G09": S.WITHDRAWN}
    assert world.states(row) == {"G09": S.WITHDRAWN}


@pytest.mark.parametrize("own_id", ["", OWN])
@pytest.mark.parametrize("names_the_recall", [True, False])
def test_destruction_is_confirmed_for_both_and_proven_to_the_sender(
    own_id: str, names_the_recall: bool
) -> None:
    world, first = World(), document("G22", ["G09"])
    original = world.accept(first)
    world.report("G09", StatusCode.ACCEPTED, first)
    asking = recall(first, ["G09"], own_id)
    row = world.accept(asking)
    about = asking if names_the_recall else first
    world.report("G09", StatusCode.AGREED, about)
    assert world.receipts(Event.DESTRUCTION_CONFIRMED) == []
    assert world.report("G09", StatusCode.DONE, about).ending is Ending.ACCEPTED
    assert world.states(original) == world.states(row) == {"G09": S.DESTROYED}
    (proof,) = world.receipts(Event.DESTRUCTION_CONFIRMED)
    assert proof.subject.axis_id == original.id
    (line,) = proof.receivers
    assert (line.code, line.state) == ("G09", "destroyed")
    assert proof.status is not None
    assert proof.status.code == "06"


def test_receiver_may_agree_after_it_had_declined() -> None:
    world, first = World(), document("G22", ["G09"])
    original = world.accept(first)
    world.report("G09", StatusCode.ARRIVED, first)
    row = world.accept(recall(first, ["G09"]))
    for code, state in ((StatusCode.DISAGREED, S.DECLINED), (StatusCode.AGREED, S.AGREED)):
        assert world.report("G09", code, first).ending is Ending.ACCEPTED
        assert world.states(original) == world.states(row) == {"G09": state}


# -- update ---------------------------------------------------------------------------------------
def test_update_reaches_those_addressed_added_and_dropped_each_with_what_it_needs() -> None:
    world, first = World(), document("G22", ["G09", "H37"])
    original = world.accept(first)
    row = world.accept(update(first, ["H37"], adds=["H37.02"], drops=["G09"]))
    assert set(world.states(row)) == {"H37", "H37.02", "G09"}
    assert world.states(original) == {
        "G09": S.TAKE_BACK_ASKED,
        "H37": S.ACCEPTED,
        "H37.02": S.ACCEPTED,
    }
    assert world.notices() == [("g09", original.id, ["G09"])]
    (link,) = row.links
    assert "G09" in link.dropped


def test_added_receiver_gets_the_original_in_front_of_the_update() -> None:
    world, first = World(), document("G22", ["G09"])
    original = world.accept(first)
    row = world.accept(update(first, ["G09", "H37"], adds=["H37"]))
    copy, behind = world.copies(original)["inbox.lgsp-h37"], world.copies(row)["inbox.lgsp-h37"]
    assert copy.headers["axis-to"] == "H37"
    assert copy.headers["axis-document"] == str(original.id)
    assert behind.follows == (copy.id,)
    assert world.deliveries(original)["H37"].copy == copy.id


def test_receiver_that_has_it_already_is_not_sent_it_again_by_being_added() -> None:
    world, first = World(), document("G22", ["G09"])
    original = world.accept(first)
    world.accept(update(first, ["G09"], adds=["G09"]))
    assert len(world.copies(original)) == 1


def test_added_receiver_that_cannot_be_reached_is_refused() -> None:
    world, first = World(), document("G22", ["G09"])
    world.accept(first)
    assert world.send(update(first, ["G09"], adds=["K10"])).reasons == (
        Reason.RECEIVER_UNREACHABLE.code,
    )


def test_update_is_consented_to_and_for_a_dropped_receiver_that_gives_the_document_back() -> None:
    world, first = World(), document("G22", ["G09", "H37"])
    original = world.accept(first)
    for code in ("G09", "H37"):
        world.report(code, StatusCode.ARRIVED, first)
    row = world.accept(update(first, ["H37"], drops=["G09"]))
    for code in ("G09", "H37"):
        assert world.report(code, StatusCode.AGREED, first).ending is Ending.ACCEPTED
    assert world.states(row) == {"G09": S.AGREED, "H37": S.RECEIVED}
    assert world.states(original) == {"G09": S.AGREED, "H37": S.ARRIVED}
    world.report("G09", StatusCode.DONE, first)
    assert world.states(original)["G09"] is S.DESTROYED
    assert world.states(row)["G09"] is S.DESTROYED


def test_declined_update_is_declined_and_what_it_updates_stays() -> None:
    world, first = World(), document("G22", ["G09"])
    original, row = world.accept(first), world.accept(update(first, ["G09"]))
    world.report("G09", StatusCode.DISAGREED, first)
    assert world.states(row) == {"G09": S.DECLINED}
    assert world.states(original) == {"G09": S.ACCEPTED}


# -- replacement ----------------------------------------------------------------------------------
def test_replacement_says_to_each_endpoint_what_it_replaces_there() -> None:
    world = World()
    one, other, third = (document("G22", ["G09", "H37"]) for _ in range(3))
    first, second, last = (world.accept(message) for message in (one, other, third))
    row = world.accept(replacement(["G09", "H37"], (one, ["G09"]), (other, ["H37"]), (third, [])))
    copies = world.copies(row)
    assert copies["inbox.g09"].headers["axis-targets"] == f"{first.id},{last.id}"
    assert copies["inbox.lgsp-h37"].headers["axis-targets"] == f"{second.id},{last.id}"
    assert [link.receivers for link in row.links] == [("G09",), ("H37",), ()]
    assert {*world.states(first).values(), *world.states(second).values()} == {S.ACCEPTED}


def test_copy_names_a_bounded_number_of_targets() -> None:
    world = World()
    originals = [document("G22", ["G09"]) for _ in range(60)]
    for message in originals:
        world.accept(message)
    row = world.accept(replacement(["G09"], *((one, []) for one in originals)))
    (copy,) = world.copies(row).values()
    assert len(str(copy.headers["axis-targets"]).split(",")) == 50
    assert len(row.links) == 60


# -- take back ------------------------------------------------------------------------------------
def test_take_back_from_one_of_two_receivers_withdraws_the_copy_for_that_one() -> None:
    world, first = World(), document("G22", ["H37", "H37.02"])
    original = world.accept(first)
    world.report("G22", StatusCode.TAKE_BACK, first, to="H37")
    assert world.states(original) == {"H37": S.TAKE_BACK_ASKED, "H37.02": S.ACCEPTED}
    assert world.notices() == [("lgsp-h37", original.id, ["H37"])]
    (copy,) = world.copies(original).values()
    assert [one.copy for one in world.deciding.records.withdrawn] == [copy.id]


def test_take_back_takes_later_versions_back_with_it() -> None:
    world, first = World(), document("G22", ["G09"])
    rows = [world.accept(first), world.accept(update(first, ["G09"]))]
    world.report("G22", StatusCode.TAKE_BACK, first, to="G09")
    assert [world.states(row)["G09"] for row in rows] == [S.TAKE_BACK_ASKED] * 2
    world.report("G09", StatusCode.AGREED, first)
    assert [world.states(row)["G09"] for row in rows] == [S.WITHDRAWN] * 2


# -- whose document it is -------------------------------------------------------------------------
SEAL_OF_2027 = replace(certificate("G22"), fingerprint=fingerprint("G22's seal of 2027"))
FOLLOW_UPS = {
    DocumentKind.RECALL: lambda first: recall(first, ["G09"]),
    DocumentKind.UPDATE: lambda first: update(first, ["G09"]),
    DocumentKind.REPLACE: lambda first: replacement(["G09"], (first, [])),
}


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_only_the_original_sender_may_speak_about_a_document(kind: DocumentKind) -> None:
    world, first = World(), document("G22", ["G09"])
    world.accept(first)
    foreign = replace(FOLLOW_UPS[kind](first), from_=document("H37").from_)
    decision = world.send(foreign, "lgsp-h37")
    assert decision.reasons == (Reason.NOT_ORIGINAL_SENDER.code,)
    assert world.deciding.records.changes == []
    assert world.deciding.records.withdrawn == []


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_successor_of_a_closed_sender_speaks_about_its_documents(kind: DocumentKind) -> None:
    closing = Agency(
        "H37.07", "Sở", Level.PROVINCE, "H37", valid_to=date(2026, 3, 2), successor="G22"
    )
    known = moving(closing)
    first = document("H37.07", ["G09"])
    World(decider(known)).accept(first, "lgsp-h37")
    early = World(decider(known)).send(FOLLOW_UPS[kind](first))
    assert early.reasons == (Reason.NOT_ORIGINAL_SENDER.code,)
    World(decider(known, NOW + timedelta(days=1))).accept(FOLLOW_UPS[kind](first))


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_original_sender_may_speak_under_another_certificate_than_it_sent_with(
    kind: DocumentKind,
) -> None:
    registry = directory()
    world, first = World(decider(Known(registry))), document("G22", ["G09"])
    world.accept(first)
    world.deciding.known.directory = renewed(registry)
    message = FOLLOW_UPS[kind](first)
    old = world.send(message)
    assert old.ending is Ending.REFUSED  # its seal is not the old one any more
    new = case(message, submission())
    new.examination = replace(new.examination, certificate=SEAL_OF_2027)
    assert world.deciding.decide(new).ending is Ending.ACCEPTED


def renewed(registry: Directory) -> Directory:
    """The registry after G22's seal was replaced."""
    mandates = [
        Mandate(SEAL_OF_2027.fingerprint if one.code == "G22" else fingerprint(one.code), one.code)
        for one in registry
    ]
    return Directory(list(registry), registry.endpoints, mandates, 2)


@pytest.mark.parametrize("code", ["G09", "NHOM.A"])
def test_update_that_adds_and_drops_the_same_code_asks_nobody_for_the_document(code: str) -> None:
    world = World(decider(Known(grouped(("G09", "H37")))))
    first = document("G22", ["G09", "H37"])
    row = world.accept(first)
    world.accept(update(first, ["H37"], adds=[code], drops=[code]))
    assert set(world.states(row).values()) == {S.ACCEPTED}


# -- answers --------------------------------------------------------------------------------------
def test_answers_are_kept_as_named_under_the_agencys_own_code_and_never_by_number_alone() -> None:
    world, message = World(), document("G22", ["G09"])
    responses = (
        ResponseFor(organ_id="000.00.00.G09", code="1/X", document_id="G09,2026/01/01,1/X"),
        ResponseFor(organ_id="G09", code="1/X", document_id="G09,2026/01/01,1/X"),
        ResponseFor(organ_id="G09", code="2/X"),
        ResponseFor(organ_id="X99", code="3/X", document_id="X99,2026/01/01,3/X"),
        ResponseFor(code="4/X", document_id="G09,2026/01/01,4/X"),
    )
    row = world.accept(replace(message, responses=responses))
    assert row.answers == (("G09", "G09,2026/01/01,1/X"),)


# -- whatever happens -----------------------------------------------------------------------------
RECEIVERS = ("G09", "H37", "H37.02", "H37.101")
MEMBERS = (("G09", "H37", "H37.02"), ("H37.02", "H37.101"), ("G22", "H37.101"), ("H37.90",))
"""Of whom a group may consist; the last has closed."""
GROUPS = ("NHOM.A", "NHOM.B")
codes = st.lists(st.sampled_from((*RECEIVERS, *GROUPS)), min_size=1, max_size=4, unique=True)
steps = st.one_of(
    st.tuples(st.just("recall"), codes, st.booleans()),
    st.tuples(st.just("update"), codes, codes | st.just([]), codes | st.just([]), st.booleans()),
    st.tuples(
        st.just("status"),
        st.sampled_from(RECEIVERS),
        st.sampled_from([code for code in StatusCode if not code.from_sender]),
        st.booleans(),
    ),
    st.tuples(st.just("back"), st.sampled_from(RECEIVERS)),
    st.tuples(st.just("regroup"), st.sampled_from(MEMBERS), st.sampled_from((*MEMBERS, None))),
)


@settings(max_examples=200)
@given(codes, st.lists(steps, max_size=8))
def test_whatever_is_sent_leaves_nobody_out_and_nothing_half_settled(
    receivers: list[str], story: list[tuple[Any, ...]]
) -> None:
    world, first = World(decider(Known(grouped(*MEMBERS[:2])))), document("G22", receivers)
    world.accept(first)
    latest = first
    for number, step in enumerate(story):
        own = f"G22,2026/03/02,{number}/Y"
        if step[0] == "recall":
            decision = world.send(recall(first, step[1], own if step[2] else ""))
            if decision.ending is Ending.ACCEPTED:
                check_recalled(world)
        elif step[0] == "update":
            _, to, adds, drops, changed = step
            message = update(latest, to, adds=adds, drops=drops, document_id=own if changed else "")
            gone = to_be_dropped(world, message)
            if world.send(message).ending is Ending.ACCEPTED:
                latest = message
                check_dropped(world, gone)
        elif step[0] == "status":
            decision = world.report(step[1], step[2], latest if step[3] else first)
            if decision.ending is Ending.ACCEPTED and step[2] in ("15", "16"):
                check_answered(world, step[1])
        elif step[0] == "back":
            world.report("G22", StatusCode.TAKE_BACK, first, to=step[1])
        else:
            world.deciding.known.directory = grouped(*filter(None, step[1:]))
    known = world.deciding.known.deliveries
    for row in world.deciding.records.deliveries:
        assert known[row.document, row.receiver].id == row.id
    pairs = [(row.document, row.receiver) for row in world.deciding.records.deliveries]
    assert len(pairs) == len(set(pairs))  # one delivery a document and receiver


def grouped(*members: tuple[str, ...]) -> Directory:
    """The registry with groups of these members; fewer than two leave the other one out."""
    groups = [Group(code, code, members=own) for code, own in zip(GROUPS, members, strict=False)]
    return directory(groups=groups)


ASKED = frozenset({S.TAKE_BACK_ASKED, S.AGREED, S.REFUSED, S.WITHDRAWN, S.DESTROYED})


def check_recalled(world: World) -> None:
    """Everybody who has any version is sent the recall, and nothing they have stays unasked."""
    records, known = world.deciding.records, world.deciding.known
    row = records.documents[-1]
    versions = known.links.versions(row.links[0].target)
    holders = {code for about, code in known.deliveries if about in versions}
    assert set(world.states(row)) == holders
    for (about, _), delivery in known.deliveries.items():
        assert about not in versions or delivery.state in ASKED


def to_be_dropped(world: World, message: Document) -> list[KnownDelivery]:
    """What those have whom an update drops with a group, but does not name one by one."""
    assert message.business is not None
    changes = message.business.updates[0].receivers
    named = {*message.receivers, *(one.organ_id for one in changes)}
    groups = {one.organ_id for one in changes if one.type is ReceiverType.DROPPED}
    groups -= {one.organ_id for one in changes if one.type is ReceiverType.ADDED}
    known = world.deciding.known
    found = [group for group in map(known.directory.group, groups) if group is not None]
    members = {code for group in found for code in group.members} - named
    return [one for one in known.deliveries.values() if one.receiver in members]


def check_dropped(world: World, gone: list[KnownDelivery]) -> None:
    """Nothing that they have stays unasked: all documents of a story are versions of one."""
    known = world.deciding.known
    recalls = {
        row.id for row in world.deciding.records.documents if row.kind is DocumentKind.RECALL
    }
    for delivery in gone:
        if delivery.document not in recalls:
            assert known.deliveries[delivery.document, delivery.receiver].state in ASKED


def check_answered(world: World, code: str) -> None:
    """After an answer nothing is still asked back from this receiver."""
    known = world.deciding.known
    states = {one.state for (_, receiver), one in known.deliveries.items() if receiver == code}
    assert S.TAKE_BACK_ASKED not in states
