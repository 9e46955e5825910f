"""What a test vector is: a message, the circumstances in which it is sent, and what must be said.

Messages are kept unsigned, because no private key may lie in the repository: who seals one is part
of its recipe, and the keys are made when the tests run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from axis.content.scanner import Scanner
from axis.edxml.limits import MAX_DOCUMENT_BYTES
from axis.local.pki_config import Flaw
from axis.reasons import Reason, Severity, reason_of_code
from axis.verdict import Outcome

if TYPE_CHECKING:
    from tests.vectors.recipes.workshop import Workshop


class Way(Enum):
    """Who judges a vector."""

    AXIS = auto()
    """A router: examination, admission, decision; the findings are those of the receipt."""
    CHECK = auto()
    """Whoever asks before sending."""
    WORKER = auto()
    """A worker process, which something goes wrong in."""
    AGENCY = auto()
    """An agency that got a receipt."""


class Trust(Enum):
    """What the judge knows about certificates."""

    ANCHORS = auto()
    """Whom to trust, and nothing of revocation."""
    LISTS = auto()
    """Revocation lists of today, too."""
    OLD_LISTS = auto()
    """Revocation lists that are out of date."""
    LATE_LISTS = auto()
    """Revocation lists that ended two hours ago."""
    PHASED_OUT = auto()
    """A policy under which the algorithm of the seals was accepted until yesterday."""
    STAMPED = auto()
    """A policy that takes no signature without a timestamp."""
    NEXT_KEY = auto()
    """The axis's history, by which it gave its key up for another one yesterday."""
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Person:
    """Whose key signs: the first person of an agency."""

    agency: str


class Waiting(Enum):
    """What becomes of a message whose check has to wait."""

    NO_ROOM = auto()
    """Everything that may wait waits already."""
    TOO_LONG = auto()
    """What it waits for does not come as long as it may wait."""
    UNWANTED = auto()
    """An administrator wants it refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message as an endpoint hands it in."""

    body: bytes
    seal: str | Person | Flaw | None = "G22"
    """Whose key signs: an agency's code, a person, a key with a flaw, or nobody's. What cannot be
    signed is sent as it is."""
    tampered: Callable[[bytes], bytes] | None = None
    """What happens to the bytes after signing."""
    endpoint: str | None = "g22"
    routing_key: str = "document"
    message_id: str | None = ""
    """Empty: another for each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One message with what the axis says of it."""

    name: str
    """The code that it shows and what it does; what it is, for a message that passes."""
    sending: "Sending | Callable[[Workshop], Sending]"
    """What is sent; a function where keys are needed for the content too."""
    expected: tuple[str, ...] = ()
    """The codes of all findings, no more and no less."""
    before: tuple[Sending, ...] = ()
    """What was accepted before."""
    closed_since: tuple[str, ...] = ()
    """Agencies that have closed since then, without a successor."""
    way: Way = Way.AXIS
    trust: Trust = Trust.ANCHORS
    max_bytes: int = MAX_DOCUMENT_BYTES
    scanner: Scanner | None = None
    waiting: Waiting | None = None

    @property
    def shows(self) -> Reason | None:
        """The reason that its name begins with; None for a message that passes."""
        return reason_shown(self.name)

    @property
    def outcome(self) -> Outcome:
        """What follows from the expected findings."""
        severities = {_severity(code) for code in self.expected}
        if Severity.REFUSE in severities:
            return Outcome.FAILED
        return Outcome.INDETERMINATE if Severity.HOLD in severities else Outcome.PASSED


def _severity(code: str) -> Severity:
    reason = reason_of_code(code)
    assert isinstance(reason, Reason), code
    return reason.severity


def reason_shown(name: str) -> Reason | None:
    """Return the reason whose code a vector's name begins with."""
    parts = name.split("-")
    starts = ("-".join(parts[:count]) for count in range(len(parts), 1, -1))
    return next(filter(None, map(reason_of_code, starts)), None)
