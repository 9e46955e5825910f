"""What follows from information about revocation: who passes, with what said about it."""

import dataclasses
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.facts import RevocationFact, RevocationState
from axis.reasons import Reason
from axis.trust.policy import RevocationMode, RevocationRules
from axis.trust.standing import ON_HOLD, Source, Standing, judge_revocation, supersede
from axis.verdict import Finding, Outcome, Verdict
from tests.support.holders import AT, DAY, ISSUING, Holder

HOUR = timedelta(hours=1)
RULES = RevocationRules(
    RevocationMode.REQUIRED,
    max_age=7 * DAY,
    grace=DAY,
    hold=3 * DAY,
    tolerance=timedelta(minutes=5),
)
ROOT, CA = Holder("Root"), Holder("CA")
CA_CERTIFICATE = ROOT.issue(CA, ca=True, usage=ISSUING)
SEAL = CA.issue(Holder("Agency"))


def says(
    state: RevocationState = RevocationState.GOOD,
    *,
    source: Source = Source.CRL,
    this_update: datetime = AT - HOUR,
    next_update: datetime | None = AT + DAY,
    revoked_at: datetime | None = None,
    reason: str = "",
    number: int = 0,
) -> Standing:
    return Standing(
        fingerprint=SEAL.fingerprint,
        source=source,
        state=state,
        this_update=this_update,
        next_update=next_update,
        revoked_at=revoked_at,
        reason=reason,
        number=number,
    )


def revoked(at: datetime | None, **said: object) -> Standing:
    return says(RevocationState.REVOKED, revoked_at=at, **said)  # type: ignore[arg-type]


def judge(
    *standings: Standing, now: datetime = AT, signed_at: datetime | None = None
) -> tuple[list[Finding], RevocationFact]:
    known = {SEAL.fingerprint: standings}
    findings, (fact,) = judge_revocation([SEAL], known, RULES, now, signed_at or now, "/x")
    return findings, fact


def reasons(findings: list[Finding]) -> list[Reason]:
    return [finding.reason for finding in findings]


# -- who passes -----------------------------------------------------------------------------------
def test_certificate_of_which_fresh_information_says_good_passes_with_the_fact() -> None:
    findings, fact = judge(says())
    assert findings == []
    assert fact == RevocationFact(
        subject="CN=Agency",
        fingerprint=SEAL.fingerprint,
        state=RevocationState.GOOD,
        source="crl",
        this_update=AT - HOUR,
        next_update=AT + DAY,
    )


def test_certificate_revoked_before_it_signed_is_refused_however_old_the_information() -> None:
    old = revoked(AT - 300 * DAY, this_update=AT - 299 * DAY, next_update=AT - 292 * DAY)
    findings, fact = judge(old)
    assert reasons(findings) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert findings[0].place == "/x"
    assert (fact.state, fact.revoked_at) == (RevocationState.REVOKED, AT - 300 * DAY)


def test_certificate_revoked_by_one_source_is_refused_although_another_says_good() -> None:
    findings, _ = judge(revoked(AT - DAY), says(source=Source.OCSP, this_update=AT))
    assert reasons(findings) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]


def test_revocation_without_a_date_counts_from_ever() -> None:
    findings, fact = judge(revoked(None), signed_at=AT - 99 * DAY)
    assert reasons(findings) == [Reason.CERTIFICATE_REVOKED_BY_ISSUER]
    assert fact.revoked_at is None


@pytest.mark.parametrize(
    ("after", "refused"),
    [(timedelta(0), True), (timedelta(seconds=1), False), (timedelta(seconds=-1), True)],
)
def test_signature_proven_before_the_revocation_passes_with_the_fact(
    after: timedelta, *, refused: bool
) -> None:
    signed_at = AT - 9 * DAY
    findings, fact = judge(revoked(signed_at + after), signed_at=signed_at)
    assert reasons(findings) == ([Reason.CERTIFICATE_REVOKED_BY_ISSUER] if refused else [])
    assert (fact.state, fact.revoked_at) == (RevocationState.REVOKED, signed_at + after)


def test_each_certificate_of_the_path_is_judged_by_itself() -> None:
    known = {SEAL.fingerprint: [says()]}
    findings, facts = judge_revocation([SEAL, CA_CERTIFICATE], known, RULES, AT, AT, "/x")
    assert [finding.facts["subject"] for finding in findings] == ["CN=CA"]
    assert reasons(findings) == [Reason.REVOCATION_UNKNOWN]
    assert [fact.state for fact in facts] == [RevocationState.GOOD, RevocationState.UNKNOWN]


# -- how old information may be -------------------------------------------------------------------
END = AT + DAY
"""When what `says` says by default is no longer fresh, but for the clocks' tolerance."""


def test_information_serves_until_its_end_then_with_a_warning_then_not() -> None:
    tolerance, second = RULES.tolerance, timedelta(seconds=1)
    fresh_until = END + tolerance
    assert judge(says(), now=fresh_until)[0] == []
    for now in (fresh_until + second, fresh_until + RULES.grace):
        findings, fact = judge(says(), now=now)
        assert reasons(findings) == [Reason.REVOCATION_GRACE]
        assert Verdict.of(findings).passed
        assert fact.grace
        assert fact.state is RevocationState.GOOD
    findings, fact = judge(says(), now=fresh_until + RULES.grace + second)
    assert reasons(findings) == [Reason.REVOCATION_UNKNOWN]
    assert Verdict.of(findings).outcome is Outcome.INDETERMINATE
    assert fact.state is RevocationState.UNKNOWN
    assert "CRL expired 2025-10-07: «CN=CA»" in str(findings[0].facts["detail"])


def test_warning_tells_the_age_and_the_time_of_the_information() -> None:
    (finding,), _ = judge(says(), now=AT + DAY + HOUR)
    assert finding.facts == {"subject": "CN=Agency", "age": "26 h", "date": "2025-10-06 08:30"}


def test_information_is_old_after_the_age_of_the_policy_whatever_it_says_itself() -> None:
    for promised in (None, AT + 900 * DAY):
        lasting = says(this_update=AT - 8 * DAY, next_update=promised)
        assert reasons(judge(lasting)[0]) == [Reason.REVOCATION_GRACE]
        lasting = says(this_update=AT - 9 * DAY, next_update=promised)
        assert reasons(judge(lasting)[0]) == [Reason.REVOCATION_UNKNOWN]


def test_information_from_after_the_proven_signing_serves_although_it_is_old() -> None:
    old = says(this_update=AT - 30 * DAY, next_update=AT - 23 * DAY)
    assert judge(old, signed_at=AT - 31 * DAY)[0] == []
    assert judge(old, signed_at=AT - 30 * DAY)[0] == []
    assert reasons(judge(old, signed_at=AT - 29 * DAY)[0]) == [Reason.REVOCATION_UNKNOWN]


def test_silence_about_an_expired_certificate_proves_nothing() -> None:
    now = SEAL.not_after + 30 * DAY
    late = says(this_update=now - HOUR, next_update=now + DAY)
    findings, _ = judge(late, now=now, signed_at=SEAL.not_after - DAY)
    assert reasons(findings) == [Reason.REVOCATION_UNKNOWN]
    assert "CRL unusable" in str(findings[0].facts["detail"])
    then = says(this_update=SEAL.not_after - HOUR, next_update=SEAL.not_after)
    assert judge(late, then, now=now, signed_at=SEAL.not_after - DAY)[0] == []


def test_information_that_cannot_be_used_is_none() -> None:
    findings, _ = judge(says(RevocationState.UNKNOWN, source=Source.OCSP))
    assert "OCSP unusable" in str(findings[0].facts["detail"])
    assert judge(says(RevocationState.UNKNOWN, source=Source.OCSP), says())[0] == []


def test_information_of_the_future_is_none_yet() -> None:
    findings, _ = judge(says(this_update=AT + HOUR))
    assert "CRL only from 2025-10-06" in str(findings[0].facts["detail"])


# -- what never happens ---------------------------------------------------------------------------
MOMENTS = st.integers(-40, 40).map(lambda hours: AT + hours * 12 * HOUR)
ANYTHING = st.builds(
    says,
    st.sampled_from(RevocationState),
    source=st.sampled_from(Source),
    this_update=MOMENTS,
    next_update=st.none() | MOMENTS,
    revoked_at=st.none() | MOMENTS,
    reason=st.sampled_from(["", "keyCompromise", ON_HOLD]),
    number=st.integers(0, 3),
)
ORDER = [Outcome.FAILED, Outcome.INDETERMINATE, Outcome.PASSED]


def outcome(findings: list[Finding]) -> Outcome:
    return Verdict.of(findings).outcome


@given(st.lists(ANYTHING, max_size=4), ANYTHING, MOMENTS, MOMENTS)
def test_more_information_never_makes_a_refused_certificate_pass(
    known: list[Standing], more: Standing, now: datetime, signed_at: datetime
) -> None:
    signed_at = min(now, signed_at)
    before, _ = judge(*known, now=now, signed_at=signed_at)
    after, _ = judge(*known, more, now=now, signed_at=signed_at)
    if outcome(before) is Outcome.FAILED:
        assert outcome(after) is Outcome.FAILED


@given(st.lists(ANYTHING, max_size=4), MOMENTS, st.integers(0, 400))
def test_time_that_passes_without_news_never_makes_anything_better(
    known: list[Standing], now: datetime, hours: int
) -> None:
    here = [one for one in known if one.this_update <= now]
    before, _ = judge(*here, now=now)
    after, _ = judge(*here, now=now + hours * HOUR)
    assert ORDER.index(outcome(after)) <= ORDER.index(outcome(before))


@given(st.lists(ANYTHING, max_size=4), MOMENTS, MOMENTS)
def test_grace_only_turns_unknown_into_a_warning(
    known: list[Standing], now: datetime, signed_at: datetime
) -> None:
    signed_at = min(now, signed_at)
    strict = dataclasses.replace(RULES, grace=timedelta(0))
    told = {SEAL.fingerprint: known}
    without, _ = judge_revocation([SEAL], told, strict, now, signed_at, "")
    with_grace, (fact,) = judge_revocation([SEAL], told, RULES, now, signed_at, "")
    if reasons(without) != reasons(with_grace):
        assert reasons(without) == [Reason.REVOCATION_UNKNOWN]
        assert reasons(with_grace) == [Reason.REVOCATION_GRACE]
        assert fact.grace
    assert fact.grace is (reasons(with_grace) == [Reason.REVOCATION_GRACE])


# -- news -----------------------------------------------------------------------------------------
def test_older_information_never_takes_the_place_of_newer() -> None:
    newer = says(this_update=AT, number=7)
    for older in (says(this_update=AT - HOUR, number=8), says(this_update=AT, number=6)):
        assert supersede(newer, older) is newer
    assert supersede(newer, later := says(this_update=AT, number=8)) is later
    assert supersede(newer, later := says(this_update=AT + HOUR, number=1)) is later


def test_revoked_stays_revoked_from_its_earliest_date() -> None:
    lost = revoked(AT - DAY, reason="keyCompromise")
    assert supersede(lost, says(this_update=AT)) is lost
    again = supersede(lost, revoked(AT, this_update=AT, reason="keyCompromise"))
    assert (again.revoked_at, again.this_update) == (AT - DAY, AT)
    earlier = supersede(lost, revoked(AT - 9 * DAY, this_update=AT))
    assert earlier.revoked_at == AT - 9 * DAY


def test_hold_is_taken_back_by_newer_information_only() -> None:
    held = revoked(AT - DAY, reason=ON_HOLD)
    assert supersede(held, says(this_update=AT - 2 * HOUR)) is held
    assert supersede(held, free := says(this_update=AT)) is free


@given(st.lists(ANYTHING, min_size=1, max_size=6), MOMENTS)
def test_whoever_was_refused_for_good_is_refused_after_any_news(
    told: list[Standing], now: datetime
) -> None:
    known, *news = told
    lost = known.revoked_by(now) and known.reason != ON_HOLD
    for one in news:
        known = supersede(known, one)
        if lost:
            assert known.revoked_by(now)
        lost = known.revoked_by(now) and known.reason != ON_HOLD
