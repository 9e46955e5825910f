"""The two inbox queues of an endpoint: taken together, urgent documents first."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueue

from axis.client.collector import AnswerCollector
from axis.client.connection import broker_faults, connect, insist, keep_connected
from axis.client.contract import inbox
from axis.client.deliveries import Delivery, message_id_of
from axis.client.journal import Journal
from axis.client.stream import open_stream
from axis.clock import Clock

PREFETCH: Final = 4
"""Documents held a queue: enough to hide the way to the broker, few because each may be 70 MB."""


class Inbox:
    """Gives each delivery out once, however often the broker sends it."""

    def __init__(
        self,
        url: str,
        endpoint: str,
        journal: Journal,
        collector: AnswerCollector,
        clock: Clock,
        prefetch: int = PREFETCH,
    ) -> None:
        self._url = url
        self._endpoint = endpoint
        self._journal = journal
        self._collector = collector
        self._clock = clock
        self._prefetch = prefetch
        self._urgent: deque[Delivery] = deque()
        self._normal: deque[Delivery] = deque()
        self._known: dict[str, Delivery] = {}
        """Waiting or in hand, by message id."""
        self._arrived = asyncio.Event()
        self.connected = False
        """Whether both queues are being consumed now."""

    async def run(self) -> None:
        """Consume both queues until cancelled."""
        await keep_connected(self._url, f"{self._endpoint} inbox", self._session)

    async def next_within(self, seconds: float) -> Delivery | None:
        """Return the next delivery, urgent ones first; None when there is none in this time."""
        if not (self._urgent or self._normal):
            self._arrived.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
            except TimeoutError:
                return None
        while lane := self._urgent or self._normal:
            delivery = lane.popleft()
            if await self._to_show(delivery):
                return delivery
        return None

    async def waiting(self) -> AsyncGenerator[Delivery]:
        """Yield what waits in the queues now, one at a time, urgent ones first; then end.

        Nothing is fetched ahead, so nothing is given back that was not looked at. Raises
        AxisUnreachableError.
        """
        names = [inbox(self._endpoint, urgent=urgent) for urgent in (True, False)]
        async with connect(self._url, f"{self._endpoint} inbox") as connection:
            with broker_faults():
                channel = await connection.channel(publisher_confirms=False)
                queues = [await channel.get_queue(name, ensure=False) for name in names]
            shown: dict[str, Delivery] = {}
            try:
                while (message := await _first_of(queues)) is not None:
                    # A notice that it is withdrawn was sent before whatever comes behind it.
                    await self._collector.catch_up(connection)
                    with broker_faults():
                        delivery = await self._admit(message)
                    if delivery is not None and await self._to_show(delivery):
                        shown[delivery.message_id] = delivery
                        yield delivery
                        if self._known.get(delivery.message_id) is not delivery:
                            del shown[delivery.message_id]  # acknowledged: let its memory go
            finally:
                for delivery in shown.values():
                    self.let_go(delivery)
                    delivery.drop_copies()

    async def taken_over(self, delivery: Delivery) -> bool:
        """Write into the journal that a delivery is acknowledged; False when it was before."""
        return await self._journal.deliveries.add(delivery.record(self._clock()))

    def let_go(self, delivery: Delivery) -> None:
        """Stop treating further messages with this id as copies of the delivery in hand."""
        self._known.pop(delivery.message_id, None)

    async def _session(self, connection: AbstractConnection) -> None:
        urgent = inbox(self._endpoint, urgent=True)
        normal = inbox(self._endpoint, urgent=False)
        await self._collector.catch_up(connection)
        stream = await open_stream(connection, [urgent, normal], prefetch=self._prefetch)
        self.connected = True
        try:
            while (message := await stream.get()) is not None:
                delivery = await self._admit(message)
                if delivery is not None:
                    lane = self._urgent if message.routing_key == urgent else self._normal
                    lane.append(delivery)
                    self._arrived.set()
        finally:
            self._lose_session()

    async def _to_show(self, delivery: Delivery) -> bool:
        """Tell whether a delivery may be shown; one that is withdrawn is acknowledged instead.

        It is decided at the last moment, in the journal: a crash leaves it shown or withdrawn.
        """
        journal = self._journal.withdrawals
        left = await insist(
            lambda: journal.show(
                delivery.message_id, delivery.axis_id, delivery.receivers, self._clock()
            )
        )
        if left is None:
            await delivery.pass_over()
            return False
        delivery.receivers = left
        if delivery.kind == "recall" and delivery.targets:
            delivery.withdrawn_here = await insist(lambda: journal.unseen(delivery.targets))
        return True

    async def _admit(self, message: AbstractIncomingMessage) -> Delivery | None:
        """Return a delivery to show, or None for a message that is known already."""
        message_id = message_id_of(message)
        # What is in hand is looked up without waiting: its acknowledgement may be under way.
        if self._attached(message_id, message):
            return None
        if await insist(lambda: self._journal.deliveries.taken([message_id])):
            await message.ack()
            return None
        delivery = Delivery(message, self)
        await delivery.prepare()
        if self._attached(message_id, message):
            return None
        self._known[message_id] = delivery
        return delivery

    def _attached(self, message_id: str, message: AbstractIncomingMessage) -> bool:
        known = self._known.get(message_id)
        if known is not None:
            known.add_copy(message)
        return known is not None

    def _lose_session(self) -> None:
        """Forget what was not shown yet, and the dead channel's tags of what was."""
        self.connected = False
        for delivery in (*self._urgent, *self._normal):
            self.let_go(delivery)
        self._urgent.clear()
        self._normal.clear()
        for delivery in self._known.values():
            delivery.drop_copies()


async def _first_of(queues: Sequence[AbstractQueue]) -> AbstractIncomingMessage | None:
    for queue in queues:
        with broker_faults():
            message = await queue.get(fail=False)
        if message is not None:
            return message
    return None
