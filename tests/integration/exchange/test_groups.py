"""Documents to groups of agencies, on PostgreSQL."""

from uuid import UUID

from axis.edxml.codes import StatusCode
from axis.edxml.values import Document
from axis.exchange.decision.case import Ending
from axis.exchange.outgoing.messages import MAX_COPY_RECEIVERS
from axis.exchange.views.scope import Scope
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.groups import Group
from axis.store.pool import Pool
from axis.store.reading import PostgresReader
from axis.store.registry import PostgresAdministration
from tests.support.exchange import NOW, case, document, recall, replacement, reported, update
from tests.support.stocked import Exchange

H37 = Group("NHOM.H37", "H37 và xã", Level.COMMUNE, "H37", ("H37", "K10"))


async def test_document_to_a_group_reaches_those_who_belong_to_it_on_that_day(
    exchange: Exchange, stocked: Pool
) -> None:
    registry = PostgresAdministration(stocked, lambda: NOW)
    await registry.put_groups([H37], "test")
    message = document("G22", ["H37.101", "NHOM.H37"])
    (decision,) = await exchange.handle(case(message))
    assert (decision.ending, decision.deliveries) == (Ending.ACCEPTED, 2)
    await registry.put_agencies([Agency("H37.102", "Xã mới", Level.COMMUNE, "H37")], "test")
    await registry.remove_group("NHOM.H37", "test")
    rows = await stocked.fetch("SELECT receiver, named FROM delivery ORDER BY receiver")
    assert [(row["receiver"], row["named"]) for row in rows] == [
        ("H37", ["NHOM.H37"]),
        ("H37.101", ["H37.101", "NHOM.H37"]),
    ]
    findings = await stocked.fetchval("SELECT verdict -> 'findings' FROM document")
    assert [one["code"] for one in findings] == [Reason.GROUP_MEMBERS_UNREACHED.code]
    (reported_,) = await exchange.handle(
        reported("H37.101", StatusCode.ACCEPTED, message, "lgsp-h37")
    )
    assert reported_.ending is Ending.ACCEPTED
    (refused,) = await exchange.handle(case(document("G22", ["NHOM.H37"])))
    assert refused.reasons == (Reason.RECEIVER_UNKNOWN.code,)


async def test_crowd_at_one_endpoint_gets_several_copies_that_each_fit_a_frame(
    exchange: Exchange, stocked: Pool
) -> None:
    crowd = [
        Agency(f"H37.{number}", f"Xã {number}", Level.COMMUNE, "H37")
        for number in range(1_000, 3_099)
    ]
    registry = PostgresAdministration(stocked, lambda: NOW)
    await registry.put_agencies(crowd, "test")
    await registry.put_groups([H37], "test")
    (decision,) = await exchange.handle(case(document("G22", ["NHOM.H37"])))
    assert decision.deliveries == len(crowd) + 2  # H37 and its commune from before
    rows = await stocked.fetch("SELECT id, headers FROM outbox WHERE type = 'document'")
    carried = {row["id"]: len(row["headers"]["axis-to"].split(",")) for row in rows}
    assert sorted(carried.values()) == [101, MAX_COPY_RECEIVERS, MAX_COPY_RECEIVERS]
    stored = await stocked.fetch("SELECT copy, count(*) AS count FROM delivery GROUP BY copy")
    assert {row["copy"]: row["count"] for row in stored} == carried
    while not (await exchange.lane().round()).idle:
        pass
    assert await stocked.fetchval("SELECT count(*) FROM delivery WHERE state = 'consigned'") == 2101


# -- what is said later of a document to a group --------------------------------------------------
ALL = Group("NHOM.TATCA", "Tất cả", members=("G09", "H37", "H37.02"))


async def test_update_to_a_group_reaches_its_members_who_have_the_document(
    exchange: Exchange, stocked: Pool
) -> None:
    await PostgresAdministration(stocked, lambda: NOW).put_groups([ALL], "test")
    first = document("G22", ["G09", "H37"])
    await accept(exchange, first)
    row = await accept(exchange, update(first, ["NHOM.TATCA"]))
    assert await named(stocked, row) == {"G09": ["NHOM.TATCA"], "H37": ["NHOM.TATCA"]}


async def test_update_adds_and_drops_whole_groups_whoever_has_joined_and_left_them_since(
    exchange: Exchange, stocked: Pool
) -> None:
    registry = PostgresAdministration(stocked, lambda: NOW)
    await registry.put_groups([H37, ALL], "test")
    first = document("G22", ["NHOM.H37"])
    original = await accept(exchange, first)
    added = await accept(exchange, update(first, ["NHOM.H37"], adds=["NHOM.TATCA"]))
    assert (await named(stocked, original)).keys() == {"G09", "H37", "H37.02", "H37.101"}
    assert await named(stocked, added) == {
        "G09": ["NHOM.TATCA"],
        "H37": ["NHOM.H37", "NHOM.TATCA"],
        "H37.02": ["NHOM.TATCA"],
        "H37.101": ["NHOM.H37"],
    }
    await registry.put_groups(
        [Group("NHOM.H37", "Đổi khác", members=("H37.02", "H37.101"))], "test"
    )
    dropped = await accept(
        exchange, update(first, ["G09"], drops=["NHOM.H37"], document_id="G22,2026/03/02,9/X")
    )
    assert (await named(stocked, dropped)).keys() == {"G09", "H37", "H37.02", "H37.101"}
    assert await states(stocked, original) == {
        "G09": "accepted",
        "H37": "take_back_asked",
        "H37.02": "take_back_asked",
        "H37.101": "take_back_asked",
    }


async def test_group_that_is_gone_is_dropped_and_recalled_by_those_who_were_addressed_by_it(
    exchange: Exchange, stocked: Pool
) -> None:
    registry = PostgresAdministration(stocked, lambda: NOW)
    await registry.put_groups([ALL], "test")
    first = document("G22", ["NHOM.TATCA"])
    original = await accept(exchange, first)
    await registry.remove_group("NHOM.TATCA", "test")
    await accept(exchange, update(first, ["G09"], drops=["NHOM.TATCA"]))
    assert await states(stocked, original) == {
        "G09": "accepted",  # kept: the update is addressed to it by name
        "H37": "take_back_asked",
        "H37.02": "take_back_asked",
    }
    recalling = await accept(exchange, recall(first, ["NHOM.TATCA"]))
    assert (await named(stocked, recalling)).keys() == {"G09", "H37", "H37.02"}


async def test_replacement_for_a_group_holds_for_those_of_it_who_have_the_document(
    exchange: Exchange, stocked: Pool
) -> None:
    registry = PostgresAdministration(stocked, lambda: NOW)
    await registry.put_groups([ALL], "test")
    first = document("G22", ["NHOM.TATCA", "H37.101"])
    await accept(exchange, first)
    row = await accept(exchange, replacement(["G09"], (first, ["NHOM.TATCA"])))
    receivers = await stocked.fetchval(
        "SELECT receivers FROM document_link WHERE document = $1", row
    )
    assert sorted(receivers) == ["G09", "H37", "H37.02"]
    view = await PostgresReader(stocked).document(Scope(everything=True), row)
    assert view is not None
    (link,) = view.targets
    assert sorted(link.receivers) == ["G09", "H37", "H37.02"]


async def accept(exchange: Exchange, message: Document) -> UUID:
    (decision,) = await exchange.handle(case(message))
    assert (decision.ending, decision.reasons) == (Ending.ACCEPTED, ())
    assert decision.document is not None
    return decision.document


async def named(pool: Pool, document: UUID) -> dict[str, list[str]]:
    """Who gets a document, and by which of its codes."""
    rows = await pool.fetch("SELECT receiver, named FROM delivery WHERE document = $1", document)
    return {row["receiver"]: sorted(row["named"]) for row in rows}


async def states(pool: Pool, document: UUID) -> dict[str, str]:
    rows = await pool.fetch("SELECT receiver, state FROM delivery WHERE document = $1", document)
    return {row["receiver"]: row["state"] for row in rows}
