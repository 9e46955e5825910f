"""Documents to groups of agencies, on PostgreSQL."""

from axis.edxml.codes import StatusCode
from axis.exchange.decision.case import Ending
from axis.exchange.outgoing.messages import MAX_COPY_RECEIVERS
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.groups import Group
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from tests.support.exchange import NOW, case, document, reported
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
