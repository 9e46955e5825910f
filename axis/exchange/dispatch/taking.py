"""Which copies have been taken out of their inboxes.

AMQP tells nobody but the broker that a consumer has acknowledged a message: a publisher's confirm
ends with the queue. What the broker does tell is how many messages a queue holds, waiting or given
to a consumer and not acknowledged. One that holds none has given out, for good, every message that
was confirmed in it before. So an inbox that is seen empty proves that its copies were taken.

Two things keep that sound. What the broker tells is old: its nodes count every now and then, so
only copies count that were confirmed longer before the look than that takes (`Pace.margin`). And a
message may leave a queue as a dead letter: so a look counts only after as long again, once the
queue of dead letters was seen empty too. By then a dead letter from before the look has been kept,
and its delivery is undeliverable, which no empty inbox changes. One that its queue holds on to for
longer, because the queue of dead letters does not take it, makes its delivery undeliverable later,
as long as nobody has reported it.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from axis.clock import Clock

MAX_DELIVERIES: Final = 1_000
"""Moved in one transaction; an endpoint that comes back after days has more."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often inboxes are looked at, and how old what the broker tells may be."""

    every: timedelta
    margin: timedelta
    """More than RabbitMQ's ``quorum_tick_interval`` and a look itself (10 s) together."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What the broker tells of queues at one moment."""

    empty: frozenset[str]
    """Names of the queues that hold no message, waiting or unacknowledged."""
    dead_letters: bool
    """Whether any dead letter is still to be kept."""


class Inboxes(Protocol):
    """The broker's word on its queues."""

    async def glance(self) -> Glance:
        """Return which queues are empty; raises BrokerUnavailableError."""


class TakingLead(Protocol):
    """The one router that looks, as long as it holds its connection."""

    async def waiting(self) -> Collection[str]:
        """Return the inboxes (queues) with copies that nothing is known to have taken."""

    async def taken(self, before: Mapping[str, datetime], at: datetime, limit: int) -> int:
        """Move deliveries whose copies were confirmed in these queues before a moment.

        Returns how many that were, at most the limit; all raise StoreUnavailableError.
        """


class TakingStore(Protocol):
    """Where deliveries are kept."""

    def taking(self) -> AbstractAsyncContextManager[TakingLead | None]:
        """Become the one router that looks; None while another one is."""


@dataclass(slots=True)
class Taking:
    """Looks at inboxes, and concludes what was taken from them."""

    inboxes: Inboxes
    clock: Clock
    pace: Pace
    _seen: dict[str, datetime] = field(default_factory=dict)
    """When inboxes were first seen empty, for looks that do not count yet."""

    async def round(self, lead: TakingLead) -> int:
        """Look once and return how many deliveries are now known to have been taken.

        Raises BrokerUnavailableError, and nothing is concluded; StoreUnavailableError, and the same
        may be concluded again.
        """
        waiting = await lead.waiting()
        at = self.clock()
        if not waiting:
            self._seen.clear()
            return 0
        glance = await self.inboxes.glance()
        moved = 0
        ripe = {
            queue: seen - self.pace.margin
            for queue, seen in self._seen.items()
            if seen + self.pace.margin <= at
        }
        if ripe and not glance.dead_letters:
            while True:
                count = await lead.taken(ripe, self.clock(), MAX_DELIVERIES)
                moved += count
                if count < MAX_DELIVERIES:
                    break
            for queue in ripe:
                del self._seen[queue]
        for queue in glance.empty.intersection(waiting):
            self._seen.setdefault(queue, at)
        return moved
