"""When a receipt is proof."""

from datetime import timedelta

from axis.client.receipts import ReceiptTrust, check_receipt
from axis.evidence.events import Event
from axis.reasons import Reason
from axis.trust.location import RECEIPT
from axis.trust.sign import sign
from axis.verdict import Finding
from tests.unit.client.conftest import NOW, Axis


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


def test_receipt_is_no_proof_after_the_axis_certificate_has_expired(axis: Axis) -> None:
    checked = check_receipt(axis.receipt(), axis.trust, NOW + timedelta(days=365 * 6))
    assert not checked.proof
    assert checked.receipt is not None


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
