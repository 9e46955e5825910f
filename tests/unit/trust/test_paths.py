"""Which certificates lead to a trust anchor, and when; each obstacle with its reason."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from axis.reasons import Reason
from axis.trust import paths, validation
from axis.trust.certificates import Certificate
from axis.trust.paths import forget_paths, prove_path
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD
from axis.trust.usage import purpose_findings
from axis.verdict import Finding, Outcome, Verdict
from tests.support.holders import AT, ISSUING, YEAR, Holder

ROOT, CA, AGENCY = Holder("Root"), Holder("CA"), Holder("Agency")
ROOT_CERTIFICATE = ROOT.issue(ROOT, ca=True, usage=ISSUING, start=AT - 9 * YEAR, end=AT + 9 * YEAR)
CA_CERTIFICATE = ROOT.issue(CA, ca=True, usage=ISSUING, start=AT - 5 * YEAR, end=AT + 5 * YEAR)
POLICY = FIELD.with_trust([ROOT_CERTIFICATE])


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget_paths()
    yield
    forget_paths()


def judge(
    certificate: Certificate,
    *candidates: Certificate,
    policy: SignaturePolicy = POLICY,
    at: datetime = AT,
) -> list[Finding]:
    return prove_path(certificate, candidates, policy, at, "/x")[1]


def reasons(findings: list[Finding]) -> list[Reason]:
    return [finding.reason for finding in findings]


def test_signer_without_any_anchor_to_judge_by_is_held_and_not_refused() -> None:
    (finding,) = judge(CA.issue(AGENCY), CA_CERTIFICATE, policy=FIELD)
    assert (finding.reason, finding.place) == (Reason.SIGNER_NOT_CHECKED, "/x")
    assert Verdict.of([finding]).outcome is Outcome.INDETERMINATE


def test_expired_signer_without_any_anchor_is_still_expired() -> None:
    expired = CA.issue(AGENCY, end=AT - timedelta(days=1))
    found = reasons(judge(expired, policy=FIELD))
    assert found == [Reason.CERTIFICATE_EXPIRED, Reason.SIGNER_NOT_CHECKED]


def test_path_over_an_intermediate_is_found() -> None:
    assert judge(CA.issue(AGENCY), CA_CERTIFICATE) == []


def test_path_from_the_root_itself_is_found() -> None:
    assert judge(ROOT.issue(AGENCY)) == []


def test_path_needs_no_event_loop_of_its_own() -> None:
    async def inside_a_loop() -> list[Finding]:
        return judge(CA.issue(AGENCY), CA_CERTIFICATE)

    assert asyncio.run(inside_a_loop()) == []


def test_path_without_the_intermediate_names_the_missing_issuer() -> None:
    (finding,) = judge(CA.issue(AGENCY))

    assert finding.reason is Reason.UNTRUSTED
    assert finding.facts["detail"] == "issuer «CN=CA»"


def test_path_over_an_expired_intermediate_names_it() -> None:
    old = ROOT.issue(CA, ca=True, usage=ISSUING, start=AT - 5 * YEAR, end=AT - YEAR)

    (finding,) = judge(CA.issue(AGENCY), old)

    assert finding.reason is Reason.CERTIFICATE_EXPIRED
    assert finding.facts["subject"] == "CN=CA"


def test_path_over_an_intermediate_not_valid_yet_names_it() -> None:
    new = ROOT.issue(CA, ca=True, usage=ISSUING, start=AT + timedelta(days=2), end=AT + YEAR)

    (finding,) = judge(CA.issue(AGENCY), new)

    assert finding.reason is Reason.CERTIFICATE_NOT_YET_VALID
    assert finding.facts["subject"] == "CN=CA"


def test_path_to_an_expired_anchor_is_refused() -> None:
    late = ROOT_CERTIFICATE.not_after + timedelta(days=1)
    agency = ROOT.issue(AGENCY, end=late + YEAR)

    (finding,) = judge(agency, at=late)

    assert finding.reason is Reason.CERTIFICATE_EXPIRED
    assert finding.facts["subject"] == "CN=Root"


def test_path_of_an_expired_certificate_to_nowhere_names_both_faults() -> None:
    stranger = Holder("Stranger")
    expired = stranger.issue(AGENCY, end=AT - timedelta(days=30))

    assert reasons(judge(expired)) == [Reason.CERTIFICATE_EXPIRED, Reason.UNTRUSTED]


def test_path_to_a_root_of_the_same_name_and_another_key_is_refused() -> None:
    impostor = Holder("Root")

    assert reasons(judge(impostor.issue(AGENCY))) == [Reason.UNTRUSTED]


def test_path_over_a_certificate_that_is_no_authority_is_refused() -> None:
    department = CA.issue(Holder("Department"))
    forger = Holder("Department")
    forged = forger.issue(AGENCY)

    assert reasons(judge(forged, department, CA_CERTIFICATE)) == [Reason.UNTRUSTED]


def test_path_issued_by_a_seal_certificate_is_refused() -> None:
    seal = CA.issue(AGENCY)
    below = Holder("Below")

    assert reasons(judge(AGENCY.issue(below), seal, CA_CERTIFICATE)) == [Reason.UNTRUSTED]


def test_path_longer_than_the_authority_may_issue_is_refused() -> None:
    limited = ROOT.issue(CA, ca=True, path_length=0, usage=ISSUING)
    sub = Holder("Sub")
    sub_certificate = CA.issue(sub, ca=True, usage=ISSUING)

    assert judge(CA.issue(AGENCY), limited) == []
    assert reasons(judge(sub.issue(AGENCY), sub_certificate, limited)) == [Reason.UNTRUSTED]


def test_path_outside_the_anchors_own_path_length_is_refused() -> None:
    root = Holder("Short")
    anchor = root.issue(root, ca=True, path_length=0, usage=ISSUING)
    intermediate = root.issue(CA, ca=True, usage=ISSUING)
    policy = FIELD.with_trust([anchor])

    assert judge(root.issue(AGENCY), policy=policy) == []
    assert reasons(judge(CA.issue(AGENCY), intermediate, policy=policy)) == [Reason.UNTRUSTED]


def test_path_with_an_unknown_critical_extension_is_refused() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")

    assert reasons(judge(ROOT.issue(AGENCY, extra=((unknown, True),)))) == [Reason.UNTRUSTED]
    assert judge(ROOT.issue(AGENCY, extra=((unknown, False),))) == []


def test_path_outside_the_name_constraints_of_its_authority_is_refused() -> None:
    allowed = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Elsewhere")])
    constraint = x509.NameConstraints([x509.DirectoryName(allowed)], None)
    limited = ROOT.issue(CA, ca=True, usage=ISSUING, extra=((constraint, True),))

    assert reasons(judge(CA.issue(AGENCY), limited)) == [Reason.UNTRUSTED]


def test_path_with_an_anchors_certificate_policies_needs_none_below() -> None:
    root = Holder("With policies")
    policies = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]
    )
    anchor = root.issue(root, ca=True, usage=ISSUING, extra=((policies, False),))

    assert judge(root.issue(AGENCY), policy=FIELD.with_trust([anchor])) == []


def test_path_once_proven_is_not_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = CA.issue(AGENCY)
    assert judge(certificate, CA_CERTIFICATE) == []

    monkeypatch.setattr(validation, "CertificateValidator", unexpected)

    assert judge(certificate) == []


def test_path_once_proven_still_expires() -> None:
    certificate = CA.issue(AGENCY)
    assert judge(certificate, CA_CERTIFICATE) == []

    late = certificate.not_after + timedelta(days=1)

    assert Reason.CERTIFICATE_EXPIRED in reasons(judge(certificate, CA_CERTIFICATE, at=late))


def test_path_proven_for_one_policy_says_nothing_for_another() -> None:
    certificate = CA.issue(AGENCY)
    assert judge(certificate, CA_CERTIFICATE) == []
    other = Holder("Other")
    elsewhere = FIELD.with_trust([other.issue(other, ca=True, usage=ISSUING)])

    assert reasons(judge(certificate, CA_CERTIFICATE, policy=elsewhere)) == [Reason.UNTRUSTED]


def test_remembered_paths_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "MAX_REMEMBERED_PATHS", 3)

    for _ in range(5):
        assert judge(ROOT.issue(AGENCY)) == []

    assert len(paths._proven._entries) == 3


def unexpected(*_: Any, **__: Any) -> None:
    raise AssertionError("the path was built again")


@pytest.mark.parametrize(
    ("usage", "allowed"),
    [
        ({"digital_signature": True}, True),
        ({"content_commitment": True}, True),
        ({"key_agreement": True}, False),
        ({}, False),
        (None, False),
    ],
    ids=["digitalSignature", "nonRepudiation", "keyAgreement", "none", "absent"],
)
def test_key_usage_digital_signature_or_non_repudiation_is_needed(
    usage: dict[str, bool] | None, allowed: bool
) -> None:
    findings = purpose_findings(ROOT.issue(AGENCY, usage=usage), POLICY, "/x")

    assert reasons(findings) == ([] if allowed else [Reason.KEY_USAGE])


@pytest.mark.parametrize(
    ("purpose", "allowed"),
    [
        ("2.5.29.37.0", True),
        ("1.3.6.1.5.5.7.3.4", True),
        ("1.3.6.1.5.5.7.3.36", True),
        ("1.3.6.1.5.5.7.3.1", False),
        ("1.3.6.1.5.5.7.3.3", False),
        ("1.3.6.1.5.5.7.3.8", False),
        ("1.3.6.1.5.5.7.3.9", False),
    ],
    ids=["any", "email", "documents", "server", "code", "timestamps", "ocsp"],
)
def test_extended_key_usage_must_include_a_document_purpose(purpose: str, allowed: bool) -> None:
    usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose)])

    findings = purpose_findings(ROOT.issue(AGENCY, extra=((usage, False),)), POLICY, "/x")

    assert reasons(findings) == ([] if allowed else [Reason.KEY_USAGE])
