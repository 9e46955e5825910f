"""Certificates, key values and parts of the signature that nobody honest writes."""

import base64
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from axis.local.pki_config import Flaw
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.verify import SignatureVerdict, verify

DS = "http://www.w3.org/2000/09/xmldsig#"

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


# -- KeyInfo --------------------------------------------------------------------------------------


def x509_data(*keys: SigningKey) -> str:
    items = "".join(
        f"<X509Certificate>{base64.b64encode(certificate.der).decode()}</X509Certificate>"
        for key in keys
        for certificate in (key.certificate, *key.authorities)
    )
    return f"<X509Data>{items}</X509Data>"


def test_no_key_info_is_no_certificate(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    assert reasons(check(forge(ec_key, key_info="").sign(status))) == {Reason.NO_CERTIFICATE}


@pytest.mark.parametrize("key_info", ["<KeyName>G22</KeyName>", "<X509Data/>"])
def test_key_info_without_certificate_is_refused(
    key_info: str, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key, key_info=f"<KeyInfo>{key_info}</KeyInfo>").sign(status)

    assert reasons(check(document)) == {Reason.NO_CERTIFICATE}


@pytest.mark.parametrize(
    "extra",
    [
        '<RetrievalMethod URI="http://attacker/key"/>',
        '<x:KeyInfoReference xmlns:x="http://www.w3.org/2009/xmldsig11#" URI="#a"/>',
        "<MgmtData>x</MgmtData>",
        "<PGPData/>",
        '<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"/>',
    ],
)
def test_key_info_that_points_elsewhere_is_malformed(
    extra: str, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key, key_info=f"<KeyInfo>{x509_data(ec_key)}{extra}</KeyInfo>")

    assert reasons(check(document.sign(status))) == {Reason.SIGNATURE_MALFORMED}


def test_key_value_of_another_key_is_malformed(
    status: bytes, rsa_key: SigningKey, flawed_key: Any, forge: Forge, check: Check
) -> None:
    value = key_value(flawed_key(Flaw.RSA_1024))
    document = forge(rsa_key, key_info=f"<KeyInfo>{value}{x509_data(rsa_key)}</KeyInfo>")

    assert reasons(check(document.sign(status))) == {Reason.SIGNATURE_MALFORMED}


def test_key_value_of_the_certificates_key_passes(
    status: bytes, rsa_key: SigningKey, forge: Forge, check: Check
) -> None:
    value = key_value(rsa_key)
    document = forge(rsa_key, key_info=f"<KeyInfo>{value}{x509_data(rsa_key)}</KeyInfo>")

    assert check(document.sign(status)).passed


def key_value(key: SigningKey) -> str:
    numbers = key.private.public_key().public_numbers()

    def number(value: int) -> str:
        return base64.b64encode(value.to_bytes((value.bit_length() + 7) // 8)).decode()

    return (
        f"<KeyValue><RSAKeyValue><Modulus>{number(numbers.n)}</Modulus>"  # type: ignore[union-attr]
        f"<Exponent>{number(numbers.e)}</Exponent></RSAKeyValue></KeyValue>"  # type: ignore[union-attr]
    )


def test_root_brought_along_by_the_signature_is_not_trusted(
    status: bytes, flawed_key: Any, pki: Any, forge: Forge, check: Check
) -> None:
    key = flawed_key(Flaw.OTHER_ROOT)
    chain = (
        pki.flawed(Flaw.OTHER_ROOT).chain_file.read_bytes().split(b"-----BEGIN CERTIFICATE-----")
    )
    root = chain[-1].split(b"-----END")[0].decode()
    brought = x509_data(key).replace(
        "</X509Data>", f"<X509Certificate>{root}</X509Certificate></X509Data>"
    )

    result = check(forge(key, key_info=f"<KeyInfo>{brought}</KeyInfo>").sign(status))

    assert reasons(result) == {Reason.UNTRUSTED}


def test_trusted_certificate_before_the_attackers_does_not_lend_its_name(
    status: bytes, ec_key: SigningKey, flawed_key: Any, forge: Forge, check: Check
) -> None:
    attacker = flawed_key(Flaw.SELF_SIGNED)
    both = f"<KeyInfo>{x509_data(ec_key, attacker)}</KeyInfo>"

    result = check(forge(attacker, key_info=both).sign(status))

    assert reasons(result) == {Reason.UNTRUSTED}
    assert result.certificate == attacker.certificate


def test_second_certificate_of_the_signing_key_is_malformed(
    status: bytes, ec_key: SigningKey, twin: str, forge: Forge, check: Check
) -> None:
    info = x509_data(ec_key).replace("</X509Data>", f"{twin}</X509Data>")

    result = check(forge(ec_key, key_info=f"<KeyInfo>{info}</KeyInfo>").sign(status))

    assert reasons(result) == {Reason.SIGNATURE_MALFORMED}
    assert "several certificates" in details(result)


@pytest.fixture
def twin(ec_key: SigningKey, at: datetime) -> str:
    """A certificate that anyone can make for a key: self-signed here, bought elsewhere."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "twin")])
    certificate = (
        x509.CertificateBuilder(name, name, ec_key.private.public_key(), 1)
        .not_valid_before(at)
        .not_valid_after(at.replace(year=at.year + 1))
        .sign(ec_key.private, hashes.SHA256())
    )
    der = certificate.public_bytes(Encoding.DER)
    return f"<X509Certificate>{base64.b64encode(der).decode()}</X509Certificate>"


@pytest.mark.parametrize("text", ["", "!", "AAAA", "MIIB" * 30_000])
def test_certificate_that_is_none_is_malformed(
    text: str, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    info = f"<KeyInfo><X509Data><X509Certificate>{text}</X509Certificate></X509Data></KeyInfo>"

    assert reasons(check(forge(ec_key, key_info=info).sign(status))) == {Reason.SIGNATURE_MALFORMED}


def test_hundreds_of_certificates_are_malformed_before_any_is_tried(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    info = f"<KeyInfo>{x509_data(*[ec_key] * 100)}</KeyInfo>"

    assert reasons(check(forge(ec_key, key_info=info).sign(status))) == {Reason.SIGNATURE_MALFORMED}


def test_more_candidates_than_an_honest_signature_has_are_not_all_tried(
    status: bytes, ec_key: SigningKey, flawed_key: Any, forge: Forge, check: Check
) -> None:
    strangers = [flawed_key(flaw) for flaw in list(Flaw) if flaw is not Flaw.RSA_1024][:6]
    info = f"<KeyInfo>{''.join(lone(key) for key in (*strangers, ec_key))}</KeyInfo>"

    assert reasons(check(forge(ec_key, key_info=info).sign(status))) == {Reason.ALTERED}


def lone(key: SigningKey) -> str:
    return x509_data(SigningKey(key.certificate, (), key.source))


# -- inside the signature -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["DigestValue", "SignatureValue", "X509Certificate"])
@pytest.mark.parametrize("node", [etree.Comment("x"), etree.ProcessingInstruction("x", "y")])
def test_comment_or_instruction_in_a_parsed_signature_is_malformed(
    name: str, node: etree._Element, signed: etree._Element, policy: SignaturePolicy, at: datetime
) -> None:
    element = signed.find(f".//{{{DS}}}{name}")
    assert element is not None
    element.insert(0, deepcopy(node))

    assert reasons(verify(signed, policy, at)) == {Reason.SIGNATURE_MALFORMED}


@pytest.mark.parametrize(
    "part", ["Object", "Manifest", "SignedInfo", "SignatureValue", "KeyInfo", "SignatureProperties"]
)
def test_additional_part_of_the_signature_is_malformed(
    part: str, signed: etree._Element, check: Check
) -> None:
    etree.SubElement(signature_of(signed), f"{{{DS}}}{part}")

    assert reasons(check(signed)) == {Reason.SIGNATURE_MALFORMED}


def test_unsigned_xades_properties_are_not_carried_along(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    properties = (
        '<Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#">'
        "<x:UnsignedProperties/></x:QualifyingProperties></Object>"
    )

    assert reasons(check(forge(ec_key, objects=properties).sign(status))) == {
        Reason.SIGNATURE_MALFORMED
    }


@pytest.mark.parametrize("name", ["DigestValue", "SignatureValue"])
@pytest.mark.parametrize("text", ["", "!!!", "AAA", "ô", "AAAA====", "A" * 1_000_000 + "="])
def test_value_that_is_not_base64_is_malformed(
    name: str, text: str, signed: etree._Element, check: Check
) -> None:
    element = signed.find(f".//{{{DS}}}{name}")
    assert element is not None
    element.text = text

    assert reasons(check(signed)) == {Reason.SIGNATURE_MALFORMED}


def test_text_between_the_parts_of_signed_info_is_malformed(
    signed: etree._Element, check: Check
) -> None:
    signature_of(signed)[0].text = "x"

    assert reasons(check(signed)) == {Reason.SIGNATURE_MALFORMED}


def test_every_part_of_a_signature_taken_away_never_passes_and_never_raises(
    signed: etree._Element, check: Check
) -> None:
    parts = list(signature_of(signed).iterdescendants())
    for index in range(len(parts)):
        root = deepcopy(signed)
        part = list(signature_of(root).iterdescendants())[index]
        parent = part.getparent()
        assert parent is not None
        parent.remove(part)

        result = check(root)

        # Authorities in KeyInfo are for the path only, and the path may be known already.
        assert not result.passed or part.tag == f"{{{DS}}}X509Certificate"
