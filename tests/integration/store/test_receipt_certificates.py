"""The history of receipt certificates in the real database: entered, used, retired, never lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from axis.errors import ConfigurationError, InvalidInputError
from axis.local.pki import DemoPki, make_demo_pki
from axis.receipt_key import CertificateUse
from axis.store import receipt_certificates
from axis.store.pool import Pool, open_pool
from axis.store.receipt_certificates import (
    IN_USE,
    PostgresReceiptCertificates,
    RetiredCertificateError,
)
from axis.trust.keys import SigningKey

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    agencies = [("G22", "Văn phòng Chính phủ")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), agencies, NOW, rsa_agencies=())


@pytest.fixture
async def pool(migrated_database: str) -> AsyncIterator[Pool]:
    async with await open_pool(migrated_database, max_size=4) as pool:
        yield pool


@pytest.fixture
def history(pool: Pool) -> PostgresReceiptCertificates:
    return PostgresReceiptCertificates(pool)


@pytest.fixture
def key(pki: DemoPki) -> SigningKey:
    return pki.receipts.load()


async def audited(pool: Pool) -> list[tuple[str, str]]:
    rows = await pool.fetch("SELECT action, actor FROM audit ORDER BY id")
    return [(row["action"], row["actor"]) for row in rows]


async def test_routers_enter_their_certificate_once_and_mark_it_as_used(
    history: PostgresReceiptCertificates, pool: Pool, key: SigningKey
) -> None:
    clock = Clock()
    uses = [CertificateUse(history, key, f"router:{name}", clock) for name in "abc"]

    await asyncio.gather(*[use.enter() for use in uses])
    clock.now += timedelta(hours=1)
    await uses[0].enter()

    (entered,) = await history.history()
    assert entered.certificate == key.certificate
    assert entered.authorities == key.authorities
    assert (entered.first_used_at, entered.last_used_at) == (NOW, clock.now)
    assert entered.retired_at is None
    ((action, actor),) = await audited(pool)
    assert action == "receipt-certificate:enter"
    assert actor.startswith("router:")


async def test_clock_of_one_router_that_is_late_takes_nothing_back(
    history: PostgresReceiptCertificates, key: SigningKey
) -> None:
    for at in (NOW, NOW - timedelta(seconds=5)):
        await history.enter(key.certificate, key.authorities, at, "router:a")
    (entered,) = await history.history()
    assert entered.first_used_at == entered.last_used_at == NOW


async def test_certificate_that_a_router_signs_with_is_not_retired(
    history: PostgresReceiptCertificates, key: SigningKey
) -> None:
    await history.enter(key.certificate, key.authorities, NOW, "router:a")
    with pytest.raises(InvalidInputError, match="still signs"):
        await history.retire(key.certificate.fingerprint, NOW + IN_USE / 2, "cli:admin")
    (entered,) = await history.history()
    assert entered.retired_at is None


async def test_retired_certificate_stays_in_the_history_and_signs_no_more(
    history: PostgresReceiptCertificates, pool: Pool, pki: DemoPki, key: SigningKey
) -> None:
    clock = Clock()
    old = CertificateUse(history, key, "router:a", clock)
    new = CertificateUse(history, pki.seal("G22").load(), "router:a", clock)
    await old.enter()
    clock.now += IN_USE
    await new.enter()
    retired_at = await history.retire(key.certificate.fingerprint, clock.now, "cli:admin")
    clock.now += timedelta(days=1)

    assert await history.retire(key.certificate.fingerprint, clock.now, "cli:admin") == retired_at
    with pytest.raises(RetiredCertificateError, match=key.certificate.fingerprint):
        await old.enter()
    await new.enter()
    assert [one.retired_at for one in await history.history()] == [retired_at, None]
    assert (await audited(pool))[-1] == ("receipt-certificate:retire", "cli:admin")


async def test_certificate_that_never_signed_is_not_retired(
    history: PostgresReceiptCertificates, key: SigningKey
) -> None:
    with pytest.raises(InvalidInputError, match="never signed"):
        await history.retire(key.certificate.fingerprint, NOW, "cli:admin")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM receipt_certificate",
        "TRUNCATE receipt_certificate",
        "UPDATE receipt_certificate SET der = ''",
        "UPDATE receipt_certificate SET first_used_at = now()",
    ],
)
async def test_history_cannot_be_rewritten(
    change: str, history: PostgresReceiptCertificates, pool: Pool, key: SigningKey
) -> None:
    await history.enter(key.certificate, key.authorities, NOW, "router:a")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await pool.execute(change)
    assert len(await history.history()) == 1


@pytest.mark.parametrize("years", [-1, 20])
async def test_certificate_outside_its_validity_is_not_entered(
    years: int, history: PostgresReceiptCertificates, key: SigningKey
) -> None:
    clock = Clock(NOW + timedelta(days=366 * years))
    with pytest.raises(ConfigurationError, match="valid only from"):
        await CertificateUse(history, key, "router:a", clock).enter()
    assert not await history.history()


async def test_router_ends_when_its_certificate_is_retired(
    history: PostgresReceiptCertificates, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.receipt_key.MARK_EVERY", timedelta(milliseconds=10))
    monkeypatch.setattr(receipt_certificates, "IN_USE", timedelta(0))
    use = CertificateUse(history, key, "router:a", Clock())
    await use.enter()
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    working = asyncio.create_task(use.during(work()))
    await asyncio.sleep(0)
    await history.retire(key.certificate.fingerprint, NOW, "cli:admin")

    with pytest.raises(RetiredCertificateError):
        await working
    assert ended.is_set()


async def test_database_that_is_away_does_not_end_a_router(
    pool: Pool, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axis.receipt_key.MARK_EVERY", timedelta(0))
    monkeypatch.setattr("axis.receipt_key.RETRY_SECONDS", 0.0)
    use = CertificateUse(PostgresReceiptCertificates(pool), key, "router:a", Clock())
    asked = asyncio.Semaphore(0)
    entering = CertificateUse.enter

    async def enter(self: CertificateUse) -> None:
        asked.release()
        await entering(self)

    monkeypatch.setattr(CertificateUse, "enter", enter)
    await pool.close()  # every use of it fails from now on

    async def work() -> None:
        for _ in range(3):
            await asked.acquire()

    await use.during(work())
