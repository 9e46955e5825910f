"""Submissions that became no document, or not yet one: refused, or held for a check."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A submission that was refused."""

    id: UUID
    received_at: datetime
    endpoint: str
    sender: str | None
    document_id: str | None
    subject: str | None
    reasons: tuple[str, ...]
    receipt: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A submission that waits for a check, or for a document that it speaks about."""

    id: UUID
    received_at: datetime
    endpoint: str
    message_id: str
    sender: str | None
    document_id: str | None
    subject: str | None
    reasons: tuple[str, ...]
    """What it waits for, by the newest check."""
    awaits: tuple[str, ...]
    """DocumentIds of the documents that it waits for; none where it waits for its own check."""
    receipt: UUID
    """The notice that its sender got."""
    sha256: str
    size: int
    verdict: dict[str, Any]
    """The newest check's, in the JSON shape of a verdict."""
    held_since: datetime
    next_try_at: datetime
    attempts: int
    """Tries after the first."""
    expires_at: datetime
    """When it is refused, if its check cannot be made until then."""
    refusal: str | None
    """Why an administrator wants it refused, which the next try does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFilter:
    """Which held submissions are meant; None means no limit."""

    limit: int = 50
    before: UUID | None = None
    """Only those older than this one: the way to the next page."""
    id: UUID | None = None
    document_id: str | None = None
