"""The language of the demo PKI's configuration: certomancer's own, as plain data.

The configuration is stored as JSON, which is YAML too, so that certomancer's tools (its CRL, OCSP
and timestamp services among them) read the same file.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

ARCHITECTURE: Final = "axis-demo"

YEAR: Final = timedelta(days=365)
AUTHORITY_VALIDITY: Final = 20 * YEAR
_AUTHORITY_AGE: Final = 5 * YEAR
"""Authorities are older than what they issue, the long expired certificates included."""

_SEAL_VALIDITY: Final = 5 * YEAR
_BACKDATED: Final = timedelta(days=1)
"""Certificates are valid from a day before they are made, for clocks that differ."""

_MAX_COMMON_NAME: Final = 64
"""Upper bound of commonName in RFC 5280 (ub-common-name)."""

_ADDRESS: Final = "external-url-prefix"

_CRL_SCHEDULE: Final = "P7D"
_OCSP_VALIDITY: Final = {"minutes": 60}
"""What certomancer's own tools go by; `axis pki serve` has its validity from its option."""

Config = dict[str, Any]


def new_configuration() -> Config:
    """Return a configuration in which nothing exists yet."""
    return {
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


def labels(config: Config) -> list[str]:
    """Return the labels of all certificates in the configuration."""
    return list(architecture(config)["certs"])


def authorities(config: Config) -> list[str]:
    """Return the labels of the authorities that keep a list of what they revoked."""
    return list(services(config, "crl-repo"))


def address(config: Config) -> str | None:
    """Return where the services of this PKI answer; None when its certificates name no place."""
    return config.get(_ADDRESS)


def set_port(config: Config, port: int) -> None:
    """Have certificates say from now on that the services answer on this port of 127.0.0.1.

    If earlier certificates name another port, that one stays.
    """
    config.setdefault(_ADDRESS, f"http://127.0.0.1:{port}")


def add_authority(
    config: Config,
    label: str,
    issuer: str,
    name: str,
    at: datetime,
    *,
    path_length: int = 0,
    extensions: Iterable[Config] = (),
) -> None:
    """Add an authority with its revocation list, and where its own certificate is to be had."""
    kept = {"for-issuer": label, "issuer-cert": label}
    lists = {**kept, "signing-key": label, "simulated-update-schedule": _CRL_SCHEDULE}
    services(config, "crl-repo").setdefault(label, lists)
    services(config, "cert-repo").setdefault(label, kept)
    constraints = basic_constraints(path_length=path_length)
    signing = usage(("key_cert_sign", "crl_sign"))
    add(config, label, issuer, subject(name), lasting(at), [constraints, signing, *extensions])


def add_responder(config: Config, authority: str, at: datetime) -> None:
    """Add the delegated OCSP responder of an authority (RFC 6960, 4.2.2.2)."""
    label = f"ocsp-{authority}"
    name = subject(f"Trả lời OCSP thử nghiệm ({authority})")
    extensions = [
        usage(("digital_signature",)),
        purposes("ocsp_signing"),
        # It answers for itself only by being short-lived, so asking about it would be circular.
        {"id": "ocsp_no_check"},
    ]
    add(config, label, authority, name, period(at), extensions)
    service: Config = {"for-issuer": authority, "issuer-cert": authority}
    service |= {"responder-cert": label, "signing-key": label, "validity-period": _OCSP_VALIDITY}
    services(config, "ocsp").setdefault(authority, service)


def add(
    config: Config,
    label: str,
    issuer: str,
    holder: Config | str,
    validity: tuple[datetime, datetime],
    extensions: Iterable[Config],
) -> None:
    """Add a certificate with a key of its own, unless there is one of this label.

    `holder` is a name, or the label of the one who has it already.
    """
    known = architecture(config)
    if label in known["certs"]:
        return
    if not isinstance(holder, str):
        known["entities"][label] = holder
        holder = label
    config["keysets"][ARCHITECTURE]["keys"][label] = {"path": key_file_name(label)}
    known["certs"][label] = {
        "subject": holder,
        "subject-key": label,
        "issuer": issuer,
        "issuer-cert": issuer,
        # Random, so that certificates of two demo authorities are never taken for each other.
        "serial": secrets.randbits(120) | 1 << 119,
        "validity": {"valid-from": validity[0].isoformat(), "valid-to": validity[1].isoformat()},
        "extensions": [*extensions, *_addresses(config, label, issuer)],
    }


def key_file_name(label: str) -> str:
    """Return the name of a label's private key file."""
    return f"{label}.key.pem"


def architecture(config: Config) -> Config:
    """Return the part of the configuration that describes the PKI."""
    found: Config = config["pki-architectures"][ARCHITECTURE]
    return found


def services(config: Config, kind: str) -> Config:
    """Return the services of a kind, by their labels."""
    found: Config = architecture(config).setdefault("services", {}).setdefault(kind, {})
    return found


def subject(name: str, code: str | None = None) -> Config:
    """Return the name of an organization, with its agency code if it has one."""
    found = {"common-name": name[:_MAX_COMMON_NAME], "organization-name": name}
    return found if code is None else {**found, "organization-identifier": code}


def period(at: datetime) -> tuple[datetime, datetime]:
    """Return the validity of what is issued at a moment."""
    return at - _BACKDATED, at + _SEAL_VALIDITY


def lasting(at: datetime) -> tuple[datetime, datetime]:
    """Return the validity of authorities, and of who is asked about times long ago."""
    return at - _AUTHORITY_AGE, at + AUTHORITY_VALIDITY


def usage(usages: Iterable[str]) -> Config:
    """Return the extension that says what a key may be used for (keyUsage)."""
    params = {"schema": "key-usage", "params": list(usages)}
    return {"id": "key_usage", "critical": True, "smart-value": params}


def purposes(*names: str, critical: bool = False) -> Config:
    """Return the extension that restricts a key to purposes (extendedKeyUsage)."""
    return {"id": "extended_key_usage", "critical": critical, "value": list(names)}


def basic_constraints(*, path_length: int) -> Config:
    """Return the extension that makes an authority."""
    value = {"ca": True, "path_len_constraint": path_length}
    return {"id": "basic_constraints", "critical": True, "value": value}


def _addresses(config: Config, label: str, issuer: str) -> list[Config]:
    """Return where to ask about a certificate: list, responder, issuer (RFC 5280, 4.2)."""
    told = address(config) is not None and issuer in authorities(config)
    if not told or issuer == label or label.startswith("ocsp-"):
        return []
    responders = [issuer] if issuer in services(config, "ocsp") else []
    links = {"ocsp-responder-names": responders, "ca-issuer-links": [{"repo": issuer}]}
    lists = {"crl-repo-names": [issuer]}
    return [
        {
            "id": "crl_distribution_points",
            "smart-value": {"schema": "crl-dist-url", "params": lists},
        },
        {
            "id": "authority_information_access",
            "smart-value": {"schema": "aia-urls", "params": links},
        },
    ]
