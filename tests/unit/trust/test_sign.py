"""What signing produces: the same document, with one signature in its place."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context

import pytest
from lxml import etree

from axis.errors import InvalidInputError
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.location import EDXML, RECEIPT, SIGNATURE_TAG
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import RECEIPTS
from axis.trust.sign import sign
from axis.trust.verify import verify

QCVN = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
SAMPLES = ["new_single_pdf", "dotnet_dialect_new", "update_add_remove_receiver", "status_02"]
RECEIPT_XML = (
    '<receipt xmlns="urn:vn:axis:receipt:1" id="1"><issuer>Trục</issuer></receipt>'.encode()
)

Sample = Callable[[str], bytes]


def without_signature(signed: bytes) -> etree._Element:
    root = etree.fromstring(signed)
    signature = root.find(f".//{SIGNATURE_TAG}")
    assert signature is not None
    parent = signature.getparent()
    assert parent is not None
    parent.remove(signature)
    return root


def squeezed(root: etree._Element) -> bytes:
    for element in root.iter():
        element.text = (element.text or "").strip()
        element.tail = (element.tail or "").strip()
    return etree.tostring(root, method="c14n")


@pytest.mark.parametrize("name", SAMPLES)
def test_sign_edxml_puts_one_signature_last_into_the_header(
    name: str, sample: Sample, ec_key: SigningKey
) -> None:
    root = etree.fromstring(sign(sample(name), ec_key))

    (header,) = EDXML.parents(root)
    assert header[-1].tag == SIGNATURE_TAG
    assert len(list(root.iter(SIGNATURE_TAG))) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_sign_changes_nothing_but_the_signature(
    name: str, sample: Sample, rsa_key: SigningKey
) -> None:
    signed = sign(sample(name), rsa_key)

    assert squeezed(without_signature(signed)) == squeezed(etree.fromstring(sample(name)))


def test_sign_keeps_the_literal_prefixes_that_field_readers_ask_for(
    sample: Sample, ec_key: SigningKey
) -> None:
    signed = sign(sample("dotnet_dialect_new"), ec_key)

    assert signed.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns')
    assert b"<edXML:edXMLHeader>" in signed
    assert b"<edXML:DigitalSignature/>" in signed
    assert b"<AttachmentEncoded>" in signed


def test_sign_with_rsa_twice_gives_the_same_bytes(sample: Sample, rsa_key: SigningKey) -> None:
    document = sample("new_single_pdf")

    assert sign(document, rsa_key) == sign(document, rsa_key)


def test_sign_names_the_profiles_algorithms_and_the_whole_document(
    status: bytes, ec_key: SigningKey
) -> None:
    signed = sign(status, ec_key)

    assert b'<ds:Reference URI="">' in signed
    assert b"xmldsig-more#ecdsa-sha256" in signed
    assert b"xmlenc#sha256" in signed
    assert b"KeyValue" not in signed


def test_sign_brings_the_certificate_first_then_its_authorities_without_the_root(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy
) -> None:
    root = etree.fromstring(sign(status, ec_key))

    certificates = root.findall(".//{*}X509Certificate")
    assert len(certificates) == 1 + len(ec_key.authorities) == 2
    assert policy.anchors[0] not in ec_key.authorities


def test_sign_crlf_document_becomes_lf_and_a_written_carriage_return_stays(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    document = status.replace(b"<edXML:Description>", b"<edXML:Description>a&#13;b ")
    assert b"\r\n" in document

    signed = sign(document, ec_key)

    assert b"\r" not in signed
    assert b"a&#13;b" in signed
    assert verify(signed, policy, at).passed


def test_sign_drops_comments_because_no_signature_covers_them(
    status: bytes, ec_key: SigningKey
) -> None:
    signed = sign(status.replace(b"<edXML:Description>", b"<!--x--><edXML:Description>"), ec_key)

    assert b"<!--" not in signed


def test_sign_receipt_puts_the_signature_last_into_the_root(
    pki: object, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    signed = sign(RECEIPT_XML, ec_key, location=RECEIPT)

    assert etree.fromstring(signed)[-1].tag == SIGNATURE_TAG
    assert verify(signed, RECEIPTS.with_trust(policy.anchors), at).passed
    assert not verify(signed, policy, at).passed


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"", "well-formed"),
        (b"<!DOCTYPE edXML><edXML/>", "DOCTYPE"),
        ("<edXML/>".encode("utf-16"), "UTF-8 is needed"),
        (b"<edXML/>", "cover the whole document"),
        (RECEIPT_XML, "cover the whole document"),
    ],
)
def test_sign_unusable_input_is_refused_in_both_languages(
    document: bytes, told: str, ec_key: SigningKey
) -> None:
    with pytest.raises(InvalidInputError, match=told) as raised:
        sign(document, ec_key)
    assert " / " in raised.value.diagnostics()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"</edXML:edXMLEnvelope>", b"<edXML:edXMLHeader/></edXML:edXMLEnvelope>", "2 × edXML/"),
        (b"</edXML:edXMLEnvelope>", b"<edXML/></edXML:edXMLEnvelope>", "edXML inside edXML"),
        (b"<edXML xmlns", b"<?pi x?><edXML xmlns", "processing instruction"),
        (b"<edXML xmlns", b'<edXML Id="x" xmlns', "Id attribute"),
        (b"<edXML xmlns", '<edXML tên="x" xmlns'.encode(), "outside ASCII"),
        (b"<edXML xmlns", b'<edXML xmlns:x="relative" xmlns', "no absolute URI"),
        (b"<edXML:Staff>", b'<S xmlns="http://www.w3.org/2000/09/xmldsig#"/><edXML:Staff>', None),
    ],
)
def test_sign_document_that_a_signature_cannot_cover_is_refused(
    old: bytes, new: bytes, told: str | None, status: bytes, ec_key: SigningKey
) -> None:
    document = status.replace(old, new)
    if told is None:
        assert sign(document, ec_key)  # another element of the namespace is no signature
    else:
        with pytest.raises(InvalidInputError, match=told):
            sign(document, ec_key)


def test_sign_signed_document_is_refused(status: bytes, ec_key: SigningKey) -> None:
    with pytest.raises(InvalidInputError, match="signed already"):
        sign(sign(status, ec_key), ec_key)


def test_sign_larger_than_the_limit_is_refused(status: bytes, ec_key: SigningKey) -> None:
    with pytest.raises(InvalidInputError, match="over the limit"):
        sign(status, ec_key, max_bytes=100)


def test_sign_and_verify_in_a_worker_process(
    status: bytes, ec_key: SigningKey, policy: SignaturePolicy, at: datetime
) -> None:
    assert ec_key.private  # a key in use can still be sent

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        signed = workers.submit(sign, status, ec_key).result()
        altered = signed.replace(b"StatusCode>01", b"StatusCode>06")
        result = workers.submit(verify, altered, policy, at).result()

    assert verify(signed, policy, at).passed
    assert [finding.reason for finding in result.verdict.findings] == [Reason.ALTERED]
