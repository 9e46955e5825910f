"""X.509 certificates as values: read once, compared by fingerprint, passed between processes."""

import threading
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from axis.errors import InvalidInputError

MAX_CERTIFICATES_IN_FILE: Final = 500
"""A trust store of a country has tens of certificates; more is a wrong file."""

MAX_CERTIFICATE_BYTES: Final = 16 * 1024
"""A certificate has 1-2 kB, 4 kB with large keys; what is far beyond costs only memory."""

MAX_REMEMBERED: Final = 1024
"""Certificates kept ready in a process: those in use, and at most 16 MB when all are hostile."""

_PEM_MARK: Final = b"-----BEGIN"


@dataclass(frozen=True, slots=True)
class Certificate:
    """An X.509 certificate (chứng thư số); equal when its bytes are equal."""

    der: bytes = field(repr=False)
    fingerprint: str = field(compare=False)
    """SHA-256 of the DER bytes, lower-case hexadecimal."""
    subject: str = field(compare=False)
    """Distinguished name after RFC 4514."""
    issuer: str = field(compare=False)
    serial: int = field(compare=False, repr=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    common_name: str | None = field(compare=False, repr=False)
    organization_identifier: str | None = field(compare=False, repr=False)
    """Subject attribute 2.5.4.97: in seal certificates the agency code (mã định danh)."""
    is_authority: bool = field(compare=False, repr=False)
    """Basic constraints say CA: it issues certificates and never signs documents."""

    @classmethod
    def from_der(cls, der: bytes) -> "Certificate":
        """Read one certificate; raises InvalidInputError for anything unusable."""
        if len(der) > MAX_CERTIFICATE_BYTES:
            raise _unreadable(f"{len(der)} byte > {MAX_CERTIFICATE_BYTES}")
        try:
            return _read(der)
        except Exception as error:
            # The parser raises ValueError, UnsupportedAlgorithm, DuplicateExtension, TypeError
            # and its own types, at once or at first access; for hostile bytes all mean the same.
            raise _unreadable(type(error).__name__) from error

    def parsed(self) -> x509.Certificate:
        """Return the library's object (parsed once per process for certificates in use)."""
        return _parsed(self.der)


def load_certificates(data: bytes) -> tuple[Certificate, ...]:
    """Read a PEM file's certificates in their order, or one DER certificate.

    Raises InvalidInputError when there is none, too many, or one that cannot be read.
    """
    if _PEM_MARK not in data:
        return (Certificate.from_der(data),)
    try:
        found = x509.load_pem_x509_certificates(data)
        ders = [certificate.public_bytes(Encoding.DER) for certificate in found]
    except Exception as error:
        # As above: hostile PEM leaks several exception types out of the parser.
        raise _unreadable(type(error).__name__) from error
    if len(ders) > MAX_CERTIFICATES_IN_FILE:
        raise _unreadable(f"{len(ders)} > {MAX_CERTIFICATES_IN_FILE}")
    return tuple(Certificate.from_der(der) for der in ders)


@lru_cache(maxsize=MAX_REMEMBERED)
def _parsed(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


@lru_cache(maxsize=MAX_REMEMBERED)
def _read(der: bytes) -> Certificate:
    # The library warns of a commonName over 64 bytes. RFC 5280 counts characters, and the names
    # of Vietnamese agencies need more bytes than that; catching warnings needs the lock.
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return _read_all(x509.load_der_x509_certificate(der))


_warnings_lock: Final = threading.Lock()


def _read_all(certificate: x509.Certificate) -> Certificate:
    certificate.public_key()
    constraints = _basic_constraints(certificate)
    return Certificate(
        der=certificate.public_bytes(Encoding.DER),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        common_name=_attribute(certificate.subject, NameOID.COMMON_NAME),
        organization_identifier=_attribute(certificate.subject, NameOID.ORGANIZATION_IDENTIFIER),
        is_authority=constraints is not None and constraints.ca,
    )


def _basic_constraints(certificate: x509.Certificate) -> x509.BasicConstraints | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None


def _attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    values = name.get_attributes_for_oid(oid)
    if not values:
        return None
    value = values[0].value
    return value if isinstance(value, str) else value.hex()


def _unreadable(detail: str) -> InvalidInputError:
    return InvalidInputError(
        f"Không đọc được chứng thư số ({detail}); cần tệp PEM hoặc DER của chứng thư X.509."
        f" / The certificate cannot be read ({detail}); a PEM or DER X.509 certificate is needed."
    )
