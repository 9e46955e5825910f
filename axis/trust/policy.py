"""What a signature must be to be accepted, as data that is an argument of the check.

The check (`axis.trust.verify`) knows how; a policy says who and with what. Named profiles are read
from a file (`axis.trust.profiles`); `SignaturePolicy.with_trust` adds an installation's anchors.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from axis.errors import ConfigurationError
from axis.facts import SignatureLevel
from axis.trust.certificates import Certificate
from axis.trust.location import SignatureLocation


class RevocationMode(StrEnum):
    """What is asked about revocation (thu hồi chứng thư)."""

    NOT_CHECKED = "not-checked"
    """CRL and OCSP are not consulted; the registry's enrolment, which an administrator ends at
    once, is what stops a lost key."""
    REQUIRED = "required"
    """Every certificate below the anchor, authorities included, must be known not to be revoked.
    One that is revoked refuses; one about which nothing current is known leaves it open."""


class Curve(StrEnum):
    """Elliptic curves by the name that certificates carry (SEC 2; NIST names beside)."""

    P256 = "secp256r1"
    P384 = "secp384r1"
    P521 = "secp521r1"


@dataclass(frozen=True, slots=True)
class RevocationRules:
    """How old information about revocation may be, and what happens when there is none."""

    mode: RevocationMode
    max_age: timedelta
    """After this age information is old, even where it says that it still holds."""
    grace: timedelta
    """For so long old information is used while no newer can be had; the verdict says so."""
    hold: timedelta
    """For so long a document waits for information before it is refused."""
    tolerance: timedelta = timedelta(0)
    """How far the axis's clock may differ from an authority's."""


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """Rules for one kind of signature; immutable, hashable and picklable.

    Allowed transforms are always enveloped-signature, once, then at most one of
    ``canonicalizations``: every other transform (XPath, XSLT, base64) can drop content. One
    reference covers the document; the qualifying properties of XAdES have a second one.
    """

    name: str
    signature_algorithms: frozenset[SignatureMethod]
    digest_algorithms: frozenset[DigestAlgorithm]
    phased_out: frozenset[tuple[SignatureMethod | DigestAlgorithm, date]]
    """Algorithms with the last day on which a signature made with them is accepted."""
    canonicalizations: frozenset[CanonicalizationMethod]
    """For SignedInfo and for the document; never the variants that keep comments."""
    location: SignatureLocation
    """Where the one signature stands."""
    levels: frozenset[SignatureLevel]
    properties: frozenset[str]
    """Local names of the XAdES signed properties that may occur."""
    unsigned_properties: frozenset[str]
    """Local names of the unsigned ones that may; of these only timestamps are ever believed."""
    min_rsa_bits: int
    """Shortest RSA modulus, for the signer and for every authority in the path."""
    curves: frozenset[Curve]
    extended_key_usages: frozenset[str]
    """Purposes (dotted OIDs), of which a certificate that restricts its purposes has one."""
    clock_tolerance: timedelta
    """How far the axis's clock may differ from a certification authority's."""
    revocation: RevocationRules
    quick: bool = False
    """Whether a second, faster engine may accept signatures of the common shapes
    (`axis.trust.quick`); whatever it does not accept, signxml judges."""
    anchors: tuple[Certificate, ...] = ()
    """Trust anchors; without any, nothing is trusted and no signer can be judged."""
    intermediates: tuple[Certificate, ...] = ()
    """Known authorities that help to build paths; they give no trust by themselves."""
    timestamp_anchors: tuple[Certificate, ...] = ()
    """Trust anchors of timestamp authorities (RFC 3161); without any no timestamp proves a time."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificate revocation lists (DER) to judge by, where no cache does."""
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    """OCSP responses (DER) to judge by, likewise."""

    @property
    def judges_revocation(self) -> bool:
        """Whether information to judge revocation by was given with the policy.

        Without any, revocation is not this check's concern: the axis judges it by its cache when it
        admits a document (`axis.trust.standing`).
        """
        return bool(self.crls or self.ocsps)

    def last_day_of(self, algorithm: SignatureMethod | DigestAlgorithm) -> date | None:
        """Return the last day on which an algorithm is accepted; None when no end is planned."""
        return next((day for name, day in self.phased_out if name is algorithm), None)

    def with_trust(
        self,
        anchors: Iterable[Certificate],
        intermediates: Iterable[Certificate] = (),
        crls: Iterable[bytes] = (),
        *,
        ocsps: Iterable[bytes] = (),
        timestamp_anchors: Iterable[Certificate] | None = None,
    ) -> "SignaturePolicy":
        """Return this policy with an installation's anchors and known authorities.

        Timestamp authorities have the same anchors unless others are given. Raises
        ConfigurationError when an anchor is no certification authority: trusting an end-entity
        certificate would skip every rule about how it was issued.
        """
        trusted = tuple(anchors)
        policy = dataclasses.replace(
            self,
            anchors=trusted,
            intermediates=tuple(intermediates),
            timestamp_anchors=trusted if timestamp_anchors is None else tuple(timestamp_anchors),
            crls=tuple(crls),
            ocsps=tuple(ocsps),
        )
        for certificate in (*policy.anchors, *policy.intermediates, *policy.timestamp_anchors):
            if not certificate.is_authority:
                raise ConfigurationError(
                    f"Chứng thư «{certificate.subject}» không phải của tổ chức chứng thực (CA)"
                    " nên không thể làm gốc tin cậy."
                    f" / Certificate «{certificate.subject}» is not a certification authority's"
                    " and cannot be a trust anchor or an intermediate."
                )
        return policy
