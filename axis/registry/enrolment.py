"""What must hold before a certificate gets a mandate (đăng ký chứng thư). No I/O.

Signatures are held to the same again (`axis.registry.mandates`): a wrong row in the registry gives
nobody a right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from axis.facts import Capacity
from axis.registry.agency import legal_day
from axis.registry.directory import Directory
from axis.registry.mandates import (
    ALL_KINDS,
    MAX_ACT_CHARS,
    ON_AN_ACT,
    Mandate,
    MessageKind,
    Signer,
    names_another,
    seal_above,
)
from axis.registry.problems import Problems, quoted


class X509(Signer, Protocol):
    """A certificate as it was read (`axis.trust.certificates.Certificate`)."""

    @property
    def der(self) -> bytes:
        """The certificate itself."""

    @property
    def issuer(self) -> str:
        """Distinguished name after RFC 4514."""

    @property
    def serial(self) -> int:
        """Serial number, unique for the issuer."""

    @property
    def not_before(self) -> datetime:
        """From when it is valid."""

    @property
    def not_after(self) -> datetime:
        """Until when it is valid."""


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

    @classmethod
    def of(cls, certificate: X509) -> "NewCertificate":
        """Return a certificate as the registry keeps it."""
        return cls(
            fingerprint=certificate.fingerprint,
            der=certificate.der,
            subject=certificate.subject,
            issuer=certificate.issuer,
            serial=format(certificate.serial, "x"),
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            organization_identifier=certificate.organization_identifier,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnrolment:
    """A certificate to keep, and the mandate that it is to have."""

    certificate: NewCertificate
    agency: str
    """Code or alias."""
    capacity: Capacity = Capacity.SEAL
    kinds: frozenset[MessageKind] = ALL_KINDS
    act: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    line: int | None = None
    """Line of the file that asks for it, for messages."""

    @property
    def mandate(self) -> Mandate:
        """The mandate as it is asked for."""
        return Mandate(
            fingerprint=self.certificate.fingerprint,
            agency=self.agency,
            capacity=self.capacity,
            kinds=self.kinds,
            act=self.act,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


Objection = tuple[str, str]
"""Why not, in Vietnamese and English."""


def check_enrolments(
    directory: Directory,
    enrolments: Iterable[NewEnrolment],
    revoked: Mapping[str, datetime],
) -> list[NewEnrolment]:
    """Return the enrolments under their agencies' own codes, of each mandate the last only.

    ``revoked`` holds the certificates among them that were revoked before: a lost key stays lost,
    whoever it is to sign for next. Raises RegistryFileError with everything that is wrong.
    """
    problems = Problems()
    wanted = {}
    for enrolment in enrolments:
        agency = directory.find(enrolment.agency)
        if agency is None:
            code = quoted(enrolment.agency)
            problems.add(
                f"Cơ quan {code} không có trong danh bạ.",
                f"Agency {code} is not in the registry.",
                enrolment.line,
            )
        else:
            own = replace(enrolment, agency=agency.code)
            wanted[own.mandate.key] = own
    standing = _as_they_would_stand(directory, [one.mandate for one in wanted.values()])
    for enrolment in wanted.values():
        fingerprint = enrolment.certificate.fingerprint
        found = (
            *_objections_to_terms(enrolment, revoked.get(fingerprint)),
            *_objections_to_right(enrolment, directory, standing[fingerprint]),
        )
        for vi, en in found:
            problems.add(vi, en, enrolment.line)
    problems.raise_if_any()
    return list(wanted.values())


def _as_they_would_stand(
    directory: Directory, wanted: Sequence[Mandate]
) -> dict[str, tuple[Mandate, ...]]:
    """Return all mandates of the certificates concerned, by fingerprint."""
    new = {mandate.key: mandate for mandate in wanted}
    standing: dict[str, tuple[Mandate, ...]] = {}
    for mandate in wanted:
        fingerprint = mandate.fingerprint
        if fingerprint not in standing:
            kept = directory.mandates(fingerprint)
            standing[fingerprint] = tuple(one for one in kept if one.key not in new)
        standing[fingerprint] += (mandate,)
    return standing


def _objections_to_terms(
    enrolment: NewEnrolment, revoked_at: datetime | None
) -> Iterator[Objection]:
    """Yield what is wrong with a mandate, whatever else there is."""
    mandate, subject = enrolment.mandate, quoted(enrolment.certificate.subject)
    first, last, act = mandate.valid_from, mandate.valid_to, mandate.act
    if revoked_at is not None:
        day = legal_day(revoked_at)
        yield (
            f"Chứng thư {subject} đã bị thu hồi trên trục ngày {day}; hãy dùng chứng thư mới.",
            f"Certificate {subject} was revoked on {day}; use a new one.",
        )
    if first is not None and last is not None and last < first:
        yield (
            f"Thời hạn ký kết thúc ({last}) trước khi bắt đầu ({first}).",
            f"The mandate would end ({last}) before it starts ({first}).",
        )
    if not mandate.kinds:
        yield (
            "Chưa chọn loại văn bản nào được ký.",
            "No kind of message is chosen that may be signed.",
        )
    if not act and mandate.capacity in ON_AN_ACT:
        yield (
            "Ký với tư cách cá nhân hoặc cấp trên ký thay phải nêu số, ký hiệu quyết định (act).",
            "A person's or a parent's mandate must name the act that gives it (act).",
        )
    if len(act) > MAX_ACT_CHARS or not act.isprintable():
        yield (
            f"Số, ký hiệu quyết định phải in được và dài không quá {MAX_ACT_CHARS} ký tự.",
            f"The act must be printable and have at most {MAX_ACT_CHARS} characters.",
        )


def _objections_to_right(
    enrolment: NewEnrolment, directory: Directory, mandates: Sequence[Mandate]
) -> Iterator[Objection]:
    """Yield why this certificate cannot have this mandate beside its others."""
    mandate, certificate = enrolment.mandate, enrolment.certificate
    agency = directory.find(mandate.agency)
    assert agency is not None
    subject = quoted(certificate.subject)
    if names_another(mandate.capacity, certificate, agency):
        found = quoted(certificate.organization_identifier or "")
        yield (
            f"Chứng thư {subject} thuộc tổ chức {found}, không thuộc cơ quan «{agency.code}».",
            f"Certificate {subject} belongs to organisation {found}, not to agency"
            f" «{agency.code}».",
        )
    if mandate.capacity is Capacity.PARENT and not seal_above(
        mandates, certificate, directory.above(agency)
    ):
        yield (
            f"Chứng thư {subject} không phải con dấu số của cơ quan cấp trên nào của"
            f" «{agency.code}»; hãy gắn con dấu số với cơ quan cấp trên trước.",
            f"Certificate {subject} is not the seal of any agency above «{agency.code}»; enrol it"
            " as the seal of that agency first.",
        )
    for other in mandates:
        if other.key == mandate.key or not other.overlaps(mandate):
            continue
        if (other.capacity is Capacity.CARRIER) is not (mandate.capacity is Capacity.CARRIER):
            yield (
                f"Chứng thư {subject} không thể vừa chỉ chuyển tiếp (carrier) vừa ký thay cơ quan;"
                " hãy dùng chứng thư khác.",
                f"Certificate {subject} cannot both carry only (carrier) and sign for agencies; use"
                " another certificate.",
            )
        elif mandate.capacity is other.capacity is Capacity.SEAL and mandate.agency != other.agency:
            yield (
                f"Chứng thư {subject} đã là con dấu số của «{other.agency}»; để ký thay"
                f" «{agency.code}» hãy đăng ký tư cách cấp trên ký thay (parent).",
                f"Certificate {subject} is the seal of «{other.agency}»; to sign for"
                f" «{agency.code}», enrol it as its parent's (parent).",
            )
