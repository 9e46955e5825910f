"""Work on deliveries in rounds: one that brings out a bug keeps no other from being dealt with."""

from collections.abc import Collection
from typing import Final, Generic, Protocol, TypeVar
from uuid import UUID

from axis.exchange.faults import is_outage

MAX_SET_ASIDE: Final = 100
"""Deliveries that a bug keeps from being dealt with; beyond so many the bug is everywhere."""

Done = TypeVar("Done", covariant=True)


class Deal(Protocol[Done]):
    """Deals with some deliveries in one transaction."""

    async def __call__(self, limit: int, but: Collection[UUID], claimed: list[UUID]) -> Done:
        """Deal with up to `limit` deliveries but for some, naming in `claimed` those it works on.

        Raises an UnavailableError, and nothing was done, or it is unknown whether it was.
        """


class Rounds(Generic[Done]):
    """Deals with what waits, a round at a time.

    After a bug the deliveries of the round are dealt with one by one, and those that bring it out
    are set aside as long as the process lives.
    """

    def __init__(self, deal: Deal[Done], limit: int) -> None:
        self._deal = deal
        self._limit = limit
        self._aside: set[UUID] = set()

    async def round(self) -> Done:
        """Deal with up to the limit of deliveries; raises what stopped the round as a whole."""
        try:
            return await self._deal(self._limit, self._aside, [])
        except Exception as error:  # raised anyway; a bug must not hold up what is beside it
            if not is_outage(error):
                await self._one_by_one()
            raise

    async def _one_by_one(self) -> None:
        for _ in range(self._limit):
            claimed: list[UUID] = []
            try:
                await self._deal(1, self._aside, claimed)
            except Exception as error:  # whatever a delivery brings out, it alone is set aside
                if is_outage(error) or not claimed or len(self._aside) >= MAX_SET_ASIDE:
                    raise
                self._aside.update(claimed)
            if not claimed:
                return
