"""What the signature check says of honest, careless and outdated signatures."""

import logging
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.algorithms import SignatureMethod

from axis.local.pki_config import Flaw
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.paths import forget_paths
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD, STRICT
from axis.trust.sign import sign
from axis.trust.verify import SignatureVerdict, verify
from axis.verdict import Outcome

QCVN = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"

Sample = Callable[[str], bytes]


def reasons(result: SignatureVerdict) -> list[Reason]:
    return [finding.reason for finding in result.verdict.findings]


@pytest.mark.parametrize("key", ["rsa_key", "ec_key"])
@pytest.mark.parametrize(
    "name", ["new_single_pdf", "dotnet_dialect_new", "new_multi_to_4level_hoatoc_5att", "status_13"]
)
def test_verify_signed_sample_passes_and_names_the_signer(
    name: str,
    key: str,
    request: pytest.FixtureRequest,
    sample: Sample,
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    signing_key: SigningKey = request.getfixturevalue(key)

    result = verify(sign(sample(name), signing_key), policy, at)

    assert result.verdict.outcome is Outcome.PASSED
    assert result.certificate == signing_key.certificate


def test_verify_passed_returns_the_tree_without_signature_and_comments(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    signed = sign(status, ec_key).replace(b"<edXML:StatusCode>01", b"<edXML:StatusCode>0<!---->1")

    result = verify(signed, policy, at)

    assert result.passed
    assert result.signed is not None
    assert result.signed.tag == QCVN + "edXML"
    assert result.signed.findtext(f".//{QCVN}StatusCode") == "01"
    assert result.signed.find(".//{*}Signature") is None


def test_verify_parsed_tree_gives_the_same_verdict_and_leaves_it_unchanged(
    status: bytes, rsa_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    root = etree.fromstring(sign(status, rsa_key))
    before = etree.tostring(root)

    result = verify(root, policy, at)

    assert result.passed
    assert etree.tostring(root) == before


def test_verify_failed_returns_no_tree(
    status: bytes, other_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    late = other_key.certificate.not_after + timedelta(days=1)

    result = verify(sign(status, other_key), policy, late)

    assert reasons(result) == [Reason.CERTIFICATE_EXPIRED]
    assert result.signed is None
    assert result.certificate == other_key.certificate


def test_verify_without_anchors_leaves_it_open_and_returns_what_was_signed(
    status: bytes, other_key: SigningKey, at: datetime
) -> None:
    result = verify(sign(status, other_key), FIELD, at)

    assert result.verdict.outcome is Outcome.INDETERMINATE
    assert not result.passed
    assert result.signed is not None


@pytest.mark.parametrize(
    "placeholder",
    [
        b"",
        b"<edXML:Signature/>",
        b"<edXML:DigitalSignature/>",
        b'<edXML:Signature><SignedInfo xmlns=""><SignatureMethod Algorithm='
        b'"http://www.w3.org/2000/09/xmldsig#rsa-sha1"/></SignedInfo></edXML:Signature>',
    ],
)
def test_verify_no_w3c_signature_or_only_a_placeholder_is_unsigned(
    placeholder: bytes, status: bytes, policy: SignaturePolicy, at: datetime
) -> None:
    document = status.replace(b"</edXML:edXMLHeader>", placeholder + b"</edXML:edXMLHeader>")

    assert reasons(verify(document, policy, at)) == [Reason.UNSIGNED]


def test_verify_placeholder_beside_the_signature_passes(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    document = status.replace(b"</edXML:edXMLHeader>", b"<edXML:Signature/></edXML:edXMLHeader>")

    assert verify(sign(document, ec_key), policy, at).passed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<edXML:StatusCode>01<", b"<edXML:StatusCode>02<"),
        (b'xmlns:edXML="http://www.mic', b'xmlns:other="urn:o" xmlns:edXML="http://www.mic'),
        (b"</edXML:edXMLHeader>", b"<edXML:Extra/></edXML:edXMLHeader>"),
        (b"<edXML:StatusCode>", b"<?pi inside?><edXML:StatusCode>"),
    ],
)
def test_verify_changed_content_is_altered(
    old: bytes, new: bytes, status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    signed = sign(status, ec_key)
    assert old in signed

    result = verify(signed.replace(old, new), policy, at)

    assert reasons(result) == [Reason.ALTERED]


def test_verify_signature_of_another_key_than_the_certificates_is_altered(
    status: bytes,
    ec_key: SigningKey,
    other_key: SigningKey,
    forge: Callable[..., Any],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    foreign = SigningKey(other_key.certificate, other_key.authorities, ec_key.source)

    result = verify(forge(foreign).sign(status), policy, at)

    assert reasons(result) == [Reason.ALTERED]
    assert result.certificate is None


@pytest.mark.parametrize(
    ("flaw", "expected"),
    [
        (Flaw.EXPIRED, [Reason.CERTIFICATE_EXPIRED]),
        (Flaw.NOT_YET_VALID, [Reason.CERTIFICATE_NOT_YET_VALID]),
        (Flaw.OTHER_ROOT, [Reason.UNTRUSTED]),
        (Flaw.SELF_SIGNED, [Reason.UNTRUSTED]),
        (Flaw.NO_SIGNING_USAGE, [Reason.KEY_USAGE]),
        (Flaw.SERVER_ONLY, [Reason.KEY_USAGE]),
        (Flaw.AUTHORITY, [Reason.KEY_USAGE]),
        (Flaw.RSA_1024, [Reason.KEY_TOO_WEAK]),
        (Flaw.SMALL_CURVE, [Reason.KEY_TOO_WEAK]),
        (Flaw.SHA1, [Reason.UNTRUSTED]),
    ],
)
def test_verify_flawed_certificate_is_refused_for_its_own_reason(
    flaw: Flaw,
    expected: list[Reason],
    flawed_key: Callable[[Flaw], SigningKey],
    status: bytes,
    forge: Callable[..., Any],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    assert reasons(verify(forge(flawed_key(flaw)).sign(status), policy, at)) == expected


def test_verify_several_faults_of_a_certificate_are_all_named(
    flawed_key: Callable[[Flaw], SigningKey],
    status: bytes,
    forge: Callable[..., Any],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    signed = forge(flawed_key(Flaw.NO_SIGNING_USAGE)).sign(status)

    result = verify(signed, policy, at + timedelta(days=6 * 365))

    assert set(reasons(result)) == {Reason.KEY_USAGE, Reason.CERTIFICATE_EXPIRED}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("not_before", []),
        ("not_after", []),
        ("before", [Reason.CERTIFICATE_NOT_YET_VALID]),
        ("after", [Reason.CERTIFICATE_EXPIRED]),
    ],
)
def test_verify_judges_the_certificate_at_the_given_moment(
    moment: str,
    expected: list[Reason],
    status: bytes,
    ec_key: SigningKey,
    policy: SignaturePolicy,
) -> None:
    certificate = ec_key.certificate
    beyond = policy.clock_tolerance + timedelta(seconds=1)
    moments = {
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
        "before": certificate.not_before - beyond,
        "after": certificate.not_after + beyond,
    }

    result = verify(sign(status, ec_key), policy, moments[moment])

    assert reasons(result) == expected


def test_verify_expired_certificate_tells_its_last_day_in_vietnam(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy
) -> None:
    late = ec_key.certificate.not_after + timedelta(days=3)

    (finding,) = verify(sign(status, ec_key), policy, late).verdict.findings

    last_day = ec_key.certificate.not_after.astimezone(timezone(timedelta(hours=7))).date()
    assert finding.facts["date"] == last_day.isoformat()
    assert finding.place == "/edXML/edXMLEnvelope/edXMLHeader/ds:Signature"


def test_verify_within_clock_tolerance_passes(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy
) -> None:
    early = ec_key.certificate.not_before - policy.clock_tolerance

    assert verify(sign(status, ec_key), policy, early).passed


def test_verify_naive_moment_is_the_callers_mistake(status: bytes, policy: SignaturePolicy) -> None:
    with pytest.raises(ValueError, match="time zone"):
        verify(status, policy, datetime(2025, 10, 6))


def test_verify_sha512_passes_by_the_field_profile_and_not_by_the_strict_one(
    status: bytes,
    rsa_key: SigningKey,
    forge: Callable[..., Any],
    pki: Any,
    at: datetime,
) -> None:
    signed = forge(
        rsa_key,
        signature_method=MORE + "rsa-sha512",
        digest_method=SHA512,
        hash=hashes.SHA512,
    ).sign(status)

    assert verify(signed, pki.policy(FIELD), at).passed
    assert set(reasons(verify(signed, pki.policy(STRICT), at))) == {Reason.SIGNATURE_ALGORITHM}


def test_verify_rsa_pss_needs_a_policy_that_asks_for_it(
    status: bytes,
    rsa_key: SigningKey,
    forge: Callable[..., Any],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    method = SignatureMethod.SHA256_RSA_MGF1
    signed = forge(rsa_key, signature_method=method.value, pss=True).sign(status)

    assert reasons(verify(signed, policy, at)) == [Reason.SIGNATURE_ALGORITHM]
    assert verify(signed, replace(policy, signature_algorithms=frozenset({method})), at).passed


@pytest.mark.parametrize(
    ("canonicalization", "transforms"),
    [
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", []),
        ("http://www.w3.org/2006/12/xml-c14n11", ["http://www.w3.org/2006/12/xml-c14n11"]),
        ("http://www.w3.org/2001/10/xml-exc-c14n#", ["http://www.w3.org/2001/10/xml-exc-c14n#"]),
    ],
)
def test_verify_every_canonicalization_of_the_profile_passes(
    canonicalization: str,
    transforms: list[str],
    sample: Sample,
    ec_key: SigningKey,
    forge: Callable[..., Any],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    signed = forge(
        ec_key,
        canonicalization=canonicalization,
        transforms=["http://www.w3.org/2000/09/xmldsig#enveloped-signature", *transforms],
    ).sign(sample("dotnet_dialect_new"))

    assert verify(signed, policy, at).passed


def test_verify_certificates_in_any_order_finds_the_signer(
    status: bytes,
    ec_key: SigningKey,
    forge: Callable[..., Any],
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    backwards = "".join(
        f"<X509Certificate>{b64encode(item.der).decode()}</X509Certificate>"
        for item in (*ec_key.authorities, ec_key.certificate)
    )
    signed = forge(ec_key, key_info=f"<KeyInfo><X509Data>{backwards}</X509Data></KeyInfo>")

    result = verify(signed.sign(status), policy, at)

    assert result.passed
    assert result.certificate == ec_key.certificate


def test_verify_missing_intermediate_is_untrusted_unless_the_policy_knows_it(
    status: bytes,
    ec_key: SigningKey,
    policy: SignaturePolicy,
    at: datetime,
) -> None:
    lone = SigningKey(ec_key.certificate, (), ec_key.source)
    signed = sign(status, lone)
    knowing = policy.with_trust(policy.anchors, ec_key.authorities)

    forget_paths()
    assert reasons(verify(signed, policy, at)) == [Reason.UNTRUSTED]
    assert verify(signed, knowing, at).passed


def test_verify_larger_than_the_limit_is_refused_before_it_is_read(
    status: bytes, policy: SignaturePolicy, at: datetime
) -> None:
    result = verify(status, policy, at, max_bytes=len(status) - 1)

    assert reasons(result) == [Reason.TOO_LARGE]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"", Reason.NOT_XML),
        (b"\x00\x01", Reason.NOT_XML),
        (b"<a>", Reason.NOT_XML),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', Reason.NOT_XML),
        (b"<!DOCTYPE a><a/>", Reason.DTD_PRESENT),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', Reason.DTD_PRESENT),
        (b"<a>&undeclared;</a>", Reason.NOT_XML),
        ("<a/>".encode("utf-16"), Reason.NOT_XML),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/>', Reason.NOT_XML),
        (b"<a>" * 129 + b"</a>" * 129, Reason.TOO_COMPLEX),
        (b"<a>" + b"<b/>" * 200_001 + b"</a>", Reason.TOO_COMPLEX),
        (b"<a %s/>" % b" ".join(b'a%d=""' % n for n in range(65)), Reason.TOO_COMPLEX),
        (b"<a %s/>" % b" ".join(b'xmlns:n%d="u"' % n for n in range(33)), Reason.TOO_COMPLEX),
        (b"<a/>", Reason.UNSIGNED),
    ],
)
def test_verify_bytes_that_are_no_document_get_a_finding(
    document: bytes, expected: Reason, policy: SignaturePolicy, at: datetime
) -> None:
    assert reasons(verify(document, policy, at)) == [expected]


def test_verify_entity_bomb_behind_the_size_of_huge_documents_is_not_expanded(
    policy: SignaturePolicy, at: datetime
) -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 100}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "xxxxxxxxxx">{levels}]><x y="&a8;">'.encode()
    document = bomb + b" " * 10_000_001 + b"</x>"

    assert reasons(verify(document, policy, at)) == [Reason.DTD_PRESENT]


def test_verify_tree_full_of_namespaces_is_refused_before_it_costs_anything(
    policy: SignaturePolicy, at: datetime
) -> None:
    names = " ".join(f'xmlns:n{number}="u"' for number in range(5000))
    root = etree.fromstring(f"<a {names}>{'<b/>' * 5000}</a>")

    assert reasons(verify(root, policy, at)) == [Reason.TOO_COMPLEX]


def test_verify_text_node_of_12_megabytes_passes(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    large = status.replace(
        b"<edXML:Description>", b"<edXML:Description>" + b"QUJD" * (3 * 1024 * 1024)
    )

    assert verify(sign(large, ec_key), policy, at).passed


def test_verify_never_logs_the_document(
    status: bytes,
    ec_key: SigningKey,
    policy: SignaturePolicy,
    at: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger().setLevel(logging.DEBUG)

    verify(sign(status, ec_key), policy, at)

    assert "Bộ Nội vụ" not in caplog.text
    assert not logging.getLogger("signxml.processor").isEnabledFor(logging.DEBUG)


def test_verify_finding_speaks_both_languages(
    status: bytes, policy: SignaturePolicy, at: datetime
) -> None:
    (finding,) = verify(status, policy, at).verdict.findings

    assert finding.text_vi().startswith("Văn bản chưa có chữ ký số")
    assert finding.text_en().startswith("The document carries no XML signature")
