"""Dead letters as administrators see them, and what they do about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from axis.errors import InvalidInputError
from axis.exchange.deliveries.states import DeliveryState

MIN_REASON_CHARS: Final = 10
"""Shorter is a keystroke, not a reason that somebody understands a year later."""

MAX_REASON_CHARS: Final = 300
"""A sentence or two."""


class LetterKind(StrEnum):
    """What a dead letter is."""

    SUBMISSION = "submission"
    """Handed in, with nobody to answer to, or refused by every router."""
    DOCUMENT = "document"
    """The copy of a document for an endpoint."""
    STATUS = "status"
    RECEIPT = "receipt"
    STRAY = "stray"
    """It lay in an endpoint's queue, and the axis has never sent it."""


class LetterState(StrEnum):
    """What became of it."""

    OPEN = "open"
    """Somebody has to look."""
    RESUBMITTING = "resubmitting"
    """An administrator wants it taken in again, which a router does at once."""
    REPUBLISHED = "republished"
    DISCARDED = "discarded"


class LetterSettledError(InvalidInputError):
    """Somebody has dealt with this letter before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters are meant; None means no limit."""

    state: LetterState | None = LetterState.OPEN
    kind: LetterKind | None = None
    limit: int = 50
    before: UUID | None = None
    """Only those older than this one: the way to the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """One line of the list."""

    id: UUID
    at: datetime
    kind: LetterKind
    state: LetterState
    queue: str
    routing_key: str
    user_id: str | None
    message_id: str | None
    reasons: tuple[str, ...]
    """Codes of the catalogue, or RabbitMQ's own words."""
    size: int
    sha256: str
    changed_at: datetime | None
    """When it was dealt with."""
    changed_by: str | None
    remark: str | None
    """Why it was discarded, or why taking it in again failed."""
    document: UUID | None
    """The document that a copy, status or receipt is about."""
    sender: str | None
    """The sending agency of that document."""
    document_id: str | None
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterReceiver:
    """One receiver whose copy a letter is."""

    code: str
    name: str
    state: DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """One letter with everything that is known of it but its bytes."""

    line: LetterLine
    died_at: datetime | None
    properties: Mapping[str, Any]
    """What AMQP gave beside the bytes; nothing in it is believed."""
    receivers: tuple[LetterReceiver, ...]


class LetterDesk(Protocol):
    """What administrators see of dead letters and do about them."""

    async def lines(self, wanted: LetterFilter) -> Sequence[LetterLine]:
        """Return letters, newest first."""

    async def look(self, letter: UUID) -> LetterView | None:
        """Return one letter, None when there is none."""

    async def body(self, letter: UUID) -> bytes | None:
        """Return a letter's bytes, None when there is none."""

    async def republish(self, letter: UUID, actor: str) -> LetterState:
        """Send it on its way once more and return its new state.

        Raises InvalidInputError when that cannot be, LetterSettledError when somebody has dealt
        with it before.
        """

    async def discard(self, letter: UUID, reason: str, actor: str) -> None:
        """Leave it at that, with a reason; raises as `republish` does."""


def checked_reason(text: str) -> str:
    """Return an administrator's reason, white space folded; raises InvalidInputError."""
    reason = " ".join(text.split())
    if not MIN_REASON_CHARS <= len(reason) <= MAX_REASON_CHARS or not reason.isprintable():
        raise InvalidInputError(
            f"Lý do phải có từ {MIN_REASON_CHARS} đến {MAX_REASON_CHARS} ký tự in được."
            f" / The reason must have {MIN_REASON_CHARS} to {MAX_REASON_CHARS} printable"
            " characters."
        )
    return reason
