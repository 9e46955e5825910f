"""A signer that also makes what no honest signer makes: every part of its own choosing."""

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from axis.trust.keys import SigningKey
from axis.trust.location import EDXML

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
RSA_SHA256 = MORE + "rsa-sha256"
ECDSA_SHA256 = MORE + "ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@dataclass
class Forgery:
    """A signature with every part of its own choosing, valid as far as mathematics goes."""

    key: SigningKey
    signature_method: str | None = None
    digest_method: str = SHA256
    canonicalization: str = C14N
    transforms: list[str] = field(default_factory=lambda: [ENVELOPED, C14N])
    """Algorithms, or whole elements."""
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
            t if t[:1] == "<" else f'<Transform Algorithm="{t}"/>' for t in self.transforms
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
        return f"<KeyInfo>{x509_data(self.key.certificate, *self.key.authorities)}</KeyInfo>"


def x509_data(*certificates: object) -> str:
    """Return an X509Data of certificates, given as values or as DER."""
    items = "".join(
        f"<X509Certificate>{base64.b64encode(getattr(one, 'der', one)).decode()}</X509Certificate>"
        for one in certificates
    )
    return f"<X509Data>{items}</X509Data>"


def key_value(key: SigningKey) -> str:
    """Return the KeyValue of an RSA key."""
    private = key.private
    assert isinstance(private, rsa.RSAPrivateKey)
    numbers = private.public_key().public_numbers()

    def number(value: int) -> str:
        return base64.b64encode(value.to_bytes((value.bit_length() + 7) // 8)).decode()

    return (
        f"<KeyValue><RSAKeyValue><Modulus>{number(numbers.n)}</Modulus>"
        f"<Exponent>{number(numbers.e)}</Exponent></RSAKeyValue></KeyValue>"
    )


def _find(root: etree._Element, path: str) -> etree._Element:
    found = root if path == "." else root.find(path)
    assert found is not None
    return found
