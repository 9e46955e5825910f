"""Classical attacks on XML signatures; each is refused for its own reason."""

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
from axis.trust.location import EDXML, SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.trust.verify import SignatureVerdict, verify

DS = "http://www.w3.org/2000/09/xmldsig#"
ENVELOPED = DS + "enveloped-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
QCVN = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"

Forge = Callable[..., Any]
Check = Callable[[bytes | etree._Element], SignatureVerdict]


@pytest.fixture
def check(policy: SignaturePolicy, at: datetime) -> Check:
    def run(document: bytes | etree._Element) -> SignatureVerdict:
        data = document if isinstance(document, bytes) else etree.tostring(document)
        return verify(data, policy, at)

    return run


@pytest.fixture
def signed(status: bytes, ec_key: SigningKey) -> etree._Element:
    """A message with a good signature, for taking apart."""
    return etree.fromstring(sign(status, ec_key))


def reasons(result: SignatureVerdict) -> set[Reason]:
    assert result.signed is None
    return {finding.reason for finding in result.verdict.findings}


def details(result: SignatureVerdict) -> str:
    return " ".join(str(finding.facts.get("detail")) for finding in result.verdict.findings)


def signature_of(root: etree._Element) -> etree._Element:
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    return signature


def header_of(root: etree._Element) -> etree._Element:
    (header,) = EDXML.parents(root)
    return header


def evil(root: etree._Element) -> etree._Element:
    """The same message with other content and without a signature."""
    copy = etree.fromstring(etree.tostring(root))
    header_of(copy).remove(signature_of(copy))
    code = copy.find(f".//{QCVN}StatusCode")
    assert code is not None
    code.text = "06"
    return copy


# -- wrapping: a good signature over content that is not the one read ------------------------------


def test_wrapping_signed_document_inside_attackers_root_is_misplaced(
    signed: etree._Element, check: Check
) -> None:
    attacker = evil(signed)
    attacker.append(signed)

    result = check(attacker)

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "edXML inside edXML" in details(result)


def test_wrapping_signature_moved_up_beside_the_original_is_misplaced(
    signed: etree._Element, check: Check
) -> None:
    attacker = evil(signed)
    header_of(attacker).append(signature_of(signed))
    attacker.append(signed)

    result = check(attacker)

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "edXML inside edXML" in details(result)


def test_wrapping_original_hidden_in_the_signatures_object_is_misplaced(
    signed: etree._Element, check: Check
) -> None:
    attacker = evil(signed)
    signature = deepcopy(signature_of(signed))
    hidden = etree.SubElement(signature, f"{{{DS}}}Object")
    hidden.append(evil(signed))
    header_of(attacker).append(signature)

    assert Reason.SIGNATURE_MISPLACED in reasons(check(attacker))


@pytest.mark.parametrize("foreign", ["envelope", "{urn:x}envelope", QCVN + "edXMLEnvelope"])
def test_wrapping_in_a_foreign_root_is_misplaced(
    foreign: str, signed: etree._Element, check: Check
) -> None:
    outer = etree.Element(foreign)
    outer.append(signed)

    assert reasons(check(outer)) == {Reason.SIGNATURE_MISPLACED}


@pytest.mark.parametrize(
    "parent", [".", QCVN + "edXMLEnvelope", f".//{QCVN}MessageHeader", f".//{QCVN}StaffInfo"]
)
def test_signature_in_another_place_is_misplaced(
    parent: str, status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    assert reasons(check(forge(ec_key).sign(status, parent))) == {Reason.SIGNATURE_MISPLACED}


def test_signature_in_the_attachment_part_is_misplaced(
    sample: Callable[[str], bytes], ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key).sign(sample("new_single_pdf"), f".//{QCVN}Attachment")

    assert reasons(check(document)) == {Reason.SIGNATURE_MISPLACED}


def test_signature_in_the_trace_list_is_misplaced(
    sample: Callable[[str], bytes], ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    document = forge(ec_key).sign(sample("new_single_pdf"), f".//{QCVN}TraceHeaderList")

    assert reasons(check(document)) == {Reason.SIGNATURE_MISPLACED}


def test_two_headers_are_misplaced_even_under_one_signature(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    root = etree.fromstring(status)
    envelope = root.find(QCVN + "edXMLEnvelope")
    assert envelope is not None
    envelope.append(deepcopy(header_of(root)))

    assert reasons(check(forge(ec_key).sign(etree.tostring(root)))) == {Reason.SIGNATURE_MISPLACED}


@pytest.mark.parametrize(
    "document", [b"<?xml-stylesheet href='x'?>%s", b"%s<?xml-stylesheet href='x'?>"]
)
def test_instruction_outside_the_signed_root_is_misplaced(
    document: bytes, signed: etree._Element, check: Check
) -> None:
    assert reasons(check(document % etree.tostring(signed))) == {Reason.SIGNATURE_MISPLACED}


def test_part_of_a_larger_tree_is_misplaced(
    signed: etree._Element, policy: SignaturePolicy, at: datetime
) -> None:
    outer = etree.Element("outer")
    outer.append(signed)

    result = verify(signed, policy, at)

    assert reasons(result) == {Reason.SIGNATURE_MISPLACED}
    assert "not the root" in details(result)


# -- more than one ---------------------------------------------------------------------------------


def test_second_signature_in_the_header_is_several(signed: etree._Element, check: Check) -> None:
    header_of(signed).append(deepcopy(signature_of(signed)))

    assert reasons(check(signed)) == {Reason.SEVERAL_SIGNATURES}


def test_signature_nested_in_the_signatures_object_is_several(
    signed: etree._Element, check: Check
) -> None:
    outer = signature_of(signed)
    inner = deepcopy(outer)
    etree.SubElement(outer, f"{{{DS}}}Object").append(inner)

    assert reasons(check(signed)) == {Reason.SEVERAL_SIGNATURES}


def test_second_signature_deep_in_the_content_is_several(
    status: bytes, ec_key: SigningKey, forge: Forge, check: Check
) -> None:
    root = etree.fromstring(status)
    staff = root.find(f".//{QCVN}StaffInfo")
    assert staff is not None
    etree.SubElement(staff, SIGNATURE_TAG)

    assert reasons(check(forge(ec_key).sign(etree.tostring(root)))) == {Reason.SEVERAL_SIGNATURES}


# -- references and transforms ---------------------------------------------------------------------


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


def test_more_candidates_than_an_honest_signature_has_are_not_all_tried(
    status: bytes, ec_key: SigningKey, flawed_key: Any, forge: Forge, check: Check
) -> None:
    strangers = [flawed_key(flaw) for flaw in list(Flaw) if flaw is not Flaw.RSA_1024][:6]
    info = f"<KeyInfo>{''.join(lone(key) for key in (*strangers, ec_key))}</KeyInfo>"

    assert reasons(check(forge(ec_key, key_info=info).sign(status))) == {Reason.ALTERED}


def lone(key: SigningKey) -> str:
    return x509_data(SigningKey(key.certificate, (), key.pkcs8))


# -- algorithms ------------------------------------------------------------------------------------

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


# -- KeyInfo ---------------------------------------------------------------------------------------


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


# -- inside the signature --------------------------------------------------------------------------


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
