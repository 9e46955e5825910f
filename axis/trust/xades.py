"""XAdES: the properties that qualify a signature (ETSI EN 319 132-1), as far as they are believed.

They ride in a ds:Object of the signature, outside of the document, and are never given to whoever
reads the document. Signed ones have a reference of their own in SignedInfo and are read from the
very bytes that it covers. Of the unsigned ones only timestamps are read, which prove themselves.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm

from axis.reasons import Reason
from axis.trust.elements import XADES_141, Reader, canonical, decoded, ds, local, names, xades

SIGNED_PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903#SignedProperties"
"""Type of the reference to the signed properties (EN 319 132-1, 4.4.1)."""

SIGNED_PROPERTIES: Final = xades("SignedProperties")

MAX_STAMPS: Final = 4
"""Timestamps of one signature; one is usual, two are of authorities that back each other up."""

MAX_TOKEN_BYTES: Final = 32 * 1024
"""A timestamp has 1-6 kB, most of it the certificates of its authority."""

_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,199}")
"""An XML name without colon, in ASCII: nothing that a URI would have to write otherwise."""

_IDS: Final = etree.XPath("//@*[translate(local-name(), 'ID', 'id') = 'id']")
_IDS_BELOW: Final = etree.XPath(".//@*[translate(local-name(), 'ID', 'id') = 'id']|@Id|@ID|@id")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A signature timestamp, unverified."""

    data: bytes
    """What it has to be over: the canonical form of ds:SignatureValue."""
    token: bytes
    """TimeStampToken of RFC 3161, DER."""


@dataclass(frozen=True, slots=True)
class Qualifying:
    """Qualifying properties of sound shape; what they say is judged once they are known signed."""

    digest: DigestAlgorithm
    """Of the reference to the signed properties."""
    document_id: str | None
    """Id of the reference to the document."""
    stamps: tuple[Stamp, ...]
    """Signature timestamps, unverified."""
    unread: tuple[str, ...]
    """Other unsigned properties, which the policy lets pass and nothing believes."""


@dataclass(frozen=True, slots=True)
class PropertiesReference:
    """What SignedInfo says of the signed properties."""

    uri: str
    digest: DigestAlgorithm


def read_qualifying(
    signature: etree._Element,
    reference: PropertiesReference,
    document_id: str | None,
    reader: Reader,
) -> Qualifying | None:
    """Judge the shape of a signature's Object, and where the reference leads."""
    (holder,) = signature.iterfind(ds("Object"))
    if [child.tag for child in holder] != [xades("QualifyingProperties")] or _has_text(holder):
        reader.malformed("ds:Object/" + (names(holder) or "text"))
        return None
    (qualifying,) = holder
    tags = [child.tag for child in qualifying]
    if tags not in ([SIGNED_PROPERTIES], [SIGNED_PROPERTIES, xades("UnsignedProperties")]):
        reader.malformed("xades:QualifyingProperties/" + names(qualifying))
        return None
    properties, *unsigned = qualifying
    if not _is_sound_id(signature) or qualifying.get("Target") != f"#{signature.get('Id')}":
        reader.malformed(f"xades:QualifyingProperties Target «{qualifying.get('Target', '')}»")
    if not _is_sound_id(properties) or reference.uri != f"#{properties.get('Id')}":
        reader.malformed(f"Reference URI «{reference.uri}»: xades:SignedProperties")
    if doubled := _doubled_ids(signature):
        reader.malformed(f"Id «{doubled}» is not unique")
    stamps, unread = _read_unsigned(unsigned[0], signature, reader) if unsigned else ((), ())
    return Qualifying(reference.digest, document_id, stamps, unread)


def _read_unsigned(
    unsigned: etree._Element, signature: etree._Element, reader: Reader
) -> tuple[tuple[Stamp, ...], tuple[str, ...]]:
    stamps: list[Stamp] = []
    unread: list[str] = []
    for item in unsigned.iterfind("*/*"):
        name = local(item)
        known = item.tag in (xades(name), f"{{{XADES_141}}}{name}")
        if not known or name not in reader.policy.unsigned_properties:
            reader.refuse(Reason.SIGNATURE_PROPERTIES, detail=f"UnsignedProperties/{name}")
        elif item.tag == xades("SignatureTimeStamp"):
            stamps += _read_stamps(item, signature[1], reader)
        else:
            unread.append(name)
    if len(stamps) > MAX_STAMPS:
        reader.refuse(Reason.TIMESTAMP_BROKEN, detail=f"{len(stamps)} > {MAX_STAMPS}")
    return tuple(stamps), tuple(dict.fromkeys(unread))


def _read_stamps(item: etree._Element, value: etree._Element, reader: Reader) -> list[Stamp]:
    """Read a SignatureTimeStamp; it is implicitly over ds:SignatureValue (EN 319 132-1, 5.3)."""
    tokens = list(item)
    method: CanonicalizationMethod | None = CanonicalizationMethod.CANONICAL_XML_1_0
    if tokens and tokens[0].tag == ds("CanonicalizationMethod"):
        method = reader.canonicalization(tokens.pop(0))
    if not tokens or any(token.tag != xades("EncapsulatedTimeStamp") for token in tokens):
        reader.refuse(Reason.TIMESTAMP_BROKEN, detail="SignatureTimeStamp/" + names(item))
        return []
    if method is None:
        return []
    data = canonical(value, method)
    stamps = []
    for token in tokens:
        der = decoded(token.text)
        if der is None or len(der) > MAX_TOKEN_BYTES or len(token):
            reader.refuse(Reason.TIMESTAMP_BROKEN, detail="EncapsulatedTimeStamp")
        else:
            stamps.append(Stamp(data, der))
    return stamps


def _has_text(element: etree._Element) -> bool:
    return bool("".join(filter(None, (element.text, *(child.tail for child in element)))).strip())


def _is_sound_id(element: etree._Element) -> bool:
    return _ID.fullmatch(element.get("Id", "")) is not None


def _doubled_ids(signature: etree._Element) -> str | None:
    """Return an id of the signature that the document has twice, however the attribute is spelt.

    Verifiers differ in which attributes they take for ids; what is unique is the same for all.
    """
    counts = Counter(map(str, _IDS(signature)))
    return next((own for own in map(str, _IDS_BELOW(signature)) if counts[own] > 1), None)
