"""Key rollover (thay chứng thư): a new seal beside the old one, until a planned day. No I/O.

Both sign in the overlap, so that nothing on its way is refused whichever of them made it. What
the old seal may sign for units below (mandates of a parent) passes to the new one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.registry.agency import legal_day
from axis.registry.directory import Directory
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.mandates import Mandate
from axis.registry.problems import quoted

OVERLAP_DAYS: Final = 30
"""Documents wait on desks and in systems that were off; a month has seen all of them."""

MAX_OVERLAP_DAYS: Final = 366
"""Two keys are two to lose; a longer overlap is no change of keys."""

MAX_AHEAD: Final = timedelta(days=3660)
"""Certificates are issued for five years; a day ten years ahead is a slip of the keyboard."""

_SHOWN_CHARS: Final = 16
"""How much of a fingerprint a message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSwitch:
    """A change of an agency's seal as it is asked for."""

    certificate: NewCertificate
    agency: str
    """Code or alias."""
    on: date
    """The planned day of the change."""
    overlap_days: int = OVERLAP_DAYS
    """How long after it the old certificate still signs."""
    first: date | None = None
    """First day of the new one (None: today)."""
    old: str = ""
    """Beginning of the old certificate's fingerprint; needed where the agency has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What a change of an agency's seal comes to."""

    agency: str
    enrolments: tuple[NewEnrolment, ...]
    """What the new certificate is to have."""
    ending: tuple[Mandate, ...]
    """Mandates of the old certificate that get another last day."""
    old: str
    """Fingerprint of the old certificate."""
    last: date
    """The day after which the old certificate signs no more."""


def plan_switch(directory: Directory, wanted: WantedSwitch, today: date) -> Switch:
    """Return what has to change; raises InvalidInputError when it cannot be so."""
    agency = directory.find(wanted.agency)
    if agency is None:
        code = quoted(wanted.agency)
        raise InvalidInputError(
            f"Cơ quan {code} không có trong danh bạ. / Agency {code} is not in the registry."
        )
    first = wanted.first or today
    last = _last_day(wanted, first, today)
    sealing = [
        mandate
        for mandate in directory.seals(agency)
        if mandate.fingerprint.startswith(wanted.old)
        and mandate.fingerprint != wanted.certificate.fingerprint
        and _in_force(mandate, today, last)
    ]
    old = _the_one(agency.code, {mandate.fingerprint for mandate in sealing})
    lent = [
        mandate
        for mandate in directory.mandates(old)
        if mandate.capacity is Capacity.PARENT and _in_force(mandate, today, last)
    ]
    return Switch(
        agency=agency.code,
        enrolments=tuple(_taking_over(wanted.certificate, [*sealing, *lent], first)),
        ending=tuple(
            replace(mandate, valid_to=last)
            for mandate in sealing
            if mandate.valid_to is None or mandate.valid_to > last
        ),
        old=old,
        last=min(last, *(mandate.valid_to or last for mandate in sealing)),
    )


def _taking_over(
    certificate: NewCertificate, mandates: Iterable[Mandate], first: date
) -> Iterable[NewEnrolment]:
    """Yield the old certificate's mandates as the new one's.

    What is lent by an act ends with its term; a seal is the agency's own and has none.
    """
    for mandate in mandates:
        lent = mandate.capacity is Capacity.PARENT
        yield NewEnrolment(
            certificate=certificate,
            agency=mandate.agency,
            capacity=mandate.capacity,
            kinds=mandate.kinds,
            act=mandate.act,
            valid_from=max(first, mandate.valid_from or first) if lent else first,
            valid_to=mandate.valid_to if lent else None,
        )


def _in_force(mandate: Mandate, first: date, last: date) -> bool:
    """Return whether there is a day between these two on which the mandate holds."""
    return (
        mandate.revoked_at is None
        and (mandate.valid_from is None or mandate.valid_from <= last)
        and (mandate.valid_to is None or first <= mandate.valid_to)
    )


def _the_one(agency: str, fingerprints: set[str]) -> str:
    if len(fingerprints) == 1:
        return next(iter(fingerprints))
    if not fingerprints:
        raise InvalidInputError(
            f"Cơ quan «{agency}» không có chứng thư nào đang dùng để thay; hãy gắn chứng thư mới"
            " bằng «axis cert add»."
            f" / Agency «{agency}» has no certificate in use to replace; enrol the new one with"
            " «axis cert add»."
        )
    shown = ", ".join(sorted(one[:_SHOWN_CHARS] for one in fingerprints))
    raise InvalidInputError(
        f"Cơ quan «{agency}» có {len(fingerprints)} chứng thư đang dùng ({shown}); hãy nêu chứng"
        " thư được thay (--old)."
        f" / Agency «{agency}» has {len(fingerprints)} certificates in use ({shown}); name the one"
        " to replace (--old)."
    )


def _last_day(wanted: WantedSwitch, first: date, today: date) -> date:
    """Return the last day of the old certificate, once all days fit together."""
    certificate = wanted.certificate
    if not today <= wanted.on <= today + MAX_AHEAD or first > wanted.on:
        raise InvalidInputError(
            f"Ngày thay {wanted.on} phải từ hôm nay ({today}), không quá {MAX_AHEAD.days} ngày tới"
            f" và không trước ngày đầu của chứng thư mới ({first})."
            f" / The day {wanted.on} must not be before today ({today}), nor more than"
            f" {MAX_AHEAD.days} days ahead, nor before the first day of the new certificate"
            f" ({first})."
        )
    if not 0 <= wanted.overlap_days <= MAX_OVERLAP_DAYS:
        raise InvalidInputError(
            f"Thời gian dùng song song phải từ 0 đến {MAX_OVERLAP_DAYS} ngày."
            f" / The overlap must be 0 to {MAX_OVERLAP_DAYS} days."
        )
    last = wanted.on + timedelta(days=wanted.overlap_days)
    if legal_day(certificate.not_before) > wanted.on or legal_day(certificate.not_after) <= last:
        raise InvalidInputError(
            f"Chứng thư mới chỉ có hiệu lực {legal_day(certificate.not_before)} –"
            f" {legal_day(certificate.not_after)}; cần có hiệu lực vào ngày thay {wanted.on} và sau"
            f" ngày {last}, khi chứng thư cũ ngừng dùng."
            f" / The new certificate is valid {legal_day(certificate.not_before)} –"
            f" {legal_day(certificate.not_after)}; it must be valid on {wanted.on} and after"
            f" {last}, when the old one ends."
        )
    return last
