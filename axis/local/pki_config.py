"""The demo PKI as a certomancer configuration: entities, keys and certificates as plain data.

The configuration is stored as JSON, which is YAML too, so that certomancer's own tools (its
CRL, OCSP and timestamp services among them) read the same file.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

ARCHITECTURE: Final = "axis-demo"
ROOT: Final = "root"
INTERMEDIATE: Final = "intermediate"
OTHER_ROOT: Final = "other-root"
RECEIPTS: Final = "receipts"

_YEAR: Final = timedelta(days=365)
_AUTHORITY_AGE: Final = 5 * _YEAR
_AUTHORITY_VALIDITY: Final = 20 * _YEAR
"""Authorities are older than what they issue, the long expired certificates included."""

_SEAL_VALIDITY: Final = 5 * _YEAR
_BACKDATED: Final = timedelta(days=1)
"""Certificates are valid from a day before they are made, for clocks that differ."""

_MAX_COMMON_NAME: Final = 64
"""Upper bound of commonName in RFC 5280 (ub-common-name)."""

_SIGNING: Final = ("digital_signature", "non_repudiation")

Config = dict[str, Any]


class Flaw(StrEnum):
    """What is wrong with a certificate that exists only to be refused."""

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


def new_configuration(at: datetime) -> Config:
    """Return a configuration with root, intermediate and the axis's receipt certificate."""
    config: Config = {
        "keysets": {ARCHITECTURE: {"path-prefix": "keys", "keys": {}}},
        "pki-architectures": {
            ARCHITECTURE: {
                "keyset": ARCHITECTURE,
                "entity-defaults": {"country-name": "VN"},
                "entities": {},
                "certs": {},
            }
        },
    }
    _add_authority(config, ROOT, ROOT, "Gốc tin cậy thử nghiệm axis", at, path_length=1)
    _add_authority(config, INTERMEDIATE, ROOT, "CA cấp chứng thư thử nghiệm axis", at)
    _add_signer(config, RECEIPTS, "Trục liên thông văn bản (thử nghiệm)", None, _period(at))
    return config


def add_seal(config: Config, label: str, code: str, name: str, at: datetime) -> None:
    """Add an agency's seal certificate; the agency code is its organizationIdentifier."""
    _add_signer(config, label, name, code, _period(at))


def add_flawed(config: Config, label: str, flaw: Flaw, at: datetime) -> None:
    """Add a certificate with exactly one flaw."""
    name = f"Chứng thư lỗi {flaw.value}"
    period = _period(at)
    if flaw is Flaw.EXPIRED:
        period = (at - 2 * _YEAR, at - _YEAR)
    elif flaw is Flaw.NOT_YET_VALID:
        period = (at + _YEAR, at + 2 * _YEAR)
    issuer = INTERMEDIATE
    if flaw is Flaw.OTHER_ROOT:
        _add_authority(config, OTHER_ROOT, OTHER_ROOT, "Gốc không được tin cậy", at)
        issuer = OTHER_ROOT
    elif flaw is Flaw.SELF_SIGNED:
        issuer = label
    usage: Iterable[str] = _SIGNING
    extensions: list[Config] = []
    if flaw is Flaw.NO_SIGNING_USAGE:
        usage = ("key_encipherment",)
    elif flaw is Flaw.SERVER_ONLY:
        extensions = [{"id": "extended_key_usage", "value": ["server_auth"]}]
    elif flaw is Flaw.AUTHORITY:
        issuer = ROOT
        usage = (*_SIGNING, "key_cert_sign")
        extensions = [_basic_constraints(path_length=0)]
    _add(config, label, issuer, _subject(name, None), period, [_usage(usage), *extensions])
    if flaw is Flaw.SHA1:
        _architecture(config)["certs"][label]["digest-algo"] = "sha1"


def labels(config: Config) -> list[str]:
    """Return the labels of all certificates in the configuration."""
    return list(_architecture(config)["certs"])


def pin_certificate(config: Config, label: str, file: str) -> None:
    """Make certomancer serve the certificate of this file instead of issuing a new one."""
    _architecture(config)["certs"][label]["certificate-file"] = file


def revoke(config: Config, label: str, at: datetime) -> None:
    """Enter that a certificate is revoked from a moment on; what is revoked already stays so."""
    revocation = {"revoked-since": at.isoformat(), "reason": "key_compromise"}
    _architecture(config)["certs"][label].setdefault("revocation", revocation)


def add_revocation_lists(config: Config, schedule: str) -> None:
    """Have both authorities keep lists of what they revoked (``schedule``: ISO 8601 duration)."""
    lists = _architecture(config).setdefault("services", {}).setdefault("crl-repo", {})
    for authority in (ROOT, INTERMEDIATE):
        lists[authority] = {
            "for-issuer": authority,
            "issuer-cert": authority,
            "signing-key": authority,
            "simulated-update-schedule": schedule,
        }


def _add_authority(
    config: Config, label: str, issuer: str, name: str, at: datetime, *, path_length: int = 0
) -> None:
    if label in _architecture(config)["certs"]:
        return
    extensions = [
        _basic_constraints(path_length=path_length),
        _usage(("key_cert_sign", "crl_sign")),
    ]
    period = (at - _AUTHORITY_AGE, at + _AUTHORITY_VALIDITY)
    _add(config, label, issuer, _subject(name, None), period, extensions)


def _add_signer(
    config: Config, label: str, name: str, code: str | None, period: tuple[datetime, datetime]
) -> None:
    _add(config, label, INTERMEDIATE, _subject(name, code), period, [_usage(_SIGNING)])


def _add(
    config: Config,
    label: str,
    issuer: str,
    subject: Config,
    period: tuple[datetime, datetime],
    extensions: list[Config],
) -> None:
    architecture = _architecture(config)
    keys = config["keysets"][ARCHITECTURE]["keys"]
    keys[label] = {"path": key_file_name(label)}
    architecture["entities"][label] = subject
    architecture["certs"][label] = {
        "subject": label,
        "issuer": issuer,
        "issuer-cert": issuer,
        # Random, so that certificates of two demo authorities are never taken for each other.
        "serial": secrets.randbits(120) | 1 << 119,
        "validity": {"valid-from": period[0].isoformat(), "valid-to": period[1].isoformat()},
        "extensions": extensions,
    }


def key_file_name(label: str) -> str:
    """Return the name of a label's private key file."""
    return f"{label}.key.pem"


def _architecture(config: Config) -> Config:
    architecture: Config = config["pki-architectures"][ARCHITECTURE]
    return architecture


def _subject(name: str, code: str | None) -> Config:
    subject = {"common-name": name[:_MAX_COMMON_NAME], "organization-name": name}
    return subject if code is None else {**subject, "organization-identifier": code}


def _period(at: datetime) -> tuple[datetime, datetime]:
    return at - _BACKDATED, at + _SEAL_VALIDITY


def _usage(usages: Iterable[str]) -> Config:
    return {
        "id": "key_usage",
        "critical": True,
        "smart-value": {"schema": "key-usage", "params": list(usages)},
    }


def _basic_constraints(*, path_length: int) -> Config:
    value = {"ca": True, "path_len_constraint": path_length}
    return {"id": "basic_constraints", "critical": True, "value": value}
