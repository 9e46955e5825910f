"""What a process counts of its work in the background: revocation, deadlines, inboxes, clocks."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from axis.exchange.deliveries.deadlines import DeadlineKind
from axis.revocation.ports import Revoked, Survey
from axis.trust.standing import Source

_log = structlog.get_logger("axis.exchange")

CLOCK_LIMIT = timedelta(seconds=2)
"""From here on a machine's clock counts as wrong: NTP keeps machines within a tenth of a second."""

_SET_CLOCKS = (
    "Hãy đồng bộ giờ (NTP) máy này và máy PostgreSQL; trục theo giờ của PostgreSQL."
    " / Let NTP set the clocks of this machine and of PostgreSQL's; the axis goes by the latter."
)


class KeeperFigures:
    """Counts and logs how information about revocation is kept; hosts are those of trusted
    authorities' certificates.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._failures = Counter(
            "axis_revocation_failures",
            "Lists and OCSP answers that could not be had or used",
            ["host", "source"],
            registry=registry,
        )
        self._certificates = Gauge(
            "axis_revocation_certificates",
            "Certificates by what is known of their revocation",
            ["state"],
            registry=registry,
        )
        self._oldest = Gauge(
            "axis_revocation_oldest_seconds",
            "Age of the oldest information about revocation in use",
            registry=registry,
        )

    def failed(self, host: str, source: Source, detail: str) -> None:
        """Something could not be fetched, or not be used."""
        self._failures.labels(host, source.value).inc()
        _log.warning("revocation.not_learnt", host=host, source=source.value, detail=detail)

    def revoked(self, one: Revoked) -> None:
        """A revocation came to be known, and its documents were listed."""
        _log.warning(
            "revocation.revoked",
            fingerprint=one.fingerprint,
            revoked_at=None if one.revoked_at is None else one.revoked_at.isoformat(),
            documents=one.documents,
        )

    def surveyed(self, survey: Survey) -> None:
        """How things stand."""
        for state, count in survey.counts.items():
            self._certificates.labels(state).set(count)
        self._oldest.set(0 if survey.oldest is None else survey.oldest.total_seconds())


class WatchFigures:
    """Counts and logs deadlines that pass, and what inboxes tell."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._passed = Counter(
            "axis_deadlines_passed",
            "Deadlines of deliveries that passed and were told",
            ["kind"],
            registry=registry,
        )
        self._late = Gauge(
            "axis_deliveries_late",
            "Deliveries by what they are late with",
            ["kind"],
            registry=registry,
        )
        self._taken = Counter(
            "axis_deliveries_taken",
            "Deliveries whose inbox was found emptied",
            registry=registry,
        )
        self._blind = Counter(
            "axis_inbox_looks_failed",
            "Looks at inboxes that the management interface did not answer",
            registry=registry,
        )

    def passed(self, counts: Mapping[DeadlineKind, int]) -> None:
        """Deadlines have passed; their parties were told."""
        for kind, count in counts.items():
            self._passed.labels(kind.value).inc(count)
            _log.warning("deadline.passed", kind=kind.value, deliveries=count)

    def late(self, counts: Mapping[DeadlineKind, int]) -> None:
        """Show how many deliveries are late, all routers' together."""
        for kind, count in counts.items():
            self._late.labels(kind.value).set(count)

    def looked(self, taken: int) -> None:
        """Inboxes were looked at."""
        self._taken.inc(taken)
        if taken:
            _log.info("inboxes.emptied", deliveries=taken)

    def blind(self, detail: str) -> None:
        """Inboxes could not be looked at; nothing is concluded from that."""
        self._blind.inc()
        _log.warning("inboxes.not_seen", detail=detail[:200])


class ClockFigures:
    """Shows and logs how this machine's clock stands to the axis's, which is the database's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ahead = Gauge(
            "axis_clock_offset_seconds",
            "How far this machine's clock is ahead of the database's, by which the axis goes",
            registry=registry,
        )
        self._jumps = Counter(
            "axis_clock_jumps", "Times that the database's clock was set", registry=registry
        )
        self._off = False

    def measured(self, ahead: timedelta) -> None:
        """This machine's clock is ahead by so much; said once when it goes wrong or right."""
        seconds = round(ahead.total_seconds(), 3)
        self._ahead.set(seconds)
        limit = CLOCK_LIMIT / 2 if self._off else CLOCK_LIMIT
        if (off := abs(ahead) > limit) is self._off:
            return
        self._off = off
        if off:
            _log.warning("clock.machine_differs", ahead_seconds=seconds, advice=_SET_CLOCKS)
        else:
            _log.info("clock.machine_agrees", ahead_seconds=seconds)

    def was_set(self, by: timedelta) -> None:
        """The database's clock was set, or this machine stood still; the axis follows."""
        self._jumps.inc()
        _log.warning(
            "clock.database_was_set", by_seconds=round(by.total_seconds(), 3), advice=_SET_CLOCKS
        )
