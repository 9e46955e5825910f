"""Debian's xmlsec1 and Python's xmlsec agree with ours on XAdES, whoever signs."""

import base64
import hashlib
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import xmlsec
from lxml import etree

from axis.facts import SignatureLevel
from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Reason
from axis.trust.sign import sign
from axis.trust.verify import verify
from tests.support.qualified import find, stamper

VECTORS: Final = Path(__file__).parents[1] / "vectors" / "edxml"
XMLSEC1: Final = "/usr/bin/xmlsec1"
NOW: Final = datetime.now(UTC).replace(microsecond=0)
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N11: Final = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS: Final = {"G22": "rsa-sha256", "H26": "ecdsa-sha256"}

samples = pytest.mark.parametrize("name", ["new_single_pdf", "dotnet_dialect_new"])
agencies = pytest.mark.parametrize("agency", METHODS)
levels = pytest.mark.parametrize("level", [SignatureLevel.BASIC, SignatureLevel.TIMESTAMPED])


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    names = [("G22", "Văn phòng Chính phủ"), ("H26", "UBND thành phố")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), names, NOW, rsa_agencies={"G22"})


def sample(name: str) -> bytes:
    return (VECTORS / f"{name}.edxml").read_bytes()


def signed(name: str, agency: str, level: SignatureLevel, pki: DemoPki) -> bytes:
    timestamp = stamper(pki.timestamps.load(), NOW)
    return sign(sample(name), pki.seal(agency).load(), level=level, at=NOW, timestamp=timestamp)


@pytest.fixture
def xmlsec1(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    def run(document: bytes, *options: object) -> subprocess.CompletedProcess[bytes]:
        source = tmp_path / "source.xml"
        source.write_bytes(document)
        call = [XMLSEC1, options[0], "--id-attr:Id", f"{XADES}:SignedProperties"]
        call += [*options[1:], source]
        return subprocess.run(call, capture_output=True, timeout=30, check=False)

    return run


@samples
@agencies
@levels
def test_document_signed_here_passes_in_xmlsec1_and_altered_fails(
    name: str,
    agency: str,
    level: SignatureLevel,
    pki: DemoPki,
    xmlsec1: Callable[..., subprocess.CompletedProcess[bytes]],
) -> None:
    document = signed(name, agency, level, pki)
    for body, sound in (
        (document, True),
        (document.replace(b"G22", b"G09"), False),
        (document.replace(b"<xades:SigningTime>2", b"<xades:SigningTime>1"), False),
    ):
        found = xmlsec1(body, "--verify", "--trusted-pem", pki.anchor_file)
        assert (found.returncode == 0) is sound, found.stderr
        assert verify(body, pki.policy(), NOW).passed is sound


@samples
@agencies
@levels
def test_document_signed_here_passes_in_python_xmlsec(
    name: str, agency: str, level: SignatureLevel, pki: DemoPki
) -> None:
    root = etree.fromstring(signed(name, agency, level, pki))
    manager = xmlsec.KeysManager()
    manager.load_cert(
        str(pki.anchor_file), xmlsec.constants.KeyDataFormatPem, xmlsec.constants.KeyDataTypeTrusted
    )
    context = xmlsec.SignatureContext(manager)
    context.register_id(find(root, "SignedProperties"), "Id")

    context.verify(find(root, "Signature"))


@samples
@agencies
@pytest.mark.parametrize("canonicalization", [C14N, C14N11, EXCLUSIVE])
@pytest.mark.parametrize("prefix", ["ds", ""], ids=["ds-prefix", "default-namespace"])
@pytest.mark.parametrize("stated", [True, False], ids=["transform", "no-transform"])
def test_document_signed_by_xmlsec1_passes_here(
    name: str,
    agency: str,
    canonicalization: str,
    prefix: str,
    stated: bool,
    pki: DemoPki,
    tmp_path: Path,
    xmlsec1: Callable[..., subprocess.CompletedProcess[bytes]],
) -> None:
    """Without a transform the properties are in Canonical XML 1.0 (W3C XML Signature 4.4.3.2)."""
    files = pki.seal(agency)
    template = with_template(sample(name), pki, agency, canonicalization, prefix, stated=stated)
    target = tmp_path / "signed.xml"
    intermediate = pki.folder / "certificates" / "intermediate.pem"
    key = f"{files.key_file},{files.certificate_file},{intermediate}"
    made = xmlsec1(template, "--sign", "--privkey-pem", key, "--output", target)
    assert made.returncode == 0, made.stderr

    result = verify(target.read_bytes(), pki.policy(), NOW)
    altered = verify(target.read_bytes().replace(b"Role>Ch", b"Role>ch"), pki.policy(), NOW)

    assert result.passed, result.verdict
    assert result.certificate == files.certificate
    assert result.facts is not None
    assert (result.facts.level, result.facts.claimed_at) == (SignatureLevel.BASIC, NOW)
    assert [finding.reason for finding in altered.verdict.findings] == [Reason.ALTERED]


def with_template(
    document: bytes,
    pki: DemoPki,
    agency: str,
    canonicalization: str,
    prefix: str,
    *,
    stated: bool,
) -> bytes:
    """Put a template of XAdES into the header, as producers write it: line ends, a role, ids."""
    ds = f"{prefix}:" if prefix else ""
    namespace = f"xmlns:{prefix}" if prefix else "xmlns"
    digest = base64.b64encode(hashlib.sha256(pki.seal(agency).certificate.der).digest()).decode()
    step = f'<{ds}Transform Algorithm="{canonicalization}"/>'
    transforms = f"<{ds}Transforms>{step}</{ds}Transforms>" if stated else ""
    method = f'<{ds}DigestMethod Algorithm="{SHA256}"/>'
    template = f"""\
<{ds}Signature {namespace}="{DS}" Id="xmldsig-1">
<{ds}SignedInfo>
<{ds}CanonicalizationMethod Algorithm="{canonicalization}"/>
<{ds}SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{METHODS[agency]}"/>
<{ds}Reference Id="xmldsig-1-ref0" URI=""><{ds}Transforms>\
<{ds}Transform Algorithm="{DS}enveloped-signature"/>{step}</{ds}Transforms>{method}\
<{ds}DigestValue/></{ds}Reference>
<{ds}Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#xmldsig-1-signedprops">\
{transforms}{method}<{ds}DigestValue/></{ds}Reference>
</{ds}SignedInfo>
<{ds}SignatureValue/>
<{ds}KeyInfo><{ds}X509Data/></{ds}KeyInfo>
<{ds}Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#xmldsig-1">\
<xades:SignedProperties Id="xmldsig-1-signedprops"><xades:SignedSignatureProperties>
<xades:SigningTime>{NOW.isoformat()}</xades:SigningTime>
<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{method}\
<{ds}DigestValue>{digest}</{ds}DigestValue></xades:CertDigest></xades:Cert>\
</xades:SigningCertificateV2>
<xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>Chánh Văn phòng</xades:ClaimedRole>\
</xades:ClaimedRoles></xades:SignerRoleV2>
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties>\
</{ds}Object>
</{ds}Signature>"""
    end = b"</edXML:edXMLHeader>"
    assert document.count(end) == 1
    return document.replace(end, template.encode() + end)
