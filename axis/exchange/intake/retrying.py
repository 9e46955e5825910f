"""Tries held submissions again: what was away may be back.

A claim is committed before anything is checked, so that checks of a minute hold no lock. A router
that dies with claims in hand costs them the rest of the lease; each is still held or it is settled,
because it is settled in one transaction like every other submission.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from axis.clock import Clock
from axis.exchange.faults import is_outage
from axis.exchange.intake.batches import Intake
from axis.exchange.ports import Store
from axis.exchange.stored import HeldSubmission

BATCH_COUNT: Final = 20
"""Tried in one round: little enough that documents which come in meanwhile find workers."""

BATCH_BYTES: Final = 32 * 1024 * 1024
"""Bytes of them in memory."""

LEASE: Final = timedelta(minutes=2)
"""Longer than a round takes but at its worst; then two routers check the same, and one settles it.
"""


class Retrying:
    """Tries what is due; any number may run at once."""

    def __init__(self, store: Store, intake: Intake, clock: Clock) -> None:
        self._store = store
        self._intake = intake
        self._clock = clock

    async def round(self) -> int:
        """Try what is due and return how many that were.

        Raises an UnavailableError; what was not settled is tried again when its lease is over.
        """
        async with self._store.intake() as work:
            now = self._clock()
            claimed = await work.claim_held(
                at=now, leased_until=now + LEASE, limit=BATCH_COUNT, max_bytes=BATCH_BYTES
            )
        if not claimed:
            return 0
        try:
            await self._intake.try_again(claimed)
        except Exception as error:
            # A bug: whatever it raises, the document that brings it out is to be tried alone.
            if is_outage(error) or len(claimed) == 1:
                raise
            await self._one_by_one(claimed)
        return len(claimed)

    async def _one_by_one(self, claimed: Sequence[HeldSubmission]) -> None:
        """Keep a bug that one of them brings out from holding up the rest; it is raised anyway."""
        failure: Exception | None = None
        for one in claimed:
            try:
                await self._intake.try_again([one])
            except Exception as error:
                if is_outage(error):
                    raise
                failure = error
        if failure is not None:
            raise failure
