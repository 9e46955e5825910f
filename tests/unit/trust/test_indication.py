"""Every reason of the signature check has its sub-indication of EN 319 102-1."""

import pytest

from axis.reasons import Check, Reason, Severity
from axis.trust.indication import sub_indication
from axis.verdict import Finding, Verdict

KNOWN = {
    "CHAIN_CONSTRAINTS_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
    "EXPIRED",
    "FORMAT_FAILURE",
    "HASH_FAILURE",
    "NO_CERTIFICATE_CHAIN_FOUND",
    "NO_POE",
    "NO_SIGNING_CERTIFICATE_FOUND",
    "NOT_YET_VALID",
    "OUT_OF_BOUNDS_NO_POE",
    "REVOKED",
    "REVOKED_NO_POE",
    "SIG_CONSTRAINTS_FAILURE",
    "SIG_CRYPTO_FAILURE",
    "TIMESTAMP_ORDER_FAILURE",
    "TRY_LATER",
}
"""Clause 5.1.3, table 5, as far as it concerns signatures with or without a timestamp."""


@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize("reason", [one for one in Reason if one.check is Check.SIGNATURE])
def test_reason_of_the_signature_check_has_a_sub_indication(reason: Reason, proven: bool) -> None:
    verdict = Verdict.of([Finding(reason, ruled=Severity.REFUSE)])

    assert sub_indication(verdict, proven=proven) in KNOWN


def test_what_passed_has_none() -> None:
    assert sub_indication(Verdict.of([])) is None
    assert sub_indication(Verdict.of([Finding(Reason.TIMESTAMP_UNTRUSTED)])) is None


def test_most_important_finding_gives_it() -> None:
    findings = [Finding(Reason.CERTIFICATE_EXPIRED), Finding(Reason.ALTERED)]

    assert sub_indication(Verdict.of(findings)) == "HASH_FAILURE"
    assert sub_indication(Verdict.of(findings), signer_known=False) == "SIG_CRYPTO_FAILURE"


@pytest.mark.parametrize(
    ("reason", "without", "with_proof"),
    [
        (Reason.CERTIFICATE_EXPIRED, "OUT_OF_BOUNDS_NO_POE", "EXPIRED"),
        (Reason.CERTIFICATE_NOT_YET_VALID, "OUT_OF_BOUNDS_NO_POE", "NOT_YET_VALID"),
        (Reason.CERTIFICATE_REVOKED_BY_ISSUER, "REVOKED_NO_POE", "REVOKED"),
        (
            Reason.ALGORITHM_ENDED,
            "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            "CRYPTO_CONSTRAINTS_FAILURE",
        ),
    ],
)
def test_proof_of_the_time_of_signing_makes_the_answer_final(
    reason: Reason, without: str, with_proof: str
) -> None:
    verdict = Verdict.of([Finding(reason)])

    assert sub_indication(verdict) == without
    assert sub_indication(verdict, proven=True) == with_proof
