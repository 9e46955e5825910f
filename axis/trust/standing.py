"""What is known of a certificate's revocation (thu hồi chứng thư), and what follows from it.

Pure judgement: verified information comes in as values, findings and facts go out. Who reads the
information and where it is kept is others' concern (`axis.trust.revocation`, `axis.revocation`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from axis.clock import in_vietnam
from axis.facts import RevocationFact, RevocationState
from axis.reasons import Reason
from axis.trust.certificates import Certificate
from axis.trust.policy import RevocationRules
from axis.verdict import Finding

ON_HOLD: Final = "certificateHold"
"""The one reason of revocation that an authority may take back (RFC 5280, 5.3.1)."""

EVER: Final = datetime.min.replace(tzinfo=UTC)


class Source(StrEnum):
    """Where information about revocation comes from."""

    CRL = "crl"
    """A revocation list (danh sách thu hồi), RFC 5280."""
    OCSP = "ocsp"
    """An answer about one certificate, RFC 6960."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one source says of one certificate."""

    fingerprint: str
    source: Source
    state: RevocationState
    """Unknown: the source says nothing that can be used."""
    this_update: datetime
    """From when the information is."""
    next_update: datetime | None = None
    """When newer information is due at the latest; None where the source does not say."""
    number: int = 0
    """Of a list that numbers itself (CRL number): which of two lists of one moment is newer."""
    revoked_at: datetime | None = None
    reason: str = ""
    """Why it was revoked, by its name in RFC 5280: ``keyCompromise``."""

    def revoked_by(self, moment: datetime) -> bool:
        """Return whether the certificate was revoked at or before a moment."""
        return self.state is RevocationState.REVOKED and (self.revoked_at or EVER) <= moment

    def until(self, rules: RevocationRules) -> datetime:
        """Return the last moment at which the information is fresh."""
        end = self.this_update + rules.max_age
        if self.next_update is not None:
            end = min(end, self.next_update)
        return end + rules.tolerance


def supersede(old: Standing, new: Standing) -> Standing:
    """Return what is known of a certificate by one source after the same source spoke again.

    Older information never takes the place of newer. A certificate once revoked stays so, from the
    earliest moment that was ever told, unless it was only put on hold.
    """
    if (new.this_update, new.number) <= (old.this_update, old.number):
        return old
    if new.state is RevocationState.UNKNOWN:
        return old
    if old.state is not RevocationState.REVOKED or old.reason == ON_HOLD:
        return new
    if new.state is not RevocationState.REVOKED:
        return old
    return replace(new, revoked_at=min(old.revoked_at or EVER, new.revoked_at or EVER))


def judge_revocation(
    path: Sequence[Certificate],
    standings: Mapping[str, Sequence[Standing]],
    rules: RevocationRules,
    now: datetime,
    signed_at: datetime,
    place: str,
) -> tuple[list[Finding], tuple[RevocationFact, ...]]:
    """Judge the certificates of a proven path, each by itself, the signer's first.

    ``path`` leaves the anchor out, which nobody could revoke; ``standings`` are by fingerprint.
    ``signed_at`` is when the signature is proven to have existed, ``now`` without a proof. What
    was revoked by then refuses; what was revoked later passes, and the fact says so. Beside fresh
    information, that from the proven moment or after it serves (EN 319 102-1, 5.2.5.4); older one
    serves with a warning for the time of grace. Beyond it nothing is known, which holds.
    """
    findings: list[Finding] = []
    facts: list[RevocationFact] = []
    for certificate in path:
        known = standings.get(certificate.fingerprint, ())
        finding, fact = _judge(certificate, known, rules, now, signed_at)
        facts.append(fact)
        if finding is not None:
            findings.append(replace(finding, place=place))
    return findings, tuple(facts)


def _judge(
    certificate: Certificate,
    known: Sequence[Standing],
    rules: RevocationRules,
    now: datetime,
    signed_at: datetime,
) -> tuple[Finding | None, RevocationFact]:
    revoked = [one for one in known if one.revoked_by(signed_at)]
    if revoked:
        first = min(revoked, key=lambda one: one.revoked_at or EVER)
        facts = {
            "subject": certificate.subject,
            "date": _day(first.revoked_at or certificate.not_before),
        }
        finding = Finding(Reason.CERTIFICATE_REVOKED_BY_ISSUER, facts=facts)
        return finding, _fact(certificate, first)
    proven = signed_at < now
    usable = list(_usable(certificate, known, now + rules.tolerance))
    covering = [
        one
        for one in usable
        if now <= one.until(rules) or (proven and one.this_update >= signed_at)
    ]
    if covering:
        return None, _fact(certificate, max(covering, key=_importance))
    if usable:
        newest = max(usable, key=lambda one: one.until(rules))
        if now <= newest.until(rules) + rules.grace:
            facts = {
                "subject": certificate.subject,
                "age": _span(now - newest.this_update),
                "date": _minute(newest.this_update),
            }
            finding = Finding(Reason.REVOCATION_GRACE, facts=facts)
            return finding, replace(_fact(certificate, newest), grace=True)
    facts = {"subject": certificate.subject, "detail": _lacking(certificate, known, usable)}
    unknown = RevocationFact(
        subject=certificate.subject,
        fingerprint=certificate.fingerprint,
        state=RevocationState.UNKNOWN,
    )
    return Finding(Reason.REVOCATION_UNKNOWN, facts=facts), unknown


def _usable(
    certificate: Certificate, known: Iterable[Standing], latest: datetime
) -> Iterable[Standing]:
    """Return the information that tells something about the certificate at this moment.

    An authority may forget a revoked certificate once it has expired (RFC 5280, 3.3), so not to be
    on a later list proves nothing.
    """
    for one in known:
        forgotten = one.state is RevocationState.GOOD and one.this_update > certificate.not_after
        if one.state is not RevocationState.UNKNOWN and one.this_update <= latest and not forgotten:
            yield one


def _importance(one: Standing) -> tuple[bool, datetime]:
    """A revocation after the signature is worth telling more than that another source is silent."""
    return one.state is RevocationState.REVOKED, one.this_update


def _fact(certificate: Certificate, standing: Standing) -> RevocationFact:
    return RevocationFact(
        subject=certificate.subject,
        fingerprint=certificate.fingerprint,
        state=standing.state,
        source=standing.source.value,
        this_update=standing.this_update,
        next_update=standing.next_update,
        revoked_at=standing.revoked_at,
    )


def _lacking(
    certificate: Certificate, known: Sequence[Standing], usable: Sequence[Standing]
) -> str:
    """Say in both languages why nothing is known; the issuer's name last, as it is cut."""
    issuer = f"«{certificate.issuer}»"
    if usable:
        newest = max(usable, key=lambda one: one.this_update)
        end = _day(newest.next_update or newest.this_update)
        kind = newest.source.name
        return f"{kind} hết hạn · {kind} expired {end}: {issuer}"
    if not known:
        return f"không có CRL, OCSP · no CRL, OCSP: {issuer}"
    first = min(known, key=lambda one: (one.state is RevocationState.UNKNOWN, one.this_update))
    kind = first.source.name
    if first.state is RevocationState.UNKNOWN or first.this_update > certificate.not_after:
        return f"{kind} không dùng được · {kind} unusable: {issuer}"
    return f"{kind} chỉ có từ · {kind} only from {_day(first.this_update)}: {issuer}"


def _day(moment: datetime) -> str:
    return in_vietnam(moment).date().isoformat()


def _minute(moment: datetime) -> str:
    return in_vietnam(moment).strftime("%Y-%m-%d %H:%M")


def _span(age: timedelta) -> str:
    """Write an age so that it reads the same in both languages: ``26 h``, ``40 min``, ``5 s``."""
    seconds = int(age.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
