"""What is submitted under adversity: distinct bytes, and what the axis owes to them."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from axis.edxml.codes import DocumentKind, StatusCode
from axis.edxml.values import Document
from axis.reasons import Reason

AGENCIES = {
    "G22": "g22",
    "G09": "g09",
    "G12": "g12",
    "G06": "g06",
    "H26": "h26",
    "H26.102": "h26",
    "H37": "lgsp-h37",
    "H37.02": "lgsp-h37",
    "H37.101": "lgsp-h37",
    "H37.09": "h37-yte",
}
"""Agencies that send and receive, with the endpoints that serve them."""

ENDPOINTS = sorted(set(AGENCIES.values()))

QUESTIONS = (DocumentKind.RECALL, DocumentKind.UPDATE)
"""Documents that their receivers answer with 15 or 16."""


@dataclass(eq=False)
class Content:
    """Distinct bytes."""

    body: bytes
    endpoint: str
    """Where they are submitted."""
    routing_key: str
    document: Document | None = None
    """The good document; None for a status and for what is refused."""
    copies: dict[str, list[str]] = field(default_factory=dict)
    """Receiving agencies by endpoint."""
    target: "Content | None" = None
    """The document that a recall or an update is about."""
    reason: Reason | None = None
    """Why it is refused."""
    about: "Content | None" = None
    """The document whose delivery a status moves."""
    status: StatusCode | None = None
    receiver: str = ""
    """The agency whose delivery a status moves."""
    told: str = ""
    """The endpoint that the axis passes a status on to."""

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def kind(self) -> DocumentKind | None:
        return None if self.document is None else self.document.kind

    @property
    def urgent(self) -> bool:
        return self.document is not None and self.document.priority.urgent

    @property
    def receivers(self) -> list[str]:
        return [code for codes in self.copies.values() for code in codes]
