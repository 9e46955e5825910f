"""XAdES: what signed properties must say, what unsigned ones may not, and as of when one judges."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp, x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from axis.facts import SignatureLevel
from axis.local.pki import (
    DemoPki,
    make_demo_pki,
    read_configuration,
    store_configuration,
)
from axis.local.pki_config import TIMESTAMPS, Flaw, revoke
from axis.local.pki_revocation import revoke_seal, write_revocation_lists
from axis.reasons import Reason, Severity
from axis.trust.keys import SigningKey
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD, STRICT
from axis.trust.sign import Timestamper, sign
from axis.trust.verify import SignatureVerdict, verify
from axis.trust.xades import MAX_STAMPS
from axis.verdict import Outcome
from tests.support.qualified import DS, XADES, find, resigned, stamper, token

MINUTE = timedelta(minutes=1)
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0

Edit = Callable[[etree._Element], object]


@pytest.fixture(scope="session")
def tsa(pki: DemoPki) -> SigningKey:
    return pki.timestamps.load()


@pytest.fixture
def basic(status: bytes, ec_key: SigningKey, at: datetime) -> etree._Element:
    """A document soundly signed as XAdES-B, for taking apart."""
    return etree.fromstring(sign(status, ec_key, level=SignatureLevel.BASIC, at=at))


@pytest.fixture
def stamped(status: bytes, ec_key: SigningKey, tsa: SigningKey, at: datetime) -> etree._Element:
    """The same as XAdES-T."""
    return etree.fromstring(timestamped(status, ec_key, stamper(tsa, at), at))


@pytest.fixture
def check(policy: SignaturePolicy, at: datetime) -> Callable[..., SignatureVerdict]:
    def run(
        document: bytes | etree._Element, policy: SignaturePolicy = policy, at: datetime = at
    ) -> SignatureVerdict:
        data = document if isinstance(document, bytes) else etree.tostring(document)
        return verify(data, policy, at)

    return run


def timestamped(document: bytes, key: SigningKey, timestamp: Timestamper, at: datetime) -> bytes:
    return sign(document, key, level=SignatureLevel.TIMESTAMPED, at=at, timestamp=timestamp)


def reasons(result: SignatureVerdict) -> list[Reason]:
    return [finding.reason for finding in result.verdict.findings]


def detail(result: SignatureVerdict) -> str:
    return " ".join(str(fact) for one in result.verdict.findings for fact in one.facts.values())


def appended(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = text
    return child


def unsigned_property(root: etree._Element, name: str) -> etree._Element:
    """Put one more unsigned property into a signature."""
    qualifying = find(root, "QualifyingProperties")
    unsigned = qualifying.find(f"{XADES}UnsignedProperties")
    if unsigned is None:
        unsigned = appended(qualifying, f"{XADES}UnsignedProperties")
        appended(unsigned, f"{XADES}UnsignedSignatureProperties")
    return appended(unsigned[0], name)


# -- levels and facts ----------------------------------------------------------------------------


def test_basic_signature_tells_what_it_claims_and_proves_no_time(
    basic: etree._Element, check: Callable[..., SignatureVerdict], at: datetime
) -> None:
    result = check(basic, at=at + MINUTE)

    assert result.passed
    facts = result.facts
    assert facts is not None
    assert (facts.level, facts.claimed_at) == (SignatureLevel.BASIC, at)
    assert (facts.proven_at, facts.timestamped_by) == (None, None)
    assert facts.judged_at == at + MINUTE
    assert facts.sub_indication is None


def test_timestamped_signature_is_judged_as_of_the_proven_moment(
    stamped: etree._Element,
    check: Callable[..., SignatureVerdict],
    tsa: SigningKey,
    at: datetime,
) -> None:
    result = check(stamped, at=at + MINUTE)

    assert result.passed
    facts = result.facts
    assert facts is not None
    assert facts.level is SignatureLevel.TIMESTAMPED
    assert facts.proven_at == facts.judged_at == at
    assert facts.timestamped_by == tsa.certificate.subject
    assert result.timestamp_path == (tsa.certificate,)


def test_object_is_not_given_to_whoever_reads_the_document(
    stamped: etree._Element, check: Callable[..., SignatureVerdict], status: bytes
) -> None:
    signed = check(stamped).signed

    assert signed is not None
    assert b"xades" not in etree.tostring(signed)
    assert not list(signed.iter(f"{DS}Signature"))


@pytest.mark.parametrize("profile", [FIELD, STRICT], ids=lambda policy: policy.name)
@pytest.mark.parametrize("level", SignatureLevel)
def test_every_level_that_we_sign_passes_every_profile(
    level: SignatureLevel,
    profile: SignaturePolicy,
    pki: DemoPki,
    status: bytes,
    rsa_key: SigningKey,
    tsa: SigningKey,
    at: datetime,
) -> None:
    signed = sign(status, rsa_key, level=level, at=at, timestamp=stamper(tsa, at))

    result = verify(signed, pki.policy(profile), at)

    assert result.passed
    assert result.facts is not None
    assert result.facts.level is level


@pytest.mark.parametrize("level", [SignatureLevel.PLAIN, SignatureLevel.BASIC])
def test_level_below_the_policys_is_refused_as_such(
    level: SignatureLevel,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    status: bytes,
    ec_key: SigningKey,
    at: datetime,
) -> None:
    demanding = replace(policy, levels=frozenset({SignatureLevel.TIMESTAMPED}), quick=True)

    result = check(sign(status, ec_key, level=level, at=at), demanding)

    assert reasons(result) == [Reason.SIGNATURE_LEVEL]
    assert result.facts is not None
    assert result.facts.sub_indication == "SIG_CONSTRAINTS_FAILURE"


def test_signing_at_a_level_without_what_it_needs_is_the_callers_mistake(
    status: bytes, ec_key: SigningKey, at: datetime
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        sign(status, ec_key, level=SignatureLevel.BASIC)
    with pytest.raises(ValueError, match="time zone"):
        sign(status, ec_key, level=SignatureLevel.BASIC, at=at.replace(tzinfo=None))
    with pytest.raises(ValueError, match="timestamp authority"):
        sign(status, ec_key, level=SignatureLevel.TIMESTAMPED, at=at)


# -- the Object ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: find(root, "QualifyingProperties").set("Target", "#other"),
        lambda root: find(root, "QualifyingProperties").set("Target", ""),
        lambda root: find(root, "Object").append(etree.Element("{urn:x}y")),
        lambda root: setattr(find(root, "Object"), "text", "beside"),
        lambda root: setattr(find(root, "QualifyingProperties"), "tail", "beside"),
        lambda root: find(root, "Signature").append(etree.Element(f"{DS}Object")),
        lambda root: find(root, "Signature").remove(find(root, "Object")),
        lambda root: find(root, "Object").remove(find(root, "QualifyingProperties")),
        lambda root: find(root, "KeyInfo").set("Id", find(root, "Signature").get("Id", "")),
        lambda root: find(root, "KeyInfo").set("ID", find(root, "SignedProperties").get("Id", "")),
        lambda root: find(root, "KeyInfo").set("id", find(root, "SignedProperties").get("Id", "")),
    ],
    ids=[
        "target of another",
        "no target",
        "element beside",
        "text before",
        "text behind",
        "second object",
        "no object",
        "empty object",
        "signature's id twice",
        "properties' id twice, spelt otherwise",
        "properties' id twice, in small letters",
    ],
)
def test_object_of_another_shape_is_malformed(
    edit: Edit, basic: etree._Element, check: Callable[..., SignatureVerdict]
) -> None:
    edit(basic)

    result = check(basic)

    assert reasons(result) == [Reason.SIGNATURE_MALFORMED]
    assert result.facts is not None
    assert result.facts.sub_indication == "FORMAT_FAILURE"


def test_id_that_the_document_has_too_is_ambiguous(
    basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    """signxml would take whichever it looks for first, other verifiers the other one."""
    target = basic.find(".//{*}MessageHeader")
    assert target is not None
    target.set("ID", find(basic, "SignedProperties").get("Id", ""))

    result = check(resigned(basic, ec_key))

    assert reasons(result) == [Reason.SIGNATURE_MALFORMED]
    assert "not unique" in detail(result)


@pytest.mark.parametrize("uri", ["", "#", "#other", "##{id}", "#xpointer(id('{id}'))", "{id}"])
def test_second_reference_leads_to_the_signed_properties_and_nowhere_else(
    uri: str, basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    """``##id`` is a trap of signxml: it strips every ``#``."""
    own = find(basic, "SignedProperties").get("Id", "")
    reference = basic.findall(f".//{DS}Reference")[1]
    reference.set("URI", uri.format(id=own))

    assert reasons(check(resigned(basic, ec_key))) == [Reason.SIGNATURE_MALFORMED]


@pytest.mark.parametrize("kind", [None, "", "http://www.w3.org/2000/09/xmldsig#Manifest"])
def test_second_reference_says_that_it_is_to_signed_properties(
    kind: str | None,
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    ec_key: SigningKey,
) -> None:
    reference = basic.findall(f".//{DS}Reference")[1]
    del reference.attrib["Type"]
    if kind is not None:
        reference.set("Type", kind)

    assert reasons(check(resigned(basic, ec_key))) == [Reason.SIGNATURE_MALFORMED]


def with_transforms(root: etree._Element, *algorithms: str) -> None:
    transforms = etree.Element(f"{DS}Transforms")
    for algorithm in algorithms:
        etree.SubElement(transforms, f"{DS}Transform", Algorithm=algorithm)
    root.findall(f".//{DS}Reference")[1].insert(0, transforms)


def test_properties_may_be_canonicalised_exclusively_if_the_reference_says_so(
    basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    with_transforms(basic, EXCLUSIVE.value)

    assert check(resigned(basic, ec_key)).passed


@pytest.mark.parametrize(
    ("algorithms", "expected"),
    [
        (["http://www.w3.org/TR/1999/REC-xpath-19991116"], {Reason.SIGNATURE_ALGORITHM}),
        (
            ["http://www.w3.org/2000/09/xmldsig#enveloped-signature"],
            {Reason.SIGNATURE_ALGORITHM},
        ),
        ([EXCLUSIVE.value, EXCLUSIVE.value], {Reason.SIGNATURE_MALFORMED}),
    ],
)
def test_transform_that_could_drop_properties_is_refused(
    algorithms: list[str],
    expected: set[Reason],
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    ec_key: SigningKey,
) -> None:
    with_transforms(basic, *algorithms)

    assert set(reasons(check(resigned(basic, ec_key)))) == expected


def test_properties_changed_after_signing_are_altered(
    basic: etree._Element, check: Callable[..., SignatureVerdict]
) -> None:
    find(basic, "SigningTime").text = "2025-10-01T00:00:00Z"

    result = check(basic)

    assert reasons(result) == [Reason.ALTERED]
    assert result.facts is not None
    assert result.facts.sub_indication == "HASH_FAILURE"


# -- what signed properties say ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda root: _remove(find(root, "SigningTime")), "SigningTime"),
        (lambda root: _remove(find(root, "SigningCertificateV2")), "0 × SigningCertificateV2"),
        (
            lambda root: find(root, "DataObjectFormat").set("ObjectReference", "#other"),
            "ObjectReference",
        ),
        (
            lambda root: find(root, "SigningCertificateV2").addnext(
                etree.fromstring(
                    f'<x:SignaturePolicyIdentifier xmlns:x="{XADES[1:-1]}">'
                    "<x:SignaturePolicyImplied/></x:SignaturePolicyIdentifier>"
                )
            ),
            "SignaturePolicyIdentifier",
        ),
    ],
    ids=["no time", "no certificate", "format of something else", "not in the policy"],
)
def test_signed_properties_that_are_not_as_the_policy_wants_are_named(
    edit: Edit,
    said: str,
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    ec_key: SigningKey,
) -> None:
    edit(basic)

    result = check(resigned(basic, ec_key))

    assert reasons(result) == [Reason.SIGNATURE_PROPERTIES]
    assert said in detail(result)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: appended(find(root, "SignedSignatureProperties"), "{urn:x}y"),
        lambda root: setattr(find(root, "SigningTime"), "text", "yesterday"),
        lambda root: find(root, "SigningTime").addnext(etree.Element(f"{XADES}SigningTime")),
    ],
    ids=["foreign", "no time", "twice"],
)
def test_signed_properties_are_held_to_the_schema_of_etsi(
    edit: Edit, basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    edit(basic)

    assert reasons(check(resigned(basic, ec_key))) == [Reason.SIGNATURE_MALFORMED]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-10-06T02:30:00Z", datetime(2025, 10, 6, 2, 30, tzinfo=UTC)),
        ("2025-10-06T09:30:00+07:00", datetime(2025, 10, 6, 2, 30, tzinfo=UTC)),
        ("2025-10-06T09:30:00", datetime(2025, 10, 6, 2, 30, tzinfo=UTC)),
        ("2025-10-06T02:29:59.1234567Z", datetime(2025, 10, 6, 2, 29, 59, 123456, tzinfo=UTC)),
    ],
)
def test_signing_time_is_read_as_producers_write_it(
    text: str,
    moment: datetime,
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    ec_key: SigningKey,
) -> None:
    find(basic, "SigningTime").text = text

    result = check(resigned(basic, ec_key))

    assert result.passed
    assert result.facts is not None
    assert result.facts.claimed_at == moment


def test_year_that_nobody_signs_in_is_no_exception(
    basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    find(basic, "SigningTime").text = "0001-01-01T00:00:00+14:00"
    assert reasons(check(resigned(basic, ec_key))) in (
        [Reason.SIGNING_TIME],
        [Reason.SIGNATURE_PROPERTIES],
    )
    find(basic, "SigningTime").text = "12025-10-06T02:30:00Z"
    assert reasons(check(resigned(basic, ec_key))) == [Reason.SIGNATURE_PROPERTIES]


def test_signing_time_in_the_future_or_outside_the_certificate_cannot_be(
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    ec_key: SigningKey,
    at: datetime,
) -> None:
    latest = at + policy.clock_tolerance
    before = ec_key.certificate.not_before - policy.clock_tolerance
    for claimed, sound in (
        (latest, True),
        (latest + timedelta(seconds=1), False),
        (before, True),
        (before - timedelta(seconds=1), False),
        (ec_key.certificate.not_after + timedelta(days=1), False),
    ):
        find(basic, "SigningTime").text = claimed.isoformat()
        result = check(resigned(basic, ec_key))
        assert reasons(result) == ([] if sound else [Reason.SIGNING_TIME]), claimed


def cert(digest: str, value: bytes, beside: str = "", name: str = "SigningCertificateV2") -> str:
    return (
        f'<x:{name} xmlns:x="{XADES[1:-1]}" xmlns:d="{DS[1:-1]}"><x:Cert><x:CertDigest>'
        f'<d:DigestMethod Algorithm="{digest}"/>'
        f"<d:DigestValue>{base64.b64encode(value).decode()}</d:DigestValue></x:CertDigest>"
        f"{beside}</x:Cert></x:{name}>"
    )


def with_certificate(root: etree._Element, text: str) -> None:
    old = find(root, "SigningCertificateV2")
    old.addnext(etree.fromstring(text))
    _remove(old)


def test_certificate_that_the_signer_does_not_name_is_not_taken_for_its_own(
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    ec_key: SigningKey,
    other_key: SigningKey,
) -> None:
    other = hashlib.sha256(other_key.certificate.der).digest()
    with_certificate(basic, cert(SHA256, other))

    result = check(resigned(basic, ec_key))

    assert reasons(result) == [Reason.SIGNING_CERTIFICATE]
    assert result.facts is not None
    assert result.facts.sub_indication == "NO_SIGNING_CERTIFICATE_FOUND"
    assert result.facts.signer == ec_key.certificate.subject


def test_certificate_named_by_sha1_is_not_named(
    basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    own = hashlib.sha1(ec_key.certificate.der, usedforsecurity=False).digest()
    with_certificate(basic, cert(SHA1, own))

    assert reasons(check(resigned(basic, ec_key))) == [Reason.SIGNATURE_ALGORITHM]


def test_older_signing_certificate_is_taken_where_the_policy_lists_it(
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    pki: DemoPki,
    ec_key: SigningKey,
) -> None:
    own = hashlib.sha256(ec_key.certificate.der).digest()
    serial = ec_key.certificate.serial
    for number, field in ((serial, []), (serial + 1, [Reason.SIGNING_CERTIFICATE])):
        issuer = (
            "<x:IssuerSerial><d:X509IssuerName>CN=x</d:X509IssuerName>"
            f"<d:X509SerialNumber>{number}</d:X509SerialNumber></x:IssuerSerial>"
        )
        copy = etree.fromstring(etree.tostring(basic))
        with_certificate(copy, cert(SHA256, own, issuer, "SigningCertificate"))
        signed = resigned(copy, ec_key)
        assert reasons(check(signed)) == field
        assert Reason.SIGNATURE_PROPERTIES in reasons(check(signed, pki.policy(STRICT)))


def issuer_serial(issuer: bytes, serial: int) -> str:
    name = x509.GeneralName(name="directory_name", value=x509.Name.load(issuer))
    der = tsp.IssuerSerial({"issuer": [name], "serial_number": serial}).dump()
    return f"<x:IssuerSerialV2>{base64.b64encode(der).decode()}</x:IssuerSerialV2>"


def test_issuer_and_serial_number_match_where_they_are_named(
    basic: etree._Element, check: Callable[..., SignatureVerdict], ec_key: SigningKey
) -> None:
    certificate = ec_key.certificate
    own = hashlib.sha256(certificate.der).digest()
    issuer = certificate.parsed().issuer.public_bytes()
    subject = certificate.parsed().subject.public_bytes()
    for beside, sound in (
        (issuer_serial(issuer, certificate.serial), True),
        (issuer_serial(issuer, certificate.serial + 1), False),
        (issuer_serial(subject, certificate.serial), False),
        ("<x:IssuerSerialV2>AAAA</x:IssuerSerialV2>", False),
    ):
        copy = etree.fromstring(etree.tostring(basic))
        with_certificate(copy, cert(SHA256, own, beside))
        result = check(resigned(copy, ec_key))
        assert reasons(result) == ([] if sound else [Reason.SIGNING_CERTIFICATE]), beside


# -- unsigned properties -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SigningTime", "CounterSignature", "SignatureTimeStampX"])
def test_unsigned_property_that_the_policy_does_not_list_is_refused(
    name: str, basic: etree._Element, check: Callable[..., SignatureVerdict]
) -> None:
    unsigned_property(basic, f"{XADES}{name}")

    result = check(basic)

    assert reasons(result) == [Reason.SIGNATURE_PROPERTIES]
    assert f"UnsignedProperties/{name}" in detail(result)


def test_unsigned_property_that_the_policy_lets_pass_is_named_and_believed_in_nothing(
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    pki: DemoPki,
    other_key: SigningKey,
) -> None:
    values = unsigned_property(basic, f"{XADES}CertificateValues")
    appended(
        values,
        f"{XADES}EncapsulatedX509Certificate",
        base64.b64encode(other_key.certificate.der).decode(),
    )

    result = check(basic)

    assert result.passed
    assert result.facts is not None
    assert result.facts.unread == ("CertificateValues",)
    assert reasons(check(basic, pki.policy(STRICT))) == [Reason.SIGNATURE_PROPERTIES]


# -- timestamps ----------------------------------------------------------------------------------


def test_timestamp_is_over_the_signature_value_with_the_namespaces_in_scope(
    status: bytes, ec_key: SigningKey, tsa: SigningKey, at: datetime
) -> None:
    """Written out by hand after Canonical XML 1.0: apex namespaces sorted by prefix."""
    given: list[bytes] = []

    def timestamp(data: bytes) -> bytes:
        given.append(data)
        return token(data, tsa, at)

    root = etree.fromstring(timestamped(status, ec_key, timestamp, at))

    value = find(root, "SignatureValue")
    namespaces = "".join(
        f' xmlns{":" if prefix else ""}{prefix or ""}="{uri}"'
        for prefix, uri in sorted(value.nsmap.items(), key=lambda item: item[0] or "")
    )
    expected = f"<ds:SignatureValue{namespaces}>{value.text}</ds:SignatureValue>"
    assert given == [expected.encode()]


@pytest.mark.parametrize("method", [None, *sorted(FIELD.canonicalizations, key=str)])
def test_timestamp_may_name_its_canonicalisation(
    method: CanonicalizationMethod | None,
    basic: etree._Element,
    check: Callable[..., SignatureVerdict],
    tsa: SigningKey,
    at: datetime,
) -> None:
    stamp = unsigned_property(basic, f"{XADES}SignatureTimeStamp")
    if method is not None:
        etree.SubElement(stamp, f"{DS}CanonicalizationMethod", Algorithm=method.value)
    value = etree.fromstring(etree.tostring(find(basic, "SignatureValue"), with_tail=False))
    data = etree.tostring(value, method="c14n", exclusive=method is EXCLUSIVE)
    der = token(data, tsa, at)
    appended(stamp, f"{XADES}EncapsulatedTimeStamp", base64.b64encode(der).decode())

    result = check(basic)

    assert result.passed
    assert result.facts is not None
    assert result.facts.proven_at == at


def test_timestamp_canonicalised_as_no_policy_allows_is_refused(
    stamped: etree._Element, check: Callable[..., SignatureVerdict]
) -> None:
    method = etree.Element(f"{DS}CanonicalizationMethod", Algorithm="urn:x")
    find(stamped, "SignatureTimeStamp").insert(0, method)

    assert reasons(check(stamped)) == [Reason.SIGNATURE_ALGORITHM]


def test_of_several_timestamps_the_earliest_counts(
    stamped: etree._Element,
    check: Callable[..., SignatureVerdict],
    tsa: SigningKey,
    at: datetime,
) -> None:
    value = etree.fromstring(etree.tostring(find(stamped, "SignatureValue"), with_tail=False))
    earlier = token(etree.tostring(value, method="c14n"), tsa, at - MINUTE)
    holder = find(stamped, "SignatureTimeStamp")
    appended(holder, f"{XADES}EncapsulatedTimeStamp", base64.b64encode(earlier).decode())

    result = check(stamped)

    assert result.passed
    assert result.facts is not None
    assert result.facts.proven_at == at - MINUTE


def test_timestamp_of_another_signature_is_refused(
    stamped: etree._Element,
    check: Callable[..., SignatureVerdict],
    tsa: SigningKey,
    at: datetime,
) -> None:
    other = base64.b64encode(token(b"another", tsa, at)).decode()
    find(stamped, "EncapsulatedTimeStamp").text = other

    result = check(stamped)

    assert reasons(result) == [Reason.TIMESTAMP_MISMATCH]
    assert result.facts is not None
    assert result.facts.level is SignatureLevel.BASIC
    assert result.facts.sub_indication == "HASH_FAILURE"


def test_one_false_timestamp_beside_a_good_one_refuses_too(
    stamped: etree._Element,
    check: Callable[..., SignatureVerdict],
    tsa: SigningKey,
    at: datetime,
) -> None:
    other = base64.b64encode(token(b"another", tsa, at)).decode()
    appended(find(stamped, "SignatureTimeStamp"), f"{XADES}EncapsulatedTimeStamp", other)

    assert reasons(check(stamped)) == [Reason.TIMESTAMP_MISMATCH]


@pytest.mark.parametrize(
    "text",
    ["", "!", "AAAA", base64.b64encode(b"\x30\x80" * 100).decode(), "A" * 60_000],
    ids=["nothing", "no base64", "no token", "hostile", "too long"],
)
def test_what_is_no_timestamp_is_refused_as_broken(
    text: str, stamped: etree._Element, check: Callable[..., SignatureVerdict]
) -> None:
    find(stamped, "EncapsulatedTimeStamp").text = text

    assert reasons(check(stamped)) == [Reason.TIMESTAMP_BROKEN]


def test_timestamp_changed_in_any_byte_is_never_believed_at_another_time(
    stamped: etree._Element, check: Callable[..., SignatureVerdict], at: datetime
) -> None:
    element = find(stamped, "EncapsulatedTimeStamp")
    good = base64.b64decode(element.text or "")
    for position in range(0, len(good), 7):
        changed = bytearray(good)
        changed[position] ^= 0x01
        element.text = base64.b64encode(bytes(changed)).decode()
        result = check(stamped)
        assert result.facts is not None
        assert result.facts.proven_at in (None, at), position


def test_more_timestamps_than_anybody_needs_are_refused(
    stamped: etree._Element, check: Callable[..., SignatureVerdict]
) -> None:
    holder, one = find(stamped, "SignatureTimeStamp"), find(stamped, "EncapsulatedTimeStamp")
    for _ in range(MAX_STAMPS):
        appended(holder, f"{XADES}EncapsulatedTimeStamp", one.text or "")

    assert Reason.TIMESTAMP_BROKEN in reasons(check(stamped))


@pytest.mark.parametrize("algorithms", [{"digest": "sha1"}, {"imprint": "sha1"}], ids=str)
def test_timestamp_that_rests_on_sha1_is_refused(
    algorithms: dict[str, str],
    status: bytes,
    ec_key: SigningKey,
    tsa: SigningKey,
    check: Callable[..., SignatureVerdict],
    at: datetime,
) -> None:
    signed = timestamped(status, ec_key, stamper(tsa, at, **algorithms), at)

    result = check(signed)

    assert reasons(result) == [Reason.SIGNATURE_ALGORITHM]
    assert "RFC 3161" in detail(result)


def test_timestamp_by_whoever_has_no_right_to_is_no_timestamp(
    status: bytes,
    ec_key: SigningKey,
    other_key: SigningKey,
    check: Callable[..., SignatureVerdict],
    at: datetime,
) -> None:
    """A seal has a path to the same anchors as the timestamp authority."""
    signed = timestamped(status, ec_key, stamper(other_key, at), at)

    result = check(signed)

    assert reasons(result) == [Reason.TIMESTAMP_UNTRUSTED]
    assert "purpose" in detail(result)
    assert result.facts is not None
    assert result.facts.proven_at is None


def test_untrusted_timestamp_counts_for_nothing_and_is_told(
    status: bytes,
    ec_key: SigningKey,
    flawed_key: Callable[[Flaw], SigningKey],
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    """EN 319 102-1, 5.5.4: it is left out; where the policy needs it, the answer is open."""
    stranger = flawed_key(Flaw.OTHER_ROOT)
    signed = timestamped(status, ec_key, stamper(stranger, at), at)

    result = check(signed, at=at + MINUTE)
    needed = check(signed, replace(policy, levels=frozenset({SignatureLevel.TIMESTAMPED})))

    assert result.passed
    assert reasons(result) == reasons(needed) == [Reason.TIMESTAMP_UNTRUSTED]
    assert result.facts is not None
    assert (result.facts.level, result.facts.proven_at) == (SignatureLevel.BASIC, None)
    assert result.facts.judged_at == at + MINUTE
    assert needed.verdict.outcome is Outcome.INDETERMINATE
    assert needed.verdict.findings[0].severity is Severity.HOLD
    assert needed.facts is not None
    assert needed.facts.sub_indication == "NO_POE"


def test_without_anchors_of_timestamp_authorities_no_timestamp_proves_a_time(
    stamped: etree._Element,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
) -> None:
    result = check(stamped, replace(policy, timestamp_anchors=()))

    assert result.passed
    assert reasons(result) == [Reason.TIMESTAMP_UNTRUSTED]
    assert "S-NOT-CHECKED" in detail(result)
    assert result.facts is not None
    assert result.facts.proven_at is None


def test_timestamp_anchor_below_a_root_is_trusted_by_no_accident(
    stamped: etree._Element,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    pki: DemoPki,
) -> None:
    """The authority that issues seals did not issue the timestamp authority's certificate."""
    other = replace(policy, timestamp_anchors=(pki.intermediate.certificate,))

    result = check(stamped, other)

    assert reasons(result) == [Reason.TIMESTAMP_UNTRUSTED]


def test_timestamp_from_the_future_is_refused(
    status: bytes,
    ec_key: SigningKey,
    tsa: SigningKey,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    latest = at + policy.clock_tolerance
    signed = timestamped(status, ec_key, stamper(tsa, latest), at)
    assert check(signed).passed

    signed = timestamped(status, ec_key, stamper(tsa, latest + timedelta(seconds=1)), at)
    result = check(signed)
    assert reasons(result) == [Reason.TIMESTAMP_ORDER]
    assert result.facts is not None
    assert result.facts.sub_indication == "TIMESTAMP_ORDER_FAILURE"


def test_signing_after_the_timestamp_is_a_contradiction(
    status: bytes,
    ec_key: SigningKey,
    tsa: SigningKey,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    claimed = at - timedelta(hours=1)
    proven = claimed - policy.clock_tolerance
    assert check(timestamped(status, ec_key, stamper(tsa, proven), claimed)).passed

    earlier = stamper(tsa, proven - timedelta(seconds=1))
    result = check(timestamped(status, ec_key, earlier, claimed))
    assert reasons(result) == [Reason.TIMESTAMP_ORDER]


# -- as of when ----------------------------------------------------------------------------------


def test_document_signed_before_its_certificate_expired_verifies_for_ever_when_timestamped(
    status: bytes,
    ec_key: SigningKey,
    tsa: SigningKey,
    check: Callable[..., SignatureVerdict],
    at: datetime,
) -> None:
    later = ec_key.certificate.not_after + timedelta(days=400)
    basic = check(sign(status, ec_key, level=SignatureLevel.BASIC, at=at), at=later)
    stamped = check(timestamped(status, ec_key, stamper(tsa, at), at), at=later)

    assert reasons(basic) == [Reason.CERTIFICATE_EXPIRED]
    assert basic.facts is not None
    assert basic.facts.sub_indication == "OUT_OF_BOUNDS_NO_POE"
    assert stamped.passed
    assert stamped.facts is not None
    assert stamped.facts.judged_at == at


def test_document_proven_to_be_signed_outside_its_certificates_validity_never_passes(
    status: bytes,
    flawed_key: Callable[[Flaw], SigningKey],
    tsa: SigningKey,
    check: Callable[..., SignatureVerdict],
    at: datetime,
) -> None:
    for flaw, reason, sub_indication in (
        (Flaw.EXPIRED, Reason.CERTIFICATE_EXPIRED, "EXPIRED"),
        (Flaw.NOT_YET_VALID, Reason.CERTIFICATE_NOT_YET_VALID, "NOT_YET_VALID"),
    ):
        key = flawed_key(flaw)
        within = max(key.certificate.not_before, min(at, key.certificate.not_after))
        signed = sign(
            status,
            key,
            level=SignatureLevel.TIMESTAMPED,
            at=min(within, at),
            timestamp=stamper(tsa, at),
        )
        result = check(signed)
        assert reason in reasons(result)
        assert result.facts is not None
        assert result.facts.sub_indication == sub_indication


def test_algorithm_phased_out_since_is_judged_as_of_the_proven_time(
    status: bytes,
    ec_key: SigningKey,
    tsa: SigningKey,
    check: Callable[..., SignatureVerdict],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    ended = replace(
        policy, phased_out=frozenset({(SignatureMethod.ECDSA_SHA256, date(2025, 10, 6))})
    )
    later = at + timedelta(days=30)

    basic = check(sign(status, ec_key, level=SignatureLevel.BASIC, at=at), ended, later)
    stamped = check(timestamped(status, ec_key, stamper(tsa, at), at), ended, later)
    too_late = check(
        timestamped(status, ec_key, stamper(tsa, at + timedelta(days=2)), at), ended, later
    )

    assert reasons(basic) == reasons(too_late) == [Reason.ALGORITHM_ENDED]
    assert basic.facts is not None
    assert too_late.facts is not None
    assert basic.facts.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    assert too_late.facts.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE"
    assert stamped.passed


def test_document_signed_before_its_certificate_was_revoked_verifies_when_timestamped(
    tmp_path: Path, status: bytes, at: datetime
) -> None:
    pki = make_demo_pki(tmp_path, [("H37", "UBND tỉnh")], at)
    revoke_seal(pki, "H37", at + timedelta(hours=1))
    later = at + timedelta(days=2)
    crls = [path.read_bytes() for path in sorted(write_revocation_lists(pki, later).iterdir())]
    policy = FIELD.with_trust(pki.anchors, crls=crls)
    key = pki.seal("H37").load()

    basic = verify(sign(status, key, level=SignatureLevel.BASIC, at=at), policy, later)
    results = [
        verify(timestamped(status, key, stamper(pki.timestamps.load(), moment), at), policy, later)
        for moment in (at, at + timedelta(hours=2))
    ]

    said = [(result.facts and result.facts.sub_indication) for result in (basic, *results)]
    assert said == ["REVOKED_NO_POE", None, "REVOKED"]
    assert reasons(basic) == reasons(results[1]) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert results[0].passed


def test_timestamp_of_an_authority_that_was_revoked_since_proves_nothing(
    tmp_path: Path, status: bytes, at: datetime
) -> None:
    """Whoever has its key can write any time into a timestamp."""
    pki = make_demo_pki(tmp_path, [("H37", "UBND tỉnh")], at)
    config = read_configuration(tmp_path)
    revoke(config, TIMESTAMPS, at + timedelta(days=1))
    store_configuration(tmp_path, config)
    later = at + timedelta(days=2)
    crls = [path.read_bytes() for path in sorted(write_revocation_lists(pki, later).iterdir())]
    key = pki.seal("H37").load()
    signed = timestamped(status, key, stamper(pki.timestamps.load(), at), at)

    result = verify(signed, FIELD.with_trust(pki.anchors, crls=crls), later)

    assert reasons(result) == [Reason.TIMESTAMP_UNTRUSTED]
    assert "S-REVOKED" in detail(result)
    assert result.facts is not None
    assert (result.facts.proven_at, result.facts.judged_at) == (None, later)
