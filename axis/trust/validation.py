"""pyhanko-certvalidator as this program uses it: one question at a moment, nothing fetched.

Revocation is asked about one certificate and by one piece of information at a time, always as
required. The validator's soft-fail and hard-fail don't look into a given list unless the
certificate names its address, and so accept a revoked certificate that names none; with
requirements on a whole path, an authority's missing list would hide what another list says.
"""

import dataclasses
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor, derive_quals_from_cert
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
)
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy

T = TypeVar("T")

MAX_OF_ONE_NAME: Final = 2
"""Certificates of one subject that are tried as issuers: an authority and its renewal. The
validator tries every order of them; with nine that are each other's issuers it takes hours."""


def build_path(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    moment: datetime,
) -> ValidationPath:
    """Return the path to an anchor that holds at a moment, or raise what the validator raises.

    Beside its PathError and ValidationError that is ValueError, KeyError and TypeError for
    certificates with hostile ASN.1. Nothing is asked about revocation.
    """
    validator = CertificateValidator(
        _asn1(certificate),
        intermediate_certs=list(_few_of_each_name(candidates)),
        validation_context=_context(policy.anchors, policy.intermediates, policy, moment),
    )
    return _run(validator.async_validate_path())


def _few_of_each_name(candidates: Iterable[Certificate]) -> Iterator[asn1.Certificate]:
    seen: Counter[str] = Counter()
    for candidate in map(_asn1, candidates):
        # As the validator compares names: whatever their capitals and kinds of string.
        name = candidate.subject.hashable
        seen[name] += 1
        if seen[name] <= MAX_OF_ONE_NAME:
            yield candidate


def verify_list(
    path: Sequence[Certificate], crl: bytes, policy: SignaturePolicy, moment: datetime
) -> None:
    """Check that a list answers for the first certificate of a proven path, whatever it says.

    That is: who has signed it may, it is complete and within its time at the moment, and the
    certificate falls within its scope. Raises what the validator raises, as above. ``path`` ends
    with the anchor.
    """
    context = _context(path[-1:], path[1:-1], policy, moment, crls=[crl])
    _answered(verify_crl(_asn1(path[0]), _path(path), context, use_deltas=False))


def verify_response(
    path: Sequence[Certificate], response: bytes, policy: SignaturePolicy, moment: datetime
) -> None:
    """Check that an OCSP response answers for the first certificate of a proven path, likewise.

    It is signed by the certificate's issuer or by whom that one has charged with it.
    """
    context = _context(path[-1:], path[1:-1], policy, moment, ocsps=[response])
    _answered(verify_ocsp_response(_asn1(path[0]), _path(path), context))


def _answered(answer: Coroutine[Any, Any, None]) -> None:
    try:
        _run(answer)
    except RevokedError:
        return  # an answer, too


def _context(
    anchors: Sequence[Certificate],
    others: Sequence[Certificate],
    policy: SignaturePolicy,
    moment: datetime,
    *,
    crls: Iterable[bytes] = (),
    ocsps: Iterable[bytes] = (),
) -> ValidationContext:
    return ValidationContext(
        trust_roots=[_anchor(anchor) for anchor in anchors],
        other_certs=[_asn1(known) for known in others],
        moment=moment,
        best_signature_time=moment,
        allow_fetching=False,
        crls=crls,
        ocsps=ocsps,
        revinfo_policy=CertRevTrustPolicy(NO_REVOCATION),
        time_tolerance=policy.clock_tolerance,
        algorithm_usage_policy=DisallowWeakAlgorithmsPolicy(  # type: ignore[no-untyped-call]
            rsa_key_size_threshold=policy.min_rsa_bits
        ),
    )


def _path(path: Sequence[Certificate]) -> ValidationPath:
    between = [_asn1(certificate) for certificate in reversed(path[1:-1])]
    return ValidationPath(_anchor(path[-1]), between, _asn1(path[0]))


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


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run the validator's coroutine to its end without an event loop.

    With fetching off it has nothing to wait for; one that waits would be doing I/O.
    """
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    coroutine.close()
    raise RuntimeError("the path check tried to wait for something")
