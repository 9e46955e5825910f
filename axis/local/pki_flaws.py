"""Certificates with exactly one flaw each, for tests of refusals."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from axis.errors import ConfigurationError
from axis.local.pki_config import INTERMEDIATE, ROOT, SIGNING, Flaw, revoke, seals
from axis.local.pki_entries import (
    AUTHORITY_VALIDITY,
    YEAR,
    Config,
    add,
    add_authority,
    architecture,
    basic_constraints,
    period,
    purposes,
    subject,
    usage,
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey

KEYS: Final[dict[Flaw, Callable[[], Key]]] = {
    Flaw.RSA_1024: lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505 - on purpose
    Flaw.SMALL_CURVE: lambda: ec.generate_private_key(ec.SECP192R1()),
    # Refused at any size; parameters of 2048 bits would take seconds.
    Flaw.DSA: lambda: dsa.generate_private_key(1024),  # noqa: S505
    Flaw.SECP256K1: lambda: ec.generate_private_key(ec.SECP256K1()),
    Flaw.ED25519: ed25519.Ed25519PrivateKey.generate,
}
"""How the keys are made that are no P-256 keys like those of the others."""

_UNKNOWN_EXTENSION: Final = "2.999.1"
"""Below the arc for examples (ITU-T X.660), so that nobody ever gives it a meaning."""
_DER_NULL: Final = "0500"

_REVOKED_SINCE: Final = timedelta(hours=1)
"""Certificates are valid for a day when they are made, so they were good once."""

_PERIODS: Final = {
    Flaw.EXPIRED: (-2 * YEAR, -YEAR),
    Flaw.NOT_YET_VALID: (YEAR, 2 * YEAR),
    Flaw.OUTLIVES_ISSUER: (-timedelta(days=1), AUTHORITY_VALIDITY + YEAR),
}
_USAGES: Final[dict[Flaw, tuple[str, ...]]] = {
    Flaw.NO_SIGNING_USAGE: ("key_encipherment",),
    Flaw.NO_DIGITAL_SIGNATURE: ("key_agreement",),
    Flaw.AUTHORITY: (*SIGNING, "key_cert_sign"),
    Flaw.NO_USAGE: (),
}
_EXTENSIONS: Final = {
    Flaw.SERVER_ONLY: purposes("server_auth"),
    Flaw.TIMESTAMPS_ONLY: purposes("time_stamping"),
    Flaw.CODE_ONLY: purposes("code_signing"),
    Flaw.AUTHORITY: basic_constraints(path_length=0),
    Flaw.UNKNOWN_EXTENSION: {
        "id": _UNKNOWN_EXTENSION,
        "critical": True,
        "smart-value": {"schema": "der-bytes", "params": _DER_NULL},
    },
}


def flaw_label(flaw: Flaw) -> str:
    """Return the name under which the configuration knows the certificate with a flaw."""
    return f"flawed-{flaw.value}"


def add_flawed(config: Config, flaw: Flaw, at: datetime) -> None:
    """Add a certificate with exactly one flaw.

    Raises ConfigurationError when the PKI has no two agencies whose names could be mixed up.
    """
    label = flaw_label(flaw)
    begin, end = period(at)
    if flaw in _PERIODS:
        begin, end = (at + distance for distance in _PERIODS[flaw])
    usages = _USAGES.get(flaw, SIGNING)
    extensions = [usage(usages)] if usages else []
    if flaw in _EXTENSIONS:
        extensions.append(_EXTENSIONS[flaw])
    add(config, label, _issuer(config, flaw, at), _holder(config, flaw), (begin, end), extensions)
    if flaw is Flaw.SHA1:
        architecture(config)["certs"][label]["digest-algo"] = "sha1"
    elif flaw is Flaw.REVOKED:
        revoke(config, label, at - _REVOKED_SINCE)


def _holder(config: Config, flaw: Flaw) -> Config | str:
    if flaw not in (Flaw.REKEYED, Flaw.OTHER_AGENCY):
        return subject(f"Chứng thư lỗi {flaw.value}")
    try:
        first, *_, last = seals(config)
    except ValueError:
        raise ConfigurationError(
            "Cần ít nhất hai cơ quan để tạo các chứng thư lỗi."
            " / Certificates with flaws need a PKI of at least two agencies."
        ) from None
    if flaw is Flaw.REKEYED:
        return first
    entities = architecture(config)["entities"]
    code = "organization-identifier"
    return {**entities[first], code: entities[last][code]}


def _issuer(config: Config, flaw: Flaw, at: datetime) -> str:
    """Return the label of who issues the certificate; made here, if it is the issuer's flaw."""
    label, name = f"issuer-{flaw.value}", f"CA lỗi {flaw.value}"
    if flaw is Flaw.SELF_SIGNED:
        return flaw_label(flaw)
    if flaw is Flaw.AUTHORITY:
        return ROOT
    if flaw is Flaw.OTHER_ROOT:
        add_authority(config, label, label, name, at)
    elif flaw is Flaw.PATH_TOO_LONG:
        add_authority(config, label, INTERMEDIATE, name, at)
    elif flaw is Flaw.NAME_CONSTRAINTS:
        add_authority(config, label, ROOT, name, at, extensions=[_other_organization_only()])
    elif flaw is Flaw.REVOKED_ISSUER:
        add_authority(config, label, ROOT, name, at)
        revoke(config, label, at - _REVOKED_SINCE)
    elif flaw is Flaw.ISSUER_NO_AUTHORITY:
        no_authority = {"id": "basic_constraints", "critical": True, "value": {"ca": False}}
        extensions = [no_authority, usage((*SIGNING, "key_cert_sign"))]
        add(config, label, INTERMEDIATE, subject(name), period(at), extensions)
    else:
        return INTERMEDIATE
    return label


def _other_organization_only() -> Config:
    names = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cơ quan khác (thử nghiệm)"),
    ]
    permitted = x509.NameConstraints([x509.DirectoryName(x509.Name(names))], None)
    value = {"schema": "der-bytes", "params": permitted.public_bytes().hex()}
    return {"id": "name_constraints", "critical": True, "smart-value": value}
