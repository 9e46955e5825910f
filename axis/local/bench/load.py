"""What the load generator is told, what it tells, and the trip of one document in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from axis.errors import AxisError
from axis.local.bench.corpus import Corpus, Entry


class LoadError(AxisError):
    """The run is void: something was refused, lost, altered, or taken by somebody else."""


@dataclass(frozen=True, slots=True)
class Load:
    """Which documents of a corpus are submitted, and how fast."""

    urls: Mapping[str, str]
    """The AMQP address of every endpoint."""
    corpus: Corpus
    first: int
    count: int
    outstanding: int
    """Documents on their way at most; the next one waits until one has finished its trip."""
    rate: float | None = None
    """Submissions a second, evenly spaced; None: as fast as `outstanding` allows."""
    urgent: bool = False
    """Whether they go in by the urgent lane, and come out of it."""
    pause: float = 0.0
    """The longest rest before a submission, in seconds. How long it is, is drawn each time, so that
    documents sent one after another do not fall into step with what they are measured beside."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the documents to submit."""
        return self.corpus.entries[self.first : self.first + self.count]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is."""

    confirmed: int
    finished: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of a load."""

    seconds: float
    """From the first submission until the last copy and receipt had been taken."""
    submitted: int
    confirmed: int
    """Submissions that RabbitMQ confirmed to their senders."""
    accepted: int
    copies: int
    receipts: int
    repeated: int
    """Messages that came again under an id seen before: allowed, and counted."""
    latencies: tuple[float, ...]
    """Seconds from each submission to each of its copies, at the receiving endpoint."""


@dataclass(slots=True)
class Trip:
    """One document on its way: submission, acceptance, copies, proof of consignment."""

    entry: Entry
    started: float = 0.0
    accepted: bool = False
    waiting: set[str] = field(init=False)
    """Endpoints without their copy."""
    unproven: int = field(init=False)
    """Copies that no ContentConsignment receipt has named yet."""

    def __post_init__(self) -> None:
        self.waiting = set(self.entry.receivers)
        self.unproven = len(self.waiting)

    @property
    def finished(self) -> bool:
        """Whether every copy and every receipt is there."""
        return self.accepted and not self.waiting and self.unproven == 0
