"""The registry as administrators change it: the port that the store implements.

Every change is audited, raises the registry's version, and so counts from the next document on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from axis.registry.agency import Agency
from axis.registry.directory import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCertificate:
    """A certificate to keep, as plain facts (see `axis.trust.certificates.Certificate`)."""

    fingerprint: str
    der: bytes
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    organization_identifier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnrolment:
    """A certificate to keep and to bind to an agency."""

    certificate: NewCertificate
    agency: str
    """Code or alias."""
    valid_from: date | None = None
    valid_to: date | None = None
    line: int | None = None
    """Line of the file that asks for it, for messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A kept certificate and one of its bindings (None: bound to nobody)."""

    fingerprint: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    agency: str | None
    agency_name: str | None
    valid_from: date | None
    valid_to: date | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAccount:
    """An endpoint as the broker has to know it."""

    id: str
    name: str
    password_hash: str


class Administration(Protocol):
    """Reads and changes the registry."""

    async def directory(self) -> Directory:
        """Return the registry as it is now."""

    async def put_agencies(self, agencies: Sequence[Agency], actor: str) -> None:
        """Add or change agencies, with their aliases, all or none.

        Raises InvalidInputError when the registry would not be sound (see
        `axis.registry.consistency`).
        """

    async def put_endpoints(self, endpoints: Sequence[EndpointAccount], actor: str) -> list[str]:
        """Add endpoints, all or none; of existing ones only the name changes.

        Returns the ids of those that were added, whose passwords now count. Raises
        InvalidInputError for an id that cannot be one.
        """

    async def set_password(self, endpoint: str, password_hash: str, actor: str) -> None:
        """Give an endpoint a new password; raises InvalidInputError for an unknown one."""

    async def endpoint_accounts(self) -> list[EndpointAccount]:
        """Return all endpoints with their password hashes."""

    async def endpoint_account(self, endpoint: str) -> EndpointAccount | None:
        """Return one endpoint with its password hash, or None."""

    async def enrol(
        self,
        certificate: NewCertificate,
        agency: str,
        valid_from: date | None,
        valid_to: date | None,
        actor: str,
    ) -> None:
        """Keep a certificate and bind it to an agency.

        Raises InvalidInputError when the agency is unknown, or the certificate names another
        organisation (2.5.4.97), or was revoked before.
        """

    async def enrol_all(self, enrolments: Sequence[NewEnrolment], actor: str) -> None:
        """Keep and bind many certificates, all or none.

        Raises RegistryFileError (an InvalidInputError) with everything that is wrong.
        """

    async def revoke(self, fingerprint: str, at: datetime, reason: str, actor: str) -> list[str]:
        """End every binding of a certificate; return the agencies concerned."""

    async def certificates(self) -> list[CertificateLine]:
        """Return all certificates with their bindings."""

    async def certificate(self, fingerprint: str) -> bytes | None:
        """Return a certificate's DER bytes."""
