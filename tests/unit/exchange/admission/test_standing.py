"""Admission by what is known of revocation: who passes, who waits, what the verdict says."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from axis.edxml.codes import StatusCode
from axis.exchange.admission.known import Known
from axis.exchange.admission.standing import Standings
from axis.exchange.decision.case import Case, Ending
from axis.exchange.decision.decider import Decider
from axis.facts import RevocationState
from axis.reasons import Reason
from axis.trust.standing import Standing
from tests.support.changing import replace
from tests.support.exchange import (
    NOW,
    case,
    certificate,
    decider,
    directory,
    document,
    fingerprint,
    reported,
)
from tests.support.standings import AUTHORITY, HOUR, RULES, revoked, says, signed

GOOD = (says("G22"), says(AUTHORITY), says("G09"))


def deciding(*known: Standing) -> Decider:
    by_fingerprint: dict[str, Sequence[Standing]] = {}
    for one in known:
        by_fingerprint[one.fingerprint] = [*by_fingerprint.get(one.fingerprint, []), one]
    return decider(Known(directory(), standings=Standings(RULES, by_fingerprint)))


def letter(**proof: Any) -> Case:
    return signed(case(document()), **proof)


def revocation_of(decided: Decider) -> list[dict[str, Any]]:
    (row,) = decided.records.documents
    found: list[dict[str, Any]] = list(row.verdict["signature"]["revocation"])
    return found


def test_document_whose_certificates_are_known_good_is_accepted_with_the_facts() -> None:
    decided = deciding(*GOOD)
    assert decided.decide(letter()).ending is Ending.ACCEPTED
    facts = revocation_of(decided)
    assert [one["fingerprint"] for one in facts] == [fingerprint("G22"), fingerprint(AUTHORITY)]
    assert {(one["state"], one["source"], one["grace"]) for one in facts} == {
        (RevocationState.GOOD, "crl", False)
    }


@pytest.mark.parametrize("who", ["G22", AUTHORITY])
def test_document_of_a_revoked_certificate_or_under_a_revoked_authority_is_refused(
    who: str,
) -> None:
    decision = deciding(*GOOD, revoked(who, NOW - HOUR)).decide(letter())
    assert decision.ending is Ending.REFUSED
    assert decision.reasons == (Reason.CERTIFICATE_REVOKED_BY_ISSUER.code,)


def test_document_proven_to_be_signed_before_the_revocation_is_accepted() -> None:
    decided = deciding(*GOOD, revoked("G22", NOW - HOUR))
    proven = letter(proven_at=NOW - 2 * HOUR)
    assert decided.decide(proven).ending is Ending.ACCEPTED
    assert revocation_of(decided)[0]["state"] is RevocationState.REVOKED


def test_document_is_accepted_on_old_information_for_the_time_of_grace() -> None:
    old = [says(who, this_update=NOW - 47 * HOUR) for who in ("G22", AUTHORITY)]
    decided = deciding(*old)
    assert decided.decide(letter()).ending is Ending.ACCEPTED
    assert [one["grace"] for one in revocation_of(decided)] == [True, True]
    (row,) = decided.records.documents
    codes = [one["code"] for one in row.verdict["findings"]]
    assert codes == [Reason.REVOCATION_GRACE.code] * 2


def test_document_is_not_accepted_on_information_beyond_grace() -> None:
    old = [says(who, this_update=NOW - 49 * HOUR) for who in ("G22", AUTHORITY)]
    decided = deciding(*old)
    assert decided.decide(letter()).ending is not Ending.ACCEPTED
    assert decided.records.documents == []


def test_authority_of_which_nothing_is_known_is_remembered() -> None:
    decided = deciding(says("G22"))
    decided.decide(letter())
    (row,) = decided.records.authorities
    assert (row.fingerprint, row.seen_at) == (fingerprint(AUTHORITY), NOW)


def test_authority_of_a_refused_document_is_not_remembered() -> None:
    decided = deciding()
    decided.decide(signed(case(document(), sealed_by="G09")))
    assert decided.records.authorities == []


def test_status_of_a_revoked_certificate_is_refused() -> None:
    decided = deciding(*GOOD, revoked("G09", NOW - HOUR))
    message = document()
    decided.decide(signed(case(message)))
    report = signed(reported("G09", StatusCode.ARRIVED, message, "g09"))
    decision = decided.decide(report)
    assert decision.reasons == (Reason.CERTIFICATE_REVOKED_BY_ISSUER.code,)


def test_nothing_is_judged_where_revocation_is_not_checked() -> None:
    decided = decider()
    assert decided.decide(letter()).ending is Ending.ACCEPTED
    assert revocation_of(decided) == []


def test_information_from_after_the_proven_signing_serves_however_old() -> None:
    month = timedelta(days=30)
    old = [says(who, this_update=NOW - month) for who in ("G22", AUTHORITY)]
    assert deciding(*old).decide(letter()).ending is not Ending.ACCEPTED
    proven = letter(proven_at=NOW - month - HOUR)
    assert deciding(*old).decide(proven).ending is Ending.ACCEPTED


def stamped(proven: Case) -> Case:
    examination = replace(proven.examination, timestamp_path=(certificate("TSA"),))
    return Case(proven.submission, examination)


def test_timestamp_of_an_authority_that_is_revoked_by_now_proves_nothing() -> None:
    letter_of_before = stamped(letter(proven_at=NOW - 2 * HOUR))
    good = deciding(*GOOD, says("TSA"))
    assert good.decide(letter_of_before).ending is Ending.ACCEPTED
    assert [one["fingerprint"] for one in revocation_of(good)][-1] == fingerprint("TSA")
    decision = deciding(*GOOD, revoked("TSA", NOW - HOUR)).decide(letter_of_before)
    assert decision.reasons == (Reason.CERTIFICATE_REVOKED_BY_ISSUER.code,)


def test_timestamp_authority_of_which_nothing_is_known_is_remembered() -> None:
    decided = deciding(*GOOD)
    decided.decide(stamped(letter(proven_at=NOW - 2 * HOUR)))
    assert [row.fingerprint for row in decided.records.authorities] == [fingerprint("TSA")]
