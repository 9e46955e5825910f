"""pyhanko-certvalidator as this program uses it: one certificate, one moment, nothing fetched."""

import dataclasses
from collections.abc import Coroutine, Iterable
from datetime import datetime
from typing import Any

from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor, derive_quals_from_cert
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy

_REQUIRED = RevocationCheckingPolicy(
    ee_certificate_rule=RevocationCheckingRule.CRL_REQUIRED,
    intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK,
)
"""Not the validator's soft-fail or hard-fail: those do not look into a given list unless the
certificate names its address, and so accept a revoked certificate that names none."""


def build_path(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    moment: datetime,
    *,
    revocation: bool = False,
) -> ValidationPath:
    """Return the path to an anchor that holds at a moment, or raise what the validator raises.

    Beside its PathError and ValidationError that is ValueError, KeyError and TypeError for
    certificates with hostile ASN.1. With ``revocation`` the certificate itself must be known from
    the policy's lists not to be revoked; nothing is asked about the authorities above it.
    """
    return _run(_validate(certificate, candidates, policy, moment, revocation=revocation))


async def _validate(
    certificate: Certificate,
    candidates: Iterable[Certificate],
    policy: SignaturePolicy,
    moment: datetime,
    *,
    revocation: bool,
) -> ValidationPath:
    context = ValidationContext(
        trust_roots=[_anchor(anchor) for anchor in policy.anchors],
        other_certs=[_asn1(known) for known in policy.intermediates],
        moment=moment,
        best_signature_time=moment,
        allow_fetching=False,
        crls=policy.crls if revocation else (),
        revinfo_policy=CertRevTrustPolicy(_REQUIRED if revocation else NO_REVOCATION),
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
