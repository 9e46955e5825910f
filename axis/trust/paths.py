"""The path from a signer's certificate to a trust anchor, at a given moment (RFC 5280).

A path once proven is remembered for as long as all its certificates are valid. Revocation is no
part of it: that is judged each time (`axis.trust.revocation`).
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from axis.clock import in_vietnam
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.validation import build_path
from axis.verdict import Finding

MAX_REMEMBERED_PATHS: Final = 16_384
"""Signing certificates in use at a time in one process; about 300 bytes each."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proven path, and when every certificate of it is valid, anchor included."""

    authorities: tuple[Certificate, ...]
    """From the signer's issuer up, without the anchor."""
    anchor: Certificate
    not_before: datetime
    not_after: datetime

    def covers(self, at: datetime, tolerance: timedelta) -> bool:
        """Return whether every certificate of the path is valid at a moment."""
        return self.not_before - tolerance <= at <= self.not_after + tolerance


_Key = tuple[tuple[Certificate, ...], int, Certificate]


class _ProvenPaths:
    """A bounded memory of proven paths; the oldest entry goes first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[_Key, Proof] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> Proof | None:
        return self._entries.get(key)

    def put(self, key: _Key, proof: Proof) -> None:
        with self._lock:
            self._entries[key] = proof
            while len(self._entries) > MAX_REMEMBERED_PATHS:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


_proven = _ProvenPaths()


def forget_paths() -> None:
    """Forget every remembered path of this process."""
    _proven.clear()


def prove_path(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    at: datetime,
    place: str,
) -> tuple[Proof | None, list[Finding]]:
    """Check validity time and path of a certificate at a moment; return the path when it holds.

    ``candidates`` (what the signature brought along) help to build the path; they are trusted
    for nothing. An expired or not yet valid certificate is reported as such, and its path is
    then judged at the nearest moment of its validity, so that both faults are named.
    """
    if not policy.anchors:
        return None, [*_validity_findings(certificate, policy, at, place), _not_checked(place)]
    key: _Key = (policy.anchors, policy.min_rsa_bits, certificate)
    proof = _proven.get(key)
    if proof is not None and proof.covers(at, policy.clock_tolerance):
        return proof, []
    proof, findings = _prove(certificate, candidates, policy, at, place)
    if proof is not None:
        _proven.put(key, proof)
    return (None, findings) if findings else (proof, [])


def _prove(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    at: datetime,
    place: str,
) -> tuple[Proof | None, list[Finding]]:
    findings = _validity_findings(certificate, policy, at, place)
    moment = min(max(at, certificate.not_before), certificate.not_after)
    try:
        path = build_path(certificate, candidates, policy, moment)
    except ExpiredError as error:
        subject = _subject_of_fault(error, error.expired_dt, "not_valid_after")
        findings.append(_expired(subject, error.expired_dt, place))
    except NotYetValidError as error:
        subject = _subject_of_fault(error, error.valid_from, "not_valid_before")
        findings.append(_not_yet_valid(subject, error.valid_from, place))
    except MemoryError:
        raise  # says nothing about the certificate
    except Exception as error:  # noqa: BLE001
        # Beside its PathError and ValidationError the validator leaks ValueError, KeyError and
        # TypeError for certificates with hostile ASN.1; without a proof there is no trust.
        facts = {"subject": certificate.subject, "detail": _detail(certificate, error)}
        findings.append(Finding(Reason.UNTRUSTED, place, facts=facts))
    else:
        return _proof(path), findings
    return None, findings


def _validity_findings(
    certificate: Certificate, policy: SignaturePolicy, at: datetime, place: str
) -> list[Finding]:
    if at + policy.clock_tolerance < certificate.not_before:
        return [_not_yet_valid(certificate.subject, certificate.not_before, place)]
    if at - policy.clock_tolerance > certificate.not_after:
        return [_expired(certificate.subject, certificate.not_after, place)]
    return []


def _proof(path: ValidationPath) -> Proof:
    certificates = list(path.iter_certs(include_root=True))
    between = certificates[1:-1]
    return Proof(
        authorities=tuple(Certificate.from_der(item.dump()) for item in reversed(between)),
        anchor=Certificate.from_der(certificates[0].dump()),
        not_before=max(item.not_valid_before for item in certificates),
        not_after=min(item.not_valid_after for item in certificates),
    )


def _subject_of_fault(error: PathValidationError, moment: datetime, attribute: str) -> str:
    """Name the certificate of the path whose validity ends or begins at this moment."""
    for item in error.original_path.iter_certs(include_root=True):
        if getattr(item, attribute) == moment:
            return Certificate.from_der(item.dump()).subject
    return "?"


def _not_checked(place: str) -> Finding:
    return Finding(Reason.SIGNER_NOT_CHECKED, place)


def _expired(subject: str, end: datetime, place: str) -> Finding:
    facts = {"subject": subject, "date": _day(end)}
    return Finding(Reason.CERTIFICATE_EXPIRED, place, facts=facts)


def _not_yet_valid(subject: str, start: datetime, place: str) -> Finding:
    facts = {"subject": subject, "date": _day(start)}
    return Finding(Reason.CERTIFICATE_NOT_YET_VALID, place, facts=facts)


def _day(moment: datetime) -> str:
    return in_vietnam(moment).date().isoformat()


def _detail(certificate: Certificate, error: Exception) -> str:
    """Say in a few words why there is no path; the validator's own texts name every attribute."""
    if certificate.subject == certificate.issuer:
        return "self-signed"
    if isinstance(error, PathBuildingError):
        return f"issuer «{certificate.issuer}»"
    return str(error).strip() or type(error).__name__
