"""Revocation by given lists: who is revoked from when, and when that is not known."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from axis.errors import InvalidInputError
from axis.reasons import Reason
from axis.trust import lists, revocation
from axis.trust.certificates import Certificate
from axis.trust.lists import load_revocation_lists
from axis.trust.paths import forget_paths, prove_path
from axis.trust.profiles import FIELD
from axis.trust.revocation import read_standings, revocation_of
from axis.verdict import Finding, Outcome, Verdict
from tests.support.holders import AT, DAY, ISSUING, YEAR, Holder

ROOT, CA, AGENCY = Holder("Root"), Holder("CA"), Holder("Agency")
ROOT_CERTIFICATE = ROOT.issue(ROOT, ca=True, usage=ISSUING, start=AT - 9 * YEAR, end=AT + 9 * YEAR)
CA_CERTIFICATE = ROOT.issue(CA, ca=True, usage=ISSUING, start=AT - 5 * YEAR, end=AT + 5 * YEAR)
SEAL = CA.issue(AGENCY)
OTHER_SEAL = CA.issue(Holder("Other"))
NONE_BY_ROOT, NONE_BY_CA = ROOT.revoke(), CA.revoke()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget_paths()
    read_standings.cache_clear()
    yield
    forget_paths()


def judge(*crls: bytes, certificate: Certificate = SEAL, at: datetime = AT) -> list[Finding]:
    policy = FIELD.with_trust([ROOT_CERTIFICATE], crls=crls)
    proof, findings = prove_path(certificate, [CA_CERTIFICATE], policy, at, "/x")
    if proof is None or not policy.judges_revocation:
        return findings
    path = (certificate, *proof.authorities, proof.anchor)
    return revocation_of(path, policy, at, at, "/x")[0]


def reasons(findings: list[Finding]) -> list[Reason]:
    return [finding.reason for finding in findings]


# -- who is revoked -------------------------------------------------------------------------------
def test_certificate_that_no_list_revokes_is_good() -> None:
    other = CA.revoke({OTHER_SEAL: AT - 2 * DAY})
    assert judge(other, NONE_BY_ROOT) == []


def test_revoked_certificate_that_names_no_list_address_is_refused() -> None:
    crls = CA.revoke({SEAL: AT - 2 * DAY}), NONE_BY_ROOT
    (finding,) = judge(*crls)
    assert (finding.reason, finding.place) == (Reason.CERTIFICATE_REVOKED_BY_ISSUER, "/x")
    assert finding.facts == {"subject": "CN=Agency", "date": "2025-10-04"}
    assert Verdict.of([finding]).outcome is Outcome.FAILED


@pytest.mark.parametrize("mode", ["soft-fail", "hard-fail"])
async def test_validators_own_modes_accept_a_revoked_certificate_that_names_no_address(
    mode: str,
) -> None:
    """Why they are not used; a release that mends them will show here."""
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(ROOT_CERTIFICATE.der)],
        crls=[CA.revoke({SEAL: AT - 2 * DAY}), NONE_BY_ROOT],
        moment=AT,
        revocation_mode=mode,
    )
    seal, authority = (asn1.Certificate.load(one.der) for one in (SEAL, CA_CERTIFICATE))
    validator = CertificateValidator(seal, [authority], validation_context=context)
    assert await validator.async_validate_path()


def test_date_of_revocation_is_the_day_in_viet_nam() -> None:
    evening = datetime.fromisoformat("2025-10-01T18:00:00Z")
    (finding,) = judge(CA.revoke({SEAL: evening}), NONE_BY_ROOT)
    assert finding.facts["date"] == "2025-10-02"


@pytest.mark.parametrize(
    ("after", "refused"),
    [(timedelta(0), True), (timedelta(seconds=-1), True), (timedelta(seconds=1), False)],
)
def test_certificate_is_revoked_at_the_moment_of_revocation_and_not_before(
    after: timedelta, *, refused: bool
) -> None:
    found = judge(CA.revoke({SEAL: AT + after}), NONE_BY_ROOT)
    assert reasons(found) == ([Reason.CERTIFICATE_REVOKED_BY_ISSUER] if refused else [])


def test_revoked_authority_refuses_all_that_it_has_issued() -> None:
    (finding,) = judge(NONE_BY_CA, ROOT.revoke({CA_CERTIFICATE: AT - DAY}))
    assert finding.reason is Reason.CERTIFICATE_REVOKED_BY_ISSUER
    assert finding.facts["subject"] == "CN=CA"


def test_number_that_another_authority_revoked_is_another_certificate() -> None:
    stranger = Holder("Stranger")
    assert judge(NONE_BY_CA, NONE_BY_ROOT, stranger.revoke({SEAL: AT - DAY})) == []


def test_signer_issued_by_the_anchor_needs_the_anchors_list_alone() -> None:
    seal = ROOT.issue(AGENCY)
    assert judge(NONE_BY_ROOT, certificate=seal) == []
    revoked = judge(ROOT.revoke({seal: AT - DAY}), certificate=seal)
    assert reasons(revoked) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]


def test_newest_of_several_lists_of_one_issuer_counts_although_an_old_one_is_stale() -> None:
    stale = CA.revoke(start=AT - 9 * DAY, end=AT - 2 * DAY)
    fresh = CA.revoke({SEAL: AT - 2 * DAY})
    assert reasons(judge(stale, fresh, NONE_BY_ROOT)) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert judge(stale, NONE_BY_CA, NONE_BY_ROOT) == []


# -- when it is not known -------------------------------------------------------------------------
def unknown(*crls: bytes, at: datetime = AT) -> list[str]:
    """What is missing for each certificate that cannot be judged; nothing else is found."""
    findings = judge(*crls, at=at)
    assert set(reasons(findings)) == {Reason.REVOCATION_UNKNOWN}
    assert Verdict.of(findings).outcome is Outcome.INDETERMINATE
    return [str(finding.facts["detail"]).partition(" · ")[2] for finding in findings]


def test_issuer_without_a_list_leaves_it_open() -> None:
    assert unknown(NONE_BY_ROOT) == ["no CRL, OCSP: «CN=CA»"]
    assert unknown(NONE_BY_CA) == ["no CRL, OCSP: «CN=Root»"]
    assert unknown(Holder("Stranger").revoke()) == [
        "no CRL, OCSP: «CN=CA»",
        "no CRL, OCSP: «CN=Root»",
    ]


def test_expired_list_leaves_it_open() -> None:
    stale = CA.revoke(start=AT - 9 * DAY, end=AT - 2 * DAY)
    assert unknown(stale, NONE_BY_ROOT) == ["CRL expired 2025-10-04: «CN=CA»"]


def test_list_of_a_later_time_leaves_it_open() -> None:
    later = CA.revoke({SEAL: AT + DAY}, start=AT + 2 * DAY)
    assert unknown(later, NONE_BY_ROOT) == ["CRL only from 2025-10-08: «CN=CA»"]


def test_list_of_one_who_only_has_the_authoritys_name_leaves_it_open() -> None:
    forged = Holder("CA").revoke()
    assert unknown(forged, NONE_BY_ROOT) == ["CRL unusable: «CN=CA»"]


def test_list_that_was_altered_leaves_it_open() -> None:
    altered = bytearray(NONE_BY_CA)
    altered[-5] ^= 1
    assert unknown(bytes(altered), NONE_BY_ROOT) == ["CRL unusable: «CN=CA»"]


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"\x30\x80\x00", NONE_BY_CA[:-9]])
def test_unreadable_list_leaves_it_open(rubbish: bytes) -> None:
    assert unknown(rubbish, NONE_BY_ROOT)


def test_missing_list_of_an_authority_hides_no_revoked_signer() -> None:
    found = judge(CA.revoke({SEAL: AT - DAY}))
    assert Reason.CERTIFICATE_REVOKED_BY_ISSUER in reasons(found)
    assert Verdict.of(found).outcome is Outcome.FAILED


def test_certificate_without_a_path_is_refused_whatever_the_lists_say() -> None:
    stranger = Holder("CA").issue(AGENCY)
    assert reasons(judge(certificate=stranger)) == [Reason.UNTRUSTED]
    assert reasons(judge(NONE_BY_CA, certificate=stranger)) == [Reason.UNTRUSTED]


# -- what is remembered ---------------------------------------------------------------------------
def test_path_proven_without_lists_hides_no_revocation() -> None:
    assert judge() == []
    found = judge(CA.revoke({SEAL: AT - DAY}), NONE_BY_ROOT)
    assert reasons(found) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert judge() == []


def test_path_proven_good_yesterday_is_revoked_today() -> None:
    crls = CA.revoke({SEAL: AT}), NONE_BY_ROOT
    assert judge(*crls, at=AT - timedelta(hours=1)) == []
    assert reasons(judge(*crls)) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert judge(*crls, at=AT - timedelta(hours=1)) == []


def test_same_question_is_answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    crls = CA.revoke(), ROOT.revoke()
    assert judge(*crls) == []

    def unexpected(*_: object, **__: object) -> None:
        raise AssertionError("the lists were read again")

    monkeypatch.setattr(revocation, "standings_by_list", unexpected)
    assert judge(*crls) == []


# -- lists as files -------------------------------------------------------------------------------
def pem(*ders: bytes) -> bytes:
    return b"".join(x509.load_der_x509_crl(der).public_bytes(Encoding.PEM) for der in ders)


def test_lists_are_read_from_pem_and_der() -> None:
    assert load_revocation_lists(NONE_BY_CA) == (NONE_BY_CA,)
    assert load_revocation_lists(pem(NONE_BY_CA, NONE_BY_ROOT)) == (NONE_BY_CA, NONE_BY_ROOT)


def test_certificate_in_place_of_a_list_is_refused() -> None:
    certificate = SEAL.parsed().public_bytes(Encoding.PEM)
    for wrong in (SEAL.der, certificate):
        with pytest.raises(InvalidInputError, match="revocation list cannot be read"):
            load_revocation_lists(wrong)


def test_list_or_number_of_lists_beyond_the_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InvalidInputError, match="byte >"):
        load_revocation_lists(bytes(lists.MAX_LIST_BYTES + 1))
    monkeypatch.setattr(lists, "MAX_LISTS", 1)
    with pytest.raises(InvalidInputError, match="2 > 1"):
        load_revocation_lists(pem(NONE_BY_CA, NONE_BY_ROOT))


@given(st.binary(max_size=300) | st.binary(max_size=50).map(lambda tail: NONE_BY_CA[:60] + tail))
def test_any_bytes_are_lists_or_invalid_input(data: bytes) -> None:
    for text in (data, b"-----BEGIN X509 CRL-----\n" + data):
        try:
            found = load_revocation_lists(text)
        except InvalidInputError:
            continue
        assert found


def test_policy_judges_revocation_when_it_has_lists_and_only_then() -> None:
    with_lists = FIELD.with_trust([ROOT_CERTIFICATE], crls=[NONE_BY_CA])
    assert with_lists.judges_revocation
    assert not with_lists.with_trust([ROOT_CERTIFICATE]).judges_revocation
