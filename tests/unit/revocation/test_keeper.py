"""The keeper: whom it asks and when, and what it makes of answers and of silence."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from axis.facts import RevocationState
from axis.local.pki import DemoPki, make_demo_pki
from axis.local.pki_revocation import revoke_seal
from axis.trust.standing import Source
from tests.support.keeping import PACE, VALIDITY, Keeping

AT = datetime(2025, 10, 6, 3, 0, tzinfo=UTC)
AGENCIES = [("G22", "Văn phòng Chính phủ"), ("H37", "Ủy ban nhân dân tỉnh")]
SEALS_LIST = "/axis-demo/crls/intermediate/latest.crl"
CA_LIST = "/axis-demo/crls/root/latest.crl"
SEALS_OCSP = "/axis-demo/ocsp/intermediate"
CA_OCSP = "/axis-demo/ocsp/root"
ALL = sorted([SEALS_LIST, CA_LIST, SEALS_OCSP, SEALS_OCSP, CA_OCSP])
"""One list an authority, one answer a certificate: two seals and the authority above them."""


@pytest.fixture
def pki(tmp_path: Path) -> DemoPki:
    before = AT - timedelta(hours=2)
    return make_demo_pki(tmp_path / "pki", AGENCIES, before, rsa_agencies=(), port=1024)


@pytest.fixture
def keeping(pki: DemoPki) -> Keeping:
    return Keeping(pki, AT, "G22", "H37")


def states(keeping: Keeping, fingerprint: str) -> dict[Source, RevocationState]:
    known = keeping.store.known
    return {one.source: one.state for key, one in known.items() if key[0] == fingerprint}


# -- who is asked, and when -----------------------------------------------------------------------
async def test_everybody_above_every_seal_is_asked_once_and_what_they_say_is_kept(
    keeping: Keeping, pki: DemoPki
) -> None:
    assert await keeping.round() == ALL
    for certificate in (pki.seal("G22").certificate, pki.intermediate.certificate):
        good = RevocationState.GOOD
        assert states(keeping, certificate.fingerprint) == {Source.CRL: good, Source.OCSP: good}
    evidence = {(one.kind, one.issuer.partition(",")[0]) for one in keeping.store.evidence}
    assert len(evidence) == 4
    assert keeping.notes.failures == []
    assert await keeping.round() == []


async def test_information_is_asked_for_again_before_it_lapses(keeping: Keeping) -> None:
    await keeping.round()
    keeping.clock.turn(VALIDITY / 3)
    assert await keeping.round() == []
    keeping.clock.turn(VALIDITY / 6)
    assert await keeping.round() == ALL
    assert all(one.this_update == keeping.clock() for one in keeping.store.known.values())


async def test_certificate_without_a_proven_path_is_never_asked_about(
    keeping: Keeping, pki: DemoPki, tmp_path: Path
) -> None:
    stranger = make_demo_pki(tmp_path / "other", AGENCIES, AT, rsa_agencies=(), port=2048)
    keeping.store.registered = [stranger.seal("G22").certificate]
    asked = await keeping.round()
    assert asked == sorted([CA_LIST, CA_OCSP])  # the known intermediate's
    keeping.store.brought.append(stranger.intermediate.certificate)
    assert await keeping.round() == []


async def test_new_certificate_is_asked_about_at_once(keeping: Keeping, pki: DemoPki) -> None:
    keeping.store.registered = [pki.seal("G22").certificate]
    await keeping.round()
    keeping.store.registered.append(pki.seal("H37").certificate)
    assert await keeping.round() == sorted([SEALS_LIST, SEALS_OCSP])
    assert states(keeping, pki.seal("H37").certificate.fingerprint)


async def test_authority_that_a_signature_brought_proves_seals_below_it(
    keeping: Keeping, pki: DemoPki
) -> None:
    keeping.policy = pki.policy()  # knows the root alone
    unaware = Keeping(pki, AT, "G22")
    unaware.means.reader._policy = keeping.policy  # type: ignore[attr-defined]
    assert await unaware.round() == []
    unaware.store.brought.append(pki.intermediate.certificate)
    assert await unaware.round() == sorted([SEALS_LIST, CA_LIST, SEALS_OCSP, CA_OCSP])


async def test_certificate_that_has_expired_is_asked_about_no_longer(keeping: Keeping) -> None:
    await keeping.round()
    keeping.store.registered.pop()
    keeping.clock.turn(VALIDITY)
    assert await keeping.round() == sorted([SEALS_LIST, CA_LIST, SEALS_OCSP, CA_OCSP])


async def test_after_a_restart_what_is_fresh_is_not_asked_for_all_at_once(
    keeping: Keeping,
) -> None:
    await keeping.round()
    keeping.term = None
    assert await keeping.round() == []
    keeping.clock.turn(VALIDITY / 2)
    assert await keeping.round() == ALL


# -- silence --------------------------------------------------------------------------------------
async def test_responder_that_is_down_is_given_time_and_then_more(keeping: Keeping) -> None:
    keeping.responders.down = True
    first = await keeping.round()
    assert 0 < len(first) <= 4  # those on their way when it became clear; nobody queues up
    assert await keeping.round() == []
    gaps = []
    for _ in range(4):
        waited = timedelta(0)
        while not await keeping.round():
            keeping.clock.turn(timedelta(seconds=1))
            waited += timedelta(seconds=1)
        gaps.append(waited)
    assert gaps == sorted(gaps)
    assert gaps[0] <= PACE.retry + timedelta(seconds=1) < gaps[-1]


async def test_responder_that_is_back_is_noticed_and_waiting_documents_are_woken(
    keeping: Keeping,
) -> None:
    keeping.responders.down = True
    for _ in range(12):
        await keeping.round()
        keeping.clock.turn(timedelta(minutes=5))
    assert keeping.store.woken == 0
    keeping.responders.down = False
    await keeping.round()
    keeping.clock.turn(timedelta(minutes=5))
    await keeping.round()
    assert len(keeping.store.known) == 6
    assert keeping.store.woken >= 1


async def test_information_that_is_only_renewed_wakes_nobody(keeping: Keeping) -> None:
    await keeping.round()
    woken = keeping.store.woken
    keeping.clock.turn(VALIDITY / 2)
    assert await keeping.round() == ALL
    assert keeping.store.woken == woken
    keeping.responders.down = True
    keeping.clock.turn(2 * VALIDITY)
    await keeping.round()
    keeping.responders.down = False
    keeping.clock.turn(timedelta(minutes=5))
    await keeping.round()
    assert keeping.store.woken > woken


async def test_what_is_known_stays_known_while_nobody_answers(keeping: Keeping) -> None:
    await keeping.round()
    known = dict(keeping.store.known)
    keeping.responders.down = True
    keeping.clock.turn(timedelta(days=2))
    await keeping.round()
    assert keeping.store.known == known
    assert keeping.notes.survey is not None
    assert keeping.notes.survey.counts == {"good": 0, "revoked": 0, "stale": 3, "unknown": 0}
    assert keeping.notes.survey.oldest == timedelta(days=2)


async def test_answer_that_cannot_be_used_is_none(keeping: Keeping) -> None:
    keeping.responders.instead = b"<html>closed</html>"
    await keeping.round()
    assert keeping.store.known == {}
    assert len(keeping.notes.failures) == len(ALL)
    assert await keeping.round() == []
    keeping.responders.instead = None
    keeping.clock.turn(PACE.retry)
    assert await keeping.round() == ALL


# -- news -----------------------------------------------------------------------------------------
async def test_revocation_comes_to_be_known_with_the_next_answer(
    keeping: Keeping, pki: DemoPki
) -> None:
    await keeping.round()
    keeping.clock.turn(VALIDITY)
    revoke_seal(pki, "G22", keeping.clock())
    await keeping.round()
    fingerprint = pki.seal("G22").certificate.fingerprint
    revoked = RevocationState.REVOKED
    assert states(keeping, fingerprint) == {Source.CRL: revoked, Source.OCSP: revoked}
    good = states(keeping, pki.seal("H37").certificate.fingerprint)
    assert set(good.values()) == {RevocationState.GOOD}


async def test_old_list_that_is_played_back_takes_nothing_back(
    keeping: Keeping, pki: DemoPki
) -> None:
    old = keeping.responders.services.revocation_list("intermediate", AT)
    revoke_seal(pki, "G22", AT + timedelta(seconds=5))
    keeping.clock.turn(timedelta(minutes=1))
    await keeping.round()
    known = dict(keeping.store.known)
    keeping.responders.instead = old
    keeping.clock.turn(VALIDITY / 2)
    await keeping.round()
    assert keeping.store.known == known


async def test_old_evidence_is_dropped_after_its_time(keeping: Keeping) -> None:
    await keeping.round()
    assert keeping.store.pruned == [AT - keeping.means.keep_evidence]
