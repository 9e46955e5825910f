"""An empty inbox proves that its copies were taken, however old the broker's counts are."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.exchange.dispatch import taking
from axis.exchange.dispatch.taking import Glance, Pace, Taking
from axis.exchange.faults import BrokerUnavailableError
from tests.support.exchange import NOW
from tests.support.keeping import Hands

SECOND = timedelta(seconds=1)
MARGIN = 30 * SECOND
STALE = 25 * SECOND
"""How old the model's counts may be: less than the margin."""

INBOXES = ("inbox.g09", "inbox.g09.urgent")


@dataclass
class World:
    """A broker whose counts are old, the axis's deliveries, and the truth about both."""

    clock: Hands = field(default_factory=lambda: Hands(NOW))
    queues: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in INBOXES})
    dying: list[int] = field(default_factory=list)
    """In the queue of dead letters."""
    history: list[tuple[datetime, frozenset[str], bool]] = field(default_factory=list)
    confirmed: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    """Deliveries in the state consigned."""
    taken_from: set[int] = field(default_factory=set)
    """What a consumer has acknowledged."""
    age: timedelta = timedelta()
    away: bool = False

    def __post_init__(self) -> None:
        self.note()

    def note(self) -> None:
        empty = frozenset(name for name, messages in self.queues.items() if not messages)
        self.history.append((self.clock.now, empty, bool(self.dying)))

    def publish(self, queue: str) -> int:
        number = len(self.confirmed) + 1
        self.queues[queue].append(number)
        self.confirmed[number] = (queue, self.clock.now)
        self.open.add(number)
        self.note()
        return number

    def take(self, queue: str) -> None:
        if self.queues[queue]:
            self.taken_from.add(self.queues[queue].pop(0))
            self.note()

    def die(self, queue: str) -> None:
        if self.queues[queue]:
            self.dying.append(self.queues[queue].pop(0))
            self.note()

    def keep(self) -> None:
        """The axis keeps its dead letters: commit first, acknowledge then."""
        self.open.difference_update(self.dying)
        self.dying.clear()
        self.note()

    # -- the ports ---------------------------------------------------------------------------------

    async def glance(self) -> Glance:
        if self.away:
            raise BrokerUnavailableError("away")
        counted = [entry for entry in self.history if entry[0] <= self.clock.now - self.age]
        _, empty, dead_letters = (counted or self.history[:1])[-1]
        return Glance(empty=empty, dead_letters=dead_letters)

    async def waiting(self) -> Collection[str]:
        return INBOXES if self.open else ()

    async def taken(self, before: Mapping[str, datetime], at: datetime, limit: int) -> int:
        found = [
            number
            for number in sorted(self.open)
            if (queue := self.confirmed[number][0]) in before
            and self.confirmed[number][1] < before[queue]
        ][:limit]
        for number in found:
            assert number in self.taken_from, "concluded of a copy that nobody took"
            self.open.discard(number)
        return len(found)


def taking_in(world: World) -> Taking:
    return Taking(world, world.clock, Pace(every=15 * SECOND, margin=MARGIN))


steps = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["publish", "take", "die", "keep", "look", "look"]),
        st.sampled_from(INBOXES),
        st.timedeltas(timedelta(), STALE),
    ),
    max_size=60,
)


@given(steps)
def test_only_copies_that_were_taken_are_concluded_of(
    happened: Sequence[tuple[int, str, str, timedelta]],
) -> None:
    world = World()
    looking = taking_in(world)

    async def live() -> None:
        for pause, what, queue, world.age in happened:
            world.clock.turn(pause * SECOND)
            if what in ("publish", "take", "die"):
                getattr(world, what)(queue)
            elif what == "keep":
                world.keep()
            else:
                await looking.round(world)

    asyncio.run(live())


async def after_quiet(world: World, looking: Taking) -> None:
    """Look every quarter of a minute for a while in which nothing else happens."""
    world.age = STALE
    for _ in range(10):
        world.clock.turn(15 * SECOND)
        await looking.round(world)


async def test_copy_that_was_taken_is_known_as_such_in_the_end() -> None:
    world = World()
    number = world.publish(INBOXES[0])
    world.clock.turn(SECOND)
    world.take(INBOXES[0])
    await after_quiet(world, taking_in(world))
    assert number not in world.open


async def test_copy_that_waits_or_is_not_acknowledged_is_not_concluded_of() -> None:
    world = World()
    number = world.publish(INBOXES[0])
    await after_quiet(world, taking_in(world))
    assert number in world.open


async def test_nothing_is_concluded_while_dead_letters_are_still_to_be_kept() -> None:
    world = World()
    for name in INBOXES:
        world.publish(name)
    world.take(INBOXES[1])
    world.die(INBOXES[0])
    looking = taking_in(world)
    await after_quiet(world, looking)
    assert world.open == {1, 2}
    world.keep()
    await after_quiet(world, looking)
    assert world.open == set()  # one taken, one dead


async def test_interface_that_is_away_concludes_nothing_and_says_so() -> None:
    world = World()
    world.publish(INBOXES[0])
    world.take(INBOXES[0])
    world.away = True
    with pytest.raises(BrokerUnavailableError):
        await taking_in(world).round(world)
    assert world.open == {1}


async def test_nothing_is_asked_of_the_broker_while_nothing_waits() -> None:
    world = World(away=True)
    assert await taking_in(world).round(world) == 0


async def test_many_copies_are_moved_in_bounded_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MAX_DELIVERIES", 3)
    world = World()
    for _ in range(10):
        world.publish(INBOXES[0])
    for _ in range(10):
        world.take(INBOXES[0])
    await after_quiet(world, taking_in(world))
    assert world.open == set()
