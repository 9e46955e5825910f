"""A register made from the axis's own is equal; every injected difference is named exactly once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.codes import DocumentKind
from axis.exchange.comparison.differences import Difference, Found
from axis.exchange.comparison.register import Sent, Standing, Taken
from axis.exchange.comparison.sent import SentBook, SentFact
from axis.exchange.comparison.taken import TakenBook, TakenFact
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.records import SubmissionOutcome
from tests.support.exchange import NOW

D, S = Difference, DeliveryState
A, B = "a" * 64, "b" * 64
OTHER = "f" * 64


def sent_fact(number: int = 1, **facts: Any) -> SentFact:
    plain: dict[str, Any] = {
        "id": UUID(int=number),
        "message_id": f"m-{number}",
        "document_id": f"G22,2026/03/02,{number}/VPCP",
        "kind": DocumentKind.NEW,
        "sha256": A,
        "outcome": SubmissionOutcome.ACCEPTED,
        "receipt": f"r-{number}",
        "received_at": NOW,
        "document": UUID(int=1000 + number),
        "ended": None,
    }
    return SentFact(**{**plain, **facts})


def taken_fact(number: int = 1, **facts: Any) -> TakenFact:
    plain: dict[str, Any] = {
        "id": UUID(int=number),
        "copy": f"c-{number}",
        "document": UUID(int=1000 + number),
        "document_id": f"G22,2026/03/02,{number}/VPCP",
        "kind": DocumentKind.NEW,
        "sha256": A,
        "senders": ("G22", "000.00.00.G22"),
        "receivers": ("G09",),
        "state": S.RECEIVED,
        "reached": S.RECEIVED,
        "statuses": ("01", "03"),
        "replaced": False,
    }
    return TakenFact(**{**plain, **facts})


def sent_entry(fact: SentFact, line: int = 2, **facts: Any) -> Sent:
    """The line that a careful register has of a submission."""
    refused = fact.outcome is SubmissionOutcome.REFUSED
    plain: dict[str, Any] = {
        "line": line,
        "message_id": fact.message_id,
        "document_id": fact.document_id,
        "kind": fact.kind,
        "sha256": fact.sha256,
        "receipt": "" if fact.outcome is SubmissionOutcome.HELD else fact.receipt,
        "standing": Standing.REFUSED if refused else fact.ended or Standing.VALID,
    }
    return Sent(**{**plain, **facts})


def taken_entry(fact: TakenFact, line: int = 2, **facts: Any) -> Taken:
    """The line that a careful register has of a delivery."""
    plain: dict[str, Any] = {
        "line": line,
        "message_id": fact.copy,
        "document": fact.document,
        "sender": fact.senders[0],
        "document_id": fact.document_id,
        "kind": fact.kind,
        "receiver": fact.receivers[0],
        "sha256": fact.sha256,
        "status": fact.statuses[-1] if fact.statuses else "",
        "standing": fact.ended or Standing.VALID,
    }
    return Taken(**{**plain, **facts})


def of_sent(entries: Iterable[Sent], facts: Sequence[SentFact]) -> list[Found]:
    """What a comparison finds; the axis is asked by the ids of each line, as the store is."""
    book, found = SentBook(), []
    for entry in entries:
        known = [
            one
            for one in facts
            if (entry.message_id and one.message_id == entry.message_id)
            or (entry.document_id and one.document_id == entry.document_id)
        ]
        found += book.compare(entry, known)
    for fact in facts:
        found += book.missing(fact)
    return found


def of_taken(entries: Iterable[Taken], facts: Sequence[TakenFact]) -> list[Found]:
    book, found = TakenBook(), []
    for entry in entries:
        known = [
            one
            for one in facts
            if one.copy == entry.message_id
            or one.document == entry.document
            or one.document_id == entry.document_id
        ]
        found += book.compare(entry, known)
    for fact in facts:
        found += book.missing(fact)
    return found


def names(found: Iterable[Found]) -> list[Difference]:
    return [one.difference for one in found]


# -- equal ----------------------------------------------------------------------------------------

outcomes = st.sampled_from(SubmissionOutcome)
ended = st.sampled_from([None, Standing.RECALLED, Standing.REPLACED])
KNOWN_HERE = [
    (S.TAKEN, S.TAKEN, ()),
    (S.ARRIVED, S.ARRIVED, ("01",)),
    (S.RECEIVED, S.RECEIVED, ("01", "03")),
    (S.DONE, S.DONE, ("03", "06")),
    (S.REFUSED, S.ARRIVED, ("02",)),
    (S.EXPIRED, S.ARRIVED, ("01",)),
    (S.DECLINED, S.RECEIVED, ("03", "16")),
    (S.TAKE_BACK_ASKED, S.RECEIVED, ("03",)),
    (S.AGREED, S.RECEIVED, ("03", "15")),
    (S.DESTROYED, S.RECEIVED, ("15", "06")),
    (S.WITHDRAWN, S.CONSIGNED, ("15",)),
]


@st.composite
def sent_facts(draw: st.DrawFn) -> list[SentFact]:
    count = draw(st.integers(0, 8))
    return [
        sent_fact(number, outcome=draw(outcomes), ended=draw(ended), sha256=draw(sha256s))
        for number in range(1, count + 1)
    ]


@st.composite
def taken_facts(draw: st.DrawFn) -> list[TakenFact]:
    facts = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        state, reached, statuses = draw(st.sampled_from(KNOWN_HERE))
        facts.append(
            taken_fact(
                number,
                state=state,
                reached=reached,
                statuses=statuses,
                replaced=draw(st.booleans()),
                sha256=draw(sha256s),
            )
        )
    return facts


sha256s = st.sampled_from([A, B])
FORGETFUL = ("message_id", "kind", "sha256", "receipt", "standing")
UNSAID = ("message_id", "document", "sender", "kind", "receiver", "sha256", "status", "standing")


@given(sent_facts(), st.sets(st.sampled_from(FORGETFUL)))
def test_register_of_what_was_sent_that_says_the_same_or_less_is_equal(
    facts: list[SentFact], unsaid: set[str]
) -> None:
    entries = [
        replace(sent_entry(one, line), **dict.fromkeys(unsaid)) for line, one in enumerate(facts, 2)
    ]
    found = names(of_sent(entries, facts))
    refused = sum(one.outcome is SubmissionOutcome.REFUSED for one in facts)
    # a line of the register says that it was sent, unless it says that it was refused
    assert found == [D.SENT_REFUSED] * (refused if "standing" in unsaid else 0)


@given(taken_facts(), st.sets(st.sampled_from(UNSAID)))
def test_register_of_what_was_taken_that_says_the_same_or_less_is_equal(
    facts: list[TakenFact], unsaid: set[str]
) -> None:
    entries = [
        replace(taken_entry(one, line), **dict.fromkeys(unsaid))
        for line, one in enumerate(facts, 2)
    ]
    assert of_taken(entries, facts) == []


def test_line_without_a_kind_is_about_everything_under_its_document_id() -> None:
    facts = [
        sent_fact(1),
        sent_fact(2, document_id=sent_fact(1).document_id, kind=DocumentKind.RECALL),
    ]
    assert of_sent([sent_entry(facts[0], message_id=None, kind=None)], facts) == []


def test_line_about_one_copy_stands_for_all_its_receivers() -> None:
    facts = [
        taken_fact(1, copy="c", document=UUID(int=9), receivers=("H37",), statuses=()),
        taken_fact(2, copy="c", document=UUID(int=9), receivers=("H37.02",), statuses=("01",)),
    ]
    entry = taken_entry(facts[0], receiver=None, status="01")
    assert of_taken([entry], facts) == []


def test_older_codes_of_sender_and_receiver_name_the_same() -> None:
    fact = taken_fact(1, receivers=("G09", "000.00.00.G09"))
    entry = taken_entry(
        fact, message_id=None, document=None, sender="000.00.00.G22", receiver="000.00.00.G09"
    )
    assert of_taken([entry], [fact]) == []
    assert names(of_taken([replace(entry, sender="G05")], [fact])) == [
        D.TAKEN_UNKNOWN,
        D.TAKEN_LOST,
    ]


def test_failed_attempts_before_a_document_got_through_are_no_difference() -> None:
    document_id = sent_fact(3).document_id
    facts = [
        sent_fact(1, document_id=document_id, outcome=SubmissionOutcome.REFUSED),
        sent_fact(2, document_id=document_id, outcome=SubmissionOutcome.DUPLICATE),
        sent_fact(3),
    ]
    assert of_sent([sent_entry(facts[2])], facts) == []
    assert of_sent([sent_entry(facts[2], message_id=None)], facts) == []


# -- different ------------------------------------------------------------------------------------

SENT: dict[Difference, tuple[dict[str, Any], dict[str, Any]]] = {
    D.SENT_DIGEST: ({}, {"sha256": OTHER}),
    D.SENT_REFUSED: ({"outcome": SubmissionOutcome.REFUSED}, {"standing": Standing.VALID}),
    D.SENT_NOT_REFUSED: ({}, {"standing": Standing.REFUSED}),
    D.RECEIPT_MISSING: ({}, {"receipt": ""}),
    D.RECEIPT_OTHER: ({}, {"receipt": "r-999"}),
    D.SENT_ENDED: ({"ended": Standing.RECALLED}, {"standing": Standing.VALID}),
    D.SENT_NOT_ENDED: ({}, {"standing": Standing.RECALLED}),
}
"""Difference → what the axis's side is, and what the register's is instead of the same."""

TAKEN: dict[Difference, tuple[dict[str, Any], dict[str, Any]]] = {
    D.TAKEN_DIGEST: ({}, {"sha256": OTHER}),
    D.NOT_TAKEN: ({"state": S.CONSIGNED, "reached": S.CONSIGNED, "statuses": ()}, {}),
    D.STATUS_UNKNOWN: ({}, {"status": "06"}),
    D.STATUS_NOT_REGISTERED: ({}, {"status": "01"}),
    D.TAKEN_ENDED: ({"state": S.AGREED}, {"standing": Standing.VALID}),
    D.TAKEN_NOT_ENDED: ({}, {"standing": Standing.REPLACED}),
}

MISSING: dict[Difference, dict[str, Any]] = {
    D.TAKEN_LOST: {},
    D.IN_INBOX: {"state": S.CONSIGNED, "reached": S.CONSIGNED, "statuses": ()},
    D.UNDELIVERABLE: {"state": S.UNDELIVERABLE, "reached": S.ACCEPTED, "statuses": ()},
}


@pytest.mark.parametrize("difference", SENT, ids=str)
@given(facts=sent_facts(), place=st.integers(0, 8))
def test_difference_in_what_was_sent_is_found_and_named_once(
    difference: Difference, facts: list[SentFact], place: int
) -> None:
    axis, register = SENT[difference]
    changed = sent_fact(99, **axis)
    entries = [sent_entry(one, line) for line, one in enumerate(facts, 2)]
    entries.insert(place, sent_entry(changed, 77, **register))
    (found,) = of_sent(entries, [*facts, changed])
    assert (found.difference, found.line) == (difference, 77)
    assert (found.message_id, found.document) == ("m-99", changed.document)


@pytest.mark.parametrize("difference", TAKEN, ids=str)
@given(facts=taken_facts(), place=st.integers(0, 8))
def test_difference_in_what_was_taken_is_found_and_named_once(
    difference: Difference, facts: list[TakenFact], place: int
) -> None:
    axis, register = TAKEN[difference]
    changed = taken_fact(99, **axis)
    entries = [taken_entry(one, line) for line, one in enumerate(facts, 2)]
    entries.insert(place, taken_entry(changed, 77, **register))
    (found,) = of_taken(entries, [*facts, changed])
    assert (found.difference, found.line, found.agency) == (difference, 77, "G09")


@given(sent_facts(), st.integers(0, 8))
def test_line_that_the_axis_knows_nothing_of_is_found(facts: list[SentFact], place: int) -> None:
    entries = [sent_entry(one, line) for line, one in enumerate(facts, 2)]
    entries.insert(place, sent_entry(sent_fact(99), 77))
    (found,) = of_sent(entries, facts)
    assert (found.difference, found.line, found.message_id) == (D.SENT_UNKNOWN, 77, "m-99")


@given(sent_facts(), st.data())
def test_submission_that_no_line_is_about_is_found(
    facts: list[SentFact], data: st.DataObject
) -> None:
    lost = sent_fact(99, outcome=data.draw(outcomes))
    entries = [sent_entry(one, line) for line, one in enumerate(facts, 2)]
    (found,) = of_sent(entries, [*facts, lost])
    assert (found.difference, found.line) == (D.SENT_NOT_REGISTERED, None)
    assert (found.message_id, found.axis) == ("m-99", lost.outcome.value)


@given(taken_facts())
def test_line_about_something_never_delivered_here_is_found(facts: list[TakenFact]) -> None:
    entries = [taken_entry(one, line) for line, one in enumerate(facts, 2)]
    (found,) = of_taken([*entries, taken_entry(taken_fact(99), 77)], facts)
    assert (found.difference, found.line) == (D.TAKEN_UNKNOWN, 77)


@pytest.mark.parametrize("difference", MISSING, ids=str)
@given(facts=taken_facts())
def test_delivery_that_no_line_is_about_is_found(
    difference: Difference, facts: list[TakenFact]
) -> None:
    lost = taken_fact(99, **MISSING[difference])
    entries = [taken_entry(one, line) for line, one in enumerate(facts, 2)]
    (found,) = of_taken(entries, [*facts, lost])
    assert (found.difference, found.line) == (difference, None)
    assert (found.message_id, found.document) == ("c-99", lost.document)


@pytest.mark.parametrize(
    ("state", "reached"),
    [
        (S.ACCEPTED, S.ACCEPTED),
        (S.DISPATCHED, S.DISPATCHED),
        (S.REFUSED, S.ARRIVED),
        (S.WITHDRAWN, S.CONSIGNED),
        (S.DESTROYED, S.RECEIVED),
        (S.AGREED, S.RECEIVED),
        (S.TAKE_BACK_ASKED, S.CONSIGNED),
    ],
)
def test_delivery_that_no_register_has_to_show_is_no_difference(state: S, reached: S) -> None:
    assert of_taken([], [taken_fact(state=state, reached=reached)]) == []


Comparing = Callable[[Sequence[Any], Sequence[Any]], list[Found]]


@pytest.mark.parametrize(
    ("compare", "entry", "fact", "difference"),
    [
        (of_sent, sent_entry, sent_fact(), D.SENT_TWICE),
        (of_taken, taken_entry, taken_fact(), D.TAKEN_TWICE),
    ],
    ids=["sent", "taken"],
)
@pytest.mark.parametrize("unnamed", [True, False])
def test_line_that_is_there_twice_is_named_with_both_lines(
    compare: Comparing,
    entry: Callable[..., Any],
    fact: Any,
    difference: Difference,
    *,
    unnamed: bool,
) -> None:
    said = {"message_id": None} if unnamed else {}
    (found,) = compare([entry(fact, 2, **said), entry(fact, 5, **said)], [fact])
    assert (found.difference, found.line, found.axis) == (difference, 5, "2")


def test_held_submission_owes_no_receipt_yet() -> None:
    fact = sent_fact(outcome=SubmissionOutcome.HELD)
    assert of_sent([sent_entry(fact, receipt="the notice"), sent_entry(fact)][:1], [fact]) == []


def test_every_difference_has_words_in_both_languages_and_what_to_do() -> None:
    for difference in Difference:
        words = difference.words
        assert all((words.vi, words.en, words.do_vi, words.do_en))
