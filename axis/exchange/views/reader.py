"""The port by which people see documents, deliveries, timelines; read-only.

Every query takes a scope, so that nobody sees more than their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from axis.errors import AxisError
from axis.evidence.events import Event
from axis.exchange.views.document import DocumentView
from axis.exchange.views.documents import DocumentFilter, DocumentLine, OpenSteps
from axis.exchange.views.scope import Scope
from axis.exchange.views.submissions import HeldFilter, HeldLine, RefusedLine


class SearchTooBroadError(AxisError):
    """A search had to look through too much; a narrower one answers in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A stored receipt."""

    id: UUID
    event: Event
    at: datetime
    document: UUID | None
    xml: bytes
    """The signed XML as it was sent."""


class Reader(Protocol):
    """Answers the questions of clerks and administrators."""

    async def documents(self, scope: Scope, wanted: DocumentFilter) -> Sequence[DocumentLine]:
        """Return matching documents, newest first.

        Raises SearchTooBroadError when that would take too long.
        """

    async def document(self, scope: Scope, document: UUID) -> DocumentView | None:
        """Return one document, or None when it does not exist or is not the viewer's."""

    async def open_steps(self, scope: Scope) -> OpenSteps:
        """Return whose turn it is with the newest deliveries, and with all that are stuck."""

    async def find(self, scope: Scope, document_id: str) -> Sequence[UUID]:
        """Return the ids of documents with this DocumentId (or number/notation), newest first."""

    async def refused(
        self, scope: Scope, limit: int, before: UUID | None = None
    ) -> Sequence[RefusedLine]:
        """Return refused submissions, newest first; `before` leads to the next page."""

    async def held(self, scope: Scope, wanted: HeldFilter) -> Sequence[HeldLine]:
        """Return submissions that wait for a check, newest first."""

    async def status(self, scope: Scope, status: UUID) -> bytes | None:
        """Return a status as it was signed, or None when it is not there or not the viewer's."""

    async def receipt(self, scope: Scope, receipt: UUID) -> ReceiptView | None:
        """Return one receipt, or None when it does not exist or is not the viewer's."""
