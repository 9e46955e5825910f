"""What a signature must be to be accepted, as data that is an argument of the check.

The check (`axis.trust.verify`) knows how; a policy says who and with what. Named profiles
carry the rules, `SignaturePolicy.with_trust` adds the trust anchors of an installation.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from axis.errors import ConfigurationError
from axis.trust.certificates import Certificate


class RevocationMode(StrEnum):
    """What the path check asks about revocation (thu hồi chứng thư)."""

    NOT_CHECKED = "not-checked"
    """CRL and OCSP are not consulted; the registry's enrolment, which an administrator ends at
    once, is what stops a lost key."""
    REQUIRED = "required"
    """Every certificate below the anchor, authorities included, must be known from the policy's
    CRLs not to be revoked at the moment. One that is revoked by then refuses; one whose issuer
    has no valid list here leaves the outcome open. Nothing is fetched, OCSP is not asked."""


class Curve(StrEnum):
    """Elliptic curves by the name that certificates carry (SEC 2; NIST names beside)."""

    P256 = "secp256r1"
    P384 = "secp384r1"
    P521 = "secp521r1"


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """Rules for one kind of signature; immutable and picklable.

    Allowed transforms are always enveloped-signature, once, then at most one of
    ``canonicalizations``: every other transform (XPath, XSLT, base64) can drop content.
    """

    name: str
    signature_algorithms: frozenset[SignatureMethod]
    digest_algorithms: frozenset[DigestAlgorithm]
    canonicalizations: frozenset[CanonicalizationMethod]
    """For SignedInfo and for the document; never the variants that keep comments."""
    min_rsa_bits: int
    """Shortest RSA modulus, for the signer and for every authority in the path."""
    curves: frozenset[Curve]
    extended_key_usages: frozenset[str]
    """Purposes (dotted OIDs), of which a certificate that restricts its purposes has one."""
    clock_tolerance: timedelta
    """How far the axis's clock may differ from a certification authority's."""
    revocation: RevocationMode = RevocationMode.NOT_CHECKED
    anchors: tuple[Certificate, ...] = ()
    """Trust anchors; without any, nothing is trusted and no signer can be judged."""
    intermediates: tuple[Certificate, ...] = ()
    """Known authorities that help to build paths; they give no trust by themselves."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificate revocation lists (DER) of the signers' issuers and of the issuers above them."""

    def with_trust(
        self,
        anchors: Iterable[Certificate],
        intermediates: Iterable[Certificate] = (),
        crls: Iterable[bytes] = (),
    ) -> "SignaturePolicy":
        """Return this policy with an installation's anchors and known authorities.

        With revocation lists (DER) given, revocation is judged by them, and only then.
        Raises ConfigurationError when an anchor is no certification authority: trusting an
        end-entity certificate would skip every rule about how it was issued.
        """
        lists = tuple(crls)
        policy = dataclasses.replace(
            self,
            anchors=tuple(anchors),
            intermediates=tuple(intermediates),
            crls=lists,
            revocation=RevocationMode.REQUIRED if lists else RevocationMode.NOT_CHECKED,
        )
        for certificate in (*policy.anchors, *policy.intermediates):
            if not certificate.is_authority:
                raise ConfigurationError(
                    f"Chứng thư «{certificate.subject}» không phải của tổ chức chứng thực (CA)"
                    " nên không thể làm gốc tin cậy."
                    f" / Certificate «{certificate.subject}» is not a certification authority's"
                    " and cannot be a trust anchor or an intermediate."
                )
        return policy


DOCUMENT_PURPOSES: Final = frozenset(
    {
        "2.5.29.37.0",  # anyExtendedKeyUsage
        "1.3.6.1.5.5.7.3.2",  # clientAuth
        "1.3.6.1.5.5.7.3.4",  # emailProtection
        "1.3.6.1.5.5.7.3.36",  # documentSigning, RFC 9336
        "1.3.6.1.4.1.311.10.3.12",  # Microsoft document signing
        "1.2.840.113583.1.1.5",  # Adobe authentic documents
    }
)
"""Agencies' and persons' certificates carry clientAuth and emailProtection, or a document
purpose. One for servers, code, timestamps or OCSP alone was not issued to sign documents."""

_CANONICALIZATIONS: Final = frozenset(
    {
        CanonicalizationMethod.CANONICAL_XML_1_0,
        CanonicalizationMethod.CANONICAL_XML_1_1,
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    }
)

STRICT: Final = SignaturePolicy(
    name="strict",
    signature_algorithms=frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    canonicalizations=_CANONICALIZATIONS,
    min_rsa_bits=2048,
    curves=frozenset({Curve.P256}),
    extended_key_usages=DOCUMENT_PURPOSES,
    clock_tolerance=timedelta(minutes=1),
)
"""What axis itself writes and no more: for receipts, and where every producer is known."""

FIELD: Final = SignaturePolicy(
    name="field",
    signature_algorithms=STRICT.signature_algorithms
    | {
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    },
    digest_algorithms=STRICT.digest_algorithms | {DigestAlgorithm.SHA384, DigestAlgorithm.SHA512},
    canonicalizations=_CANONICALIZATIONS,
    min_rsa_bits=2048,
    curves=frozenset(Curve),
    extended_key_usages=DOCUMENT_PURPOSES,
    clock_tolerance=timedelta(minutes=5),
)
"""What sound signing software in agencies writes: the SHA-2 family with RSA PKCS#1 v1.5 or
ECDSA. RSA-PSS is off, because the axis's producers do not write it and several verifiers in
the field cannot read it; a policy that adds the ``*_RSA_MGF1`` methods accepts it."""
