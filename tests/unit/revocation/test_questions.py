"""Whom the axis asks about a certificate: what its issuer wrote into it, and only over HTTP."""

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from axis.facts import RevocationState
from axis.revocation.questions import MAX_ADDRESSES, Question, find_subjects, questions_about
from axis.trust.certificates import Certificate
from axis.trust.profiles import FIELD
from axis.trust.standing import Source
from tests.support.holders import AT, ISSUING, YEAR, Holder

ROOT, CA = Holder("Root"), Holder("CA")
LONG = {"start": AT - 9 * YEAR, "end": AT + 9 * YEAR}
ROOT_CERTIFICATE = ROOT.issue(ROOT, ca=True, usage=ISSUING, **LONG)
CA_CERTIFICATE = ROOT.issue(CA, ca=True, usage=ISSUING, **LONG)
POLICY = FIELD.with_trust([ROOT_CERTIFICATE], [CA_CERTIFICATE])


def points(*urls: str) -> tuple[x509.ExtensionType, bool]:
    names = [x509.UniformResourceIdentifier(url) for url in urls]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)]), False


def responder(url: str) -> tuple[x509.ExtensionType, bool]:
    name = x509.UniformResourceIdentifier(url)
    oids = (AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP)
    return x509.AuthorityInformationAccess([x509.AccessDescription(o, name) for o in oids]), False


def questions(*certificates: Certificate) -> list[Question]:
    return questions_about(find_subjects(certificates, [], POLICY, AT))


def test_certificates_of_one_list_are_asked_about_together() -> None:
    seals = [CA.issue(Holder("A"), extra=(points("http://ca/x.crl"),)) for _ in range(3)]
    (question,) = questions(*seals)
    assert question.source is Source.CRL
    assert question.urls == ("http://ca/x.crl",)
    assert {one.fingerprint for one in question.subjects} == {one.fingerprint for one in seals}


def test_lists_for_different_points_are_different_questions() -> None:
    seals = [CA.issue(Holder("A"), extra=(points(f"http://ca/{n}.crl"),)) for n in range(3)]
    assert len(questions(*seals)) == 3


def test_responder_is_asked_about_each_certificate() -> None:
    seals = [CA.issue(Holder("A"), extra=(responder("http://ca/ocsp"),)) for _ in range(3)]
    found = questions(*seals)
    assert [one.source for one in found] == [Source.OCSP] * 3
    assert len({one.key for one in found}) == 3


def test_certificate_that_names_no_list_is_looked_for_in_that_of_its_issuer() -> None:
    seal = CA.issue(Holder("A"), extra=(points("http://ca/x.crl"),))
    bare = CA.issue(Holder("B"))
    found = {one.subjects[0].fingerprint: one for one in questions(seal, bare)}
    assert found[bare.fingerprint].urls == ("http://ca/x.crl",)
    list_ = CA.revoke({bare: AT})
    (standing,) = found[bare.fingerprint].read(list_, POLICY)
    assert standing.state is RevocationState.REVOKED


@pytest.mark.parametrize(
    "url",
    [
        "https://ca/x.crl",
        "ldap://ca/cn=x",
        "file:///etc/passwd",
        "http:///x.crl",
        "http://ca:0/x.crl",
        "http://ca:99999/x.crl",
        "http://[::1/x.crl",
        "x.crl",
    ],
)
def test_address_other_than_plain_http_is_not_asked(url: str) -> None:
    seal = CA.issue(Holder("A"), extra=(points(url), responder(url)))
    assert questions(seal) == []


def test_only_some_addresses_are_tried() -> None:
    many = [f"http://ca/{number}.crl" for number in range(20)]
    (question,) = questions(CA.issue(Holder("A"), extra=(points(*many),)))
    assert len(question.urls) == MAX_ADDRESSES


def test_certificate_that_leads_to_no_anchor_is_not_asked_about() -> None:
    stranger = Holder("CA").issue(Holder("A"), extra=(points("http://evil/x.crl"),))
    assert questions(stranger) == []


def test_anchor_itself_is_not_asked_about() -> None:
    named = ROOT.issue(ROOT, ca=True, usage=ISSUING, extra=(points("http://ca/x.crl"),), **LONG)
    policy = FIELD.with_trust([named])
    assert find_subjects([named], [named], policy, AT) == []
