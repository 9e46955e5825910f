"""What speaks about a document that is not there yet waits for it, bounded, and then is refused."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document
from axis.evidence.events import Event
from axis.evidence.xml import read_receipt
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.decision.holding import (
    LONGEST_EARLY,
    LONGEST_WAIT,
    MAX_EARLY,
    MAX_EARLY_OF_ONE,
    HoldLimits,
)
from axis.exchange.records import SubmissionOutcome
from axis.exchange.stored import HeldLoad, Load
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.verdict import Finding
from tests.support.changing import replace as changed
from tests.support.exchange import (
    NOW,
    case,
    claimed,
    decided,
    decider,
    directory,
    document,
    reported,
    submission,
)

AWAY = Finding(Reason.SCANNER_AWAY)
OVER = NOW - LONGEST_EARLY
"""Since when something waits whose time is over now."""


def early(kind: DocumentKind, about: Document) -> Case:
    """A recall, update or replacement."""
    name = about.document_id
    if kind is DocumentKind.REPLACE:
        return case(document(kind=kind, replaces=[name]))
    return case(document(document_id=name, kind=kind))


def tried(first: Case, *, since: datetime = NOW, attempts: int = 1) -> Case:
    """An early one as a router tries it again."""
    held = claimed(first.submission, since=since, attempts=attempts)
    return Case(first.submission, first.examination, held)


def last_event(deciding: Decider) -> Event:
    return read_receipt(deciding.records.evidence[-1].receipt).event


EARLY = [
    pytest.param(lambda about: reported("G09", StatusCode.ARRIVED, about, "g09"), id="status"),
    pytest.param(
        lambda about: reported("G22", StatusCode.TAKE_BACK, about, "g22", to="G09"), id="take-back"
    ),
    *[
        pytest.param(lambda about, kind=kind: early(kind, about), id=kind.name.lower())
        for kind in (DocumentKind.RECALL, DocumentKind.UPDATE, DocumentKind.REPLACE)
    ],
]


# -- held ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", EARLY)
def test_what_comes_before_its_document_waits_and_is_accepted_once_that_is_there(
    make: object,
) -> None:
    about = document()
    first = make(about)  # type: ignore[operator]
    deciding = decider()
    decision = deciding.decide(first)
    assert (decision.ending, decision.reasons) == (Ending.HELD, ("A-DOCUMENT-AWAITED",))
    (held,) = deciding.records.held
    assert held.awaits == (about.document_id,)
    assert held.endpoint == first.submission.user_id
    assert held.expires_at == NOW + LONGEST_EARLY
    assert last_event(deciding) is Event.SUBMISSION_HELD
    deciding.decide(case(about))
    assert about.document_id in deciding.records.arrived
    assert deciding.decide(tried(first)).ending is Ending.ACCEPTED
    (settled,) = deciding.records.settled
    assert (settled.id, settled.outcome) == (first.submission.id, SubmissionOutcome.ACCEPTED)


@pytest.mark.parametrize("make", EARLY)
def test_what_waits_in_vain_is_refused_as_about_an_unknown_document(make: object) -> None:
    first = make(document())  # type: ignore[operator]
    deciding = decider()
    deciding.decide(first)
    decision = deciding.decide(tried(first, since=OVER))
    assert (decision.ending, decision.reasons) == (Ending.REFUSED, ("A-TARGET-UNKNOWN",))
    assert last_event(deciding) is Event.SUBMISSION_REJECTION
    (row,) = deciding.records.settled
    assert row.outcome is SubmissionOutcome.REFUSED


def test_early_one_is_put_off_with_its_last_try_at_the_end_of_its_time() -> None:
    first = reported("G09", StatusCode.ARRIVED, document(), "g09")
    deciding = decider()
    deciding.decide(first)
    since = OVER + timedelta(seconds=3)
    assert deciding.decide(tried(first, since=since, attempts=9)).ending is Ending.STILL_HELD
    (put_off,) = deciding.records.postponed
    assert put_off.next_try_at == put_off.expires_at == since + LONGEST_EARLY
    assert len(deciding.records.evidence) == 1


def test_replacement_waits_until_the_last_of_its_documents_is_there() -> None:
    one, other = document(), document()
    names = [one.document_id, other.document_id]
    first = case(document(kind=DocumentKind.REPLACE, replaces=names))
    deciding = decider()
    deciding.decide(first)
    deciding.decide(case(other))
    assert deciding.decide(tried(first)).ending is Ending.STILL_HELD
    assert deciding.records.postponed[0].awaits == (one.document_id,)
    deciding.decide(case(one))
    assert deciding.decide(tried(first)).ending is Ending.ACCEPTED


def test_early_one_with_a_broken_rule_is_refused_at_once() -> None:
    recall = document("G22", ["X99"], kind=DocumentKind.RECALL)
    decision = decider().decide(case(recall))
    assert decision.ending is Ending.REFUSED
    assert "A-RECEIVER-UNKNOWN" in decision.reasons


def test_status_to_an_agency_that_does_not_exist_waits_for_nothing() -> None:
    report = reported("G09", StatusCode.ARRIVED, document(), "g09", to="X99")
    assert decider().decide(report).reasons == ("A-TARGET-UNKNOWN",)


def test_who_is_not_the_sender_or_no_receiver_is_refused_at_once() -> None:
    about = document()
    deciding = decider()
    deciding.decide(case(about))
    foreign = document("G09", ["G22"], document_id=about.document_id, kind=DocumentKind.RECALL)
    recall = case(foreign, submission("g09"))
    assert deciding.decide(recall).reasons == ("A-NOT-ORIGINAL-SENDER",)
    back = reported("G09", StatusCode.TAKE_BACK, about, "g09", to="G22")
    assert deciding.decide(back).reasons == ("A-NOT-ORIGINAL-SENDER",)
    stranger = reported("H37", StatusCode.ARRIVED, about, "lgsp-h37")
    assert deciding.decide(stranger).reasons == ("A-NOT-A-RECEIVER",)


# -- a document that itself waits ------------------------------------------------------------------


def test_early_one_waits_as_long_as_its_document_waits_for_a_check() -> None:
    about = document()
    waiting = case(about, findings=[AWAY])
    recall = early(DocumentKind.RECALL, about)
    deciding = decider()
    deciding.decide(waiting)
    deciding.decide(recall)
    assert deciding.records.held[1].expires_at == NOW + LONGEST_WAIT
    assert deciding.decide(tried(recall, since=OVER)).ending is Ending.STILL_HELD
    scanned = Case(
        waiting.submission,
        changed(waiting.examination, findings=()),
        claimed(waiting.submission),
    )
    assert deciding.decide(scanned).ending is Ending.ACCEPTED
    assert list(deciding.records.arrived) == [about.document_id]
    assert deciding.decide(tried(recall, since=OVER)).ending is Ending.ACCEPTED


def test_document_that_is_refused_after_its_wait_has_those_tried_that_wait_for_it() -> None:
    about = document()
    waiting = case(about, findings=[AWAY])
    recall = early(DocumentKind.RECALL, about)
    deciding = decider()
    deciding.decide(waiting)
    deciding.decide(recall)
    malware = changed(waiting.examination, findings=(Finding(Reason.MALWARE),))
    refused = Case(waiting.submission, malware, claimed(waiting.submission))
    assert deciding.decide(refused).ending is Ending.REFUSED
    assert list(deciding.records.arrived) == [about.document_id]
    nothing_held = decider(Known(directory(), submissions=deciding.known.submissions))
    assert nothing_held.decide(tried(recall, since=OVER)).reasons == ("A-TARGET-UNKNOWN",)


def test_early_ones_about_each_other_do_not_keep_each_other_waiting() -> None:
    names = ["G22,2026/03/02,1/X", "G22,2026/03/02,2/X"]
    pair = [
        case(document(document_id=own, kind=DocumentKind.REPLACE, replaces=[other]))
        for own, other in (names, names[::-1])
    ]
    deciding = decider()
    for one in pair:
        deciding.decide(one)
    assert {row.expires_at for row in deciding.records.held} == {NOW + LONGEST_EARLY}
    endings = [deciding.decide(tried(one, since=OVER)).ending for one in pair]
    assert endings == [Ending.REFUSED] * 2


def test_status_of_who_is_no_receiver_yet_waits_while_an_update_waits_for_a_check() -> None:
    about = document()
    deciding = decider()
    deciding.decide(case(about))
    update = document(document_id=about.document_id, kind=DocumentKind.UPDATE)
    deciding.decide(case(update, findings=[AWAY]))
    report = reported("H37", StatusCode.ARRIVED, about, "lgsp-h37")
    assert deciding.decide(report).reasons == ("A-DOCUMENT-AWAITED",)


def test_status_that_also_waits_for_its_own_check_goes_on_waiting_for_that_alone() -> None:
    about = document()
    unknown = Finding(Reason.REVOCATION_UNKNOWN)
    plain = reported("G09", StatusCode.ARRIVED, about, "g09")
    first = Case(plain.submission, changed(plain.examination, findings=(unknown,)))
    deciding = decider()
    deciding.decide(first)
    deciding.decide(case(about))
    decision = deciding.decide(tried(first, since=OVER))
    assert (decision.ending, decision.reasons) == (Ending.STILL_HELD, ("S-REVOCATION-UNKNOWN",))
    (put_off,) = deciding.records.postponed
    assert (put_off.awaits, put_off.expires_at) == ((), OVER + LONGEST_WAIT)


# -- senders that change ---------------------------------------------------------------------------


def test_early_status_about_a_document_of_an_agency_that_closed_meanwhile_is_accepted() -> None:
    open_ = Agency("G31", "Bộ sắp giải thể", Level.CENTRAL, endpoint="g22")
    about = document("G31")
    first = reported("G09", StatusCode.ARRIVED, about, "g09")
    deciding = decider(Known(directory(open_)))
    deciding.decide(first)
    deciding.decide(case(about))
    closed = replace(open_, valid_to=(NOW - timedelta(days=1)).date(), successor="G22")
    deciding.known.directory = directory(closed)
    assert deciding.decide(tried(first)).ending is Ending.ACCEPTED


# -- order -----------------------------------------------------------------------------------------


def test_batch_in_the_wrong_order_is_settled_at_once_with_no_notice() -> None:
    about = document()
    cases = [
        early(DocumentKind.RECALL, about),
        reported("G09", StatusCode.ARRIVED, about, "g09"),
        case(about),
    ]
    deciding = decider()
    decisions = decided(deciding, cases)
    assert [one.ending for one in decisions] == [Ending.ACCEPTED] * 3
    assert [one.submission for one in decisions] == [one.submission.id for one in cases]
    assert deciding.records.held == []


def test_batch_is_decided_in_its_order_but_for_new_documents() -> None:
    about = document()
    cases = [
        reported("G09", StatusCode.ARRIVED, about, "g09"),
        reported("G09", StatusCode.ACCEPTED, about, "g09"),
        case(about),
    ]
    deciding = decider()
    decided(deciding, cases)
    assert [row.code for row in deciding.records.statuses] == [
        StatusCode.ARRIVED,
        StatusCode.ACCEPTED,
    ]


# -- room ------------------------------------------------------------------------------------------


def decided_beside(load: HeldLoad, one: Case) -> Decision:
    return decider(Known(directory(), held_load=load)).decide(one)


def test_early_ones_take_no_room_that_checks_need() -> None:
    crowd = HeldLoad(early={f"e{number}": MAX_EARLY_OF_ONE for number in range(20)})
    assert decided_beside(crowd, case(document(), findings=[AWAY])).ending is Ending.HELD
    full = HeldLoad(Load(HoldLimits().count, 0))
    status = reported("G09", StatusCode.ARRIVED, document(), "g09")
    assert decided_beside(full, status).ending is Ending.HELD


@pytest.mark.parametrize(
    ("load", "fits"),
    [
        (HeldLoad(early={"g09": Load(MAX_EARLY_OF_ONE.count - 1, 0)}), True),
        (HeldLoad(early={"g09": Load(MAX_EARLY_OF_ONE.count, 0)}), False),
        (HeldLoad(early={"g09": Load(1, MAX_EARLY_OF_ONE.size)}), False),
        (HeldLoad(early={"g22": MAX_EARLY_OF_ONE}), True),
        (HeldLoad(early={"g22": MAX_EARLY}), False),
        (HeldLoad(early={"g22": Load(0, MAX_EARLY.size)}), False),
    ],
    ids=["nearly", "count", "bytes", "another's", "all", "all bytes"],
)
def test_early_one_that_finds_no_room_is_refused_at_once_with_both_reasons(
    load: HeldLoad, fits: bool
) -> None:
    decision = decided_beside(load, reported("G09", StatusCode.ARRIVED, document(), "g09"))
    if fits:
        assert decision.ending is Ending.HELD
    else:
        assert decision.reasons == ("F-NO-ROOM-TO-WAIT", "A-TARGET-UNKNOWN")


def test_early_ones_of_the_same_batch_count_against_the_room() -> None:
    limits = HoldLimits(early_of_one=Load(2, MAX_EARLY.size))
    deciding = decider(limits=limits)
    reports = [reported("G09", StatusCode.ARRIVED, document(), "g09") for _ in range(3)]
    endings = [deciding.decide(one).ending for one in reports]
    assert endings == [Ending.HELD, Ending.HELD, Ending.REFUSED]
