"""A PKI, sample messages, and a signer that also makes what no honest signer makes."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree

from axis.local.pki import DemoPki, add_flawed_keys, make_demo_pki
from axis.local.pki_config import Flaw
from axis.trust.certificates import load_certificates
from axis.trust.keys import SigningKey
from axis.trust.location import EDXML
from axis.trust.policy import SignaturePolicy
from axis.trust.sign import sign
from axis.trust.verify import SignatureVerdict, verify

AT = datetime(2025, 10, 6, 2, 30, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "vectors" / "edxml"
DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@dataclass
class Forgery:
    """A signature with every part of its own choosing, valid as far as mathematics goes."""

    key: SigningKey
    signature_method: str | None = None
    digest_method: str = SHA256
    canonicalization: str = C14N
    transforms: list[str] = field(default_factory=lambda: [ENVELOPED, C14N])
    uri: str | None = ""
    references: int = 1
    key_info: str | None = None
    objects: str = ""
    method_parameters: str = ""
    canonicalization_parameters: str = ""
    prefixes: str = ""
    in_signed_info: str = ""
    hash: type[hashes.HashAlgorithm] = hashes.SHA256
    pss: bool = False

    def sign(self, document: bytes, parent: str | None = None) -> bytes:
        """Sign, with the signature as last child of the parent's ElementPath (default: header)."""
        root = etree.fromstring(document)
        header = EDXML.parents(root)[0] if parent is None else _find(root, parent)
        target = root
        if self.uri:
            target = root.xpath(
                "//*[@*[local-name()='id' or local-name()='Id']=$id]", id=self.uri[1:]
            )[0]
        digest = base64.b64encode(
            hashlib.new(self.digest_method.rpartition("#")[2], self._c14n(target)).digest()
        ).decode()
        uri = "" if self.uri is None else f' URI="{self.uri}"'
        transforms = "".join(
            t if t[0] == "<" else f'<Transform Algorithm="{t}"/>' for t in self.transforms
        )
        reference = (
            f"<Reference{uri}><Transforms>{transforms}</Transforms>"
            f'<DigestMethod Algorithm="{self.digest_method}"/>'
            f"<DigestValue>{digest}</DigestValue></Reference>"
        )
        signature = etree.fromstring(
            f'<Signature xmlns="{DS}"><SignedInfo>'
            f'<CanonicalizationMethod Algorithm="{self.canonicalization}">'
            f"{self.canonicalization_parameters}</CanonicalizationMethod>"
            f'<SignatureMethod Algorithm="{self.signature_method or self._method()}">'
            f"{self.method_parameters}</SignatureMethod>"
            f"{reference * self.references}{self.in_signed_info}</SignedInfo><SignatureValue/>"
            f"{self._key_info()}{self.objects}</Signature>"
        )
        header.append(signature)
        signed_info = etree.tostring(
            etree.fromstring(etree.tostring(signature[0], with_tail=False)),
            method="c14n",
            exclusive=self.canonicalization.startswith(EXCLUSIVE),
        )
        signature[1].text = base64.b64encode(self._value(signed_info)).decode()
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def _c14n(self, target: etree._Element) -> bytes:
        copy = etree.fromstring(etree.tostring(target))
        exclusive = any(EXCLUSIVE in transform for transform in self.transforms)
        prefixes = self.prefixes.split() or None
        return etree.tostring(
            copy, method="c14n", exclusive=exclusive, inclusive_ns_prefixes=prefixes
        )

    def _method(self) -> str:
        return RSA_SHA256 if isinstance(self.key.private, rsa.RSAPrivateKey) else ECDSA_SHA256

    def _value(self, signed_info: bytes) -> bytes:
        key = self.key.private
        if isinstance(key, rsa.RSAPrivateKey):
            if self.pss:
                mgf = padding.MGF1(self.hash())
                return key.sign(signed_info, padding.PSS(mgf, self.hash.digest_size), self.hash())
            return key.sign(signed_info, padding.PKCS1v15(), self.hash())
        r, s = decode_dss_signature(key.sign(signed_info, ECDSA(self.hash())))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size) + s.to_bytes(size)

    def _key_info(self) -> str:
        if self.key_info is not None:
            return self.key_info
        items = "".join(
            f"<X509Certificate>{base64.b64encode(certificate.der).decode()}</X509Certificate>"
            for certificate in (self.key.certificate, *self.key.authorities)
        )
        return f"<KeyInfo><X509Data>{items}</X509Data></KeyInfo>"


def _find(root: etree._Element, path: str) -> etree._Element:
    found = root if path == "." else root.find(path)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    pki = make_demo_pki(
        tmp_path_factory.mktemp("pki"),
        [("G22", "Văn phòng Chính phủ"), ("H37", "UBND tỉnh"), ("H26", "UBND thành phố")],
        AT,
    )
    add_flawed_keys(pki, AT)
    return pki


@pytest.fixture(scope="session")
def policy(pki: DemoPki) -> SignaturePolicy:
    return pki.policy()


@pytest.fixture(scope="session")
def rsa_key(pki: DemoPki) -> SigningKey:
    return pki.seal("G22").load()


@pytest.fixture(scope="session")
def ec_key(pki: DemoPki) -> SigningKey:
    return pki.seal("H37").load()


@pytest.fixture(scope="session")
def other_key(pki: DemoPki) -> SigningKey:
    return pki.seal("H26").load()


@pytest.fixture(scope="session")
def flawed_key(pki: DemoPki) -> Callable[[Flaw], SigningKey]:
    def load(flaw: Flaw) -> SigningKey:
        files = pki.flawed(flaw)
        key = load_pem_private_key(files.key_file.read_bytes(), None)
        return SigningKey.of(key, load_certificates(files.chain_file.read_bytes()))  # type: ignore[arg-type]

    return load


@pytest.fixture(scope="session")
def forge() -> type[Forgery]:
    return Forgery


@pytest.fixture(scope="session")
def at() -> datetime:
    return AT


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    return lambda name: (SAMPLES / f"{name}.edxml").read_bytes()


@pytest.fixture(scope="session")
def status(sample: Callable[[str], bytes]) -> bytes:
    """The smallest real message."""
    return sample("status_01")


@pytest.fixture(scope="session")
def pem() -> Callable[[SigningKey], bytes]:
    return lambda key: key.certificate.parsed().public_bytes(Encoding.PEM)


@pytest.fixture
def check(
    policy: SignaturePolicy, at: datetime
) -> Callable[[bytes | etree._Element], SignatureVerdict]:
    def run(document: bytes | etree._Element) -> SignatureVerdict:
        data = document if isinstance(document, bytes) else etree.tostring(document)
        return verify(data, policy, at)

    return run


@pytest.fixture
def signed(status: bytes, ec_key: SigningKey) -> etree._Element:
    """A message with a good signature, for taking apart."""
    return etree.fromstring(sign(status, ec_key))
