"""What ends soon: certificates and mandates, and the agencies that are then without any. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from axis.facts import Capacity
from axis.registry.administration import CertificateLine
from axis.registry.agency import legal_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A certificate that stops signing for an agency."""

    day: date
    """The last day on which it signs."""
    agency: str
    agency_name: str | None
    fingerprint: str
    subject: str
    capacity: Capacity
    act: str
    bare: bool
    """Whether nothing then signs for the agency any more."""


def endings(lines: Iterable[CertificateLine], at: datetime, within: timedelta) -> list[Ending]:
    """Return what ends from now on within a time, by day and agency.

    ``lines`` are all certificates of the agencies asked about. A parent's mandate ends with the
    seal that it signs with, where the lines say whose that is.
    """
    today = legal_day(at)
    terms = _terms(lines, at)
    of_agency: dict[str, list[_Term]] = {}
    for term in terms:
        of_agency.setdefault(term.agency, []).append(term)
    found = [
        Ending(
            day=term.last,
            agency=term.agency,
            agency_name=term.line.agency_name,
            fingerprint=term.line.fingerprint,
            subject=term.line.subject,
            capacity=term.capacity,
            act=term.line.act,
            bare=not any(
                other.first <= term.last + timedelta(days=1) <= other.last
                for other in of_agency[term.agency]
            ),
        )
        for term in terms
        if today <= term.last <= legal_day(at + within)
    ]
    return sorted(found, key=lambda one: (one.day, one.agency, one.fingerprint))


@dataclass(frozen=True, slots=True)
class _Term:
    """When a certificate signs for an agency, all things considered."""

    line: CertificateLine
    agency: str
    capacity: Capacity
    first: date
    last: date


def _terms(lines: Iterable[CertificateLine], at: datetime) -> Sequence[_Term]:
    terms = []
    for line in lines:
        if line.agency is None or line.capacity in (None, Capacity.CARRIER):
            continue
        if line.revoked_at is not None:
            continue
        start = legal_day(line.not_before)
        first = max(start, line.valid_from or start)
        terms.append(_Term(line, line.agency, line.capacity, first, line.last_day))
    ends: dict[str, date] = {}
    for term in terms:
        if term.capacity is Capacity.SEAL:
            fingerprint = term.line.fingerprint
            ends[fingerprint] = max(term.last, ends.get(fingerprint, date.min))
    return [
        replace(term, last=min(term.last, ends.get(term.line.fingerprint, term.last)))
        if term.capacity is Capacity.PARENT
        else term
        for term in terms
    ]
