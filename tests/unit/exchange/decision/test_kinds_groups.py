"""Groups in what is said about a document: in To, in an update's lists, in a replacement's."""

from collections.abc import Sequence

import pytest

from axis.edxml.values import Document
from axis.exchange.admission import follow_ups, lists
from axis.exchange.admission.checks import admit_document
from axis.exchange.admission.follow_ups import needed
from axis.exchange.admission.known import Known
from axis.exchange.admission.targets import names_of, pairs_of
from axis.exchange.deliveries.states import DeliveryState as S
from axis.exchange.stored import KnownDocument
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.groups import Group
from axis.verdict import Finding
from tests.support.exchange import NOW, case, decider, directory, document, recall, replacement
from tests.support.exchange import update as updated
from tests.support.world import World

BUSINESS = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
RECEIVER = f"{BUSINESS}/BussinessDocumentInfo/ReceiverList/Receiver"
TO = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To"

WIDE = Group("NHOM.RONG", "Rộng", members=("G22", "G09", "H37", "H37.02"))
"""The sender is a member, too."""
LOCAL = Group("NHOM.DP", "Địa phương", members=("H37.02", "H37.101"))
PART = Group("NHOM.BO", "Các bộ", members=("G09", "K10"))
"""One member is not connected."""
GONE = Group("NHOM.CU", "Đã giải thể", members=("H37.90",))
GROUPS = (WIDE, LOCAL, PART, GONE)


def world(*groups: Group) -> World:
    return World(decider(Known(directory(groups=groups or GROUPS))))


def regroup(story: World, *groups: Group) -> None:
    """Change the groups of the registry, all of them."""
    story.deciding.known.directory = directory(groups=groups)


def names(story: World, row: object) -> dict[str, tuple[str, ...]]:
    """Who gets a document, and by which of its codes."""
    return {code: one.named for code, one in story.deliveries(row).items()}  # type: ignore[arg-type]


def findings(story: World, message: Document) -> Sequence[Finding]:
    examined = case(message).examination
    return admit_document(message, "g22", examined, story.deciding.known, NOW).findings


def said(story: World, message: Document) -> list[tuple[Reason, str]]:
    return [(one.reason, one.place) for one in findings(story, message)]


# -- an update adds a group -----------------------------------------------------------------------
def test_added_group_gets_the_original_but_for_members_who_have_it_and_for_the_sender() -> None:
    story, first = world(), document("G22", ["G09"])
    original = story.accept(first)
    row = story.accept(updated(first, ["G09"], adds=["NHOM.RONG"]))
    assert names(story, row) == {
        "G09": ("G09", "NHOM.RONG"),
        "H37": ("NHOM.RONG",),
        "H37.02": ("NHOM.RONG",),
    }
    assert story.states(original).keys() == {"G09", "H37", "H37.02"}
    assert story.copies(original)["inbox.lgsp-h37"].headers["axis-to"] == "H37,H37.02"
    assert names(story, original)["H37"] == ("NHOM.RONG",)


def test_members_of_an_added_group_that_cannot_be_reached_are_told_of_with_its_place() -> None:
    story, first = world(), document("G22", ["H37"])
    story.accept(first)
    message = updated(first, ["H37"], adds=["NHOM.BO"])
    assert said(story, message) == [(Reason.GROUP_MEMBERS_UNREACHED, f"{RECEIVER}/OrganId")]
    assert story.states(story.accept(message)).keys() == {"H37", "G09"}


def test_added_group_without_anybody_in_it_is_refused_with_its_place() -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    message = updated(first, ["G09"], adds=["NHOM.RONG", "NHOM.CU"])
    assert said(story, message) == [(Reason.GROUP_EMPTY, f"{RECEIVER}[2]/OrganId")]


def test_member_that_the_update_drops_by_name_is_not_added_with_its_group() -> None:
    story, first = world(), document("G22", ["G09", "H37.02"])
    original = story.accept(first)
    story.accept(updated(first, ["G09"], adds=["NHOM.DP"], drops=["H37.02"]))
    assert story.states(original) == {
        "G09": S.ACCEPTED,
        "H37.02": S.TAKE_BACK_ASKED,
        "H37.101": S.ACCEPTED,
    }


# -- an update drops a group ----------------------------------------------------------------------
def test_dropped_group_is_whoever_was_addressed_as_it_or_is_in_it_now_and_has_the_document() -> (
    None
):
    story, first = world(), document("G22", ["NHOM.DP", "G09", "H37"])
    original = story.accept(first)
    regroup(story, Group("NHOM.DP", "Đổi khác", members=("G09", "H37.101", "K10")))
    row = story.accept(updated(first, ["H37"], drops=["NHOM.DP"]))
    assert story.states(original) == {
        "H37.02": S.TAKE_BACK_ASKED,  # was in it
        "H37.101": S.TAKE_BACK_ASKED,
        "G09": S.TAKE_BACK_ASKED,  # is in it
        "H37": S.ACCEPTED,
    }
    assert names(story, row) == {
        "H37": ("H37",),
        "H37.02": ("NHOM.DP",),
        "H37.101": ("NHOM.DP",),
        "G09": ("NHOM.DP",),
    }
    assert {"H37.02", "H37.101", "G09"} <= set(row.links[0].dropped)
    assert "H37" not in row.links[0].dropped


def test_dropped_group_is_dropped_by_name_after_it_is_gone() -> None:
    story, first = world(), document("G22", ["NHOM.DP", "G09"])
    original = story.accept(first)
    regroup(story)
    story.accept(updated(first, ["G09"], drops=["NHOM.DP"]))
    assert story.states(original) == {
        "H37.02": S.TAKE_BACK_ASKED,
        "H37.101": S.TAKE_BACK_ASKED,
        "G09": S.ACCEPTED,
    }


def test_dropped_group_leaves_those_whom_the_update_names_themselves() -> None:
    story, first = world(), document("G22", ["NHOM.RONG", "NHOM.DP"])
    original = story.accept(first)
    message = updated(first, ["G09"], adds=["H37.02"], drops=["NHOM.RONG", "NHOM.DP"])
    row = story.accept(message)
    assert story.states(original) == {
        "G09": S.ACCEPTED,
        "H37.02": S.ACCEPTED,
        "H37": S.TAKE_BACK_ASKED,
        "H37.101": S.TAKE_BACK_ASKED,
    }
    assert story.states(row).keys() == {"G09", "H37", "H37.02", "H37.101"}


def test_dropped_group_reaches_those_who_were_added_as_it_later() -> None:
    story, first = world(), document("G22", ["G09"])
    original = story.accept(first)
    story.accept(updated(first, ["G09"], adds=["NHOM.DP"], document_id="G22,2026/03/02,7/X"))
    regroup(story)
    story.accept(updated(first, ["G09"], drops=["NHOM.DP"], document_id="G22,2026/03/02,8/X"))
    assert story.states(original) == {
        "G09": S.ACCEPTED,
        "H37.02": S.TAKE_BACK_ASKED,
        "H37.101": S.TAKE_BACK_ASKED,
    }


@pytest.mark.parametrize("group", ["NHOM.DP", "NHOM.CU", "NHOM.LA"])
def test_dropped_group_of_which_nobody_has_the_document_is_refused(group: str) -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    message = updated(first, ["G09"], drops=["G09", group])
    assert said(story, message) == [(Reason.NEVER_HAD_IT, f"{RECEIVER}[2]/OrganId")]


# -- addressed to a group -------------------------------------------------------------------------
def test_update_to_a_group_reaches_members_who_have_it_and_says_nothing_of_paper() -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    message = updated(first, ["NHOM.BO"])
    assert said(story, message) == []  # the member that is not connected has nothing to mend
    assert story.states(story.accept(message)).keys() == {"G09"}


def test_members_who_have_it_and_cannot_be_reached_any_more_are_told_of_and_forbid_nothing() -> (
    None
):
    moving = Agency("K11", "Sở", Level.PROVINCE, endpoint="old")
    group = Group("NHOM.K", "Sở và Bộ", members=("K10", "K11", "G09"))
    story = World(decider(Known(directory(moving, endpoints=["old"], groups=[group]))))
    first = document("G22", ["NHOM.K"])
    story.accept(first)
    story.deciding.known.directory = directory(moving, groups=[group])
    for message in (updated(first, ["NHOM.K"]), recall(first, ["NHOM.K"])):
        (told,) = findings(story, message)
        assert (told.reason, told.place) == (Reason.HOLDER_UNREACHED, f"{TO}/OrganId")
        assert told.facts["code"] == "K11"
        assert story.states(story.accept(message)).keys() == {"G09"}


@pytest.mark.parametrize("build", [updated, recall])
def test_message_to_a_group_of_which_nobody_had_the_document_is_refused(build) -> None:  # type: ignore[no-untyped-def]
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    message = build(first, ["G09", "NHOM.DP"])
    assert said(story, message) == [(Reason.NEVER_HAD_IT, f"{TO}[2]/OrganId")]


def test_update_to_a_group_that_it_adds_itself_is_admitted() -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    row = story.accept(updated(first, ["G09", "NHOM.DP"], adds=["NHOM.DP"]))
    assert story.states(row).keys() == {"G09", "H37.02", "H37.101"}


@pytest.mark.parametrize("left", [(), (Group("NHOM.DP", "Trống", members=("H37.90",)),)])
def test_recall_to_a_group_that_is_gone_or_empty_reaches_those_addressed_as_it(
    left: tuple[Group, ...],
) -> None:
    story, first = world(), document("G22", ["NHOM.DP"])
    story.accept(first)
    regroup(story, *left)
    message = recall(first, ["NHOM.DP"])
    assert said(story, message) == []
    assert names(story, story.accept(message)) == {
        "H37.02": ("NHOM.DP",),
        "H37.101": ("NHOM.DP",),
    }


# -- a replacement for a group --------------------------------------------------------------------
def test_replacement_for_a_group_holds_for_those_of_it_who_have_the_document() -> None:
    story = world()
    one, other = document("G22", ["NHOM.DP", "H37"]), document("G22", ["G09", "H37"])
    story.accept(one)
    story.accept(other)
    regroup(story, WIDE)
    row = story.accept(replacement(["G09"], (one, ["NHOM.DP"]), (other, ["NHOM.RONG"])))
    assert [set(link.receivers) for link in row.links] == [{"H37.02", "H37.101"}, {"G09", "H37"}]


def test_replacement_for_a_group_of_which_nobody_has_the_document_is_refused() -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    place = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo/OrganIdList/OrganId[2]"
    message = replacement(["G09"], (first, ["G09", "NHOM.DP"]))
    assert said(story, message) == [(Reason.NEVER_HAD_IT, place)]


@pytest.mark.parametrize("turned", [False, True])
def test_replacement_without_receivers_in_one_of_two_lists_holds_for_everybody(
    turned: bool,
) -> None:
    story, first = world(), document("G22", ["G09", "H37"])
    story.accept(first)
    items = [(first, []), (first, ["G09"])]
    row = story.accept(replacement(["G09"], *(reversed(items) if turned else items)))
    assert [link.receivers for link in row.links] == [()]


# -- bounds ---------------------------------------------------------------------------------------
@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_DELIVERIES", 4)


@pytest.mark.usefixtures("small")
def test_groups_in_an_updates_lists_that_are_too_many_are_refused_and_not_looked_up() -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    message = updated(first, ["G09"], adds=["NHOM.DP"], drops=["NHOM.RONG"])
    assert said(story, message) == [(Reason.TOO_MANY_DELIVERIES, f"{RECEIVER}[2]/OrganId")]
    assert pairs_of(message, story.deciding.known, NOW) == set()
    assert needed(message, story.deciding.known, NOW) == (set(), set())


@pytest.mark.usefixtures("small")
def test_groups_of_a_replacement_count_for_each_document() -> None:
    story, one, other = world(), document("G22", ["G09"]), document("G22", ["G09"])
    story.accept(one)
    story.accept(other)
    place = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo[2]/OrganIdList/OrganId"
    message = replacement(["G09"], (one, ["NHOM.RONG"]), (other, ["NHOM.RONG"]))
    assert said(story, message) == [(Reason.TOO_MANY_DELIVERIES, place)]
    story.accept(replacement(["G09"], (one, ["NHOM.RONG"])))


def test_update_that_reaches_too_many_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_ups, "MAX_DELIVERIES", 2)
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    message = updated(first, ["G09"], adds=["H37", "H37.02"])
    assert said(story, message) == [(Reason.TOO_MANY_DELIVERIES, BUSINESS)]


def test_what_is_looked_up_are_members_and_whoever_was_addressed_as_what_no_agency_is() -> None:
    story, first = world(), document("G22", ["G09"])
    story.accept(first)
    known = story.deciding.known
    (target,) = known.documents[first.document_id]
    assert isinstance(target, KnownDocument)
    message = updated(first, ["H37"], adds=["NHOM.BO"], drops=["NHOM.DP", "NHOM.LA"])
    assert pairs_of(message, known, NOW) == {
        (target.id, code) for code in ("H37", "G09", "G05", "K10", "H37.02", "H37.101")
    }
    assert names_of(message, known, NOW) == {
        (target.id, code) for code in ("NHOM.BO", "NHOM.DP", "NHOM.LA")
    }
    assert names_of(document("G22", ["NHOM.LA"]), known, NOW) == set()
