"""The shape of a ds:Signature, judged against a policy before any mathematics.

W3C XML Signature allows far more than a document needs, and attacks live in the rest. Only
this shape goes on to the cryptographic check; every departure from it gets its own finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod

from axis.errors import InvalidInputError
from axis.facts import SignatureLevel
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.elements import Reader, decoded, ds, local, names
from axis.trust.policy import SignaturePolicy
from axis.trust.xades import (
    SIGNED_PROPERTIES_TYPE,
    PropertiesReference,
    Qualifying,
    read_qualifying,
)
from axis.verdict import Finding

MAX_CERTIFICATES: Final = 10
"""Certificates in one KeyInfo; a signer and its authorities are 2-4."""

MAX_SIGNATURE_ELEMENTS: Final = 200
"""Elements in one ds:Signature: about 20 plus the certificates, 30 more with qualifying properties,
some tens with what long-term signatures carry beside."""

_ENVELOPED: Final = SignatureConstructionMethod.enveloped.value
_DSIG11: Final = "http://www.w3.org/2009/xmldsig11#"

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
    """Of the document."""
    certificates: tuple[Certificate, ...]
    """All different certificates of KeyInfo, in their order."""
    qualifying: Qualifying | None = None
    """The properties that make it a XAdES signature; None for a plain one."""

    @property
    def digest_algorithms(self) -> tuple[DigestAlgorithm, ...]:
        """All that the signature rests on, each once."""
        if self.qualifying is None:
            return (self.digest_algorithm,)
        return tuple(dict.fromkeys((self.digest_algorithm, self.qualifying.digest)))

    @property
    def claimed_level(self) -> SignatureLevel:
        """What the signature is meant to prove."""
        if self.qualifying is None:
            return SignatureLevel.PLAIN
        return SignatureLevel.TIMESTAMPED if self.qualifying.stamps else SignatureLevel.BASIC


@dataclass(frozen=True, slots=True)
class _Signed:
    """What SignedInfo says; None where it says something that is not allowed."""

    method: SignatureMethod | None
    digest: DigestAlgorithm | None
    document_id: str | None
    """Id of the reference to the document."""
    properties: PropertiesReference | None


def read_signature(
    signature: etree._Element, policy: SignaturePolicy, place: str
) -> tuple[SignatureParts | None, list[Finding]]:
    """Judge a signature's shape; returns its parts only when nothing is wrong with it."""
    reader = Reader(policy, place, signature.sourceline)
    for node in _foreign_nodes(signature):
        reader.malformed(node)
        return None, reader.findings
    children = [child.tag for child in signature]
    required = [ds("SignedInfo"), ds("SignatureValue")]
    optional = [tag for tag in (ds("KeyInfo"), ds("Object")) if tag in children]
    if children != required + optional:
        # Whatever stands here rides along unsigned, because the enveloped transform leaves the
        # signature out; an Object is let in for properties that have a reference of their own.
        reader.malformed("ds:Signature/" + names(signature))
        return None, reader.findings
    qualified = ds("Object") in children
    signed = _read_signed_info(signature[0], reader, references=2 if qualified else 1)
    if len(signature[1]) or decoded(signature[1].text) is None:
        reader.malformed("SignatureValue")
    certificates = _read_key_info(signature[2], reader) if ds("KeyInfo") in children else ()
    if not certificates and not reader.findings:
        reader.refuse(Reason.NO_CERTIFICATE)
    if signed is None or signed.method is None or signed.digest is None or reader.findings:
        return None, reader.findings
    qualifying = None
    if signed.properties is not None:
        qualifying = read_qualifying(signature, signed.properties, signed.document_id, reader)
        if qualifying is None or reader.findings:
            return None, reader.findings
    parts = SignatureParts(signed.method, signed.digest, certificates, qualifying)
    if parts.claimed_level not in policy.levels:
        reader.refuse(Reason.SIGNATURE_LEVEL, level=parts.claimed_level.value)
        return None, reader.findings
    return parts, []


def _foreign_nodes(signature: etree._Element) -> Iterator[str]:
    """Name comments, instructions and entities (they split text), and an excess of elements."""
    for count, node in enumerate(signature.iter(), start=1):
        if not isinstance(node.tag, str):
            yield "comment, processing instruction or entity in ds:Signature"
        if count > MAX_SIGNATURE_ELEMENTS:
            yield f"more than {MAX_SIGNATURE_ELEMENTS} elements in ds:Signature"


def _read_signed_info(
    signed_info: etree._Element, reader: Reader, *, references: int
) -> _Signed | None:
    """Read what is signed: the document, and then the qualifying properties if there are any."""
    found = signed_info.findall(ds("Reference"))
    if len(found) != references:
        reader.malformed(f"{len(found)} ds:Reference")
        return None
    methods = [ds("CanonicalizationMethod"), ds("SignatureMethod")]
    if [child.tag for child in signed_info] != methods + [ds("Reference")] * references:
        reader.malformed("ds:SignedInfo/" + names(signed_info))
        return None
    reader.canonicalization(signed_info[0])
    method = reader.algorithm(signed_info[1], SignatureMethod, reader.policy.signature_algorithms)
    if len(signed_info[1]):
        # HMACOutputLength, RSAPSSParams: parameters that weaken a method.
        reader.malformed("ds:SignatureMethod/" + local(signed_info[1][0]))
    digest = _read_document_reference(found[0], reader)
    properties = _read_properties_reference(found[1], reader) if references > 1 else None
    return _Signed(method, digest, found[0].get("Id"), properties)


def _read_document_reference(reference: etree._Element, reader: Reader) -> DigestAlgorithm | None:
    uri = reference.get("URI")
    if uri != "":
        detail = "Reference URI " + ("missing" if uri is None else f"«{uri}»")
        reader.refuse(Reason.SIGNATURE_MISPLACED, detail=detail)
    digest, steps = _read_reference(reference, reader)
    enveloped = [step for step in steps if step.get("Algorithm") == _ENVELOPED]
    _read_canonicalizations([step for step in steps if step not in enveloped], reader)
    if len(enveloped) != 1 or steps[0] is not enveloped[0] or len(steps) > 2:
        reader.malformed("ds:Transforms: enveloped-signature, then one canonicalization")
    elif len(enveloped[0]):
        reader.malformed("ds:Transform/" + local(enveloped[0][0]))
    return digest


def _read_properties_reference(
    reference: etree._Element, reader: Reader
) -> PropertiesReference | None:
    if reference.get("Type") != SIGNED_PROPERTIES_TYPE:
        reader.malformed(f"Reference Type «{reference.get('Type', '')}»")
    digest, steps = _read_reference(reference, reader)
    _read_canonicalizations(steps, reader)
    if len(steps) > 1:
        reader.malformed("ds:Transforms: one canonicalization")
    return None if digest is None else PropertiesReference(reference.get("URI", ""), digest)


def _read_reference(
    reference: etree._Element, reader: Reader
) -> tuple[DigestAlgorithm | None, list[etree._Element]]:
    """Read a reference; returns its digest algorithm and its transforms, unjudged."""
    children = list(reference)
    steps = list(children.pop(0)) if children and children[0].tag == ds("Transforms") else []
    if [child.tag for child in children] != [ds("DigestMethod"), ds("DigestValue")]:
        reader.malformed("ds:Reference/" + names(reference))
        return None, steps
    if any(step.tag != ds("Transform") for step in steps):
        reader.malformed("ds:Transforms")
        steps = [step for step in steps if step.tag == ds("Transform")]
    method, value = children
    digest = reader.algorithm(method, DigestAlgorithm, reader.policy.digest_algorithms)
    if len(method) or decoded(value.text) is None or len(value):
        reader.malformed("DigestMethod, DigestValue")
    return digest, steps


def _read_canonicalizations(steps: list[etree._Element], reader: Reader) -> None:
    for step in steps:
        reader.canonicalization(step)


def _read_key_info(key_info: etree._Element, reader: Reader) -> tuple[Certificate, ...]:
    for child in key_info:
        if child.tag not in _KEY_INFO:
            reader.malformed("ds:KeyInfo/" + local(child))
            return ()
    texts = [item.text for item in key_info.iterfind(f"{ds('X509Data')}/{ds('X509Certificate')}")]
    if len(texts) > MAX_CERTIFICATES:
        reader.malformed(f"{len(texts)} X509Certificate")
        return ()
    certificates: dict[Certificate, None] = {}
    for text in texts:
        der = decoded(text)
        try:
            if der is None:
                raise InvalidInputError("base64")
            certificates[Certificate.from_der(der)] = None
        except InvalidInputError:
            reader.malformed("X509Certificate")
            return ()
    return tuple(certificates)
