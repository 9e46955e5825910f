"""The same content by the same key in other bytes makes no second document.

(r, n − s) is as sound an ECDSA signature as (r, s), and anybody can compute it; white space inside
a tag does the same to RSA. No verifier can refuse that: W3C XML Signature asks for no particular s.
What must hold is that nothing is doubled: a new document is known by sender and DocumentId, and
other bytes under a used one are a conflict; a status that is repeated moves nothing; the copies
that go out are the bytes that were accepted first. Only who may submit for the agency can try it.
"""

from collections.abc import Callable
from itertools import count

import pytest

from axis.edxml.codes import DocumentKind
from axis.examination import Rules, examine
from axis.exchange.admission.known import Known
from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.submission import Route, Submission
from axis.ids import new_id
from axis.trust.sign import sign
from tests.attacks.ground import Ground, unsigned
from tests.attacks.surgery import content
from tests.attacks.values import ORDER, numbers, replaced
from tests.vectors.recipes.messages import following, letter, xml
from tests.vectors.recipes.workshop import AT

Respelling = Callable[[bytes], bytes]


def negated(body: bytes) -> bytes:
    """s becomes n − s."""
    r, s = numbers(body)
    return replaced(r.to_bytes(32) + (ORDER - s).to_bytes(32), body)


def spaced(body: bytes) -> bytes:
    """White space inside a tag."""
    return body.replace(b"</edXML:OrganId>", b"</edXML:OrganId >", 1)


def commented(body: bytes) -> bytes:
    """A comment between two elements."""
    return body.replace(b"<edXML:From>", b"<!-- x --><edXML:From>", 1)


respelled = pytest.mark.parametrize("respell", [negated, spaced, commented])


class Axis:
    """A router's decisions, one after another."""

    def __init__(self, ground: Ground) -> None:
        self._rules = Rules(ground.policy)
        self._numbers = count(1)
        self.decider = Decider(Known(ground.directory), Notary("Trục thử nghiệm"), AT)

    def takes(self, body: bytes, endpoint: str, route: Route = Route.DOCUMENT) -> Decision:
        """Decide a submission, each with its own ``message_id``."""
        name = f"m-{next(self._numbers)}"
        submission = Submission(new_id(), body, route, endpoint, name, AT)
        return self.decider.decide(Case(submission, examine(body, self._rules, AT)))


@pytest.fixture
def axis(ground: Ground) -> Axis:
    return Axis(ground)


def test_negated_s_is_another_value_and_verifies(ground: Ground) -> None:
    again = negated(ground.signed)

    assert content("SignatureValue", again) != content("SignatureValue", ground.signed)
    assert negated(again) == ground.signed
    assert Axis(ground).takes(again, "g22").ending is Ending.ACCEPTED


@respelled
def test_new_document_in_another_spelling_is_a_duplicate_and_is_stored_once(
    respell: Respelling, axis: Axis, ground: Ground
) -> None:
    assert axis.takes(ground.signed, "g22").ending is Ending.ACCEPTED

    second = axis.takes(respell(ground.signed), "g22")

    assert second.ending is Ending.DUPLICATE
    assert [row.body for row in axis.decider.records.documents] == [ground.signed]
    assert len(axis.decider.records.deliveries) == 1


@respelled
def test_other_spelling_that_comes_first_is_what_the_honest_one_repeats(
    respell: Respelling, axis: Axis, ground: Ground
) -> None:
    """Only an endpoint that may speak for the agency can be first; what it sent is what was signed.

    The honest bytes are then the duplicate, and the receipt names the digest of the others.
    """
    first = axis.takes(respell(ground.signed), "g22")

    assert first.ending is Ending.ACCEPTED
    assert axis.takes(ground.signed, "g22").ending is Ending.DUPLICATE
    assert len(axis.decider.records.documents) == 1


@respelled
def test_status_in_another_spelling_moves_a_delivery_once(
    respell: Respelling, axis: Axis, ground: Ground
) -> None:
    assert axis.takes(ground.signed, "g22").ending is Ending.ACCEPTED
    status = sign(unsigned("sample-status-03"), ground.other_key)
    assert axis.takes(status, "g09", Route.STATUS).ending is Ending.ACCEPTED
    (delivery,) = axis.decider.known.deliveries.values()

    axis.takes(respell(status), "g09", Route.STATUS)

    assert [*axis.decider.known.deliveries.values()] == [delivery]


@respelled
def test_recall_in_another_spelling_is_no_second_recall(
    respell: Respelling, axis: Axis, ground: Ground
) -> None:
    first = letter()
    recall = sign(xml(following(DocumentKind.RECALL, first)), ground.key)
    assert axis.takes(sign(xml(first), ground.key), "g22").ending is Ending.ACCEPTED
    assert axis.takes(recall, "g22").ending is Ending.ACCEPTED

    assert axis.takes(respell(recall), "g22").ending is Ending.DUPLICATE


def test_altered_document_with_the_digest_of_a_known_one_is_no_duplicate(
    axis: Axis, ground: Ground
) -> None:
    assert axis.takes(ground.signed, "g22").ending is Ending.ACCEPTED
    altered = ground.signed.replace(b"V/v ", b"V/v khong ", 1)
    assert altered != ground.signed

    assert axis.takes(altered, "g22").ending is Ending.REFUSED


def test_other_agency_cannot_respell_what_is_not_its_own(axis: Axis, ground: Ground) -> None:
    assert axis.takes(ground.signed, "g22").ending is Ending.ACCEPTED

    assert axis.takes(negated(ground.signed), "g09").ending is Ending.REFUSED
