"""What a router counts of what it takes, decides and sends; and the log of its decisions."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from axis.exchange.dead_letters.desk import LetterKind
from axis.exchange.decision.case import Decision, Ending
from axis.exchange.dispatch.outbox import Dispatched
from axis.exchange.lanes import Lane
from axis.exchange.stored import HeldLoad

_log = structlog.get_logger("axis.exchange")

_REFUSALS = (Ending.REFUSED, Ending.DEAD)
_LEVELS = {
    Ending.REFUSED: "warning",
    Ending.DEAD: "warning",
    Ending.HELD: "warning",
    Ending.STILL_HELD: "debug",
}
"""Of what is no ordinary ending; a full house of held submissions is tried every few minutes."""

_BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class RouterMetrics:
    """What the router counts; one object a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.submissions = Counter(
            "axis_submissions", "Submissions decided", ["kind", "ending"], registry=registry
        )
        self.reasons = Counter(
            "axis_refusal_reasons", "Reasons of refusals", ["reason"], registry=registry
        )
        self.deliveries = Counter("axis_deliveries", "Deliveries accepted", registry=registry)
        self.published = Counter(
            "axis_outbox_messages", "Messages given to the broker", ["answer"], registry=registry
        )
        self.faults = Counter(
            "axis_faults", "Faults that were waited out", ["where"], registry=registry
        )
        self.batch_seconds = Histogram(
            "axis_batch_seconds",
            "From taking a batch to its commit",
            ["queue"],
            buckets=_BATCH_SECONDS,
            registry=registry,
        )
        self.batch_size = Histogram(
            "axis_batch_messages",
            "Messages a batch",
            ["queue"],
            buckets=_BATCH_SIZES,
            registry=registry,
        )
        self._held = Gauge(
            "axis_held_submissions", "Submissions that wait for a check", registry=registry
        )
        self._early = Gauge(
            "axis_early_submissions",
            "Submissions that wait for a document which they speak about",
            registry=registry,
        )
        self._held_bytes = Gauge(
            "axis_held_bytes", "Bytes that wait for a check", registry=registry
        )
        self._held_seconds = Gauge(
            "axis_held_oldest_seconds",
            "How long the oldest submission has waited for a check",
            registry=registry,
        )
        self._dead = Gauge(
            "axis_dead_letters_open",
            "Dead letters that wait for somebody to look",
            ["kind"],
            registry=registry,
        )
        self.consumers = Gauge("axis_consumers", "Open consumer sessions", registry=registry)
        self.intake_waiting = Gauge(
            "axis_intake_waiting", "Messages that no router has taken", ["queue"], registry=registry
        )
        self.intake_consumers = Gauge(
            "axis_intake_consumers",
            "Sessions that take from a queue of the intake, of all routers",
            ["queue"],
            registry=registry,
        )

    def held(self, load: HeldLoad, at: datetime) -> None:
        """Show how much waits for a check or a document, all routers' together."""
        self._held.set(load.checks.count)
        self._held_bytes.set(load.checks.size)
        self._early.set(load.all_early.count)
        waited = timedelta() if load.oldest is None else at - load.oldest
        self._held_seconds.set(waited.total_seconds())

    def dead(self, waiting: Mapping[LetterKind, int]) -> None:
        """Show how many dead letters are open, all routers' together."""
        for kind, count in waiting.items():
            self._dead.labels(kind.value).set(count)


class RouterObserver:
    """Counts and logs committed decisions, and wakes the dispatch and who tries again."""

    def __init__(
        self,
        metrics: RouterMetrics,
        wake: Callable[[Collection[Lane]], None],
        try_again: Callable[[], None],
    ) -> None:
        self._metrics = metrics
        self._wake = wake
        self._try_again = try_again

    def decided(self, decisions: Sequence[Decision], lanes: Collection[Lane]) -> None:
        """Take note of committed decisions, and of the lanes that have something to send now."""
        for decision in decisions:
            self._metrics.submissions.labels(decision.kind, decision.ending.value).inc()
            self._metrics.deliveries.inc(decision.deliveries)
            for reason in decision.reasons if decision.ending in _REFUSALS else ():
                self._metrics.reasons.labels(reason).inc()
            getattr(_log, _LEVELS.get(decision.ending, "info"))(
                f"submission.{decision.ending.value}",
                submission=str(decision.submission),
                endpoint=decision.endpoint,
                message_id=decision.message_id,
                kind=decision.kind,
                sha256=decision.sha256,
                document=str(decision.document) if decision.document else None,
                reasons=list(decision.reasons),
                deliveries=decision.deliveries,
            )
        self._wake(lanes)

    def woken(self) -> None:
        """Have what waited and is due now tried again."""
        self._try_again()

    def dispatched(self, done: Dispatched) -> None:
        """Count what the broker confirmed and gave back."""
        self._metrics.published.labels("confirmed").inc(done.confirmed)
        self._metrics.published.labels("returned").inc(done.returned)


class Stopwatch:
    """Times the batches of one queue."""

    def __init__(self, metrics: RouterMetrics, queue: str) -> None:
        self._seconds = metrics.batch_seconds.labels(queue)
        self._size = metrics.batch_size.labels(queue)

    def start(self, size: int) -> Callable[[], None]:
        """Begin a batch; call the result at its end."""
        started = time.perf_counter()
        self._size.observe(size)
        return lambda: self._seconds.observe(time.perf_counter() - started)
