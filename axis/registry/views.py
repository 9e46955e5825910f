"""The registry as administrators look at it: pages of agencies and certificates, never all of it.

A directory of 111,000 agencies is searched where it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from axis.registry.administration import CertificateLine
from axis.registry.agency import Level

EXPIRY_WARNING = timedelta(days=30)
"""How long before its end a certificate is shown as expiring: renewing one takes weeks."""


NO_MANDATE: Final = UUID(int=0)
"""Stands before the ids of all mandates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyFilter:
    """What a list of agencies is narrowed to; None or empty means no limit."""

    text: str = ""
    """Searched in code, aliases and name, without regard to case and Vietnamese diacritics."""
    level: Level | None = None
    parent: str | None = None
    limit: int = 50
    after: str | None = None
    """Only codes after this one: the way to the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """One line of the list of agencies."""

    code: str
    name: str
    level: Level
    parent: str | None
    parent_name: str | None
    endpoint: str | None
    """Its own endpoint."""
    aliases: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    successor_name: str | None
    certificates: int
    """How many sign for it, now or at other times, and are not revoked."""


class Standing(StrEnum):
    """Whether a certificate may be signed with by a mandate, as far as the registry knows."""

    GOOD = "good"
    """Còn hiệu lực."""
    EXPIRING = "expiring"
    """Ends, itself or its mandate, within `EXPIRY_WARNING`."""
    NOT_YET_VALID = "not_yet_valid"
    """Begins later."""
    EXPIRED = "expired"
    """Ended, itself or its mandate."""
    REVOKED = "revoked"
    """Đã thu hồi: an administrator ended the mandate."""
    UNBOUND = "unbound"
    """Kept, but without a mandate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFilter:
    """What a list of certificates is narrowed to; None or empty means no limit."""

    text: str = ""
    """Searched in subject, issuer, serial, fingerprint and the agency's code and name."""
    standing: Standing | None = None
    agency: str | None = None
    fingerprint: str | None = None
    limit: int = 50
    after: tuple[str, str, UUID] | None = None
    """Agency code, fingerprint and mandate of the last line: the next page. Of a certificate
    without a mandate the code is empty, and the mandate `NO_MANDATE`."""


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """A certificate with one of its mandates, and how that stands at the moment asked for."""

    line: CertificateLine
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """A document that people have to look at: a certificate of its signature's path had been
    revoked by its issuer when it was accepted, which the axis learnt later.
    """

    fingerprint: str
    """The revoked certificate."""
    subject: str | None
    """Its subject; None for an authority, which the registry does not keep."""
    revoked_at: datetime
    known_at: datetime
    """When the axis learnt of it."""
    id: UUID
    document_id: str
    code: str
    """Số, ký hiệu."""
    sender: str
    sender_name: str
    receivers: tuple[str, ...]
    """Codes of the agencies that it was delivered to."""
    accepted_at: datetime


class RegistryReader(Protocol):
    """Answers administrators' questions about the registry."""

    async def agencies(self, wanted: AgencyFilter) -> Sequence[AgencyLine]:
        """Return matching agencies by code."""

    async def agency(self, code: str) -> AgencyLine | None:
        """Return the agency with this code or alias, or None."""

    async def certificates(
        self, wanted: CertificateFilter, at: datetime
    ) -> Sequence[CertificateEntry]:
        """Return matching certificates by agency code, one entry a mandate."""

    async def to_review(self, fingerprint: str | None, limit: int) -> Sequence[ReviewLine]:
        """Return documents to look at, the newest first: all, or those that a certificate signed
        or that rest on it.
        """
