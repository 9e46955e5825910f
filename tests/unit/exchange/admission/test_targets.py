"""Recall, update and replacement: only to those who have had the document."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.values import Document
from axis.exchange.admission.checks import admit_document
from axis.exchange.admission.known import Known
from axis.exchange.admission.targets import pairs_of
from axis.exchange.decision.decider import Decider
from axis.reasons import Reason, Severity
from axis.registry.agency import Agency, Level
from axis.verdict import Finding
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    case,
    decider,
    directory,
    document,
    recall,
    replacement,
    submission,
    update,
)

BUSINESS = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
MERGING = Agency(
    "G07",
    "Bộ sắp sáp nhập",
    Level.CENTRAL,
    endpoint="g09",
    valid_to=date(2026, 3, 2),
    successor="G09",
)
"""Closes with the day of `NOW`."""

TOMORROW = NOW + timedelta(days=1)


def sent(*messages: Document) -> Decider:
    """What is decided once these were accepted, one after the other, in one batch."""
    deciding = decider(Known(directory(MERGING)))
    for message in messages:
        decision = deciding.decide(case(message))
        assert decision.reasons == ()
    return deciding


def found(message: Document, deciding: Decider, at: datetime = NOW) -> list[Finding]:
    examined = case(message).examination
    admitted = admit_document(message, "g22", examined, deciding.known, at)
    return [one for one in admitted.findings if one.severity is not Severity.WARN]


def never(message: Document, deciding: Decider, at: datetime = NOW) -> list[str]:
    """The codes of which it is said that they never had it; nothing else is found."""
    findings = found(message, deciding, at)
    assert {one.reason for one in findings} <= {Reason.NEVER_HAD_IT}
    return [str(one.facts["code"]) for one in findings]


# -- recall ---------------------------------------------------------------------------------------
def test_recall_at_some_of_the_receivers_is_admitted() -> None:
    first = document("G22", ["G09", "H37"])
    assert never(recall(first, ["H37"]), sent(first)) == []


def test_recall_names_each_receiver_that_never_had_it_with_its_place() -> None:
    first = document("G22", ["G09"])
    findings = found(recall(first, ["H37", "G09", "H37.02", "H37"]), sent(first))
    assert [(one.reason, one.facts["code"]) for one in findings] == [
        (Reason.NEVER_HAD_IT, "H37"),
        (Reason.NEVER_HAD_IT, "H37.02"),
    ]
    assert [one.place.rpartition("/MessageHeader/")[2] for one in findings] == [
        "To[1]/OrganId",
        "To[3]/OrganId",
    ]
    assert {one.facts["document_id"] for one in findings} == {first.document_id}


def test_recall_under_another_code_of_the_receiver_is_admitted() -> None:
    first = document("G22", ["000.00.00.G09", "H37.02"])
    assert never(recall(first, ["G09", "000.00.02.H37"]), sent(first)) == []


@pytest.mark.parametrize("code", ["G07", "G09"])
def test_recall_reaches_the_successor_of_a_receiver_that_has_closed(code: str) -> None:
    first = document("G22", ["G07"])
    assert never(recall(first, [code]), sent(first), TOMORROW) == []


def test_recall_at_a_successor_to_be_is_refused_while_the_receiver_is_open() -> None:
    first = document("G22", ["G07"])
    assert never(recall(first, ["G09"]), sent(first)) == ["G09"]


def test_recall_at_a_receiver_that_only_got_an_earlier_recall_cannot_be() -> None:
    first = document("G22", ["G09"])
    deciding = sent(first, recall(first, ["G09"]))
    assert never(recall(first, ["G09", "H37"]), deciding) == ["H37"]


def test_recall_reaches_receivers_that_an_update_has_added() -> None:
    first = document("G22", ["G09"])
    deciding = sent(first, update(first, ["G09", "H37"], adds=["H37"]))
    assert never(recall(first, ["G09", "H37"]), deciding) == []


def test_recall_reaches_receivers_of_an_update_with_a_document_id_of_its_own() -> None:
    first = document("G22", ["G09"])
    renewed = update(first, ["H37"], adds=["H37"], document_id="G22,2026/03/02,7/X")
    assert never(recall(first, ["H37", "G09"]), sent(first, renewed)) == []


def test_recall_reaches_receivers_of_a_replacement_under_the_same_document_id() -> None:
    first = document("G22", ["G09"])
    under_the_same = replacement(["H37"], (first, []), document_id=first.document_id)
    assert never(recall(first, ["H37"]), sent(first, under_the_same)) == []
    under_another = replacement(["H37"], (first, []))
    assert never(recall(first, ["H37"]), sent(first, under_another)) == ["H37"]


def test_recall_at_unknown_receivers_is_refused_as_to_unknown_receivers() -> None:
    first = document("G22", ["G09"])
    findings = found(recall(first, ["X99"]), sent(first))
    assert [one.reason for one in findings] == [Reason.RECEIVER_UNKNOWN]


def test_recall_of_what_is_not_ones_own_says_nothing_about_who_had_it() -> None:
    foreign = document("G09", ["G22"])
    deciding = decider()
    assert deciding.decide(case(foreign, submission("g09"))).reasons == ()
    findings = found(recall(foreign, ["H37"]), deciding)
    assert [one.reason for one in findings] == [Reason.NOT_ORIGINAL_SENDER]


CODES = ("G09", "000.00.00.G09", "G05", "G07", "H37", "H37.02", "000.00.02.H37", "H37.101")


@given(st.sets(st.sampled_from(CODES), min_size=1), st.sets(st.sampled_from(CODES), min_size=1))
def test_recall_under_any_codes_is_refused_at_those_agencies_alone_that_never_had_it(
    receivers: set[str], recalled: set[str]
) -> None:
    first = document("G22", sorted(receivers))
    deciding = sent(first)
    present = deciding.known.directory.present
    had = {present(code, TOMORROW) for code in receivers}
    expected = {code for code in recalled if present(code, TOMORROW) not in had}
    assert set(never(recall(first, sorted(recalled)), deciding, TOMORROW)) == expected


# -- update ---------------------------------------------------------------------------------------
def test_update_goes_to_those_who_have_it_and_those_whom_it_adds() -> None:
    first = document("G22", ["G09"])
    deciding = sent(first)
    assert never(update(first, ["G09", "H37"], adds=["H37"]), deciding) == []
    assert never(update(first, ["G09", "H37", "H37.02"], adds=["H37"]), deciding) == ["H37.02"]


def test_update_may_add_a_receiver_under_another_of_its_codes() -> None:
    first = document("G22", ["G09"])
    message = update(first, ["H37.02"], adds=["000.00.02.H37"])
    assert never(message, sent(first)) == []


def test_update_can_drop_only_who_has_it() -> None:
    first = document("G22", ["G09"])
    message = update(first, ["G09"], drops=["G09", "H37", "X99"])
    findings = found(message, sent(first))
    assert [one.facts["code"] for one in findings] == ["H37", "X99"]
    assert findings[0].place == (
        f"{BUSINESS}/BussinessDocumentInfo/ReceiverList/Receiver[2]/OrganId"
    )


# -- replacement ----------------------------------------------------------------------------------
def test_replacement_may_go_to_anybody_and_names_who_had_what() -> None:
    one, other = document("G22", ["G09"]), document("G22", ["H37"])
    deciding = sent(one, other)
    assert never(replacement(["H37.02"], (one, ["G09"]), (other, [])), deciding) == []
    findings = found(replacement(["G09"], (one, ["G09", "H37"]), (other, ["G09"])), deciding)
    assert [(f.facts["document_id"], f.facts["code"]) for f in findings] == [
        (one.document_id, "H37"),
        (other.document_id, "G09"),
    ]
    infos = f"{BUSINESS}/ReplacementInfoList"
    assert [finding.place for finding in findings] == [
        f"{infos}/ReplacementInfo[1]/OrganIdList/OrganId[2]",
        f"{infos}/ReplacementInfo[2]/OrganIdList/OrganId",
    ]


def test_replacement_of_unknown_documents_says_nothing_about_who_had_them() -> None:
    message = replacement(["G09"], (document(), ["H37"]))
    assert [one.reason for one in found(message, sent())] == [Reason.DOCUMENT_AWAITED]


def test_findings_about_receivers_by_the_thousand_are_bounded() -> None:
    first = document("G22", ["G09"])
    message = replacement(["G09"], (first, [f"X{number}" for number in range(5_000)]))
    assert len(found(message, sent(first))) == MAX_FINDINGS


# -- what is looked up ----------------------------------------------------------------------------
def test_pairs_to_look_up_are_those_of_ones_own_targets_and_predecessors_included() -> None:
    first = document("G22", ["G09"])
    known = sent(first).known
    (target,) = known.documents[first.document_id]
    assert pairs_of(recall(first, ["G09", "X99"]), known, NOW) == {
        (target.id, "G09"),
        (target.id, "G05"),
    }
    assert pairs_of(recall(first, ["G09"]), known, TOMORROW) == {
        (target.id, "G09"),
        (target.id, "G05"),
        (target.id, "G07"),
    }


def test_nothing_is_looked_up_for_new_documents_and_those_of_others() -> None:
    first = document("G22", ["G09"])
    known = sent(first).known
    assert pairs_of(document(document_id=first.document_id), known, NOW) == set()
    foreign = replace(recall(first, ["G09"]), from_=document("G09").from_)
    assert pairs_of(foreign, known, NOW) == set()
    unknown = replace(foreign, from_=document("X99").from_)
    assert pairs_of(unknown, known, NOW) == set()
