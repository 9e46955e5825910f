"""What a XAdES signer says of itself in signed properties: with which certificate, and when.

They are read anew from the very bytes that were signed, and are the signer's word: no more than
that.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from asn1crypto import tsp, x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, digest_algorithm_implementations

from axis.clock import VIETNAM
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.elements import Reader, decoded, ds, local, xades
from axis.trust.policy import SignaturePolicy
from axis.trust.xades import Qualifying
from axis.verdict import Finding

MAX_REFERRED: Final = 10
"""Certificates that SigningCertificateV2 names; a signer and its authorities are 2-4."""

_SIGNING_CERTIFICATE: Final = ("SigningCertificateV2", "SigningCertificate")


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
    elif claimed > at + tolerance:
        detail = f"> {at.isoformat(timespec='seconds')}"
    else:
        detail = ""
    if detail:
        facts = {"time": claimed.isoformat(timespec="seconds"), "detail": detail}
        findings.append(Finding(Reason.SIGNING_TIME, place, facts=facts))
    if proven_at is not None and claimed > proven_at + tolerance:
        detail = f"SigningTime {claimed.isoformat()} > {proven_at.isoformat()}"
        findings.append(Finding(Reason.TIMESTAMP_ORDER, place, facts={"detail": detail}))
    return findings


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
