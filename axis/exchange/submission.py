"""What an endpoint hands in, before anything about it is believed."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

MESSAGE_ID_SYNTAX = re.compile(r"[!-~]{1,128}")
"""Printable ASCII without spaces: safe in logs, headers, indexes and on paper."""


class Route(StrEnum):
    """The routing keys of the exchange ``axis.submit`` (AMQP contract, version 1)."""

    DOCUMENT = "document"
    URGENT = "document.urgent"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Submission:
    """One message as it was taken from an intake queue."""

    id: UUID
    body: bytes
    routing_key: str
    user_id: str | None
    """Who is speaking, in the broker's word; None when the sender left it out."""
    message_id: str | None
    received_at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    """What else AMQP gave, bounded; only people look at it, should this be a dead letter."""
    letter: UUID | None = None
    """The dead letter that it was kept as, where an administrator has it taken in again."""

    @property
    def sha256(self) -> str:
        """Digest of the submitted bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def named(self) -> bool:
        """Whether the sender gave a usable ``message_id``."""
        return self.message_id is not None and bool(MESSAGE_ID_SYNTAX.fullmatch(self.message_id))

    @property
    def correlation_id(self) -> str | None:
        """What the answer refers to; None when the sender gave nothing to refer to."""
        return self.message_id if self.named else None

    def key(self, sha256: str) -> str:
        """Return the idempotency key within the endpoint.

        A message without a usable id is known by its digest, so that a redelivery after a crash
        is answered once.
        """
        return f"id:{self.message_id}" if self.named else f"sha256:{sha256}"
