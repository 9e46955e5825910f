"""Long walks pause on the way, and small ones do not."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from axis.edxml.values import Document
from axis.exchange import pace
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Ending
from axis.exchange.decision.decider import Decider
from axis.registry.agency import Agency, Level
from axis.registry.groups import Group
from tests.support.exchange import case, decider, directory, document, recall, update

COUNT = 40
FEW = 5
COMMUNES = tuple(
    Agency(f"H37.{number}", f"Xã {number}", Level.COMMUNE, endpoint=f"xa-{number}")
    for number in range(200, 200 + COUNT)
)
ALL = Group("NHOM.XA", "Các xã", members=tuple(one.code for one in COMMUNES))
EVERYBODY = (ALL.code, "G09")


def story(first: Document) -> Known:
    """What is known once a document was sent."""
    endpoints = [one.endpoint or "" for one in COMMUNES]
    known = Known(directory(*COMMUNES, endpoints=endpoints, groups=[ALL]))
    assert decider(known).decide(case(first)).ending is Ending.ACCEPTED
    return known


def size_of(deciding: Decider) -> int:
    records = deciding.records
    return len(records.outbox) + len(records.changes)


def stretches(deciding: Decider, message: Document) -> list[int]:
    """How much each stretch of deciding about a message adds."""
    sizes = [0]
    walk = deciding.walk(case(message))
    for _ in walk:
        sizes.append(size_of(deciding))
    sizes.append(size_of(deciding))
    return [after - before for before, after in pairwise(sizes)]


def recalled() -> tuple[Document, Document]:
    first = document("G22", EVERYBODY)
    return first, recall(first, EVERYBODY)


def dropped() -> tuple[Document, Document]:
    first = document("G22", EVERYBODY)
    return first, update(first, ["G09"], drops=[ALL.code])


def added() -> tuple[Document, Document]:
    first = document("G22", ["G09"])
    return first, update(first, ["G09"], adds=[ALL.code])


@pytest.mark.parametrize("told", [recalled, dropped, added])
def test_what_concerns_a_crowd_is_decided_in_short_stretches_and_not_otherwise_for_that(
    monkeypatch: pytest.MonkeyPatch, told: Callable[[], tuple[Document, Document]]
) -> None:
    first, later = told()
    at_once = decider(story(first))
    decision = at_once.decide(case(later))
    assert (decision.ending, decision.deliveries) == (Ending.ACCEPTED, COUNT + 1)
    monkeypatch.setattr(pace, "STRETCH", FEW)
    parts = stretches(decider(story(first)), later)
    assert sum(parts) == size_of(at_once) > 2 * COUNT
    assert max(parts) < 2 * FEW


def test_ordinary_document_is_decided_without_a_pause() -> None:
    assert len(stretches(decider(), document("G22", ["G09", "H37"]))) == 1
