"""Prometheus metrics of the router; labels are codes from fixed lists, never input."""

import time
from collections.abc import Callable, Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from axis.exchange.case import Decision, Ending
from axis.exchange.dispatch import Dispatched

_log = structlog.get_logger("axis.exchange")

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
        self.consumers = Gauge("axis_consumers", "Open consumer sessions", registry=registry)


class RouterObserver:
    """Counts and logs committed decisions, and wakes the dispatch."""

    def __init__(self, metrics: RouterMetrics, wake: Callable[[], None]) -> None:
        self._metrics = metrics
        self._wake = wake

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Take note of committed decisions."""
        for decision in decisions:
            self._metrics.submissions.labels(decision.kind, decision.ending.value).inc()
            self._metrics.deliveries.inc(decision.deliveries)
            for reason in decision.reasons:
                self._metrics.reasons.labels(reason).inc()
            level = (
                _log.info
                if decision.ending in (Ending.ACCEPTED, Ending.DUPLICATE, Ending.REPEATED)
                else _log.warning
            )
            level(
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
        self._wake()

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
