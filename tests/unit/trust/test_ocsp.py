"""OCSP: who may answer, for whom, and which answer is to this question."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from axis.facts import RevocationState
from axis.trust.certificates import Certificate
from axis.trust.ocsp import MAX_RESPONSE_BYTES, ask, standing_by_response
from axis.trust.profiles import FIELD
from axis.trust.standing import Source, Standing
from tests.support.holders import AT, DAY, ISSUING, SIGNING, YEAR, Holder

ROOT, CA, RESPONDER = Holder("Root"), Holder("CA"), Holder("Responder")
LONG = {"start": AT - 9 * YEAR, "end": AT + 9 * YEAR}
ROOT_CERTIFICATE = ROOT.issue(ROOT, ca=True, usage=ISSUING, **LONG)
CA_CERTIFICATE = ROOT.issue(CA, ca=True, usage=ISSUING, **LONG)
SEAL, OTHER_SEAL = CA.issue(Holder("Agency")), CA.issue(Holder("Other"))
PATH = (SEAL, CA_CERTIFICATE, ROOT_CERTIFICATE)
POLICY = FIELD.with_trust([ROOT_CERTIFICATE])

MAY_ANSWER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
CHARGED = CA.issue(
    RESPONDER, usage=SIGNING, extra=((MAY_ANSWER, False), (x509.OCSPNoCheck(), False))
)


def answer(
    *,
    certificate: Certificate = SEAL,
    issuer: Certificate = CA_CERTIFICATE,
    by: Holder = RESPONDER,
    as_: Certificate = CHARGED,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    this_update: datetime = AT,
    revoked_at: datetime | None = None,
    nonce: bytes | None = None,
) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=certificate.parsed(),
            issuer=issuer.parsed(),
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=this_update,
            next_update=this_update + timedelta(hours=1),
            revocation_time=(revoked_at or AT - DAY) if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, as_.parsed())
        .certificates([as_.parsed()])
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def read(response: bytes, nonce: bytes | None = None) -> Standing | None:
    return standing_by_response(PATH, response, POLICY, nonce)


def state(response: bytes) -> RevocationState | None:
    standing = read(response)
    return None if standing is None else standing.state


def test_request_names_the_certificate_and_carries_a_nonce_of_its_own() -> None:
    (first, nonce), (second, _) = ask(PATH), ask(PATH)
    request = ocsp.load_der_ocsp_request(first)
    assert request.serial_number == SEAL.serial
    assert request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce
    assert first != second


def test_answer_of_a_charged_responder_is_taken() -> None:
    assert read(answer()) == Standing(
        fingerprint=SEAL.fingerprint,
        source=Source.OCSP,
        state=RevocationState.GOOD,
        this_update=AT,
        next_update=AT + timedelta(hours=1),
    )


def test_answer_of_the_issuer_itself_is_taken() -> None:
    assert state(answer(by=CA, as_=CA_CERTIFICATE)) is RevocationState.GOOD


def test_revoked_certificate_is_told_with_date_and_reason() -> None:
    standing = read(answer(status=ocsp.OCSPCertStatus.REVOKED, revoked_at=AT - 2 * DAY))
    assert standing is not None
    assert standing.state is RevocationState.REVOKED
    assert (standing.revoked_at, standing.reason) == (AT - 2 * DAY, "keyCompromise")


def test_certificate_that_the_responder_does_not_know_stays_unknown() -> None:
    assert state(answer(status=ocsp.OCSPCertStatus.UNKNOWN)) is RevocationState.UNKNOWN


def test_who_was_not_charged_by_the_issuer_may_not_answer() -> None:
    stranger = Holder("Stranger")
    own = stranger.issue(stranger, extra=((MAY_ANSWER, False),))
    by_root = ROOT.issue(stranger, extra=((MAY_ANSWER, False), (x509.OCSPNoCheck(), False)))
    plain = CA.issue(stranger)
    for certificate in (own, by_root, plain):
        response = answer(by=stranger, as_=certificate)
        assert state(response) is RevocationState.UNKNOWN


def test_responder_whose_certificate_had_expired_may_not_answer() -> None:
    expired = CA.issue(
        RESPONDER,
        end=AT - DAY,
        extra=((MAY_ANSWER, False), (x509.OCSPNoCheck(), False)),
    )
    assert state(answer(as_=expired)) is RevocationState.UNKNOWN
    assert state(answer(as_=expired, this_update=AT - 2 * DAY)) is RevocationState.GOOD


def test_answer_whose_signature_does_not_hold_is_not_believed() -> None:
    good = answer()
    signature = ocsp.load_der_ocsp_response(good).signature
    other = ocsp.load_der_ocsp_response(answer(this_update=AT - DAY)).signature
    forged = good.replace(signature, other[: len(signature)].ljust(len(signature), b"x"))
    assert forged != good
    assert state(forged) is RevocationState.UNKNOWN


def test_answer_about_another_certificate_says_nothing() -> None:
    assert read(answer(certificate=OTHER_SEAL)) is None


def test_same_number_of_another_issuer_is_another_certificate() -> None:
    response = answer(issuer=ROOT_CERTIFICATE)
    assert state(response) is RevocationState.UNKNOWN


def test_answer_to_another_question_says_nothing() -> None:
    _, nonce = ask(PATH)
    assert read(answer(nonce=b"n" * 32), nonce) is None
    assert read(answer(nonce=nonce), nonce) is not None


def test_answer_without_a_nonce_is_taken_as_many_responders_make_theirs_ahead() -> None:
    assert read(answer(), b"n" * 32) is not None


@pytest.mark.parametrize("status", [1, 2, 3, 5, 6])
def test_responders_error_says_nothing(status: int) -> None:
    failed = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus(status))
    assert read(failed.public_bytes(Encoding.DER)) is None


def test_too_long_an_answer_says_nothing() -> None:
    assert read(answer() + bytes(MAX_RESPONSE_BYTES)) is None


@given(st.binary(max_size=200) | st.binary(max_size=50).map(lambda tail: answer()[:90] + tail))
def test_any_bytes_say_nothing_or_nothing_good(data: bytes) -> None:
    standing = read(data)
    assert standing is None or standing.state is RevocationState.UNKNOWN
