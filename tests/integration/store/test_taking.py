"""What an empty inbox proves, kept on a real database."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from axis.edxml.codes import Priority, StatusCode
from axis.store.pool import Pool
from axis.store.taking import PostgresTaking, PostgresTakingLead
from tests.support.exchange import NOW, case, document, reported
from tests.support.stocked import Exchange, later

SECOND = timedelta(seconds=1)


@pytest.fixture
async def lead(stocked: Pool) -> AsyncIterator[PostgresTakingLead]:
    async with PostgresTaking(stocked).taking() as lead:
        assert lead is not None
        yield lead


async def states(pool: Pool) -> list[tuple[str, str, str]]:
    rows = await pool.fetch("SELECT state, reached, deadline_kind FROM delivery ORDER BY id")
    return [(row["state"], row["reached"], row["deadline_kind"]) for row in rows]


async def test_one_router_at_a_time_looks_and_another_takes_over(stocked: Pool) -> None:
    store = PostgresTaking(stocked)
    async with store.taking() as first:
        assert first is not None
        async with store.taking() as second:
            assert second is None
    async with store.taking() as third:
        assert third is not None


async def test_inboxes_with_copies_that_nobody_is_known_to_have_taken_are_asked_about(
    stocked: Pool, exchange: Exchange, lead: PostgresTakingLead
) -> None:
    assert await lead.waiting() == []
    letter = document("G22", ["G09", "H37.02", "H37.101"])
    await exchange.handle(case(letter))
    assert await lead.waiting() == []
    await exchange.lane().round()
    assert sorted(await lead.waiting()) == [
        "inbox.g09",
        "inbox.g09.urgent",
        "inbox.lgsp-h37",
        "inbox.lgsp-h37.urgent",
    ]
    await exchange.handle(reported("G09", StatusCode.ARRIVED, letter, "g09"))
    assert sorted(await lead.waiting()) == ["inbox.lgsp-h37", "inbox.lgsp-h37.urgent"]


async def test_emptied_inbox_moves_its_own_copies_that_were_confirmed_before(
    stocked: Pool, exchange: Exchange, lead: PostgresTakingLead
) -> None:
    await exchange.handle(
        case(document("G22", ["G09", "H37.02"])),
        case(document("G22", ["G09"], priority=Priority.EXPRESS)),
    )
    for urgent in (True, False):
        await exchange.lane(urgent=urgent).round()
    assert await lead.taken({"inbox.g09": NOW}, later(60), 9) == 0  # at the very moment
    assert await lead.taken({"inbox.g09": NOW + SECOND}, later(60), 9) == 1
    assert await states(stocked) == [
        ("taken", "taken", "answer"),
        ("consigned", "consigned", "handover"),
        ("consigned", "consigned", "handover"),
    ]
    both = {"inbox.g09.urgent": NOW + SECOND, "inbox.lgsp-h37": NOW + SECOND}
    assert await lead.taken(both, later(60), 1) == 1
    assert await lead.taken(both, later(60), 1) == 1
    assert await lead.taken(both, later(60), 1) == 0


async def test_expired_delivery_stays_expired_and_its_copy_is_known_to_be_taken(
    stocked: Pool, exchange: Exchange, lead: PostgresTakingLead
) -> None:
    await exchange.handle(case(document()))
    await exchange.lane().round()
    await stocked.execute("UPDATE delivery SET state = 'expired', late = '{answer,handover}'")
    assert await lead.taken({"inbox.g09": NOW + SECOND}, later(60), 9) == 1
    (row,) = await stocked.fetch("SELECT state, reached, late FROM delivery")
    assert (row["state"], row["reached"], row["late"]) == ("expired", "taken", ["answer"])


async def test_undeliverable_and_withdrawn_copies_are_no_proof(
    stocked: Pool, exchange: Exchange, lead: PostgresTakingLead
) -> None:
    await exchange.handle(case(document("G22", ["G09", "H37.02"])))
    await exchange.lane().round()
    await stocked.execute("UPDATE delivery SET state = 'take_back_asked' WHERE receiver = 'G09'")
    await stocked.execute(
        "UPDATE delivery SET state = 'undeliverable', reached = 'accepted'"
        " WHERE receiver = 'H37.02'"
    )
    emptied = {"inbox.g09": NOW + SECOND, "inbox.lgsp-h37": NOW + SECOND}
    assert await lead.taken(emptied, later(60), 9) == 0
