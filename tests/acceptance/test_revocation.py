"""An administrator's revocation counts from the next document on."""

from datetime import timedelta

from axis.clock import system_clock
from axis.evidence.events import Event
from axis.local.installation import Installation
from axis.reasons import Reason
from axis.store.pool import open_pool
from axis.store.registry import PostgresAdministration
from tests.acceptance.conftest import Connect
from tests.support.offices import Offices
from tests.support.receipts import proven


async def test_revoked_certificate_refuses_the_next_document_signed_with_it(
    connect: Connect, offices: Offices, installation: Installation
) -> None:
    (g15,) = await connect("g15")
    before = await g15.submit(offices.seal(offices.letter("G15", ["G09"])))
    await g15.receipt(before, Event.SUBMISSION_ACCEPTANCE)
    async with await open_pool(installation.dsn, max_size=2) as pool:
        administration = PostgresAdministration(pool, system_clock)
        fingerprint = offices.key("G15").certificate.fingerprint
        now = system_clock() - timedelta(milliseconds=1)
        agencies = await administration.revoke(fingerprint, now, "lộ khóa", "test")
        assert agencies == ["G15"]
    after = await g15.submit(offices.seal(offices.letter("G15", ["G09"])))
    refusal = await g15.receipt(after, Event.SUBMISSION_REJECTION)
    verdict = proven(refusal.body, installation).verdict
    assert verdict is not None
    assert [finding.code for finding in verdict.findings] == [Reason.CERTIFICATE_REVOKED.code]
