"""By what right a message was signed: asked as of the signing, told in the verdict."""

from datetime import UTC, date, datetime, timedelta

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document, Status
from axis.examination import Examination
from axis.exchange.admission.checks import admit_document, facts_of
from axis.exchange.admission.known import Known
from axis.exchange.admission.statuses import admit_status
from axis.exchange.decision.case import Case, Ending
from axis.exchange.intake.preview import Grounds, preview
from axis.facts import Capacity, Right, SignatureFacts
from axis.reasons import Reason
from axis.registry.agency import Endpoint
from axis.registry.directory import Directory
from axis.registry.mandates import Mandate, MessageKind
from axis.trust.location import EDXML
from tests.support.changing import replace
from tests.support.exchange import (
    AGENCIES,
    ENDPOINTS,
    NOW,
    case,
    decider,
    document,
    fingerprint,
    reported,
)

FACTS = SignatureFacts(policy="field")
ACT = "125/QĐ-UBND"


def registry(*mandates: Mandate) -> Directory:
    return Directory(AGENCIES, [Endpoint(name, name) for name in ENDPOINTS], mandates)


def signed(message: Document | Status, by: str, *, proven_at: datetime | None = None) -> Case:
    """A message with a good signature; the certificate names its agency, see `by`."""
    made = case(message, sealed_by=by)
    facts = replace(FACTS, proven_at=proven_at)
    return Case(made.submission, replace(made.examination, signature=facts))


def admitted(
    examination: Examination, directory: Directory, endpoint: str = "lgsp-h37"
) -> tuple[list[Reason], Right | None]:
    message = examination.message
    assert isinstance(message, Document)
    said = admit_document(message, endpoint, examination, Known(directory), NOW)
    facts = facts_of(examination, said.speaker)
    return [one.reason for one in said.findings], facts.right if facts else None


def test_right_of_the_agencys_own_seal_is_told_in_the_verdict() -> None:
    seal = Mandate(fingerprint("H37"), "H37", valid_to=date(2026, 12, 31))
    made = signed(document("H37", ["G22"]), "H37")
    reasons, right = admitted(made.examination, registry(seal))
    assert reasons == []
    assert right == Right(capacity=Capacity.SEAL, agency="H37", last=date(2026, 12, 31))


def test_right_of_an_agency_above_is_told_with_its_act() -> None:
    mandates = (
        Mandate(fingerprint("H37"), "H37"),
        Mandate(fingerprint("H37"), "H37.101", Capacity.PARENT, act=ACT),
    )
    made = signed(document("H37.101", ["G22"]), "H37")
    assert admitted(made.examination, registry(*mandates)) == (
        [],
        Right(capacity=Capacity.PARENT, agency="H37.101", act=ACT),
    )


def test_refusal_tells_of_no_right_and_stands_at_the_signature() -> None:
    made = signed(document("H37.101", ["G22"]), "H37")
    examination = made.examination
    assert isinstance(examination.message, Document)
    directory = registry(Mandate(fingerprint("H37"), "H37"))
    said = admit_document(examination.message, "lgsp-h37", examination, Known(directory), NOW)
    (finding,) = said.findings
    assert finding.reason is Reason.CERTIFICATE_OF_OTHER_AGENCY
    assert finding.place == EDXML.place
    assert said.speaker.right is None


@pytest.mark.parametrize("kind", DocumentKind)
def test_mandate_is_held_against_the_kind_of_the_document(kind: DocumentKind) -> None:
    only = frozenset({MessageKind(kind.label)})
    made = signed(document("H37", ["G22"], kind=kind), "H37").examination
    known = Known(registry(Mandate(fingerprint("H37"), "H37", kinds=only)), stored_known=False)
    assert isinstance(made.message, Document)
    assert admit_document(made.message, "lgsp-h37", made, known, NOW).findings == ()
    others = frozenset(MessageKind) - only
    known = Known(registry(Mandate(fingerprint("H37"), "H37", kinds=others)), stored_known=False)
    (finding,) = admit_document(made.message, "lgsp-h37", made, known, NOW).findings
    assert finding.reason is Reason.MANDATE_KIND


def test_status_needs_a_mandate_for_statuses() -> None:
    report = reported("H37", StatusCode.ARRIVED, document("G22", ["H37"]), "lgsp-h37")
    message, examination = report.examination.message, report.examination
    assert isinstance(message, Status)
    for kinds, expected in (
        (frozenset({MessageKind.STATUS}), []),
        (frozenset({MessageKind.NEW}), [Reason.MANDATE_KIND]),
    ):
        known = Known(registry(Mandate(fingerprint("H37"), "H37", kinds=kinds)), stored_known=False)
        found = admit_status(message, "lgsp-h37", examination, known, NOW).findings
        assert [one.reason for one in found] == expected


@pytest.mark.parametrize(
    ("proven_at", "expected"),
    [
        (None, [Reason.CERTIFICATE_OUT_OF_TERM]),
        (datetime(2025, 12, 31, 16, 59, tzinfo=UTC), []),
        (datetime(2025, 12, 31, 17, 0, tzinfo=UTC), [Reason.CERTIFICATE_OUT_OF_TERM]),
    ],
)
def test_right_is_asked_as_of_the_proven_moment_of_signing(
    proven_at: datetime | None, expected: list[Reason]
) -> None:
    lapsed = Mandate(fingerprint("H37"), "H37", valid_to=date(2025, 12, 31))
    made = signed(document("H37", ["G22"]), "H37", proven_at=proven_at)
    assert admitted(made.examination, registry(lapsed))[0] == expected


def test_claimed_moment_of_signing_brings_no_lapsed_right_back() -> None:
    lapsed = Mandate(fingerprint("H37"), "H37", valid_to=date(2025, 12, 31))
    made = signed(document("H37", ["G22"]), "H37").examination
    assert made.signature is not None
    dated_back = replace(made.signature, claimed_at=NOW - timedelta(days=200))
    reasons, _ = admitted(replace(made, signature=dated_back), registry(lapsed))
    assert reasons == [Reason.CERTIFICATE_OUT_OF_TERM]


def test_carriers_certificate_is_refused_whoever_it_is_said_to_sign_for() -> None:
    carrier = Mandate(fingerprint("H37"), "H37", Capacity.CARRIER)
    for sender in ("H37", "H37.101"):
        made = signed(document(sender, ["G22"]), "H37")
        assert admitted(made.examination, registry(carrier))[0] == [Reason.CARRIER_ONLY]


def test_wrong_row_of_the_registry_gives_a_certificate_no_right_for_another_agency() -> None:
    wrong = Mandate(fingerprint("G09"), "H37")
    made = signed(document("H37", ["G22"]), "G09")
    found = admitted(made.examination, registry(wrong))
    assert found == ([Reason.CERTIFICATE_OF_OTHER_ORGANISATION], None)


def test_accepted_document_keeps_the_right_that_it_was_signed_by() -> None:
    made = signed(document("H37", ["G22"]), "H37")
    submission = replace(made.submission, user_id="lgsp-h37")
    deciding = decider(Known(registry(Mandate(fingerprint("H37"), "H37", act=ACT))))
    assert deciding.decide(Case(submission, made.examination)).ending is Ending.ACCEPTED
    (row,) = deciding.records.documents
    assert row.verdict["signature"]["right"] == {
        "capacity": "seal",
        "agency": "H37",
        "act": ACT,
        "first": None,
        "last": None,
    }


def test_check_before_sending_tells_the_right_too() -> None:
    made = signed(document("H37", ["G22"]), "H37")
    grounds = Grounds(Known(registry(Mandate(fingerprint("H37"), "H37", act=ACT))))
    facts = preview(made.examination, grounds, NOW).verdict.signature
    assert facts is not None
    assert facts.right == Right(capacity=Capacity.SEAL, agency="H37", act=ACT)
