"""Kinds and answers that cross, on PostgreSQL: each message in a batch of its own."""

from uuid import UUID

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.exchange.decision.case import Ending
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from tests.support.exchange import NOW, case, document, recall, replacement, reported, update
from tests.support.stocked import Exchange


async def accept(exchange: Exchange, message: Document) -> UUID:
    (decision,) = await exchange.handle(case(message))
    assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())
    assert decision.document is not None
    return decision.document


async def report(
    exchange: Exchange, sender: str, code: StatusCode, about: Document, endpoint: str, to: str = ""
) -> None:
    (decision,) = await exchange.handle(
        reported(sender, code, about, endpoint, to=to, description="Lý do")
    )
    assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())


async def states(pool: Pool, document: UUID) -> dict[str, tuple[str, str]]:
    """Where a document stands with each receiver, and how far it had got."""
    rows = await pool.fetch(
        "SELECT receiver, state, reached FROM delivery WHERE document = $1", document
    )
    return {row["receiver"]: (row["state"], row["reached"]) for row in rows}


async def withdrawn(pool: Pool) -> list[str]:
    """The endpoints that were told to pass a copy over."""
    rows = await pool.fetch("SELECT endpoint FROM evidence WHERE event = 'DeliveryWithdrawn'")
    return sorted(row["endpoint"] for row in rows)


async def test_recall_knows_by_one_receivers_report_that_the_shared_copy_has_left_its_inbox(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09", "H37", "H37.02"])
    original = await accept(exchange, first)
    while not (await exchange.lane().round()).idle:
        pass
    await report(exchange, "H37", StatusCode.ACCEPTED, first, "lgsp-h37")
    row = await accept(exchange, recall(first, ["G09"]))
    assert await withdrawn(stocked) == ["g09"]
    for code, endpoint in (("H37.02", "lgsp-h37"), ("G09", "g09")):
        await report(exchange, code, StatusCode.AGREED, first, endpoint)
    found = await states(stocked, original)
    assert found["H37.02"] == ("agreed", "taken")
    assert found["G09"] == ("withdrawn", "consigned")
    assert {code: state for code, (state, _) in (await states(stocked, row)).items()} == {
        "H37": "accepted",
        "H37.02": "agreed",
        "G09": "withdrawn",
    }


async def test_receiver_dropped_by_an_update_of_an_update_is_asked_for_all_versions(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09", "H37"])
    second = update(first, ["G09", "H37"], document_id="G22,2026/03/02,7/X")
    rows = [await accept(exchange, one) for one in (first, second)]
    third = update(second, ["H37"], drops=["G09"], document_id="G22,2026/03/02,8/X")
    last = await accept(exchange, third)
    await report(exchange, "G09", StatusCode.AGREED, third, "g09")
    for row in (*rows, last):
        found = await states(stocked, row)
        assert {code: state for code, (state, _) in found.items()} == {
            "G09": "withdrawn",
            "H37": "accepted",
        }


async def test_update_of_an_update_reaches_and_drops_who_has_an_earlier_version_alone(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09", "H37", "H37.02"])
    second = update(first, ["H37"], document_id="G22,2026/03/02,7/X")
    original, _ = [await accept(exchange, one) for one in (first, second)]
    third = update(second, ["H37.02"], drops=["G09"], document_id="G22,2026/03/02,8/X")
    assert (await states(stocked, await accept(exchange, third))).keys() == {"H37.02", "G09"}
    assert (await states(stocked, original))["G09"] == ("take_back_asked", "accepted")


async def test_replacement_under_the_same_document_id_is_accepted_by_a_report_of_its_own(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09"])
    rows = [await accept(exchange, first)]
    await report(exchange, "G09", StatusCode.ACCEPTED, first, "g09")
    newer = replacement(["G09"], (first, []), document_id=first.document_id)
    rows.append(await accept(exchange, newer))
    for code, state in ((StatusCode.ACCEPTED, "received"), (StatusCode.DONE, "done")):
        await report(exchange, "G09", code, newer, "g09")
        for row in rows:
            assert await states(stocked, row) == {"G09": (state, state)}


async def test_answer_to_the_second_update_answers_the_first_that_waits_for_one(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09"])
    await accept(exchange, first)
    updates = [
        update(first, ["G09"], document_id=f"G22,2026/03/02,{number}/X") for number in (7, 8)
    ]
    rows = [await accept(exchange, one) for one in updates]
    await report(exchange, "G09", StatusCode.AGREED, updates[1], "g09")
    for row in rows:
        assert await states(stocked, row) == {"G09": ("received", "received")}


async def test_update_of_a_recalled_document_is_refused(exchange: Exchange) -> None:
    first = document("G22", ["G09"])
    second = update(first, ["G09"], document_id="G22,2026/03/02,7/X")
    for message in (first, second, recall(first, ["G09"])):
        await accept(exchange, message)
    third = update(second, ["H37"], adds=["H37"], document_id="G22,2026/03/02,8/X")
    (decision,) = await exchange.handle(case(third))
    assert decision.reasons == (Reason.DOCUMENT_RECALLED.code,)


async def test_successor_reports_once_for_all_that_it_and_its_predecessor_were_sent(
    exchange: Exchange, stocked: Pool
) -> None:
    first = document("G22", ["G09", "H37.02"])
    original = await accept(exchange, first)
    merged = Agency(
        "H37.02", "Sở Nội vụ", Level.PROVINCE, "H37", valid_to=NOW.date(), successor="G09"
    )
    await PostgresAdministration(stocked, lambda: NOW).put_agencies([merged], "test")
    exchange.clock = lambda: NOW.replace(day=NOW.day + 1)
    await report(exchange, "G09", StatusCode.ACCEPTED, first, "g09")
    assert await states(stocked, original) == {
        "G09": ("received", "received"),
        "H37.02": ("received", "received"),
    }
    proven = await stocked.fetchval(
        "SELECT count(*) FROM evidence WHERE event = 'ConsignmentAcceptance'"
    )
    assert proven == 2
