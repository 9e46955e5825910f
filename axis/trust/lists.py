"""Revocation lists (CRL, danh sách thu hồi; RFC 5280): read, verified, and asked.

A list is verified once for all certificates that it answers for, and then asked about as many as
one likes: an authority's list may be long, and its certificates are many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import pem
from cryptography import x509

from axis.errors import InvalidInputError
from axis.facts import RevocationState
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.standing import Source, Standing
from axis.trust.validation import verify_list

MAX_LIST_BYTES: Final = 16 * 1024 * 1024
"""One list: an entry has about 40 bytes, so 400,000 revoked certificates; the largest public lists
have some megabytes."""

MAX_FILE_BYTES: Final = 2 * MAX_LIST_BYTES
"""A file of lists: one of the largest as PEM, or many of the usual kind."""

MAX_LISTS: Final = 200
"""Lists of one check: a country has tens of certification authorities, each with one."""

_PEM_MARK: Final = b"-----BEGIN"
_PEM_NAME: Final = "X509 CRL"
_TAKEN_BACK: Final = x509.ReasonFlags.remove_from_crl.value


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What a list says of itself; not verified."""

    issuer: str
    """Distinguished name after RFC 4514."""
    this_update: datetime
    next_update: datetime | None
    """When the next one is due."""
    number: int
    """By which its authority counts its lists; 0 where it does not."""
    indirect: bool
    """Whether it speaks of the certificates of several authorities."""

    @classmethod
    def from_der(cls, der: bytes) -> "RevocationList":
        """Read one list; raises InvalidInputError for anything unusable."""
        if len(der) > MAX_LIST_BYTES:
            raise _unreadable(f"{len(der)} byte > {MAX_LIST_BYTES}")
        try:
            return _read(der)
        except Exception as error:
            # As with certificates, hostile bytes leak several exception types out of the parser.
            raise _unreadable(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class _Entry:
    revoked_at: datetime
    reason: str


def load_revocation_lists(data: bytes) -> tuple[bytes, ...]:
    """Return the lists of a PEM file, or the one of a DER file, as DER.

    Raises InvalidInputError when there is none, too many, or one that cannot be read.
    """
    if len(data) > MAX_FILE_BYTES:
        raise _unreadable(f"> {MAX_FILE_BYTES} byte")
    ders = _from_pem(data) if _PEM_MARK in data else [data]
    if not ders:
        raise _unreadable(f"0 × {_PEM_NAME}")
    for der in ders:
        RevocationList.from_der(der)
    return tuple(ders)


def scope_of(path: Sequence[Certificate]) -> tuple[str, bytes, bool]:
    """Return what the first certificate of a path has in common with those of the same list.

    A list is by one issuer, and may be for some distribution points only, for authorities only or
    for all but authorities (RFC 5280, 5.2.5).
    """
    certificate = path[0]
    extensions = certificate.parsed().extensions
    try:
        points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value.public_bytes()
    except x509.ExtensionNotFound:
        points = b""
    return path[1].fingerprint, points, certificate.is_authority


def standings_by_list(
    paths: Sequence[Sequence[Certificate]], der: bytes, policy: SignaturePolicy
) -> list[Standing]:
    """Return what a list says of the first certificates of some paths, all of one scope.

    Each path is proven and ends with the anchor. Where the list cannot be used the state of each
    is unknown; of a list that is not by their issuer, nothing is said. Raises InvalidInputError for
    bytes that are no list.
    """
    claims = RevocationList.from_der(der)
    if claims.issuer != paths[0][0].issuer and not claims.indirect:
        return []
    entries = _ask(paths, der, policy, claims)
    return [_standing(path[0], claims, entries) for path in paths]


def _standing(
    certificate: Certificate,
    claims: RevocationList,
    entries: dict[int, _Entry] | None,
) -> Standing:
    state, entry = RevocationState.UNKNOWN, None
    if entries is not None:
        entry = entries.get(certificate.serial)
        state = RevocationState.GOOD if entry is None else RevocationState.REVOKED
    return Standing(
        fingerprint=certificate.fingerprint,
        source=Source.CRL,
        state=state,
        this_update=claims.this_update,
        next_update=claims.next_update,
        number=claims.number,
        revoked_at=None if entry is None else entry.revoked_at,
        reason="" if entry is None else entry.reason,
    )


def _ask(
    paths: Sequence[Sequence[Certificate]],
    der: bytes,
    policy: SignaturePolicy,
    claims: RevocationList,
) -> dict[int, _Entry] | None:
    """Return the list's entries about some certificates by serial number; None when unusable.

    An indirect list is: it would have to be searched by issuer, too.
    """
    if claims.indirect:
        return None
    try:
        verify_list(paths[0], der, policy, claims.this_update)
        return _entries(der, {path[0].serial for path in paths})
    except MemoryError:
        raise  # says nothing about the list
    except Exception:  # noqa: BLE001
        # Lists that are badly signed or out of scope, and whatever hostile ASN.1 in a list makes
        # the validator leak: in each case it tells nothing.
        return None


def _entries(der: bytes, serials: set[int]) -> dict[int, _Entry]:
    found = x509.load_der_x509_crl(der)
    if len(serials) == 1:
        entry = found.get_revoked_certificate_by_serial_number(*serials)
        entries = [] if entry is None else [entry]
    else:
        entries = [entry for entry in found if entry.serial_number in serials]
    return {
        entry.serial_number: _Entry(entry.revocation_date_utc, reason)
        for entry in entries
        if (reason := _reason(entry)) != _TAKEN_BACK
    }


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        return ""


def _read(der: bytes) -> RevocationList:
    found = x509.load_der_x509_crl(der)
    number, indirect = 0, False
    for extension in found.extensions:
        if isinstance(extension.value, x509.CRLNumber):
            number = extension.value.crl_number
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            indirect = extension.value.indirect_crl
    return RevocationList(
        issuer=found.issuer.rfc4514_string(),
        this_update=found.last_update_utc,
        next_update=found.next_update_utc,
        number=number,
        indirect=indirect,
    )


def _from_pem(data: bytes) -> list[bytes]:
    try:
        blocks = [(name, der) for name, _, der in pem.unarmor(data, multiple=True)]
    except Exception as error:
        raise _unreadable(type(error).__name__) from error
    if len(blocks) > MAX_LISTS:
        raise _unreadable(f"{len(blocks)} > {MAX_LISTS}")
    return [der for name, der in blocks if name == _PEM_NAME]


def _unreadable(detail: str) -> InvalidInputError:
    return InvalidInputError(
        f"Không đọc được danh sách thu hồi ({detail}); cần tệp PEM hoặc DER của CRL X.509."
        f" / The revocation list cannot be read ({detail}); a PEM or DER X.509 CRL is needed."
    )
