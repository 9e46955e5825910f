"""The plain cost of the steps that no exchange of signed documents can leave out.

Each is done here with the bare libraries and nothing around it: no schema, no registry, no
idempotency, no receipts' contents. Their sum is what the machine could do at the very best.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from axis.local.bench.load import LoadError

_DS: Final = {"ds": "http://www.w3.org/2000/09/xmldsig#"}
_P256_BYTES: Final = 32

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class Plain:
    """Milliseconds of processor time that one document costs at least, step by step."""

    verify: float
    """Parse, canonicalise, digest, verify one RSA or ECDSA signature."""
    sign: float
    """Sign the receipts with P-256."""
    store: float
    """PostgreSQL: insert the document and its receipts in batches."""
    store_client: float
    """The same at the client's end of the connection."""
    carry: float
    """RabbitMQ: take and deliver every message of a document."""
    carry_client: float
    """The same at both ends of its connections."""

    @property
    def total(self) -> float:
        """Return the sum."""
        return (
            self.verify
            + self.sign
            + self.store
            + self.store_client
            + self.carry
            + self.carry_client
        )


class PlainVerifier:
    """Verifies the field's enveloped signatures, keeping the public keys it has seen."""

    def __init__(self) -> None:
        self._keys: dict[str, PublicKey] = {}

    def verify(self, body: bytes) -> None:
        """Parse a document and verify its signature; raises when it does not hold."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
        )
        root = etree.fromstring(body, parser)
        signature = root.find(".//ds:Signature", _DS)
        if signature is None:
            raise LoadError("the document is not signed")
        info = _required(signature, "ds:SignedInfo")
        value = base64.b64decode(_text(signature, "ds:SignatureValue"))
        digest = base64.b64decode(_text(info, "ds:Reference/ds:DigestValue"))
        key = self._key(_text(signature, "ds:KeyInfo/ds:X509Data/ds:X509Certificate"))
        signed = etree.tostring(
            etree.fromstring(etree.tostring(info, with_tail=False)), method="c14n"
        )
        _cut_out(signature)
        if hashlib.sha256(etree.tostring(root, method="c14n")).digest() != digest:
            raise LoadError("the document does not match its digest")
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            r, s = value[:_P256_BYTES], value[_P256_BYTES:]
            pair = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
            key.verify(pair, signed, ec.ECDSA(hashes.SHA256()))

    def _key(self, text: str) -> PublicKey:
        key = self._keys.get(text)
        if key is None:
            found = x509.load_der_x509_certificate(base64.b64decode(text)).public_key()
            if not isinstance(found, PublicKey):
                raise LoadError("neither an RSA nor an EC key")
            key = self._keys[text] = found
        return key


def sign_plainly(receipt: bytes, key: ec.EllipticCurvePrivateKey) -> None:
    """Sign the bytes of a receipt with P-256 and SHA-256."""
    key.sign(receipt, ec.ECDSA(hashes.SHA256()))


def thread_ms(step: Callable[[bytes], None], bodies: Sequence[bytes]) -> float:
    """Return the milliseconds of this thread's processor time that a step takes for one body."""
    for body in bodies[:2]:
        step(body)  # keys, code and memory are warm, as they are in a service
    started = time.thread_time()
    for body in bodies:
        step(body)
    return (time.thread_time() - started) * 1000 / len(bodies)


def _cut_out(element: etree._Element) -> None:
    """Take an element out of its tree; the white space behind it stays, as the transform says."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    assert parent is not None
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)


def _required(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, _DS)
    if found is None:
        raise LoadError(f"the signature has no {path}")
    return found


def _text(element: etree._Element, path: str) -> str:
    return _required(element, path).text or ""
