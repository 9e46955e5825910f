"""Certificates as far as the right to sign goes: no keys, no bytes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from axis.registry.enrolment import NewCertificate


@dataclass(frozen=True)
class Signer:
    """See `axis.registry.mandates.Signer`."""

    fingerprint: str
    subject: str
    organization_identifier: str | None


def signer(fingerprint: str = "ab12", organization: str | None = None) -> Signer:
    """A certificate that names this organisation, or none."""
    return Signer(fingerprint, f"CN={fingerprint}", organization)


def new_certificate(
    fingerprint: str = "ab12",
    organization: str | None = None,
    *,
    not_before: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    not_after: datetime = datetime(2029, 1, 1, tzinfo=UTC),
) -> NewCertificate:
    """A certificate that is to be enrolled."""
    return NewCertificate(
        fingerprint=fingerprint,
        der=fingerprint.encode(),
        subject=f"CN={fingerprint}",
        issuer="CN=CA",
        serial="1",
        not_before=not_before,
        not_after=not_after,
        organization_identifier=organization,
    )
