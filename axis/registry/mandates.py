"""Mandates (quyền ký): which certificate may sign for which agency, when, what, on whose act.

Pure values, and the judgement of one signature against them. A certificate may have several (a
person for two units, a parent for several, a renewed term); one that holds is enough.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from axis.facts import Capacity, Right
from axis.reasons import Reason
from axis.registry.agency import Agency, legal_day
from axis.registry.problems import quoted
from axis.verdict import Finding

MAX_ACT_CHARS: Final = 200
"""Number, notation, day and issuer of a decision; its contents belong to the files."""


class MessageKind(StrEnum):
    """What a message does, as far as a mandate may allow it."""

    NEW = "new"
    """Văn bản mới."""
    RECALL = "recall"
    """Thu hồi."""
    UPDATE = "update"
    """Cập nhật."""
    REPLACE = "replace"
    """Thay thế."""
    STATUS = "status"
    """Trạng thái, phản hồi."""


ALL_KINDS: Final = frozenset(MessageKind)

ON_AN_ACT: Final = frozenset({Capacity.PERSON, Capacity.PARENT})
"""Rights that exist only because somebody decided so: the act has to be named."""


class Signer(Protocol):
    """A certificate that signs (see `axis.trust.certificates.Certificate`)."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the DER bytes, lower-case hexadecimal."""

    @property
    def subject(self) -> str:
        """Subject name as people read it (RFC 4514)."""

    @property
    def organization_identifier(self) -> str | None:
        """Subject attribute 2.5.4.97, None when absent."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """The right to sign for an agency with one certificate."""

    fingerprint: str
    """Of the certificate: SHA-256 over the DER bytes, lower-case hexadecimal."""
    agency: str
    """Code of the agency signed for; of a carrier, the one that enrolled it."""
    capacity: Capacity = Capacity.SEAL
    kinds: frozenset[MessageKind] = ALL_KINDS
    act: str = ""
    """Số, ký hiệu of the decision that gives the right; see `ON_AN_ACT`."""
    valid_from: date | None = None
    """First day (None: from the start of the certificate)."""
    valid_to: date | None = None
    """Last day (None: to the end of the certificate)."""
    revoked_at: datetime | None = None
    """When an administrator withdrew the certificate."""

    def covers(self, day: date) -> bool:
        """Return whether its term includes this day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def overlaps(self, other: "Mandate") -> bool:
        """Return whether there is a day that both terms include."""
        first = max(self.valid_from or date.min, other.valid_from or date.min)
        last = min(self.valid_to or date.max, other.valid_to or date.max)
        return first <= last

    def withdrawn(self, at: datetime) -> bool:
        """Return whether an administrator had withdrawn it by this moment."""
        return self.revoked_at is not None and self.revoked_at <= at

    def holds(self, at: datetime) -> bool:
        """Return whether it was in force at this moment."""
        return self.covers(legal_day(at)) and not self.withdrawn(at)

    @property
    def key(self) -> tuple[str, str, Capacity, str]:
        """What it is known by: enrolling the same again changes its term and kinds."""
        return self.fingerprint, self.agency, self.capacity, self.act

    @property
    def right(self) -> Right:
        """It as a verdict records it."""
        return Right(
            capacity=self.capacity,
            agency=self.agency,
            act=self.act,
            first=self.valid_from,
            last=self.valid_to,
        )


@dataclass(frozen=True, slots=True)
class Signing:
    """One signature, as far as the right to make it goes."""

    signer: Signer
    agency: Agency
    """For whom it was made."""
    above: Sequence[Agency]
    """The agencies above that one which acted on that day."""
    kind: MessageKind
    at: datetime
    """When it was made."""


def judge(mandates: Sequence[Mandate], signing: Signing) -> Mandate | Finding:
    """Return the mandate by which a certificate signed, or what forbade it.

    ``mandates`` are all of that certificate, under the agencies' present codes. Of several
    obstacles the one nearest to success is named: it is the one to remove.
    """
    facts = {"subject": signing.signer.subject or f"SHA-256 {signing.signer.fingerprint}"}
    if not mandates:
        return Finding(Reason.CERTIFICATE_NOT_ENROLLED, facts=facts)
    if _carries_only(mandates, signing.at):
        return Finding(Reason.CARRIER_ONLY, facts=facts)
    facts["code"] = signing.agency.code
    own = [
        mandate
        for mandate in mandates
        if mandate.agency == signing.agency.code and mandate.capacity is not Capacity.CARRIER
    ]
    if not own:
        return Finding(Reason.CERTIFICATE_OF_OTHER_AGENCY, facts=facts)
    obstacles = []
    for mandate in sorted(own, key=lambda one: _PREFERRED.index(one.capacity)):
        obstacle = _obstacle(mandate, mandates, signing)
        if obstacle is None:
            return mandate
        obstacles.append((obstacle, mandate))
    reason, mandate = max(obstacles, key=lambda one: _NEARER.index(one[0]))
    return Finding(reason, facts={**facts, **_facts(reason, mandate, signing)})


def names_another(capacity: Capacity, signer: Signer, agency: Agency) -> bool:
    """Return whether the certificate's subject names an organisation that may not sign so.

    Where it carries organizationIdentifier, a seal's or a person's must be a code of the agency
    signed for. A parent's is another agency's, see `seal_above`; a carrier may be anybody's.
    """
    named = signer.organization_identifier
    if named is None or capacity in (Capacity.PARENT, Capacity.CARRIER):
        return False
    return named not in agency.codes


def seal_above(
    mandates: Iterable[Mandate], signer: Signer, above: Iterable[Agency], at: datetime | None = None
) -> Agency | None:
    """Return the agency above whose own seal a certificate is, None when it is no such seal.

    ``mandates`` are all of that certificate; with a moment, its seal has to be in force then.
    """
    sealing = {
        mandate.agency
        for mandate in mandates
        if mandate.capacity is Capacity.SEAL and (at is None or mandate.holds(at))
    }
    for agency in above:
        if agency.code in sealing and not names_another(Capacity.SEAL, signer, agency):
            return agency
    return None


def in_order(kinds: Collection[MessageKind]) -> list[str]:
    """Return the names of kinds, always in the same order."""
    return [kind.value for kind in MessageKind if kind in kinds]


_PREFERRED: Final = (Capacity.SEAL, Capacity.PERSON, Capacity.PARENT)
"""Which right is recorded where several hold: the agency's own before a lent one."""

_NEARER: Final = (
    Reason.CERTIFICATE_REVOKED,
    Reason.CERTIFICATE_OF_OTHER_ORGANISATION,
    Reason.MANDATE_OUTSIDE_HIERARCHY,
    Reason.CERTIFICATE_OUT_OF_TERM,
    Reason.MANDATE_KIND,
)
"""Obstacles in the order in which they are met."""


def _carries_only(mandates: Sequence[Mandate], at: datetime) -> bool:
    carrying = [mandate for mandate in mandates if mandate.capacity is Capacity.CARRIER]
    return len(carrying) == len(mandates) or any(mandate.holds(at) for mandate in carrying)


def _obstacle(mandate: Mandate, mandates: Sequence[Mandate], signing: Signing) -> Reason | None:
    """Return the first thing that stands against signing by this mandate."""
    if mandate.withdrawn(signing.at):
        return Reason.CERTIFICATE_REVOKED
    if names_another(mandate.capacity, signing.signer, signing.agency):
        return Reason.CERTIFICATE_OF_OTHER_ORGANISATION
    if mandate.capacity is Capacity.PARENT and not seal_above(
        mandates, signing.signer, signing.above, signing.at
    ):
        return Reason.MANDATE_OUTSIDE_HIERARCHY
    if not mandate.covers(legal_day(signing.at)):
        return Reason.CERTIFICATE_OUT_OF_TERM
    if signing.kind not in mandate.kinds:
        return Reason.MANDATE_KIND
    return None


def _facts(reason: Reason, mandate: Mandate, signing: Signing) -> dict[str, str]:
    """Return what the text of an obstacle needs beside the certificate and the agency."""
    if reason is Reason.CERTIFICATE_REVOKED and mandate.revoked_at is not None:
        return {"date": str(legal_day(mandate.revoked_at))}
    if reason is Reason.CERTIFICATE_OUT_OF_TERM:
        return {"first": str(mandate.valid_from or "…"), "last": str(mandate.valid_to or "…")}
    if reason is Reason.MANDATE_KIND:
        return {"kind": signing.kind.value, "kinds": ", ".join(in_order(mandate.kinds))}
    if reason is Reason.CERTIFICATE_OF_OTHER_ORGANISATION:
        return {"organization": quoted(signing.signer.organization_identifier or "")}
    return {}
