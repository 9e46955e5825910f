"""Revocation (thu hồi chứng thư) by given lists: CRLs of RFC 5280, offline, at a moment.

Every certificate of a proven path is asked for by itself, the signer first, so that a list that is
missing for an authority hides nothing that another list says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from asn1crypto import pem
from cryptography import x509
from pyhanko_certvalidator.errors import RevokedError

from axis.clock import in_vietnam
from axis.errors import InvalidInputError
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.validation import build_path
from axis.verdict import Finding

MAX_LIST_BYTES: Final = 16 * 1024 * 1024
"""One list: an entry has about 40 bytes, so 400,000 revoked certificates; the largest public lists
have some megabytes."""

MAX_FILE_BYTES: Final = 2 * MAX_LIST_BYTES
"""A file of lists: one of the largest as PEM, or many of the usual kind."""

MAX_LISTS: Final = 200
"""Lists of one check: a country has tens of certification authorities, each with one."""

MAX_REMEMBERED: Final = 4_096
"""Answers kept in a process, some hundred bytes each: one a certificate and moment. A run over
hundreds of documents asks for the same authorities each time."""

_PEM_MARK: Final = b"-----BEGIN"
_PEM_NAME: Final = "X509 CRL"
_INSTANT: Final = timedelta(microseconds=1)
"""The validator takes as revoked what was revoked before the moment, RFC 5280 what was by then."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What a certificate revocation list (CRL, danh sách thu hồi) says of itself; not verified."""

    issuer: str
    """Distinguished name after RFC 4514."""
    this_update: datetime
    next_update: datetime | None
    """When the next one is due; a list without it cannot be relied on."""

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


def revocation_findings(
    chain: Sequence[Certificate], policy: SignaturePolicy, at: datetime, place: str
) -> list[Finding]:
    """Say which certificates of a path are revoked at a moment, or not known not to be.

    ``chain`` begins with the signer's and leaves the anchor out, which nobody could revoke.
    """
    answers = [
        _answer(certificate, tuple(chain[number:]), policy, at)
        for number, certificate in enumerate(chain, 1)
    ]
    return [
        Finding(answer.reason, place, facts={"subject": answer.subject, **answer.facts})
        for answer in answers
        if answer is not None
    ]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is wrong with one certificate."""

    reason: Reason
    subject: str
    facts: dict[str, str]


@lru_cache(maxsize=MAX_REMEMBERED)
def _answer(
    certificate: Certificate,
    authorities: tuple[Certificate, ...],
    policy: SignaturePolicy,
    at: datetime,
) -> _Answer | None:
    """Return what the lists say against a certificate; None when it is good.

    The lists and the moment are part of the question, so an answer is never out of date.
    """
    try:
        build_path(certificate, authorities, policy, at + _INSTANT, revocation=True)
    except RevokedError as error:
        facts = {"date": _day(error.revocation_dt)}
        return _Answer(Reason.CERTIFICATE_REVOKED_BY_ISSUER, certificate.subject, facts)
    except MemoryError:
        raise  # says nothing about the certificate
    except Exception:  # noqa: BLE001
        # Lists that are missing, stale or badly signed, and whatever hostile ASN.1 in a list
        # makes the validator leak: in each case it is not known.
        facts = {"detail": _lacking(certificate.issuer, policy, at)}
        return _Answer(Reason.REVOCATION_UNKNOWN, certificate.subject, facts)
    return None


def _lacking(issuer: str, policy: SignaturePolicy, at: datetime) -> str:
    """Say in both languages why an issuer's lists do not answer; its name last, as it is cut."""
    found = [one for one in map(_readable, policy.crls) if one is not None and one.issuer == issuer]
    if not found:
        return f"không có CRL · no CRL: «{issuer}»"
    newest = max(found, key=lambda one: one.this_update)
    tolerance = policy.clock_tolerance
    if newest.next_update is not None and newest.next_update + tolerance < at:
        day = _day(newest.next_update)
        return f"CRL hết hạn · CRL expired {day}: «{issuer}»"
    if min(one.this_update for one in found) - tolerance > at:
        day = _day(min(one.this_update for one in found))
        return f"CRL chỉ có từ · CRL only from {day}: «{issuer}»"
    return f"CRL không dùng được · CRL unusable: «{issuer}»"


def _readable(der: bytes) -> RevocationList | None:
    try:
        return RevocationList.from_der(der)
    except InvalidInputError:
        return None


@lru_cache(maxsize=MAX_LISTS)
def _read(der: bytes) -> RevocationList:
    found = x509.load_der_x509_crl(der)
    return RevocationList(
        issuer=found.issuer.rfc4514_string(),
        this_update=found.last_update_utc,
        next_update=found.next_update_utc,
    )


def _from_pem(data: bytes) -> list[bytes]:
    try:
        blocks = [(name, der) for name, _, der in pem.unarmor(data, multiple=True)]
    except Exception as error:
        raise _unreadable(type(error).__name__) from error
    if len(blocks) > MAX_LISTS:
        raise _unreadable(f"{len(blocks)} > {MAX_LISTS}")
    return [der for name, der in blocks if name == _PEM_NAME]


def _day(moment: datetime) -> str:
    return in_vietnam(moment).date().isoformat()


def _unreadable(detail: str) -> InvalidInputError:
    return InvalidInputError(
        f"Không đọc được danh sách thu hồi ({detail}); cần tệp PEM hoặc DER của CRL X.509."
        f" / The revocation list cannot be read ({detail}); a PEM or DER X.509 CRL is needed."
    )
