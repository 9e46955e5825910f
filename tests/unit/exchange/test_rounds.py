"""One delivery that brings out a bug keeps no other from being dealt with."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from axis.exchange.faults import StoreUnavailableError
from axis.exchange.rounds import MAX_SET_ASIDE, Rounds

LIMIT = 10


def waiting(count: int) -> list[UUID]:
    return [UUID(int=number) for number in range(count)]


@dataclass
class Work:
    """Deliveries that wait, and those of them that cannot be dealt with."""

    waiting: list[UUID]
    poison: set[UUID] = field(default_factory=set)
    fault: Exception = field(default_factory=lambda: ZeroDivisionError())
    nothing_claimed: bool = False

    async def __call__(self, limit: int, but: Collection[UUID], claimed: list[UUID]) -> int:
        taken = [one for one in self.waiting if one not in but][:limit]
        if not self.nothing_claimed:
            claimed += taken
        if self.poison.intersection(taken):
            raise self.fault
        self.waiting = [one for one in self.waiting if one not in taken]
        return len(taken)


async def test_round_deals_with_as_many_as_the_limit() -> None:
    work = Work(waiting(LIMIT + 3))
    rounds = Rounds(work, LIMIT)
    assert [await rounds.round() for _ in range(3)] == [LIMIT, 3, 0]


async def test_bug_of_one_is_raised_after_the_others_were_dealt_with() -> None:
    ids = waiting(5)
    work = Work(list(ids), {ids[2]})
    rounds = Rounds(work, LIMIT)
    with pytest.raises(ZeroDivisionError):
        await rounds.round()
    assert work.waiting == [ids[2]]
    assert await rounds.round() == 0
    assert work.waiting == [ids[2]]


async def test_outage_sets_nothing_aside() -> None:
    ids = waiting(2)
    work = Work(list(ids), {ids[0]}, StoreUnavailableError("away"))
    rounds = Rounds(work, LIMIT)
    with pytest.raises(StoreUnavailableError):
        await rounds.round()
    work.poison.clear()
    assert await rounds.round() == 2


async def test_bug_before_anything_is_claimed_ends_the_round() -> None:
    ids = waiting(2)
    work = Work(list(ids), set(ids), nothing_claimed=True)
    with pytest.raises(ZeroDivisionError):
        await Rounds(work, LIMIT).round()
    assert work.waiting == ids


async def test_bug_that_is_everywhere_sets_only_so_many_aside() -> None:
    ids = waiting(MAX_SET_ASIDE + LIMIT)
    work = Work(list(ids), set(ids))
    rounds = Rounds(work, MAX_SET_ASIDE + LIMIT)
    with pytest.raises(ZeroDivisionError):
        await rounds.round()
    work.poison.clear()
    assert await rounds.round() == LIMIT
