"""The registry as administrators change it: the port that the store implements.

Every change is audited, raises the registry's version, and so counts from the next document on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from axis.facts import Capacity
from axis.registry.agency import Agency, legal_day
from axis.registry.directory import Directory
from axis.registry.enrolment import NewEnrolment
from axis.registry.groups import Group
from axis.registry.mandates import MessageKind
from axis.registry.rollover import Switch, WantedSwitch


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A kept certificate and one of its mandates (agency None: it has none)."""

    fingerprint: str
    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    mandate: UUID | None
    """Id of the mandate."""
    agency: str | None
    agency_name: str | None
    capacity: Capacity | None
    kinds: tuple[MessageKind, ...]
    act: str
    valid_from: date | None
    valid_to: date | None
    revoked_at: datetime | None

    @property
    def last_day(self) -> date:
        """The last day on which it can be signed with: the certificate's or the mandate's."""
        end = legal_day(self.not_after)
        return end if self.valid_to is None else min(end, self.valid_to)


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

    async def put_groups(self, groups: Sequence[Group], actor: str) -> None:
        """Add or change groups, all or none.

        Raises InvalidInputError for a code that an agency has, for a group that nobody can belong
        to, and for agencies that are not in the registry.
        """

    async def remove_group(self, code: str, actor: str) -> None:
        """Take a group away; raises InvalidInputError for an unknown one.

        Documents that were sent to it stay as they are.
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

    async def enrol(self, enrolments: Sequence[NewEnrolment], actor: str) -> None:
        """Keep certificates and give them their mandates, all or none.

        A mandate that exists (the same certificate, agency, capacity and act) gets the new term
        and kinds. Raises RegistryFileError (an InvalidInputError) with everything that is wrong,
        see `axis.registry.enrolment`.
        """

    async def switch(self, wanted: WantedSwitch, actor: str) -> Switch:
        """Let an agency's new certificate take the place of its old one, with an overlap.

        Raises InvalidInputError, see `axis.registry.rollover`.
        """

    async def revoke(self, fingerprint: str, at: datetime, reason: str, actor: str) -> list[str]:
        """End every mandate of a certificate; return the agencies concerned."""

    async def certificates(self) -> list[CertificateLine]:
        """Return all certificates, one line a mandate."""

    async def certificate(self, fingerprint: str) -> bytes | None:
        """Return a certificate's DER bytes."""
