"""An endpoint's register held against a real PostgreSQL: what is equal, and what is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from axis.edxml.codes import DocumentKind, StatusCode
from axis.errors import InvalidInputError
from axis.exchange.comparison.differences import Difference, Found
from axis.exchange.comparison.register import Register, Sent, Standing, Taken
from axis.ids import new_id
from axis.reasons import Reason
from axis.store import reconciliation
from axis.store.pool import Pool
from axis.store.reconciliation import Period, PostgresReconciliation
from axis.store.redelivery import redeliver
from axis.verdict import Finding
from tests.support.exchange import NOW, case, document, reported, submission
from tests.support.stocked import Exchange, counts

D = Difference
ALWAYS = Period()


async def found(
    pool: Pool, endpoint: str, register: Register, period: Period = ALWAYS
) -> list[Found]:
    differences = PostgresReconciliation(pool).differences(endpoint, register, period)
    return [one async for one in differences]


async def names(
    pool: Pool, endpoint: str, register: Register, period: Period = ALWAYS
) -> list[Any]:
    return [(one.difference, one.line) for one in await found(pool, endpoint, register, period)]


async def correspondence(exchange: Exchange) -> None:
    """Documents both ways, one recalled, one refused, with statuses: G22 ↔ G09, H37."""
    first = document("G22", ["G09", "H37", "H37.02"], document_id="D-1")
    await exchange.handle(case(first, submission(message_id="m-1")))
    await exchange.handle(
        case(document("G22", ["G09"], document_id="D-2"), submission(message_id="m-2"))
    )
    recall = document("G22", ["G09"], document_id="D-2-R", kind=DocumentKind.RECALL, target="D-2")
    await exchange.handle(
        case(document("G09", ["G22"], document_id="D-3"), submission("g09", message_id="m-3"))
    )
    await exchange.lane().round()
    for code in (StatusCode.ARRIVED, StatusCode.ACCEPTED):
        await exchange.handle(reported("G09", code, first, "g09"))
    await exchange.handle(reported("H37.02", StatusCode.ARRIVED, first, "lgsp-h37"))
    await exchange.handle(case(recall, submission(message_id="m-4")))
    broken = case(
        document("G22", ["G09"], document_id="D-5"),
        submission(message_id="m-5"),
        findings=[Finding(Reason.ALTERED)],
    )
    await exchange.handle(broken)
    await exchange.lane().round()


async def sent_by(pool: Pool, endpoint: str) -> list[Sent]:
    """The register that an endpoint has when it lost nothing."""
    rows = await pool.fetch(
        "SELECT s.*, d.kind, d.document_id AS named, EXISTS ("
        "    SELECT FROM document_link l JOIN document f ON f.id = l.document"
        "    WHERE l.target = d.id AND f.kind = 1) AS recalled"
        " FROM submission s LEFT JOIN document d ON d.id = s.document"
        " WHERE s.endpoint = $1 AND s.routing_key <> 'status' ORDER BY s.id",
        endpoint,
    )
    return [
        Sent(
            line=line,
            message_id=row["message_key"].removeprefix("id:"),
            document_id=row["named"] or row["document_id"],
            kind=None if row["kind"] is None else DocumentKind(row["kind"]),
            sha256=row["sha256"],
            receipt=str(row["receipt"]),
            standing=Standing.REFUSED
            if row["outcome"] == "refused"
            else Standing.RECALLED
            if row["recalled"]
            else Standing.VALID,
        )
        for line, row in enumerate(rows, 2)
    ]


async def taken_by(pool: Pool, endpoint: str) -> list[Taken]:
    rows = await pool.fetch(
        "SELECT v.*, d.document_id, d.kind, d.sha256, d.sender, (SELECT t.code FROM status t"
        " WHERE t.delivery = v.id ORDER BY t.id DESC LIMIT 1) AS status"
        " FROM delivery v JOIN document d ON d.id = v.document WHERE v.endpoint = $1 ORDER BY v.id",
        endpoint,
    )
    return [
        Taken(
            line=line,
            message_id=str(row["copy"]),
            document=row["document"],
            sender=row["sender"],
            document_id=row["document_id"],
            kind=DocumentKind(row["kind"]),
            receiver=row["receiver"],
            sha256=row["sha256"],
            status=row["status"] or "",
            standing=Standing.VALID,
        )
        for line, row in enumerate(rows, 2)
    ]


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is gone through in several parts."""
    monkeypatch.setattr(reconciliation, "LINES_AT_A_TIME", 2)
    monkeypatch.setattr(reconciliation, "STRETCH", 2)


@pytest.mark.parametrize(
    "unsaid",
    [
        (),
        ("message_id",),
        ("document_id",),
        ("kind", "sha256", "receipt"),
        ("message_id", "kind", "sha256", "receipt"),
    ],
    ids=str,
)
async def test_register_of_what_was_sent_is_equal_however_much_it_says(
    exchange: Exchange, stocked: Pool, unsaid: Sequence[str]
) -> None:
    await correspondence(exchange)
    lines = [replace(one, **dict.fromkeys(unsaid)) for one in await sent_by(stocked, "g22")]
    assert len(lines) == 4
    assert await names(stocked, "g22", Register(sent=lines)) == []


@pytest.mark.parametrize(
    "unsaid",
    [
        (),
        ("message_id",),
        ("message_id", "document"),
        ("document", "document_id"),
        ("receiver", "status"),
        ("message_id", "document", "sender", "kind", "sha256", "status", "standing"),
    ],
    ids=str,
)
async def test_register_of_what_was_taken_is_equal_however_much_it_says(
    exchange: Exchange, stocked: Pool, unsaid: Sequence[str]
) -> None:
    await correspondence(exchange)
    await stocked.execute("UPDATE delivery SET reached = 'taken' WHERE reached = 'consigned'")
    lines = [replace(one, **dict.fromkeys(unsaid)) for one in await taken_by(stocked, "lgsp-h37")]
    if "receiver" in unsaid:
        lines = lines[:1]  # one line for the copy
    assert await names(stocked, "lgsp-h37", Register(taken=lines)) == []


async def test_what_differs_in_what_was_sent_is_named_with_its_line(
    exchange: Exchange, stocked: Pool
) -> None:
    await correspondence(exchange)
    first, recalled, recall, refused = await sent_by(stocked, "g22")
    lines = [
        replace(first, receipt=""),
        replace(recalled, standing=Standing.VALID),
        replace(refused, standing=Standing.VALID),
        Sent(line=9, message_id="m-99", document_id="D-99"),
    ]
    assert await names(stocked, "g22", Register(sent=lines)) == [
        (D.RECEIPT_MISSING, 2),
        (D.SENT_ENDED, 3),
        (D.SENT_REFUSED, 5),
        (D.SENT_UNKNOWN, 9),
        (D.SENT_NOT_REGISTERED, None),
    ]
    (lost,) = (await found(stocked, "g22", Register(sent=lines)))[-1:]
    assert (lost.message_id, lost.document_id) == ("m-4", recall.document_id)


async def test_what_differs_in_what_was_taken_is_named_with_its_line(
    exchange: Exchange, stocked: Pool
) -> None:
    await correspondence(exchange)
    first, _, recall = await taken_by(stocked, "g09")
    assert recall.kind is DocumentKind.RECALL
    lines = [
        replace(first, status="06", sha256="f" * 64),
        replace(recall, status=None),
        Taken(line=9, document_id="D-77", sender="G22"),
    ]
    assert await names(stocked, "g09", Register(taken=lines)) == [
        (D.TAKEN_DIGEST, 2),
        (D.STATUS_UNKNOWN, 2),
        (D.NOT_TAKEN, 4),
        (D.TAKEN_UNKNOWN, 9),
    ]


async def test_other_endpoints_documents_are_nobodys_business(
    exchange: Exchange, stocked: Pool
) -> None:
    await correspondence(exchange)
    lines = await sent_by(stocked, "g22")
    assert [one for one, _ in await names(stocked, "g09", Register(sent=lines))] == [
        *[D.SENT_UNKNOWN] * 4,
        D.SENT_NOT_REGISTERED,
    ]


async def test_status_messages_are_compared_where_the_register_lists_them(
    exchange: Exchange, stocked: Pool
) -> None:
    await correspondence(exchange)
    (own,) = await sent_by(stocked, "g09")
    assert await names(stocked, "g09", Register(sent=[own])) == []
    journal = Register(sent=[own], with_statuses=True)
    assert await names(stocked, "g09", journal) == [(D.SENT_NOT_REGISTERED, None)] * 2
    keys = await stocked.fetch(
        "SELECT message_key, sha256, receipt FROM submission"
        " WHERE endpoint = 'g09' AND routing_key = 'status'"
    )
    lines = [
        Sent(
            line=line,
            message_id=row["message_key"].removeprefix("id:"),
            sha256=row["sha256"],
            receipt=str(row["receipt"]),
        )
        for line, row in enumerate(keys, 3)
    ]
    assert await names(stocked, "g09", replace(journal, sent=[own, *lines])) == []


async def test_period_limits_what_a_register_may_lack(exchange: Exchange, stocked: Pool) -> None:
    await correspondence(exchange)
    now = datetime.now(UTC)
    nothing, hour = Register(sent=(), taken=()), timedelta(hours=1)
    assert len(await names(stocked, "g09", nothing)) > 2
    for period in (Period(until=now - hour), Period(since=now + hour)):
        assert await names(stocked, "g09", nothing, period) == []
    everything = await names(stocked, "g09", nothing)
    assert await names(stocked, "g09", nothing, Period(now - hour, now + hour)) == everything


async def test_endpoint_that_does_not_exist_is_named(stocked: Pool) -> None:
    with pytest.raises(InvalidInputError, match="nobody"):
        await found(stocked, "nobody", Register(sent=()))


# -- delivered once more --------------------------------------------------------------------------


async def test_document_that_an_endpoint_lost_goes_out_again_under_its_first_message_id(
    exchange: Exchange, stocked: Pool
) -> None:
    await correspondence(exchange)
    (lost, *_) = await taken_by(stocked, "g09")
    assert lost.document is not None
    states = await stocked.fetch("SELECT id, state, reached FROM delivery ORDER BY id")
    await redeliver(stocked, lambda: NOW, lost.document, "g09", "cli:a")
    due = await stocked.fetch(
        "SELECT id FROM outbox WHERE published_at IS NULL AND type = 'document'"
    )
    assert [str(row["id"]) for row in due] == [lost.message_id]
    await exchange.lane().round()
    assert await stocked.fetch("SELECT id, state, reached FROM delivery ORDER BY id") == states
    facts = await stocked.fetchval("SELECT facts FROM audit WHERE action = 'document:redeliver'")
    expected = {"document": str(lost.document), "endpoint": "g09", "copies": [lost.message_id]}
    assert facts == expected


async def test_copy_that_goes_out_again_names_nobody_who_is_asked_to_give_it_back(
    exchange: Exchange, stocked: Pool
) -> None:
    message = document("G22", ["H37", "H37.02", "H37.101"])
    (decision,) = await exchange.handle(case(message))
    assert decision.document is not None
    await exchange.lane().round()
    await exchange.handle(reported("G22", StatusCode.TAKE_BACK, message, "g22", to="H37.02"))
    await redeliver(stocked, lambda: NOW, decision.document, "lgsp-h37", "cli:a")
    copy = "SELECT headers FROM outbox WHERE subject = $1 AND published_at IS NULL"
    headers = await stocked.fetchval(copy, decision.document)
    assert headers["axis-to"] == "H37,H37.101"
    await exchange.lane().round()


async def test_document_that_an_endpoint_never_had_or_gave_back_is_not_delivered_again(
    exchange: Exchange, stocked: Pool
) -> None:
    await correspondence(exchange)
    (had, *_) = await taken_by(stocked, "g09")
    assert had.document is not None
    await stocked.execute(
        "UPDATE delivery SET state = 'withdrawn' WHERE document = $1", had.document
    )
    before = await counts(stocked, "audit")
    for lost, endpoint in ((had.document, "g09"), (had.document, "g22"), (new_id(), "g09")):
        with pytest.raises(InvalidInputError, match=str(lost)):
            await redeliver(stocked, lambda: NOW, lost, endpoint, "cli:a")
    assert await counts(stocked, "audit") == before
