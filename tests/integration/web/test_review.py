"""A certificate's page lists what was accepted before the axis knew that it was revoked."""

from datetime import timedelta

from axis.facts import RevocationState
from axis.revocation.ports import Evidence
from axis.store.revocation import PostgresRevocation
from axis.trust.standing import Source, Standing
from tests.integration.web.conftest import Enter
from tests.support.stage import Stage
from tests.support.visitor import words


async def test_documents_to_review_are_on_the_page_of_the_certificate(
    enter: Enter, stage: Stage
) -> None:
    row = await stage.pool.fetchrow(
        "SELECT id, certificate, accepted_at, number || '/' || notation AS code FROM document"
        " ORDER BY id DESC LIMIT 1"
    )
    assert row is not None
    page = f"/admin/certificates/{row['certificate']}"
    visitor = await enter("quantri")
    answer = await visitor.get(page)
    assert "Văn bản cần xem lại" not in await answer.text()
    at = row["accepted_at"] - timedelta(seconds=1)
    revoked = Standing(
        fingerprint=row["certificate"],
        source=Source.CRL,
        state=RevocationState.REVOKED,
        this_update=at,
        revoked_at=at,
    )
    evidence = Evidence(
        kind=Source.CRL,
        der=b"list",
        issuer="CN=CA",
        url="http://ca.example/list.crl",
        fetched_at=at,
        standings=(revoked,),
    )
    kept = PostgresRevocation(stage.pool)
    await kept.record([evidence], stage.clock())
    await kept.review(stage.clock())
    markup = await (await visitor.get(page)).text()
    assert "Văn bản cần xem lại" in words(markup)
    assert f'href="/documents/{row["id"]}"' in markup
    assert row["code"] in words(markup)
