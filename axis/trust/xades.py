"""XAdES: the properties that qualify a signature (ETSI EN 319 132-1), as far as they are believed.

They ride in a ds:Object of the signature, outside of the document, and are never given to whoever
reads the document. Signed ones have a reference of their own in SignedInfo and are read from the
very bytes that it covers. Of the unsigned ones only timestamps are read, which prove themselves.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import tsp, x509
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    digest_algorithm_implementations,
)

from axis.clock import VIETNAM
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.elements import XADES_141, Reader, canonical, decoded, ds, local, names, xades
from axis.trust.policy import SignaturePolicy
from axis.verdict import Finding

SIGNED_PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903#SignedProperties"
"""Type of the reference to the signed properties (EN 319 132-1, 4.4.1)."""

SIGNED_PROPERTIES: Final = xades("SignedProperties")

MAX_STAMPS: Final = 4
"""Timestamps of one signature; one is usual, two are of authorities that back each other up."""

MAX_TOKEN_BYTES: Final = 32 * 1024
"""A timestamp has 1-6 kB, most of it the certificates of its authority."""

MAX_REFERRED: Final = 10
"""Certificates that SigningCertificateV2 names; a signer and its authorities are 2-4."""

_SIGNING_CERTIFICATE: Final = ("SigningCertificateV2", "SigningCertificate")

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

    properties_id: str
    digest: DigestAlgorithm
    """Of the reference to the signed properties."""
    document_id: str | None
    """Id of the reference to the document."""
    stamps: tuple[Stamp, ...]
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
    if tags[:1] != [SIGNED_PROPERTIES] or tags[1:] not in (
        [],
        [xades("UnsignedProperties")],
    ):
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
    return Qualifying(properties.get("Id", ""), reference.digest, document_id, stamps, unread)


def read_claims(
    properties: etree._Element,
    qualifying: Qualifying,
    signer: Certificate,
    others: Sequence[Certificate],
    reader: Reader,
) -> datetime | None:
    """Judge signed properties, read anew from the bytes that were signed; returns SigningTime.

    They are the signer's word: signed by whoever signed the document, and no more than that.
    """
    found: dict[str, etree._Element] = {}
    for item in properties.iterfind("*/*"):
        name = local(item)
        if name in found or item.tag != xades(name) or name not in reader.policy.properties:
            reader.refuse(Reason.SIGNATURE_PROPERTIES, detail=name)
        found[name] = item
    named = [found[name] for name in _SIGNING_CERTIFICATE if name in found]
    if len(named) != 1:
        reader.refuse(Reason.SIGNATURE_PROPERTIES, detail=f"{len(named)} × SigningCertificateV2")
    else:
        _judge_certificates(named[0], signer, others, reader)
    subject = found.get("DataObjectFormat")
    if subject is not None and subject.get("ObjectReference") != f"#{qualifying.document_id}":
        reader.refuse(Reason.SIGNATURE_PROPERTIES, detail="DataObjectFormat ObjectReference")
    time = found.get("SigningTime")
    signing_time = None if time is None else _moment(time.text or "")
    if signing_time is None:
        reader.refuse(Reason.SIGNATURE_PROPERTIES, detail="SigningTime")
    return signing_time


def time_findings(
    claimed: datetime | None,
    signer: Certificate,
    proven_at: datetime | None,
    policy: SignaturePolicy,
    at: datetime,
) -> list[Finding]:
    """Judge whether the signer can have signed when it says so."""
    if claimed is None:
        return []
    tolerance, place = policy.clock_tolerance, policy.location.place
    findings = []
    if not signer.not_before - tolerance <= claimed <= signer.not_after + tolerance:
        detail = f"{signer.not_before.isoformat()} – {signer.not_after.isoformat()}"
    elif claimed - tolerance > at:
        detail = f"> {at.isoformat(timespec='seconds')}"
    else:
        detail = ""
    if detail:
        facts = {"time": claimed.isoformat(timespec="seconds"), "detail": detail}
        findings.append(Finding(Reason.SIGNING_TIME, place, facts=facts))
    if proven_at is not None and claimed - tolerance > proven_at:
        detail = f"SigningTime {claimed.isoformat()} > {proven_at.isoformat()}"
        findings.append(Finding(Reason.TIMESTAMP_ORDER, place, facts={"detail": detail}))
    return findings


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


def _judge_certificates(
    named: etree._Element, signer: Certificate, others: Sequence[Certificate], reader: Reader
) -> None:
    """Compare the certificates that the signer names: its own first, then authorities of its path.

    The key alone does not say whose signature it is: another certificate of the same key, issued
    for somebody else, could be put in place afterwards (EN 319 102-1, 5.2.3).
    """
    items = list(named)
    if not 1 <= len(items) <= MAX_REFERRED:
        reader.refuse(Reason.SIGNATURE_PROPERTIES, detail=f"{len(items)} × Cert")
        return
    if not _names(items[0], [signer], reader):
        reader.refuse(Reason.SIGNING_CERTIFICATE, subject=signer.subject)
    if not all(_names(item, [signer, *others], reader) for item in items[1:]):
        reader.refuse(Reason.SIGNATURE_PROPERTIES, detail=f"{local(named)}/Cert")


def _names(item: etree._Element, candidates: Sequence[Certificate], reader: Reader) -> bool:
    """Tell whether a Cert element names one of the candidates; what it may not say is refused."""
    method, value = item.find(f"*/{ds('DigestMethod')}"), item.find(f"*/{ds('DigestValue')}")
    if method is None or value is None:
        return False
    digest = reader.algorithm(method, DigestAlgorithm, reader.policy.digest_algorithms)
    if digest is None:
        return True  # refused for its algorithm, which is reason enough
    named = [
        one
        for one in candidates
        if one.parsed().fingerprint(digest_algorithm_implementations[digest]())
        == decoded(value.text)
    ]
    return bool(named) and _has_serial(item, named[0])


def _has_serial(item: etree._Element, certificate: Certificate) -> bool:
    """Compare issuer and serial number, where they are named beside the digest.

    Of the older SigningCertificate only the number: issuers are spelt there in many ways.
    """
    serial = item.findtext(f"*/{ds('X509SerialNumber')}")
    if serial is not None and serial.strip() != str(certificate.serial):
        return False
    issuer_serial = item.find(xades("IssuerSerialV2"))
    if issuer_serial is None:
        return True
    try:
        found = tsp.IssuerSerial.load(decoded(issuer_serial.text) or b"", strict=True)
        (issuer,) = found["issuer"]
        own = x509.Name.load(certificate.parsed().issuer.public_bytes())
        return bool(
            issuer.name == "directory_name"
            and issuer.chosen == own
            and found["serial_number"].native == certificate.serial
        )
    except (ValueError, TypeError):
        return False


def _moment(text: str) -> datetime | None:
    """Read xs:dateTime; without a zone it is Việt Nam's time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)


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
