"""References, transforms and algorithms that an attacker would choose."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from lxml import etree

from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import SIGNATURE_TAG
from axis.trust.verify import SignatureVerdict

DS = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = DS + "enveloped-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"

Forge = Callable[..., Any]
Check = Callable[[bytes | etree._Element], SignatureVerdict]


def reasons(result: SignatureVerdict) -> set[Reason]:
    assert result.signed is None
    return {finding.reason for finding in result.verdict.findings}


def details(result: SignatureVerdict) -> str:
    return " ".join(str(finding.facts.get("detail")) for finding in result.verdict.findings)


def signature_of(root: etree._Element) -> etree._Element:
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    return signature


# -- references and transforms --------------------------------------------------------------------


def test_reference_to_a_part_only_is_misplaced(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = status.replace(b"<edXML:StaffInfo>", b'<edXML:StaffInfo Id="part">')

    result = check(forge(ec_key, uri="#part").sign(document))

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "#part" in details(result)


def test_reference_to_the_roots_id_is_misplaced(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = status.replace(b"<edXML xmlns", b'<edXML Id="whole" xmlns')

    assert reasons(check(forge(ec_key, uri="#whole").sign(document))) == {
        Reason.SIGNATURE_MISPLACED
    }


def test_duplicate_ids_do_not_matter_because_ids_are_never_followed(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = status.replace(b"<edXML:Staff>", b'<edXML:Staff Id="same">').replace(
        b"<edXML:ResponseFor>", b'<edXML:ResponseFor Id="same">'
    )

    assert reasons(check(forge(ec_key, uri="#same").sign(document))) == {Reason.SIGNATURE_MISPLACED}


@pytest.mark.parametrize("uri", [None, "#", "#xpointer(/)", "file:///etc/passwd", "http://x/"])
def test_reference_to_elsewhere_is_misplaced_and_never_followed(
    uri: str | None, signed: etree._Element, check: Check
) -> None:
    reference = signed.find(f".//{{{DS}}}Reference")
    assert reference is not None
    reference.attrib.pop("URI")
    if uri is not None:
        reference.set("URI", uri)

    assert reasons(check(signed)) == {Reason.SIGNATURE_MISPLACED}


@pytest.mark.parametrize("references", [0, 2, 50])
def test_other_than_one_reference_is_malformed(
    references: int, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    result = check(forge(ec_key, references=references).sign(status))

    assert reasons(result) == {Reason.SIGNATURE_MALFORMED}


@pytest.mark.parametrize(
    "transform",
    [
        '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
        "<XPath>not(ancestor-or-self::edXMLBody)</XPath></Transform>",
        '<Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>',
        '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">'
        '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>'
        "</Transform>",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "urn:unknown",
    ],
)
def test_transform_that_could_drop_content_is_refused_by_its_algorithm(
    transform: str, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key, transforms=[ENVELOPED, transform]).sign(status)

    assert Reason.SIGNATURE_ALGORITHM in reasons(check(document))


@pytest.mark.parametrize(
    "transforms",
    [[C14N], [ENVELOPED, ENVELOPED], [C14N, ENVELOPED], [ENVELOPED, C14N, C14N], []],
)
def test_transforms_other_than_enveloped_then_one_c14n_are_malformed(
    transforms: list[str], status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key, transforms=transforms).sign(status)

    assert reasons(check(document)) == {Reason.SIGNATURE_MALFORMED}


@pytest.mark.parametrize(
    ("prefixes", "expected"), [("xsi xsd", set()), ("p " * 251, {Reason.SIGNATURE_MALFORMED})]
)
def test_list_of_inclusive_prefixes_passes_unless_it_is_endless(
    prefixes: str,
    expected: set[Reason],
    sample: Callable[[str], bytes],
    ec_key: SigningKey,
    forge: Forge,
    check: Check,
) -> None:
    transform = f'<Transform Algorithm="{EXCLUSIVE}">{inclusive(prefixes)}</Transform>'
    forged = forge(ec_key, transforms=[ENVELOPED, transform], prefixes=prefixes)

    result = check(forged.sign(sample("dotnet_dialect_new")))

    assert {finding.reason for finding in result.verdict.findings} == expected


def test_list_of_inclusive_prefixes_for_signed_info_is_malformed(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    forged = forge(
        ec_key, canonicalization=EXCLUSIVE, canonicalization_parameters=inclusive("edXML")
    )

    assert reasons(check(forged.sign(status))) == {Reason.SIGNATURE_MALFORMED}


def inclusive(prefixes: str) -> str:
    return f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="{prefixes}"/>'


# -- algorithms -----------------------------------------------------------------------------------

MORE = "http://www.w3.org/2001/04/xmldsig-more#"


@pytest.mark.parametrize(
    "method",
    [
        DS + "rsa-sha1",
        DS + "dsa-sha1",
        DS + "hmac-sha1",
        MORE + "hmac-sha256",
        MORE + "rsa-md5",
        MORE + "rsa-sha224",
        MORE + "ecdsa-sha1",
        "http://www.w3.org/2007/05/xmldsig-more#sha3-256-rsa-MGF1",
        "none",
        "",
    ],
)
def test_signature_method_outside_the_policy_is_refused_by_its_algorithm(
    method: str, status: bytes, rsa_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(rsa_key, hash=hashes.SHA1).sign(status)
    method_now = (MORE + "rsa-sha256").encode()

    result = check(document.replace(method_now, method.encode()))

    assert reasons(result) == {Reason.SIGNATURE_ALGORITHM}


def test_valid_sha1_signature_is_refused_by_its_algorithm(
    status: bytes, rsa_key: SigningKey, forge: Forge, check: Check
) -> None:
    forged = forge(
        rsa_key, signature_method=DS + "rsa-sha1", digest_method=DS + "sha1", hash=hashes.SHA1
    )

    assert reasons(check(forged.sign(status))) == {Reason.SIGNATURE_ALGORITHM}


def test_hmac_keyed_with_the_public_key_is_refused_by_its_algorithm(
    signed: etree._Element, check: Check
) -> None:
    method = signed.find(f".//{{{DS}}}SignatureMethod")
    assert method is not None
    method.set("Algorithm", MORE + "hmac-sha256")

    assert reasons(check(signed)) == {Reason.SIGNATURE_ALGORITHM}


def test_digest_method_outside_the_policy_is_refused_by_its_algorithm(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key, digest_method=DS + "sha1").sign(status)

    assert reasons(check(document)) == {Reason.SIGNATURE_ALGORITHM}


def test_method_parameters_that_shorten_a_signature_are_malformed(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    parameters = "<HMACOutputLength>8</HMACOutputLength>"

    result = check(forge(ec_key, method_parameters=parameters).sign(status))

    assert reasons(result) == {Reason.SIGNATURE_MALFORMED}


@pytest.mark.parametrize("value", [b"\x00" * 64, b"\xff" * 64, b"\x00" * 63 + b"\x01"])
def test_ecdsa_value_of_zero_or_out_of_range_is_altered(
    value: bytes, signed: etree._Element, check: Check
) -> None:
    signature_of(signed)[1].text = base64.b64encode(value).decode()

    assert reasons(check(signed)) == {Reason.ALTERED}
