"""When a receipt is proof."""

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from axis.client.receipts import ReceiptTrust, check_receipt
from axis.evidence.events import Event
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import RECEIPT
from axis.trust.receipt_certificates import ReceiptCertificate
from axis.trust.sign import sign
from axis.verdict import Finding
from tests.support.softhsm import certificate_for
from tests.unit.client.conftest import NOW, Axis

LATER = NOW + timedelta(days=365 * 6)
"""When nobody has the old certificate's authority at hand any more."""


def reasons(findings: tuple[Finding, ...]) -> set[Reason]:
    return {finding.reason for finding in findings}


def test_receipt_signed_by_the_axis_is_proof(axis: Axis) -> None:
    checked = check_receipt(axis.receipt(), axis.trust, NOW)
    assert checked.proof
    assert checked.accepted
    assert checked.answers_submission
    assert checked.signer == axis.key.certificate


def test_rejection_ends_a_submission_and_is_no_acceptance(axis: Axis) -> None:
    checked = check_receipt(axis.receipt(Event.SUBMISSION_REJECTION), axis.trust, NOW)
    assert checked.proof
    assert checked.answers_submission
    assert not checked.accepted


def test_consignment_does_not_end_a_submission(axis: Axis) -> None:
    checked = check_receipt(axis.receipt(Event.CONTENT_CONSIGNMENT), axis.trust, NOW)
    assert checked.proof
    assert not checked.answers_submission


def test_receipt_signed_by_an_agency_of_the_same_authority_is_no_proof(axis: Axis) -> None:
    forged = axis.receipt(key=axis.pki.seal("G22").load())
    checked = check_receipt(forged, axis.trust, NOW)
    assert not checked.proof
    assert checked.verdict is not None
    assert reasons(checked.verdict.findings) == {Reason.NOT_THE_AXIS}


def test_altered_receipt_is_no_proof(axis: Axis) -> None:
    altered = axis.receipt().replace(b"m-1", b"m-2")
    checked = check_receipt(altered, axis.trust, NOW)
    assert not checked.proof
    assert checked.verdict is not None
    assert reasons(checked.verdict.findings) == {Reason.ALTERED}


def test_receipt_stays_proof_after_the_axis_certificate_has_expired(axis: Axis) -> None:
    assert axis.key.certificate.not_after < LATER
    assert check_receipt(axis.receipt(), axis.trust, LATER).proof


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (LATER, Reason.CERTIFICATE_EXPIRED),
        (NOW - timedelta(days=90), Reason.CERTIFICATE_NOT_YET_VALID),
    ],
)
def test_receipt_dated_outside_its_certificate_is_no_proof(
    axis: Axis, at: datetime, reason: Reason
) -> None:
    checked = check_receipt(axis.receipt(at=at), axis.trust, LATER)
    assert not checked.proof
    assert checked.verdict is not None
    assert reason in reasons(checked.verdict.findings)


@pytest.fixture
def next_key(axis: Axis) -> SigningKey:
    """The axis's next key, certified by the same authority before the old one is given up."""
    private = ec.generate_private_key(ec.SECP256R1())
    issued = certificate_for(private.public_key(), axis.pki, NOW, lasts=timedelta(days=3650))
    return SigningKey.of(private, issued)


def test_receipts_of_old_and_new_key_are_proof_years_after_the_switch(
    axis: Axis, next_key: SigningKey
) -> None:
    switch = NOW + timedelta(days=10)
    trust = ReceiptTrust.over(
        [
            ReceiptCertificate(axis.key.certificate, axis.key.authorities, retired_at=switch),
            ReceiptCertificate(next_key.certificate, next_key.authorities),
        ],
        axis.pki.anchors,
    )
    # in the overlap both sign: routers are restarted one after the other
    overlap = switch - timedelta(days=1)

    assert check_receipt(axis.receipt(at=overlap), trust, LATER).proof
    assert check_receipt(axis.receipt(at=switch), trust, LATER).proof
    assert check_receipt(axis.receipt(at=overlap, key=next_key), trust, LATER).proof
    assert check_receipt(axis.receipt(at=LATER, key=next_key), trust, LATER).proof
    assert not check_receipt(axis.receipt(at=overlap, key=next_key), axis.trust, LATER).proof


def test_receipt_of_a_retired_key_dated_after_its_retirement_is_no_proof(axis: Axis) -> None:
    history = [ReceiptCertificate(axis.key.certificate, retired_at=NOW)]
    trust = ReceiptTrust.over(history, axis.pki.anchors)
    checked = check_receipt(axis.receipt(at=NOW + timedelta(milliseconds=1)), trust, NOW)
    assert checked.verdict is not None
    assert reasons(checked.verdict.findings) == {Reason.RECEIPT_KEY_RETIRED}
    assert axis.key.certificate.subject in checked.verdict.findings[0].text_en()


def test_receipt_with_another_date_than_the_signed_one_is_no_proof(axis: Axis) -> None:
    signed = axis.receipt(at=LATER)
    for date in (b"2026-03-02T01:00:00.000Z", b"9999-12-31T23:59:59.999Z"):
        backdated = signed.replace(LATER.isoformat()[:19].encode() + b".000Z", date, 1)
        assert backdated != signed
        history = [ReceiptCertificate(axis.key.certificate, retired_at=NOW)]
        for trust in (axis.trust, ReceiptTrust.over(history, axis.pki.anchors)):
            assert not check_receipt(backdated, trust, LATER).proof


def test_receipt_below_an_anchor_that_is_not_trusted_is_no_proof(axis: Axis) -> None:
    trust = ReceiptTrust.of([axis.key.certificate], [])
    assert not check_receipt(axis.receipt(), trust, NOW).proof


def test_signed_xml_that_is_no_receipt_is_no_proof(axis: Axis) -> None:
    xml = sign(b'<receipt xmlns="urn:vn:axis:receipt:1"/>', axis.key, location=RECEIPT)
    checked = check_receipt(xml, axis.trust, NOW)
    assert not checked.proof
    assert checked.receipt is None
    assert checked.verdict is not None
    assert reasons(checked.verdict.findings) == {Reason.NOT_A_RECEIPT}


def test_bytes_that_are_no_xml_are_no_proof(axis: Axis) -> None:
    for garbage in (b"", b"\0\xff", b"<a", b"<!DOCTYPE x []><x/>"):
        assert not check_receipt(garbage, axis.trust, NOW).proof
        assert check_receipt(garbage, None, NOW).receipt is None


def test_receipt_is_information_but_no_proof_without_the_axis_certificates(axis: Axis) -> None:
    checked = check_receipt(axis.receipt(), None, NOW)
    assert checked.accepted
    assert checked.verdict is None
    assert not checked.proof
