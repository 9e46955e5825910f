"""Why a signature is not PASSED, in the words of ETSI EN 319 102-1 (clause 5.1.3, table 5)."""

from typing import Final

from axis.reasons import Reason
from axis.verdict import Finding, Outcome, Verdict

_SUB_INDICATIONS: Final = {
    Reason.NOT_XML: "FORMAT_FAILURE",
    Reason.DTD_PRESENT: "FORMAT_FAILURE",
    Reason.TOO_LARGE: "FORMAT_FAILURE",
    Reason.TOO_COMPLEX: "FORMAT_FAILURE",
    Reason.UNSIGNED: "FORMAT_FAILURE",
    Reason.SEVERAL_SIGNATURES: "FORMAT_FAILURE",
    Reason.SIGNATURE_MALFORMED: "FORMAT_FAILURE",
    Reason.SIGNATURE_MISPLACED: "SIG_CONSTRAINTS_FAILURE",
    Reason.SIGNATURE_LEVEL: "SIG_CONSTRAINTS_FAILURE",
    Reason.SIGNATURE_PROPERTIES: "SIG_CONSTRAINTS_FAILURE",
    Reason.SIGNING_TIME: "SIG_CONSTRAINTS_FAILURE",
    Reason.SIGNATURE_ALGORITHM: "CRYPTO_CONSTRAINTS_FAILURE",
    Reason.ALGORITHM_ENDED: "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    Reason.KEY_TOO_WEAK: "CRYPTO_CONSTRAINTS_FAILURE",
    Reason.ALTERED: "HASH_FAILURE",
    Reason.NO_CERTIFICATE: "NO_SIGNING_CERTIFICATE_FOUND",
    Reason.SIGNING_CERTIFICATE: "NO_SIGNING_CERTIFICATE_FOUND",
    Reason.UNTRUSTED: "NO_CERTIFICATE_CHAIN_FOUND",
    Reason.SIGNER_NOT_CHECKED: "NO_CERTIFICATE_CHAIN_FOUND",
    Reason.KEY_USAGE: "CHAIN_CONSTRAINTS_FAILURE",
    Reason.CERTIFICATE_EXPIRED: "OUT_OF_BOUNDS_NO_POE",
    Reason.CERTIFICATE_NOT_YET_VALID: "OUT_OF_BOUNDS_NO_POE",
    Reason.CERTIFICATE_REVOKED_BY_ISSUER: "REVOKED_NO_POE",
    Reason.REVOCATION_UNKNOWN: "TRY_LATER",
    Reason.TIMESTAMP_ORDER: "TIMESTAMP_ORDER_FAILURE",
    Reason.TIMESTAMP_MISMATCH: "HASH_FAILURE",
    Reason.TIMESTAMP_BROKEN: "SIG_CRYPTO_FAILURE",
    Reason.TIMESTAMP_UNTRUSTED: "NO_POE",
    Reason.REVOCATION_GRACE: "TRY_LATER",
    Reason.NOT_THE_AXIS: "CHAIN_CONSTRAINTS_FAILURE",
    Reason.RECEIPT_KEY_RETIRED: "CHAIN_CONSTRAINTS_FAILURE",
    Reason.NOT_A_RECEIPT: "FORMAT_FAILURE",
}

_PROVEN: Final = {
    Reason.ALGORITHM_ENDED: "CRYPTO_CONSTRAINTS_FAILURE",
    Reason.CERTIFICATE_EXPIRED: "EXPIRED",
    Reason.CERTIFICATE_NOT_YET_VALID: "NOT_YET_VALID",
    Reason.CERTIFICATE_REVOKED_BY_ISSUER: "REVOKED",
}
"""Where a timestamp proves the time of signing, so that it is known to have been too late or early;
without (no POE, proof of existence) the signature might have been made when all was well."""


def sub_indication(
    verdict: Verdict, *, proven: bool = False, signer_known: bool = True
) -> str | None:
    """Return the sub-indication of the most important finding; None for what PASSED.

    ``proven``: a timestamp proves when it was signed. ``signer_known``: a certificate's key
    verified the signature, so that what does not match is the digest.
    """
    if verdict.outcome is Outcome.PASSED:
        return None
    return _of(verdict.findings[0], proven=proven, signer_known=signer_known)


def _of(finding: Finding, *, proven: bool, signer_known: bool) -> str | None:
    reason = finding.reason
    if reason is Reason.ALTERED and not signer_known:
        return "SIG_CRYPTO_FAILURE"
    found = _PROVEN.get(reason) if proven else None
    return found or _SUB_INDICATIONS.get(reason)
