"""What is known of the revocation of the small registry's seals, made directly."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from axis.exchange.decision.case import Case
from axis.facts import PathStep, RevocationState, SignatureFacts
from axis.revocation.ports import Evidence
from axis.trust.certificates import Certificate
from axis.trust.policy import RevocationMode, RevocationRules
from axis.trust.standing import Source, Standing
from tests.support.changing import replace
from tests.support.exchange import NOW, certificate

HOUR = timedelta(hours=1)
RULES = RevocationRules(
    RevocationMode.REQUIRED, max_age=24 * 7 * HOUR, grace=24 * HOUR, hold=72 * HOUR
)
AUTHORITY = "CA"
"""Who issued all seals; its certificate comes by the same means."""


def says(
    code: str,
    state: RevocationState = RevocationState.GOOD,
    *,
    source: Source = Source.CRL,
    this_update: datetime = NOW - HOUR,
    revoked_at: datetime | None = None,
    reason: str = "",
    number: int = 0,
) -> Standing:
    """What a source says of the certificate of an agency or authority, good for a day."""
    return Standing(
        fingerprint=certificate(code).fingerprint,
        source=source,
        state=state,
        this_update=this_update,
        next_update=this_update + 24 * HOUR,
        number=number,
        revoked_at=revoked_at,
        reason=reason,
    )


def revoked(code: str, at: datetime, **said: object) -> Standing:
    """The same of one that was revoked; the information is from then unless said otherwise."""
    facts = {"this_update": at, "reason": "keyCompromise", **said}
    return says(code, RevocationState.REVOKED, revoked_at=at, **facts)  # type: ignore[arg-type]


def evidence(*standings: Standing, der: bytes = b"") -> Evidence:
    """Evidence of one source for what it says."""
    first = standings[0]
    return Evidence(
        kind=first.source,
        der=der or repr(standings).encode(),
        issuer="CN=CA",
        url="http://ca.example/list.crl",
        fetched_at=first.this_update,
        standings=standings,
    )


def signed(case: Case, *codes: str, proven_at: datetime | None = None) -> Case:
    """A submission whose signature has a proven path: the sender's seal, then these."""
    examination = case.examination
    seal = examination.certificate
    assert seal is not None
    path: tuple[Certificate, ...] = (seal, *map(certificate, codes or (AUTHORITY,)))
    facts = SignatureFacts(
        policy="field",
        signer=seal.subject,
        fingerprint=seal.fingerprint,
        proven_at=proven_at,
        path=_steps(path),
    )
    return Case(case.submission, replace(examination, path=path, signature=facts))


def _steps(path: Sequence[Certificate]) -> tuple[PathStep, ...]:
    return tuple(
        PathStep(
            subject=one.subject,
            fingerprint=one.fingerprint,
            not_before=one.not_before,
            not_after=one.not_after,
        )
        for one in path
    )
