"""What the demo PKI consists of: authorities, services, seals, persons; and what is revoked."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from axis.errors import ConfigurationError
from axis.local.pki_entries import (
    ARCHITECTURE,
    Config,
    add,
    add_authority,
    add_responder,
    architecture,
    labels,
    lasting,
    period,
    purposes,
    services,
    set_port,
    subject,
    usage,
)

ROOT: Final = "root"
INTERMEDIATE: Final = "intermediate"
RECEIPTS: Final = "receipts"
TIMESTAMPS: Final = "tsa"

CRL_PATH: Final = f"/{ARCHITECTURE}/crls/{{authority}}/latest.crl"
CERTIFICATE_PATH: Final = f"/{ARCHITECTURE}/certs/{{authority}}/ca.crt"
OCSP_PATH: Final = f"/{ARCHITECTURE}/ocsp/{{authority}}"
TIMESTAMP_PATH: Final = f"/{ARCHITECTURE}/tsa/{TIMESTAMPS}"
"""Where certomancer, which writes them into certificates, has its services below the address."""

SIGNING: Final = ("digital_signature", "non_repudiation")


class Flaw(StrEnum):
    """What is wrong with a certificate that exists only to be refused; nothing else is."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OTHER_ROOT = "other-root"
    """Issued by an authority that nobody trusts."""
    SELF_SIGNED = "self-signed"
    NO_SIGNING_USAGE = "no-signing-usage"
    """Key usage allows key encipherment only."""
    SERVER_ONLY = "server-only"
    """Extended key usage allows TLS servers only."""
    AUTHORITY = "authority"
    """A certification authority's own certificate."""
    RSA_1024 = "rsa-1024"
    SMALL_CURVE = "small-curve"
    """EC P-192."""
    SHA1 = "sha1"
    """Issued under a SHA-1 signature."""
    ISSUER_NO_AUTHORITY = "issuer-no-authority"
    """Issued by the holder of a certificate that says CA:false."""
    PATH_TOO_LONG = "path-too-long"
    """Its issuer stands below an authority that may have none below it (pathLenConstraint 0)."""
    NAME_CONSTRAINTS = "name-constraints"
    """Its issuer may certify another organization only."""
    UNKNOWN_EXTENSION = "unknown-extension"
    """Carries a critical extension that nobody knows."""
    REKEYED = "rekeyed"
    """The first agency's name with another key and serial number."""
    OTHER_AGENCY = "other-agency"
    """The first agency's name with the organizationIdentifier of the last."""
    REVOKED = "revoked"
    REVOKED_ISSUER = "revoked-issuer"
    """Itself not revoked, but its issuer is."""
    NO_USAGE = "no-usage"
    """Does not say what its key may be used for."""
    NO_DIGITAL_SIGNATURE = "no-digital-signature"
    """Key usage allows key agreement only."""
    TIMESTAMPS_ONLY = "timestamps-only"
    """Extended key usage allows timestamps only."""
    CODE_ONLY = "code-only"
    """Extended key usage allows signing of programs only."""
    OUTLIVES_ISSUER = "outlives-issuer"
    """Valid longer than its issuer."""
    DSA = "dsa"
    SECP256K1 = "secp256k1"
    """As strong as P-256, but no curve of the policy."""
    ED25519 = "ed25519"


def complete(config: Config, at: datetime, port: int | None) -> None:
    """Add what is missing of authorities, OCSP responders, TSA and the key of the receipts.

    With a `port` of 127.0.0.1, certificates made from now on say where to ask about them.
    """
    if port is not None:
        set_port(config, port)
    add_authority(config, ROOT, ROOT, "Gốc tin cậy thử nghiệm axis", at, path_length=1)
    add_responder(config, ROOT, at)
    add_authority(config, INTERMEDIATE, ROOT, "CA cấp chứng thư thử nghiệm axis", at)
    add_responder(config, INTERMEDIATE, at)
    _add_timestamps(config, at)
    name = subject("Trục liên thông văn bản (thử nghiệm)")
    add(config, RECEIPTS, INTERMEDIATE, name, period(at), [usage(SIGNING)])


def seal_label(code: str) -> str:
    """Return the name under which the configuration knows an agency's seal."""
    return f"seal-{code}"


def seals(config: Config) -> list[str]:
    """Return the labels of all seals, in the order in which they were made."""
    return [label for label in labels(config) if label.startswith(seal_label(""))]


def add_seal(config: Config, code: str, name: str, at: datetime) -> None:
    """Add an agency's seal certificate; the agency code is its organizationIdentifier."""
    add(config, seal_label(code), INTERMEDIATE, subject(name, code), period(at), [usage(SIGNING)])


def person_label(code: str, number: int) -> str:
    """Return the name under which the configuration knows a person of an agency."""
    return f"person-{code}-{number}"


def add_person(
    config: Config, code: str, number: int, name: str, agency: str, at: datetime
) -> None:
    """Add a person's certificate: it names the agency, but is not its seal and has no code."""
    holder = {"common-name": name, "organization-name": agency}
    label = person_label(code, number)
    add(config, label, INTERMEDIATE, holder, period(at), [usage(SIGNING)])


def pin_certificate(config: Config, label: str, file: str) -> None:
    """Make certomancer serve the certificate of this file instead of issuing a new one."""
    architecture(config)["certs"][label]["certificate-file"] = file


def unpinned(config: Config) -> list[str]:
    """Return the labels of certificates that are not issued yet, or were not when a run ended."""
    certificates = architecture(config)["certs"]
    return [label for label, entry in certificates.items() if "certificate-file" not in entry]


def revoke(config: Config, label: str, at: datetime) -> None:
    """Enter that a certificate is revoked from a moment on; what is revoked already stays so.

    Raises ConfigurationError for a label that the PKI doesn't have.
    """
    if label not in labels(config):
        raise ConfigurationError(
            f"PKI thử nghiệm không có chứng thư «{label}»."
            f" / The demo PKI has no certificate «{label}»."
        )
    revocation = {"revoked-since": at.isoformat(), "reason": "key_compromise"}
    architecture(config)["certs"][label].setdefault("revocation", revocation)


def revoked_since(config: Config, label: str) -> datetime | None:
    """Return since when a certificate is revoked; None when it isn't."""
    revocation = architecture(config)["certs"][label].get("revocation")
    return None if revocation is None else datetime.fromisoformat(revocation["revoked-since"])


def _add_timestamps(config: Config, at: datetime) -> None:
    """Add the timestamp authority: one purpose, critical (RFC 3161, 2.3)."""
    extensions = [usage(SIGNING), purposes("time_stamping", critical=True)]
    name = subject("Cấp dấu thời gian thử nghiệm axis")
    add(config, TIMESTAMPS, ROOT, name, lasting(at), extensions)
    service = {"signing-cert": TIMESTAMPS, "signing-key": TIMESTAMPS}
    services(config, "time-stamping").setdefault(TIMESTAMPS, service)
