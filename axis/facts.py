"""Facts of a signature validation: what a verdict rests on, for people, records and courts.

The names follow ETSI EN 319 102-1 (validation report) and RFC 5280. Everything is small, immutable
and picklable; nothing here decides.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class SignatureLevel(StrEnum):
    """What a signature proves beside its own mathematics (ETSI EN 319 132-1)."""

    PLAIN = "XMLDSig"
    """W3C XML Signature without qualifying properties."""
    BASIC = "XAdES-B"
    """Binds the signer's certificate and the claimed time of signing."""
    TIMESTAMPED = "XAdES-T"
    """A timestamp authority (RFC 3161) proves that the signature existed at a moment."""


class RevocationState(StrEnum):
    """What is known of a certificate's revocation (thu hồi chứng thư)."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class Capacity(StrEnum):
    """By what right a certificate signs for an agency (tư cách ký)."""

    SEAL = "seal"
    """The agency's own seal certificate (chứng thư số của cơ quan, con dấu số)."""
    PERSON = "person"
    """A named person's certificate, on a named act (người có thẩm quyền hoặc được ủy quyền)."""
    PARENT = "parent"
    """The seal of an agency above it, on its behalf (cơ quan chủ quản ký thay)."""
    CARRIER = "carrier"
    """A platform's own certificate (LGSP): it carries, and never signs for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One certificate of the path, the signer's first, the trust anchor last."""

    subject: str
    fingerprint: str
    """SHA-256 of the DER bytes, lower-case hexadecimal."""
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationFact:
    """What was known of one certificate's revocation when it was judged."""

    subject: str
    fingerprint: str
    state: RevocationState
    source: str | None = None
    """``crl`` or ``ocsp``; None where nothing was known."""
    this_update: datetime | None = None
    """From when the information is."""
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    grace: bool = False
    """The information is older than it may be, and was used for the time the policy grants while
    no newer can be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The mandate (quyền ký) by which the certificate signed for the agency."""

    capacity: Capacity
    agency: str
    """Code of the agency signed for."""
    act: str = ""
    """Số, ký hiệu of the decision that gives the right."""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """Whose signature it is, and what was looked at to believe it."""

    policy: str
    """Name of the policy it was held to."""
    level: SignatureLevel = SignatureLevel.PLAIN
    algorithm: str = ""
    """Signature algorithm as signxml calls it, for example ``ECDSA_SHA256``."""
    digest: str = ""
    """Digest of the signed content, lower-case hexadecimal, where the signature verified: what two
    spellings of one signed document have in common. Empty where it did not."""
    signer: str = ""
    """Subject of the signer's certificate (RFC 4514); empty when no key verified the signature."""
    fingerprint: str = ""
    organization: str | None = None
    """organizationIdentifier (2.5.4.97) of the subject, where it has one."""
    claimed_at: datetime | None = None
    """When the signer says it signed (XAdES SigningTime); proves nothing."""
    proven_at: datetime | None = None
    """When a verified timestamp proves that the signature existed."""
    timestamped_by: str | None = None
    """Subject of the timestamp authority's certificate."""
    judged_at: datetime | None = None
    """The moment as of which certificate, path and right were judged: the proven one, else that of
    the check."""
    path: tuple[PathStep, ...] = ()
    unread: tuple[str, ...] = ()
    """Unsigned properties (XAdES) that were there and were believed in nothing."""
    revocation: tuple[RevocationFact, ...] = ()
    right: Right | None = None
    sub_indication: str | None = None
    """Why it is not PASSED, in the words of EN 319 102-1 clause 5.1.3."""
