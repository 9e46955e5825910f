"""Two independent implementations, Debian's xmlsec1 and Python's xmlsec, agree with ours."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmlsec
from lxml import etree

from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Reason
from axis.trust.location import EDXML, RECEIPT
from axis.trust.sign import sign
from axis.trust.verify import verify

VECTORS = Path(__file__).parents[1] / "vectors" / "edxml"
XMLSEC1 = "/usr/bin/xmlsec1"
NOW = datetime.now(UTC).replace(microsecond=0)
"""xmlsec1 judges certificates at the present."""

CRLF_SAMPLE, DOTNET_SAMPLE = "new_single_pdf", "dotnet_dialect_new"
RSA_AGENCY, EC_AGENCY = "G22", "H26"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS = {RSA_AGENCY: "rsa-sha256", EC_AGENCY: "ecdsa-sha256"}

samples = pytest.mark.parametrize("name", [CRLF_SAMPLE, DOTNET_SAMPLE])
agencies = pytest.mark.parametrize("agency", [RSA_AGENCY, EC_AGENCY])
canonicalizations = pytest.mark.parametrize("canonicalization", [C14N, EXCLUSIVE])
prefixes = pytest.mark.parametrize("prefix", ["ds", ""], ids=["ds-prefix", "default-namespace"])


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    names = [(RSA_AGENCY, "Văn phòng Chính phủ"), (EC_AGENCY, "UBND thành phố")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), names, NOW, rsa_agencies={RSA_AGENCY})


def sample(name: str) -> bytes:
    return (VECTORS / f"{name}.edxml").read_bytes()


def with_template(document: bytes, agency: str, canonicalization: str, prefix: str) -> bytes:
    """Put a signature template into the header, leaving every other byte alone."""
    mark = f"{prefix}:" if prefix else ""
    namespace = f"xmlns:{prefix}" if prefix else "xmlns"
    template = (
        f'<Signature {namespace}="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>\n'
        f'<CanonicalizationMethod Algorithm="{canonicalization}"/>\n'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#'
        f'{METHODS[agency]}"/>\n<Reference URI=""><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<Transform Algorithm="{canonicalization}"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<DigestValue/></Reference>\n</SignedInfo><SignatureValue/>"
        "<KeyInfo><X509Data/></KeyInfo></Signature>"
    )
    template = template.replace("</", "\0").replace("<", f"<{mark}").replace("\0", f"</{mark}")
    end = b"</edXML:edXMLHeader>"
    assert document.count(end) == 1
    return document.replace(end, template.encode() + end)


@pytest.fixture
def sign_with_xmlsec1(pki: DemoPki, tmp_path: Path) -> Callable[[bytes, str], bytes]:
    def run(document: bytes, agency: str) -> bytes:
        files = pki.seal(agency)
        intermediate = pki.folder / "certificates" / "intermediate.pem"
        source, target = tmp_path / "unsigned.xml", tmp_path / "signed.xml"
        source.write_bytes(document)
        key = f"{files.key_file},{files.certificate_file},{intermediate}"
        call = [XMLSEC1, "--sign", "--privkey-pem", key, "--output", target, source]
        subprocess.run(call, check=True, capture_output=True, timeout=30)
        return target.read_bytes()

    return run


@pytest.fixture
def verify_with_xmlsec1(pki: DemoPki, tmp_path: Path) -> Callable[[bytes], bool]:
    def run(document: bytes) -> bool:
        source = tmp_path / "received.xml"
        source.write_bytes(document)
        call = [XMLSEC1, "--verify", "--trusted-pem", pki.anchor_file, source]
        return subprocess.run(call, capture_output=True, timeout=30, check=False).returncode == 0

    return run


@samples
@agencies
@canonicalizations
@prefixes
def test_document_signed_by_xmlsec1_passes_here(
    name: str,
    agency: str,
    canonicalization: str,
    prefix: str,
    pki: DemoPki,
    sign_with_xmlsec1: Callable[[bytes, str], bytes],
) -> None:
    template = with_template(sample(name), agency, canonicalization, prefix)

    result = verify(sign_with_xmlsec1(template, agency), pki.policy(), NOW)

    assert result.passed, result.verdict
    assert result.certificate == pki.seal(agency).certificate


@samples
@agencies
def test_document_signed_here_passes_in_xmlsec1_and_altered_fails(
    name: str, agency: str, pki: DemoPki, verify_with_xmlsec1: Callable[[bytes], bool]
) -> None:
    signed = sign(sample(name), pki.seal(agency).load())
    altered = signed.replace(b"G22", b"G09")
    assert altered != signed

    assert verify_with_xmlsec1(signed)
    assert not verify_with_xmlsec1(altered)
    assert [f.reason for f in verify(altered, pki.policy(), NOW).verdict.findings] == [
        Reason.ALTERED
    ]


def test_receipt_signed_here_passes_in_xmlsec1(
    pki: DemoPki, verify_with_xmlsec1: Callable[[bytes], bool]
) -> None:
    receipt = '<receipt xmlns="urn:vn:axis:receipt:1"><issuer>Trục</issuer></receipt>'.encode()

    assert verify_with_xmlsec1(sign(receipt, pki.receipts.load(), location=RECEIPT))


@samples
@agencies
@canonicalizations
def test_document_signed_by_python_xmlsec_passes_here(
    name: str, agency: str, canonicalization: str, pki: DemoPki
) -> None:
    files = pki.seal(agency)
    root = etree.fromstring(with_template(sample(name), agency, canonicalization, ""))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(files.key_file), xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_file(str(files.certificate_file), xmlsec.constants.KeyDataFormatPem)
    context.sign(EDXML.parents(root)[0][-1])
    knowing = pki.policy().with_trust(pki.anchors, files.load().authorities)

    assert verify(etree.tostring(root), knowing, NOW).passed


@samples
@agencies
def test_document_signed_here_passes_in_python_xmlsec(name: str, agency: str, pki: DemoPki) -> None:
    root = etree.fromstring(sign(sample(name), pki.seal(agency).load()))
    manager = xmlsec.KeysManager()
    manager.load_cert(
        str(pki.anchor_file), xmlsec.constants.KeyDataFormatPem, xmlsec.constants.KeyDataTypeTrusted
    )

    xmlsec.SignatureContext(manager).verify(EDXML.parents(root)[0][-1])
