"""The shape of a ds:Signature, judged against a policy before any mathematics.

W3C XML Signature allows far more than a document needs, and attacks live in the rest. Only
this shape goes on to the cryptographic check; every departure from it gets its own finding.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeVar

from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)

from axis.errors import InvalidInputError
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.location import DS_NAMESPACE
from axis.trust.policy import SignaturePolicy
from axis.verdict import Finding

MAX_CERTIFICATES: Final = 10
"""Certificates in one KeyInfo; a signer and its authorities are 2-4."""

MAX_SIGNATURE_ELEMENTS: Final = 100
"""Elements in one ds:Signature of this shape: about 20 plus the certificates."""

MAX_PREFIX_LIST_CHARS: Final = 500
"""Prefixes that exclusive canonicalisation treats inclusively; each is looked up everywhere."""

_EXCLUSIVE: Final = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_ENVELOPED: Final = SignatureConstructionMethod.enveloped.value
_INCLUSIVE_NAMESPACES: Final = f"{{{_EXCLUSIVE.value}}}InclusiveNamespaces"
_DSIG11: Final = "http://www.w3.org/2009/xmldsig11#"
_XML_SPACE: Final = " \t\r\n"

Algorithm = TypeVar("Algorithm", bound=Enum)


def ds(name: str) -> str:
    """Return a name of the XML Signature namespace in Clark notation."""
    return f"{{{DS_NAMESPACE}}}{name}"


_KEY_INFO: Final = frozenset(
    {ds("KeyName"), ds("KeyValue"), ds("X509Data"), f"{{{_DSIG11}}}DEREncodedKeyValue"}
)
"""A key value is compared with the certificate's key; anything that points elsewhere
(RetrievalMethod, KeyInfoReference, EncryptedKey) is refused."""


@dataclass(frozen=True, slots=True)
class SignatureParts:
    """What the cryptographic check needs from a signature of sound shape."""

    signature_method: SignatureMethod
    digest_algorithm: DigestAlgorithm
    certificates: tuple[Certificate, ...]
    """All different certificates of KeyInfo, in their order."""


@dataclass(slots=True)
class _Reader:
    policy: SignaturePolicy
    place: str
    line: int | None
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, reason: Reason, **facts: str | int) -> None:
        self.findings.append(Finding(reason, self.place, self.line, facts))

    def malformed(self, detail: str) -> None:
        self.refuse(Reason.SIGNATURE_MALFORMED, detail=detail)

    def algorithm(
        self, element: etree._Element, kind: type[Algorithm], allowed: frozenset[Algorithm]
    ) -> Algorithm | None:
        """Read an Algorithm attribute; only what the policy lists comes back."""
        uri = element.get("Algorithm", "")
        for member in allowed:
            if member.value == uri:
                return member
        known = uri in {member.value for member in kind}
        name = uri.rpartition("#")[2] or uri if known else uri
        self.refuse(Reason.SIGNATURE_ALGORITHM, algorithm=name or "?")
        return None


def read_signature(
    signature: etree._Element, policy: SignaturePolicy, place: str
) -> tuple[SignatureParts | None, list[Finding]]:
    """Judge a signature's shape; returns its parts only when nothing is wrong with it."""
    reader = _Reader(policy, place, signature.sourceline)
    for node in _foreign_nodes(signature):
        reader.malformed(node)
        return None, reader.findings
    children = [child.tag for child in signature]
    if children not in (
        [ds("SignedInfo"), ds("SignatureValue")],
        [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")],
    ):
        # A ds:Object is left out of the signed document by the enveloped transform, so its
        # content would ride along unsigned.
        reader.malformed("ds:Signature/" + ", ".join(_local(child) for child in signature))
        return None, reader.findings
    method, digest = _read_signed_info(signature[0], reader)
    if len(signature[1]) or _base64(signature[1].text) is None:
        reader.malformed("SignatureValue")
    certificates = _read_key_info(signature[2], reader) if len(signature) > 2 else ()
    if not certificates and not reader.findings:
        reader.refuse(Reason.NO_CERTIFICATE)
    if reader.findings or method is None or digest is None:
        return None, reader.findings
    return SignatureParts(method, digest, certificates), []


def _foreign_nodes(signature: etree._Element) -> Iterator[str]:
    """Name comments, instructions and entities (they split text), and an excess of elements."""
    for count, node in enumerate(signature.iter(), start=1):
        if not isinstance(node.tag, str):
            yield "comment, processing instruction or entity in ds:Signature"
        if count > MAX_SIGNATURE_ELEMENTS:
            yield f"more than {MAX_SIGNATURE_ELEMENTS} elements in ds:Signature"


def _read_signed_info(
    signed_info: etree._Element, reader: _Reader
) -> tuple[SignatureMethod | None, DigestAlgorithm | None]:
    references = signed_info.findall(ds("Reference"))
    if len(references) != 1:
        reader.malformed(f"{len(references)} ds:Reference")
        return None, None
    expected = [ds("CanonicalizationMethod"), ds("SignatureMethod"), ds("Reference")]
    if [child.tag for child in signed_info] != expected:
        reader.malformed("ds:SignedInfo/" + ", ".join(_local(child) for child in signed_info))
        return None, None
    canonicalization, signature_method, reference = signed_info
    _read_canonicalization(canonicalization, reader)
    method = reader.algorithm(signature_method, SignatureMethod, reader.policy.signature_algorithms)
    if len(signature_method):
        # HMACOutputLength, RSAPSSParams: parameters that weaken a method.
        reader.malformed("ds:SignatureMethod/" + _local(signature_method[0]))
    return method, _read_reference(reference, reader)


def _read_reference(reference: etree._Element, reader: _Reader) -> DigestAlgorithm | None:
    uri = reference.get("URI")
    if uri != "":
        detail = "Reference URI " + ("missing" if uri is None else f"«{uri}»")
        reader.refuse(Reason.SIGNATURE_MISPLACED, detail=detail)
    children = list(reference)
    expected = [ds("Transforms"), ds("DigestMethod"), ds("DigestValue")]
    if [child.tag for child in children] != expected:
        reader.malformed("ds:Reference/" + ", ".join(_local(child) for child in children))
        return None
    transforms, digest_method, digest_value = children
    _read_transforms(transforms, reader)
    digest = reader.algorithm(digest_method, DigestAlgorithm, reader.policy.digest_algorithms)
    if len(digest_method) or _base64(digest_value.text) is None or len(digest_value):
        reader.malformed("DigestMethod, DigestValue")
    return digest


def _read_transforms(transforms: etree._Element, reader: _Reader) -> None:
    """Enveloped-signature first, then at most one canonicalisation; nothing else."""
    steps = list(transforms)
    if any(step.tag != ds("Transform") for step in steps):
        reader.malformed("ds:Transforms")
        return
    enveloped = [step for step in steps if step.get("Algorithm") == _ENVELOPED]
    for step in steps:
        if step not in enveloped:
            _read_canonicalization(step, reader)
    if len(enveloped) != 1 or steps[0] is not enveloped[0] or len(steps) > 2:
        reader.malformed("ds:Transforms: enveloped-signature, then one canonicalization")
    elif len(enveloped[0]):
        reader.malformed("ds:Transform/" + _local(enveloped[0][0]))


def _read_canonicalization(step: etree._Element, reader: _Reader) -> None:
    """Read a canonicalisation; a transform may list inclusive prefixes, SignedInfo's may not.

    The W3C schema that signxml applies demands a declaration for every element there and has
    none for InclusiveNamespaces.
    """
    method = reader.algorithm(step, CanonicalizationMethod, reader.policy.canonicalizations)
    children = list(step)
    if not children:
        return
    expected = [_INCLUSIVE_NAMESPACES] if step.tag == ds("Transform") else []
    if method is not _EXCLUSIVE or [child.tag for child in children] != expected:
        reader.malformed(f"{_local(step)}/{_local(children[0])}")
    elif len(children[0].get("PrefixList", "")) > MAX_PREFIX_LIST_CHARS:
        reader.malformed("PrefixList")


def _read_key_info(key_info: etree._Element, reader: _Reader) -> tuple[Certificate, ...]:
    for child in key_info:
        if child.tag not in _KEY_INFO:
            reader.malformed("ds:KeyInfo/" + _local(child))
            return ()
    texts = [item.text for item in key_info.iterfind(f"{ds('X509Data')}/{ds('X509Certificate')}")]
    if len(texts) > MAX_CERTIFICATES:
        reader.malformed(f"{len(texts)} X509Certificate")
        return ()
    certificates: dict[Certificate, None] = {}
    for text in texts:
        der = _base64(text)
        try:
            if der is None:
                raise InvalidInputError("base64")
            certificates[Certificate.from_der(der)] = None
        except InvalidInputError:
            reader.malformed("X509Certificate")
            return ()
    return tuple(certificates)


def _base64(text: str | None) -> bytes | None:
    """Decode base64 that may be broken into lines, and nothing but that; None if it is wrong."""
    if not text:
        return None
    try:
        packed = text.translate(_WITHOUT_SPACE)
        return base64.b64decode(packed, validate=True) or None
    except (binascii.Error, ValueError):
        return None


_WITHOUT_SPACE: Final = {ord(space): None for space in _XML_SPACE}


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname
