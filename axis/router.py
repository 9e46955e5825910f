"""The router: consumers, dispatchers and a small page of metrics, running until told to stop.

It keeps nothing that matters: any number of routers share the work, and each may die at any time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from aio_pika.abc import AbstractIncomingMessage
from prometheus_client import CollectorRegistry

from axis.broker.consume import BatchConsumer, BatchLimits
from axis.broker.intake import dead_letter_of, submissions_of
from axis.broker.lanes import LaneWatch, QueueState
from axis.broker.publish import RabbitPublisher
from axis.broker.settling import Handler
from axis.broker.topology import DEAD, INTAKE_DOCUMENTS, INTAKE_STATUSES, INTAKE_URGENT
from axis.clock import Clock
from axis.exchange.dead_letters.keeping import DeadLetters, LetterStore
from axis.exchange.decision.holding import HoldLimits
from axis.exchange.dispatch.moving import Moving, MovingStore
from axis.exchange.dispatch.outbox import Dispatch, DispatchLimits
from axis.exchange.faults import UnavailableError
from axis.exchange.intake.batches import Intake
from axis.exchange.intake.retrying import Retrying
from axis.exchange.lanes import Lane
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Store, Workbench
from axis.health import Health
from axis.metrics.router import RouterMetrics, RouterObserver, Stopwatch
from axis.revocation.keeper import Keeper
from axis.settings import RouterSettings
from axis.trust.policy import RevocationRules
from axis.turns import Turns
from axis.watching import Watching

MEASURE_SECONDS = 10.0
"""How often what waits for a check, or for an administrator, is counted for the metrics."""

_log = structlog.get_logger(__name__)


class RouterStore(Store, LetterStore, MovingStore, Protocol):
    """Everything that a router keeps."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a router is made of."""

    name: str
    """How the broker's lists call its connections."""
    store: RouterStore
    workbench: Workbench
    notary: Notary
    broker_url: str
    ready: Callable[[], Awaitable[bool]]
    """Whether the database answers."""
    clock: Clock
    revocation: RevocationRules | None = None
    """How certificates' revocation is judged; None: not at all."""
    keeper: Keeper | None = None
    """Keeps information about revocation current, where it is judged."""
    holding: HoldLimits = field(default_factory=HoldLimits)
    """How long, how much and how often documents wait for a check."""
    watching: Watching | None = None
    """Acts on deadlines that pass, and finds out what was taken."""


class Router:
    """One router process."""

    def __init__(self, parts: Parts, settings: RouterSettings, registry: CollectorRegistry) -> None:
        self._parts = parts
        self._settings = settings
        self._metrics = RouterMetrics(registry)
        self._turns = Turns(self._metrics.faults)
        self._wake = {lane: asyncio.Event() for lane in self._dispatched}
        self._intake_states: Mapping[str, QueueState] = {}
        self._due = asyncio.Event()
        """Something that waited is to be tried again now."""
        self._observer = RouterObserver(self._metrics, self._wake_up, self._due.set)
        self._intake = Intake(
            parts.store,
            parts.workbench,
            parts.notary,
            self._observer,
            parts.clock,
            parts.holding,
            parts.revocation,
        )
        self._letters = DeadLetters(
            parts.store, self._intake, parts.workbench, parts.notary, parts.clock
        )
        self._consumers = self._make_consumers()
        self._metrics.consumers.set_function(
            lambda: sum(consumer.connected for consumer in self._consumers)
        )
        self._health = Health(
            registry,
            parts.ready,
            lambda: self.connected,
            settings.lanes,
            lambda: self._intake_states,
        )

    @property
    def connected(self) -> bool:
        """Whether every consumer has an open session."""
        return all(consumer.connected for consumer in self._consumers)

    async def run(self) -> None:
        """Work until cancelled."""
        settings = self._settings
        runner = await self._health.serve(settings.metrics_host, settings.metrics_port)
        try:
            async with asyncio.TaskGroup() as tasks:
                for consumer in self._consumers:
                    tasks.create_task(consumer.run())
                for lane in self._dispatched:
                    tasks.create_task(self._pump(lane))
                tasks.create_task(self._watch_lanes())
                if Lane.ORDINARY in self._settings.lanes:
                    self._look_after(tasks)
        finally:
            await runner.cleanup()

    @property
    def _dispatched(self) -> Collection[Lane]:
        """The lanes of the outbox that this router sends. One of the ordinary lane sends what is
        urgent, too: what it committed itself, and what a router that died has left.
        """
        return set(Lane) if Lane.ORDINARY in self._settings.lanes else {Lane.URGENT}

    def _look_after(self, tasks: asyncio.TaskGroup) -> None:
        """Start what runs beside the documents."""
        parts = self._parts
        if parts.keeper is not None:
            tasks.create_task(parts.keeper.run())
        if parts.watching is not None:
            watching = parts.watching.run(lambda: self.connected, lambda: self._wake_up(Lane))
            tasks.create_task(watching)
        retrying = Retrying(parts.store, self._intake, parts.clock)
        tasks.create_task(self._turns.go_round("retrying", retrying.round, self._due))
        tasks.create_task(self._turns.go_round("resubmission", self._letters.resubmit))
        moving = Moving(parts.store, parts.workbench, parts.notary, parts.clock)
        tasks.create_task(self._turns.go_round("moving", moving.round))
        tasks.create_task(self._measure())

    async def _watch_lanes(self) -> None:
        parts = self._parts
        await LaneWatch(parts.broker_url, f"axis {parts.name} lanes", self._seen).run()

    def _seen(self, states: Mapping[str, QueueState]) -> None:
        self._intake_states = states
        for queue, state in states.items():
            self._metrics.intake_waiting.labels(queue).set(state.waiting)
            self._metrics.intake_consumers.labels(queue).set(state.consumers)

    def _make_consumers(self) -> list[BatchConsumer]:
        settings = self._settings
        limits = BatchLimits(settings.batch_count, settings.batch_megabytes * 1024 * 1024)
        queues = [INTAKE_URGENT] if Lane.URGENT in settings.lanes else []
        if Lane.ORDINARY in settings.lanes:
            queues += [INTAKE_STATUSES, *[INTAKE_DOCUMENTS] * settings.document_consumers]
        consumers = [
            BatchConsumer(
                self._parts.broker_url,
                queue,
                self._timed(queue, self._submit),
                limits,
                name=f"axis {self._parts.name} {queue}",
            )
            for queue in queues
        ]
        if Lane.ORDINARY in settings.lanes:
            consumers.append(
                BatchConsumer(
                    self._parts.broker_url,
                    DEAD,
                    self._timed(DEAD, self._bury),
                    BatchLimits(count=10),
                    name=f"axis {self._parts.name} {DEAD}",
                    keeps=True,
                )
            )
        return consumers

    async def _submit(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        await self._intake.handle(submissions_of(messages, self._parts.clock))

    async def _bury(self, messages: Sequence[AbstractIncomingMessage]) -> None:
        letters = [dead_letter_of(message, self._parts.clock) for message in messages]
        await self._letters.bury(letters)
        for letter in letters:
            _log.error("message.dead", dead_letter=str(letter.id), queue=letter.queue)

    def _timed(self, queue: str, handler: Handler) -> Handler:
        stopwatch = Stopwatch(self._metrics, queue)

        async def timed(messages: Sequence[AbstractIncomingMessage]) -> None:
            stop = stopwatch.start(len(messages))
            await handler(messages)
            stop()

        return timed

    async def _pump(self, lane: Lane) -> None:
        """Dispatch one lane over a connection of its own."""
        parts = self._parts
        publisher = RabbitPublisher(parts.broker_url, f"axis {parts.name} dispatch {lane}")
        limits = DispatchLimits()
        dispatch = Dispatch(
            parts.store,
            publisher,
            parts.workbench,
            parts.notary,
            parts.clock,
            urgent=lane is Lane.URGENT,
            limits=limits,
        )
        try:
            await self._turns.pump(
                dispatch, self._wake[lane], self._observer.dispatched, burst=limits.count
            )
        finally:
            await publisher.close()

    async def _measure(self) -> None:
        while True:
            try:
                async with self._parts.store.intake() as work:
                    load = await work.held_load()
                waiting = await self._letters.waiting()
            except UnavailableError:
                pass  # whoever works with the store says so
            else:
                self._metrics.held(load, self._parts.clock())
                self._metrics.dead(waiting)
            await asyncio.sleep(MEASURE_SECONDS)

    def _wake_up(self, lanes: Iterable[Lane]) -> None:
        for lane in lanes:
            if lane in self._wake:
                self._wake[lane].set()
