"""The path from a signer's certificate to a trust anchor, at a given moment (RFC 5280).

pyhanko-certvalidator builds and checks paths; it never fetches anything here. A path once
proven is remembered for as long as all its certificates are valid.
"""

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor, derive_quals_from_cert
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
)

from axis.clock import in_vietnam
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.policy import RevocationMode, SignaturePolicy
from axis.verdict import Finding

MAX_REMEMBERED_PATHS: Final = 16_384
"""Signing certificates in use at a time in one process; about 300 bytes each."""

_REVOCATION = {RevocationMode.NOT_CHECKED: CertRevTrustPolicy(NO_REVOCATION)}


@dataclass(frozen=True, slots=True)
class _Validity:
    """When every certificate of a proven path is valid, anchor included."""

    not_before: datetime
    not_after: datetime

    def covers(self, at: datetime, tolerance: timedelta) -> bool:
        return self.not_before - tolerance <= at <= self.not_after + tolerance


_Key = tuple[tuple[Certificate, ...], int, Certificate]


class _ProvenPaths:
    """A bounded memory of proven paths; the oldest entry goes first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[_Key, _Validity] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> _Validity | None:
        return self._entries.get(key)

    def put(self, key: _Key, validity: _Validity) -> None:
        with self._lock:
            self._entries[key] = validity
            while len(self._entries) > MAX_REMEMBERED_PATHS:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


_proven = _ProvenPaths()


def forget_paths() -> None:
    """Forget every remembered path of this process."""
    _proven.clear()


def path_findings(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    at: datetime,
    place: str,
) -> list[Finding]:
    """Check validity time and path of a certificate at a moment.

    ``candidates`` (what the signature brought along) help to build the path; they are trusted
    for nothing. An expired or not yet valid certificate is reported as such, and its path is
    then judged at the nearest moment of its validity, so that both faults are named.
    """
    key: _Key = (policy.anchors, policy.min_rsa_bits, certificate)
    known = _proven.get(key)
    if known is not None and known.covers(at, policy.clock_tolerance):
        return []
    findings = []
    if at + policy.clock_tolerance < certificate.not_before:
        findings.append(_not_yet_valid(certificate.subject, certificate.not_before, place))
    elif at - policy.clock_tolerance > certificate.not_after:
        findings.append(_expired(certificate.subject, certificate.not_after, place))
    moment = min(max(at, certificate.not_before), certificate.not_after)
    try:
        path = _run(_validate(certificate, candidates, policy, moment))
    except ExpiredError as error:
        subject = _subject_of_fault(error, error.expired_dt, "not_valid_after")
        findings.append(_expired(subject, error.expired_dt, place))
    except NotYetValidError as error:
        subject = _subject_of_fault(error, error.valid_from, "not_valid_before")
        findings.append(_not_yet_valid(subject, error.valid_from, place))
    except Exception as error:  # noqa: BLE001
        # Beside its PathError and ValidationError the validator leaks ValueError, KeyError and
        # TypeError for certificates with hostile ASN.1; without a proof there is no trust.
        facts = {"subject": certificate.subject, "detail": _detail(certificate, error)}
        findings.append(Finding(Reason.UNTRUSTED, place, facts=facts))
    else:
        _proven.put(key, _validity(path))
    return findings


async def _validate(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    moment: datetime,
) -> ValidationPath:
    context = ValidationContext(
        trust_roots=[_anchor(anchor) for anchor in policy.anchors],
        other_certs=[_asn1(known) for known in policy.intermediates],
        moment=moment,
        best_signature_time=moment,
        allow_fetching=False,
        revinfo_policy=_REVOCATION[policy.revocation],
        time_tolerance=policy.clock_tolerance,
        algorithm_usage_policy=DisallowWeakAlgorithmsPolicy(  # type: ignore[no-untyped-call]
            rsa_key_size_threshold=policy.min_rsa_bits
        ),
    )
    validator = CertificateValidator(
        _asn1(certificate),
        intermediate_certs=[_asn1(candidate) for candidate in candidates],
        validation_context=context,
    )
    return await validator.async_validate_path()


def _anchor(anchor: Certificate) -> CertTrustAnchor:
    """An anchor is trusted within its own validity, path length and name constraints only.

    Its certificate policies are left out: many roots carry one that their paths do not.
    """
    certificate = _asn1(anchor)
    qualifiers = derive_quals_from_cert(certificate)
    parameters = qualifiers.standard_parameters
    if parameters is not None:
        parameters = dataclasses.replace(
            parameters,
            user_initial_policy_set=frozenset({"any_policy"}),
            initial_explicit_policy=False,
        )
    qualifiers = dataclasses.replace(
        qualifiers,
        standard_parameters=parameters,
        # Attribute certificates play no part here, but the validator counts down this limit
        # too whenever the one above is set, and cannot count down None.
        max_aa_path_length=qualifiers.max_path_length,
    )
    return CertTrustAnchor(certificate, qualifiers)


def _asn1(certificate: Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.der)


def _run(coroutine: Coroutine[Any, Any, ValidationPath]) -> ValidationPath:
    """Run the validator's coroutine to its end without an event loop.

    With fetching off it has nothing to wait for; one that waits would be doing I/O.
    """
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: ValidationPath = finished.value
        return result
    coroutine.close()
    raise RuntimeError("the path check tried to wait for something")


def _validity(path: ValidationPath) -> _Validity:
    certificates = list(path.iter_certs(include_root=True))
    return _Validity(
        not_before=max(item.not_valid_before for item in certificates),
        not_after=min(item.not_valid_after for item in certificates),
    )


def _subject_of_fault(error: PathValidationError, moment: datetime, attribute: str) -> str:
    """Name the certificate of the path whose validity ends or begins at this moment."""
    for item in error.original_path.iter_certs(include_root=True):
        if getattr(item, attribute) == moment:
            return Certificate.from_der(item.dump()).subject
    return "?"


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
