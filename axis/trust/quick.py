"""A second, faster engine for the commonest shapes of a signature; it can only accept.

Parsing, canonicalisation, digest and key operations are lxml's (libxml2), hashlib's and
cryptography's, each done once; signxml, the verifier of record, parses the document four times and
writes it twice. Whatever is not exactly of a shape written down here, or does not verify, goes to
signxml, which decides and names the reason. So the only mistake that this engine could make is to
accept what signxml refuses; `tests/unit/trust/test_quick_agreement.py` looks for one among tens of
thousands of good and mutated documents.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from axis.errors import InvalidInputError
from axis.trust.certificates import MAX_REMEMBERED, Certificate
from axis.trust.location import DS_NAMESPACE
from axis.trust.policy import SignaturePolicy
from axis.trust.structure import MAX_CERTIFICATES, SignatureParts
from axis.trust.xml import relaxed_parser

_EXCLUSIVE: Final = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_CANONICALIZATIONS: Final = (CanonicalizationMethod.CANONICAL_XML_1_0, _EXCLUSIVE)
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}
_DIGESTS: Final = {
    DigestAlgorithm.SHA256: hashlib.sha256,
    DigestAlgorithm.SHA384: hashlib.sha384,
    DigestAlgorithm.SHA512: hashlib.sha512,
}

_PARSER: Final = relaxed_parser()
"""One for all: making one takes as long as reading a small document."""

_Element = tuple[str, int, tuple[tuple[str, str], ...]]
"""Name, number of children, attributes."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A signature that verified."""

    parts: SignatureParts
    certificate: Certificate
    """The one whose key made it."""
    signed: etree._Element
    """The document without the signature, read anew from the very bytes that were signed."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a signature of one shape asks for."""

    method: SignatureMethod
    digest: DigestAlgorithm
    own_exclusive: bool
    """How SignedInfo is canonicalised."""
    exclusive: bool
    """How the document is."""


def accept(signature: etree._Element, policy: SignaturePolicy) -> Accepted | None:
    """Accept a signature that has one of the common shapes and verifies.

    None says that this engine does not accept it, and nothing about why. ``signature`` stands where
    the policy wants it; its document is as before afterwards.
    """
    if len(signature) != 3 or len(signature[2]) != 1:
        return None
    signed_info, value, key_info = signature
    plan = _plans(
        policy.signature_algorithms, policy.digest_algorithms, policy.canonicalizations
    ).get(_skeleton(signature, signed_info, value, key_info))
    certificates = None if plan is None else _certificates(key_info[0])
    if plan is None or not certificates or _has_words_between(signature):
        return None
    signer = next((one for one in certificates if not one.is_authority), None)
    if signer is None:
        return None
    content = _content(signature, exclusive=plan.exclusive)
    if _DIGESTS[plan.digest](content).digest() != _decoded(signed_info[2][2].text):
        return None
    signed = _apart(signed_info, exclusive=plan.own_exclusive)
    if not _made_by(signer, plan.method, _decoded(value.text), signed):
        return None
    parts = SignatureParts(plan.method, plan.digest, certificates)
    return Accepted(parts, signer, etree.fromstring(content, _PARSER))


@lru_cache(maxsize=8)
def _plans(
    methods: frozenset[SignatureMethod],
    digests: frozenset[DigestAlgorithm],
    canonicalizations: frozenset[CanonicalizationMethod],
) -> Mapping[tuple[_Element, ...], _Plan]:
    """Write down every shape that is common and allowed, with what it asks for.

    The document's canonicalisation may be left out; it then is Canonical XML 1.0 (W3C XML Signature
    4.4.3.2). An Id, a KeyValue, a list of prefixes, canonical XML 1.1: signxml.
    """
    allowed = [one for one in _CANONICALIZATIONS if one in canonicalizations]
    return {
        _shape(own, method, step, digest): _Plan(
            method, digest, own is _EXCLUSIVE, step is _EXCLUSIVE
        )
        for own, method, step, digest in product(allowed, methods, (None, *allowed), digests)
        if digest in _DIGESTS
    }


def _shape(
    own: CanonicalizationMethod,
    method: SignatureMethod,
    step: CanonicalizationMethod | None,
    digest: DigestAlgorithm,
) -> tuple[_Element, ...]:
    steps = [_ENVELOPED] if step is None else [_ENVELOPED, step.value]
    return (
        _element("Signature", 3),
        _element("SignedInfo", 3),
        _element("CanonicalizationMethod", 0, Algorithm=own.value),
        _element("SignatureMethod", 0, Algorithm=method.value),
        _element("Reference", 3, URI=""),
        _element("Transforms", len(steps)),
        *(_element("Transform", 0, Algorithm=uri) for uri in steps),
        _element("DigestMethod", 0, Algorithm=digest.value),
        _element("DigestValue", 0),
        _element("SignatureValue", 0),
        _element("KeyInfo", 1),
    )


def _element(name: str, children: int, **attributes: str) -> _Element:
    return (f"{{{DS_NAMESPACE}}}{name}", children, tuple(attributes.items()))


def _skeleton(
    signature: etree._Element,
    signed_info: etree._Element,
    value: etree._Element,
    key_info: etree._Element,
) -> tuple[_Element, ...]:
    """Return a signature's elements in document order; with their children's numbers, a tree."""
    elements = (signature, *signed_info.iter(), value, key_info)
    return tuple([(one.tag, len(one), tuple(one.items())) for one in elements])  # type: ignore[misc]


_TEXTS: Final = frozenset(
    f"{{{DS_NAMESPACE}}}{name}" for name in ("DigestValue", "SignatureValue", "X509Certificate")
)
_XML_SPACE: Final = " \t\r\n"
_X509_DATA: Final = f"{{{DS_NAMESPACE}}}X509Data"
_X509_CERTIFICATE: Final = f"{{{DS_NAMESPACE}}}X509Certificate"


def _certificates(data: etree._Element) -> tuple[Certificate, ...] | None:
    """Return the different certificates of an X509Data that holds nothing else."""
    if data.tag != _X509_DATA or data.attrib or not 0 < len(data) <= MAX_CERTIFICATES:
        return None
    found: dict[Certificate, None] = {}
    for child in data:
        if child.tag != _X509_CERTIFICATE or len(child) or child.attrib:
            return None
        certificate = _certificate(child.text or "")
        if certificate is None:
            return None
        found[certificate] = None
    return tuple(found)


def _has_words_between(signature: etree._Element) -> bool:
    """Tell whether anything but white space stands where only elements belong."""
    return any(
        (one.tag not in _TEXTS and one.text and one.text.strip(_XML_SPACE))
        or (one.tail and one.tail.strip(_XML_SPACE))
        for child in signature
        for one in child.iter()
    ) or bool(signature.text and signature.text.strip(_XML_SPACE))


@lru_cache(maxsize=MAX_REMEMBERED)
def _certificate(text: str) -> Certificate | None:
    try:
        return Certificate.from_der(_decoded(text) or b"")
    except InvalidInputError:
        return None


def _apart(signed_info: etree._Element, *, exclusive: bool) -> bytes:
    """Canonicalise SignedInfo with the namespaces that are in scope where it stands.

    Without a prefix as a document of its own, because lxml writes a part of a tree whose default
    namespace is declared further up with wrong ``xmlns=""`` inside.
    """
    if signed_info.prefix is not None:
        return etree.tostring(signed_info, method="c14n", exclusive=exclusive, with_comments=False)
    own = etree.fromstring(etree.tostring(signed_info, with_tail=False), _PARSER)
    return etree.tostring(own, method="c14n", exclusive=exclusive, with_comments=False)


def _content(signature: etree._Element, *, exclusive: bool) -> bytes:
    """Canonicalise the document without its signature."""
    root = signature.getroottree().getroot()
    with _detached(signature):
        return etree.tostring(root, method="c14n", exclusive=exclusive, with_comments=False)


@contextmanager
def _detached(element: etree._Element) -> Iterator[None]:
    """Take an element out of its tree, what follows it left in, and put it back afterwards."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail
    assert parent is not None
    position = parent.index(element)
    kept = parent.text if before is None else before.tail
    joined = (kept or "") + (tail or "") or None
    parent.remove(element)
    try:
        if before is None:
            parent.text = joined
        else:
            before.tail = joined
        yield
    finally:
        if before is None:
            parent.text = kept
        else:
            before.tail = kept
        element.tail = tail
        parent.insert(position, element)


def _decoded(text: str | None) -> bytes | None:
    """Decode base64 that may be broken into lines; None for what XML Schema does not call base64.

    Python alone would pass over bits behind the last byte that are not zero.
    """
    packed = (text or "").replace("\n", "").replace("\r", "").replace(" ", "").replace("\t", "")
    try:
        decoded = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == packed else None


def _made_by(
    certificate: Certificate, method: SignatureMethod, value: bytes | None, signed_info: bytes
) -> bool:
    algorithm = _HASHES.get(method.name.rpartition("_")[2])
    key = certificate.parsed().public_key()
    if algorithm is None or value is None:
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey) and method.name.startswith("RSA_SHA"):
            key.verify(value, signed_info, padding.PKCS1v15(), algorithm)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and method.name.startswith("ECDSA_SHA"):
            half = (key.key_size + 7) // 8
            if len(value) != 2 * half:
                return False
            numbers = (int.from_bytes(part, "big") for part in (value[:half], value[half:]))
            key.verify(encode_dss_signature(*numbers), signed_info, ec.ECDSA(algorithm))
            return True
    except InvalidSignature:
        pass
    return False
