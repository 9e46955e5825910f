"""What is known of revocation on a real PostgreSQL: it only moves forward, and counts at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.faults import StoreUnavailableError
from axis.exchange.intake.batches import Intake
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import AuthorityRow
from axis.facts import RevocationState
from axis.reasons import Reason
from axis.store import revocation
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool, transaction
from axis.store.registry_reading import PostgresRegistryReader
from axis.store.revocation import PostgresRevocation, remember_authorities
from axis.trust.standing import ON_HOLD, Source, Standing
from tests.support.eventually import until
from tests.support.exchange import ISSUER, NOW, case, document, fingerprint, submission
from tests.support.memory import MemoryWorkbench, Observed
from tests.support.standings import AUTHORITY, HOUR, RULES, evidence, revoked, says, signed

LOCKS = "pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())"
REVOKED = Reason.CERTIFICATE_REVOKED_BY_ISSUER.code


@pytest.fixture
def kept(stocked: Pool) -> PostgresRevocation:
    return PostgresRevocation(stocked)


@dataclass
class SlowWorkbench(MemoryWorkbench):
    """Signs when it is told to: until then, a batch is under way with its knowledge in hand."""

    signing: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        self.signing.set()
        await self.go_on.wait()
        return await super().sign(receipts)


async def test_routers_that_meet_the_same_authorities_in_other_orders_do_not_deadlock(
    stocked: Pool,
) -> None:
    first, second = [
        AuthorityRow(fingerprint=letter * 64, der=b"", seen_at=NOW) for letter in ("a", "c")
    ]
    between = AuthorityRow(fingerprint="b" * 64, der=b"", seen_at=NOW)

    async def meet(*authorities: AuthorityRow) -> None:
        async with transaction(stocked) as connection:
            await remember_authorities(connection, authorities)

    async def waiting(count: int) -> bool:
        query = (
            "SELECT count(*) >= $1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(await stocked.fetchval(query, count))

    async with stocked.acquire() as other:
        held = other.transaction()
        await held.start()
        await remember_authorities(other, [between])
        left = asyncio.create_task(meet(first, between, second))
        await until(lambda: waiting(1))
        right = asyncio.create_task(meet(second, between, first))
        await until(lambda: waiting(2))
        await held.rollback()
        await asyncio.gather(left, right)


async def take(
    pool: Pool, *cases: Case, at: datetime = NOW, workbench: MemoryWorkbench | None = None
) -> list[Decision]:
    """Take submissions in as one batch, judging revocation."""
    workbench = workbench or MemoryWorkbench()
    workbench.examinations = {one.submission.body: one.examination for one in cases}
    observed = Observed()
    store = PostgresStore(pool)
    intake = Intake(store, workbench, Notary(ISSUER), observed, lambda: at, revocation=RULES)
    await intake.handle([one.submission for one in cases])
    return observed.decisions


async def all_good(kept: PostgresRevocation, at: datetime = NOW - HOUR) -> None:
    """Everybody who may sign was good at a moment."""
    said = [says(code, this_update=at) for code in ("G22", "G09", AUTHORITY)]
    assert await kept.record([evidence(*said)], at)


def letter(sender: str = "G22", **proof: Any) -> Case:
    return signed(case(document(sender, ["H37"]), submission(sender.lower())), **proof)


async def known(kept: PostgresRevocation, code: str = "G22") -> dict[Source, Standing]:
    return {
        one.source: one for one in await kept.standings() if one.fingerprint == fingerprint(code)
    }


# -- what is kept ---------------------------------------------------------------------------------
async def test_standings_come_back_as_they_were_kept(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    list_ = says("G22", number=2**150)
    answer = revoked("G22", NOW, source=Source.OCSP)
    assert await kept.record([evidence(list_), evidence(answer)], NOW)
    assert await known(kept) == {Source.CRL: list_, Source.OCSP: answer}
    rows = await stocked.fetch("SELECT kind, issuer, url, der FROM revocation_evidence")
    assert {row["kind"] for row in rows} == {"crl", "ocsp"}
    assert {(row["issuer"], row["url"]) for row in rows} == {
        ("CN=CA", "http://ca.example/list.crl")
    }


async def test_older_information_takes_no_place_and_leaves_no_trace(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    newer = says("G22", number=7)
    await kept.record([evidence(newer)], NOW)
    for older in (says("G22", this_update=NOW - 2 * HOUR, number=9), says("G22", number=6)):
        assert not await kept.record([evidence(older)], NOW)
    assert await known(kept) == {Source.CRL: newer}
    assert await stocked.fetchval("SELECT count(*) FROM revocation_evidence") == 1


async def test_revoked_stays_revoked_and_hold_can_be_taken_back(kept: PostgresRevocation) -> None:
    lost = revoked("G22", NOW - HOUR)
    held = revoked("G09", NOW - HOUR, reason=ON_HOLD)
    await kept.record([evidence(lost, held)], NOW)
    free = [says(code, this_update=NOW) for code in ("G22", "G09")]
    await kept.record([evidence(*free)], NOW)
    assert (await known(kept, "G22"))[Source.CRL].state is RevocationState.REVOKED
    assert (await known(kept, "G09"))[Source.CRL].state is RevocationState.GOOD


async def test_since_when_it_is_known_stays_while_it_is_the_same(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    for hours in (0, 1, 2):
        await all_good(kept, NOW + hours * HOUR)
    query = "SELECT DISTINCT known_at FROM revocation_standing"
    assert [row["known_at"] for row in await stocked.fetch(query)] == [NOW]
    await kept.record([evidence(revoked("G22", NOW + 3 * HOUR))], NOW + 4 * HOUR)
    at = await stocked.fetchval(f"{query} WHERE fingerprint = $1", fingerprint("G22"))
    assert at == NOW + 4 * HOUR


async def test_evidence_that_nothing_rests_on_is_dropped_after_its_time(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    for hours in (0, 1, 2):
        await all_good(kept, NOW + hours * HOUR)
    assert await kept.prune(NOW + HOUR) == 1
    assert await kept.prune(NOW + 99 * HOUR) == 1
    assert await stocked.fetchval("SELECT count(*) FROM revocation_evidence") == 1


# -- what follows for documents -------------------------------------------------------------------
async def test_document_is_judged_by_what_is_kept(kept: PostgresRevocation, stocked: Pool) -> None:
    (waits,) = await take(stocked, letter())
    assert (waits.ending, waits.reasons) == (Ending.HELD, (Reason.REVOCATION_UNKNOWN.code,))
    await all_good(kept)
    (accepted,) = await take(stocked, letter())
    assert accepted.document is not None
    verdict = await stocked.fetchval("SELECT verdict FROM document")
    assert [one["state"] for one in verdict["signature"]["revocation"]] == ["good", "good"]
    await kept.record([evidence(revoked("G22", NOW))], NOW)
    (refused,) = await take(stocked, letter())
    assert refused.reasons == (REVOKED,)


async def test_revocation_waits_for_the_batch_under_way_and_counts_for_the_next(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    await all_good(kept)
    slow = SlowWorkbench()
    first = asyncio.create_task(take(stocked, letter(), workbench=slow))
    await slow.signing.wait()
    learning = asyncio.create_task(kept.record([evidence(revoked("G22", NOW))], NOW))
    await until(lambda: stocked.fetchval(f"SELECT count(*) > 0 FROM {LOCKS} AND NOT granted"))
    second = asyncio.create_task(take(stocked, letter()))
    await asyncio.sleep(0.05)
    assert not learning.done()
    assert not second.done()
    slow.go_on.set()
    assert (await first)[0].document is not None
    assert await learning
    assert (await second)[0].reasons == (REVOKED,)


async def test_good_news_hold_no_batch_back(kept: PostgresRevocation, stocked: Pool) -> None:
    await all_good(kept)
    slow = SlowWorkbench()
    batch = asyncio.create_task(take(stocked, letter(), workbench=slow))
    await slow.signing.wait()
    await all_good(kept, NOW)
    slow.go_on.set()
    await batch


async def test_authority_that_nothing_is_known_of_is_asked_about_from_then_on(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    async with kept.lead() as lead:
        assert lead is not None
        before = await lead.mark()
        await take(stocked, letter())
        await take(stocked, letter())
        assert await lead.mark() != before
    rows = await stocked.fetch("SELECT fingerprint, seen_at FROM revocation_authority")
    assert [tuple(row) for row in rows] == [(fingerprint(AUTHORITY), NOW)]


async def test_documents_that_wait_for_information_are_due_when_they_are_woken(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    await take(stocked, letter())
    await kept.wake_held(NOW)
    assert await stocked.fetchval("SELECT next_try_at FROM held_submission") == NOW


# -- what people have to look at ------------------------------------------------------------------
async def listed(pool: Pool) -> set[Any]:
    return {row["document"] for row in await pool.fetch("SELECT document FROM revocation_review")}


@pytest.mark.parametrize("stretch", [1, 3, revocation.STRETCH])
async def test_documents_accepted_after_the_revocation_and_before_it_was_known_are_listed(
    kept: PostgresRevocation, stocked: Pool, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    monkeypatch.setattr(revocation, "STRETCH", stretch)
    await all_good(kept)
    (before,) = await take(stocked, letter(), at=NOW)
    (after,) = await take(stocked, letter(), at=NOW + HOUR)
    proven = letter(proven_at=NOW)
    (old,) = await take(stocked, proven, at=NOW + HOUR)
    (other,) = await take(stocked, letter("G09"), at=NOW + HOUR)
    assert None not in {one.document for one in (before, after, old, other)}
    await kept.record([evidence(revoked("G22", NOW + HOUR / 2))], NOW + 2 * HOUR)
    (found,) = await kept.review(NOW + 2 * HOUR)
    assert (found.fingerprint, found.documents) == (fingerprint("G22"), 1)
    assert await listed(stocked) == {after.document}
    (line,) = await stocked.fetch("SELECT actor, facts FROM audit WHERE action ~ '^revocation'")
    assert line["actor"] == "axis-keeper"
    assert (line["facts"]["fingerprint"], line["facts"]["documents"]) == (fingerprint("G22"), 1)
    assert await kept.review(NOW + 3 * HOUR) == []
    reader = PostgresRegistryReader(stocked)
    (shown,) = await reader.to_review(None, 10)
    assert (shown.id, shown.subject, shown.sender) == (after.document, "CN=G22", "G22")
    assert (shown.code, shown.receivers) == ("101/VPCP-TTĐT", ("H37",))
    assert (shown.accepted_at, shown.known_at) == (NOW + HOUR, NOW + 2 * HOUR)
    assert await reader.to_review(fingerprint("G22"), 10) == [shown]
    assert await reader.to_review(fingerprint("G09"), 10) == []


async def test_documents_under_a_revoked_authority_are_listed(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    await all_good(kept)
    taken = await take(stocked, letter(), letter("G09"))
    await kept.record([evidence(revoked(AUTHORITY, NOW - HOUR / 2))], NOW + HOUR)
    await kept.review(NOW + HOUR)
    assert await listed(stocked) == {one.document for one in taken}
    (shown,) = await PostgresRegistryReader(stocked).to_review(fingerprint("G09"), 10)
    assert (shown.fingerprint, shown.subject) == (fingerprint(AUTHORITY), None)


async def test_earlier_date_that_is_told_later_lists_more(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    await all_good(kept)
    (one,) = await take(stocked, letter(), at=NOW)
    (two,) = await take(stocked, letter(), at=NOW + 2 * HOUR)
    lost = revoked("G22", NOW + HOUR, this_update=NOW + 3 * HOUR)
    await kept.record([evidence(lost)], NOW + 3 * HOUR)
    await kept.review(NOW + 3 * HOUR)
    assert await listed(stocked) == {two.document}
    earlier = replace(lost, revoked_at=NOW - HOUR, this_update=NOW + 4 * HOUR)
    await kept.record([evidence(earlier)], NOW + 4 * HOUR)
    (found,) = await kept.review(NOW + 4 * HOUR)
    assert found.documents == 2
    assert await listed(stocked) == {one.document, two.document}


async def test_review_that_was_cut_short_is_done_later(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    await all_good(kept)
    await take(stocked, letter())
    await kept.record([evidence(revoked("G22", NOW - HOUR / 2))], NOW + HOUR)
    await stocked.execute("ALTER TABLE audit RENAME TO away")
    with pytest.raises(StoreUnavailableError):
        await kept.review(NOW)
    assert await listed(stocked) == set()
    await stocked.execute("ALTER TABLE away RENAME TO audit")
    assert len(await kept.review(NOW)) == 1


# -- who keeps ------------------------------------------------------------------------------------
async def test_one_leads_at_a_time_and_another_takes_over_when_its_connection_ends(
    kept: PostgresRevocation, stocked: Pool
) -> None:
    async with kept.lead() as first:
        assert first is not None
        async with kept.lead() as second:
            assert second is None
        await stocked.execute(
            f"SELECT pg_terminate_backend(pid) FROM {LOCKS} AND locktype = 'advisory'"
        )
        with pytest.raises(StoreUnavailableError):
            await first.mark()
        async with kept.lead() as third:
            assert third is not None


async def test_lead_ends_with_its_block(kept: PostgresRevocation) -> None:
    for _ in range(3):
        async with kept.lead() as lead:
            assert lead is not None
