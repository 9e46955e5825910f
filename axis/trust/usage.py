"""May this certificate sign documents at all? Key, purpose and role, without its path."""

from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from axis.clock import in_vietnam
from axis.reasons import Reason
from axis.trust.certificates import MAX_REMEMBERED, Certificate
from axis.trust.policy import Curve, SignaturePolicy
from axis.trust.structure import SignatureParts
from axis.verdict import Finding

MAX_RSA_BITS: Final = 8192
"""Longest RSA modulus that is verified: the cost grows with its square, and nobody in the
field uses more than 4096 bits."""

MIN_RSA_EXPONENT: Final = 65537
"""Smallest public exponent (FIPS 186-4 B.3.1): with 3, a verifier that is careless about padding
takes cube roots for signatures."""

_WEAKEST_CURVE_BITS: Final = 256


def key_findings(certificate: Certificate, policy: SignaturePolicy, place: str) -> list[Finding]:
    """Judge kind and strength of the signer's key."""
    return _key_findings(certificate, policy.min_rsa_bits, policy.curves, place)


@lru_cache(maxsize=MAX_REMEMBERED)
def _key_findings(
    certificate: Certificate, min_rsa_bits: int, curves: frozenset[Curve], place: str
) -> list[Finding]:
    key = certificate.parsed().public_key()
    if isinstance(key, rsa.RSAPublicKey):
        name = f"RSA {key.key_size} bit"
        weak = key.key_size < min_rsa_bits
        if (exponent := key.public_numbers().e) < MIN_RSA_EXPONENT:
            name, weak = f"{name}, e = {exponent}", True
        allowed = key.key_size <= MAX_RSA_BITS
    elif isinstance(key, ec.EllipticCurvePublicKey):
        name = f"EC {key.curve.name}"
        allowed = key.curve.name in curves
        weak = not allowed and key.key_size < _WEAKEST_CURVE_BITS
    else:
        name, weak, allowed = type(key).__name__, False, False
    if weak:
        return [Finding(Reason.KEY_TOO_WEAK, place, facts={"key": name})]
    if not allowed:
        return [Finding(Reason.SIGNATURE_ALGORITHM, place, facts={"algorithm": name})]
    return []


def purpose_findings(
    certificate: Certificate, policy: SignaturePolicy, place: str
) -> list[Finding]:
    """Judge key usage: digitalSignature or nonRepudiation, no authority, a fitting purpose.

    A certificate without the key usage extension is refused: RFC 5280 would allow any use,
    but authorities that issue for documents always set it.
    """
    if not _may_sign(certificate, policy.extended_key_usages):
        facts = {"subject": certificate.subject}
        return [Finding(Reason.KEY_USAGE, place, facts=facts)]
    return []


def phase_out_findings(
    parts: SignatureParts, policy: SignaturePolicy, signed_at: datetime, place: str
) -> list[Finding]:
    """Refuse algorithms whose last day (phased out by the policy) was before the signing."""
    if not policy.phased_out:
        return []
    day = in_vietnam(signed_at).date()
    algorithms: tuple[SignatureMethod | DigestAlgorithm, ...] = (
        parts.signature_method,
        *parts.digest_algorithms,
    )
    return [
        Finding(
            Reason.ALGORITHM_ENDED, place, facts={"algorithm": used.name, "date": last.isoformat()}
        )
        for used in algorithms
        if (last := policy.last_day_of(used)) is not None and last < day
    ]


@lru_cache(maxsize=MAX_REMEMBERED)
def _may_sign(certificate: Certificate, purposes: frozenset[str]) -> bool:
    return (
        not certificate.is_authority
        and _usage_allows_signing(certificate.parsed())
        and _purpose_allows_documents(certificate.parsed(), purposes)
    )


def _usage_allows_signing(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature or usage.content_commitment


def _purpose_allows_documents(certificate: x509.Certificate, allowed: frozenset[str]) -> bool:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(purpose.dotted_string in allowed for purpose in purposes)
