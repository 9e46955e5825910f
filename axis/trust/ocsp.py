"""OCSP (RFC 6960): the question about one certificate, and what an answer says."""

import secrets
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from axis.facts import RevocationState
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.standing import Source, Standing
from axis.trust.validation import verify_response

MAX_RESPONSE_BYTES: Final = 64 * 1024
"""A response has 2 kB, the certificates of who signed it included."""

NONCE_BYTES: Final = 32
"""What every responder must be able to answer with (RFC 9654)."""

_STATES: Final = {
    ocsp.OCSPCertStatus.GOOD: RevocationState.GOOD,
    ocsp.OCSPCertStatus.REVOKED: RevocationState.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: RevocationState.UNKNOWN,
}


def ask(path: Sequence[Certificate]) -> tuple[bytes, bytes]:
    """Return a request about the first certificate of a path, and the nonce in it.

    The issuer is named by SHA-1, the only digest that every responder knows (RFC 5019); nothing
    rests on its strength.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    request = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(path[0].parsed(), path[1].parsed(), SHA1())  # noqa: S303
        .add_extension(x509.OCSPNonce(nonce), critical=False)
        .build()
    )
    return request.public_bytes(Encoding.DER), nonce


def standing_by_response(
    path: Sequence[Certificate], der: bytes, policy: SignaturePolicy, nonce: bytes | None = None
) -> Standing | None:
    """Return what a response says of the first certificate of a proven path; None if nothing.

    ``path`` ends with the anchor. A response with another nonce than the request's is an old one,
    or somebody else's; one without answers for as long as it is fresh (RFC 6960, 4.4.1). Where its
    signature does not hold, or it does not know the certificate, the state is unknown.
    """
    if len(der) > MAX_RESPONSE_BYTES:
        return None
    try:
        return _read(path, der, policy, nonce)
    except MemoryError:
        raise  # says nothing about the response
    except Exception:  # noqa: BLE001 - hostile bytes leak every kind of exception out of the parser
        return None


def _read(
    path: Sequence[Certificate], der: bytes, policy: SignaturePolicy, nonce: bytes | None
) -> Standing | None:
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return None
    answers = [one for one in response.responses if one.serial_number == path[0].serial]
    if len(answers) != 1 or (nonce is not None and _nonce(response) not in (None, nonce)):
        return None
    (answer,) = answers
    state = _STATES[answer.certificate_status]
    if not _verifies(path, der, policy, answer):
        state = RevocationState.UNKNOWN
    revoked = state is RevocationState.REVOKED
    reason = answer.revocation_reason
    return Standing(
        fingerprint=path[0].fingerprint,
        source=Source.OCSP,
        state=state,
        this_update=answer.this_update_utc,
        next_update=answer.next_update_utc,
        revoked_at=answer.revocation_time_utc if revoked else None,
        reason=reason.value if revoked and reason is not None else "",
    )


def _verifies(
    path: Sequence[Certificate],
    der: bytes,
    policy: SignaturePolicy,
    answer: ocsp.OCSPSingleResponse,
) -> bool:
    try:
        verify_response(path, der, policy, answer.this_update_utc)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - as above, out of the validator
        return False
    return True


def _nonce(response: ocsp.OCSPResponse) -> bytes | None:
    try:
        return response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None
