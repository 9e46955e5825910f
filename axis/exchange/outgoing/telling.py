"""Tells the parties of documents what has become of copies."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from axis.evidence.events import Event
from axis.exchange.outgoing import messages
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.records import EvidenceRow, Records
from axis.exchange.stored import CopyArrived
from axis.registry.directory import Directory
from axis.verdict import Finding


def tell_senders(
    notary: Notary,
    event: Event,
    copies: Sequence[CopyArrived],
    at: datetime,
    directory: Directory | None = None,
    into: Records | None = None,
) -> Records:
    """Add one receipt a document about these copies, on its way to the document's sender.

    With a directory it goes where the sender is served now, else where it sent the document from.
    """
    records = Records() if into is None else into
    for about in _grouped(copies, _document):
        first = about[0]
        endpoint = first.document.endpoint
        if directory is not None:
            found = directory.resolve(first.document.sender, at)
            endpoint = endpoint if isinstance(found, Finding) else found.endpoint
        receipt = notary.about_copies(event, about, at, endpoint)
        _send(records, receipt, first, at, first.message_id)
    return records


def tell_receivers(
    notary: Notary,
    event: Event,
    copies: Sequence[CopyArrived],
    at: datetime,
    into: Records | None = None,
) -> Records:
    """Add one receipt a copy about these deliveries, on its way to the copy's endpoint."""
    records = Records() if into is None else into
    for about in _grouped(copies, lambda copy: (*_document(copy), copy.endpoint, copy.copy)):
        receipt = notary.about_own_copies(event, about, at)
        withdrawn = event is Event.DELIVERY_WITHDRAWN
        codes = tuple(copy.receiver for copy in about) if withdrawn else ()
        _send(records, receipt, about[0], at, None, codes)
    return records


def _send(
    records: Records,
    receipt: EvidenceRow,
    about: CopyArrived,
    at: datetime,
    correlation_id: str | None,
    receivers: Sequence[str] = (),
) -> None:
    records.evidence.append(receipt)
    records.outbox.append(
        messages.receipt_to(
            receipt.endpoint,
            receipt.id,
            correlation_id,
            at,
            # What is withdrawn overtakes all else: every second counts until a clerk sees it.
            urgent=about.document.urgent or receipt.event is Event.DELIVERY_WITHDRAWN,
            document=about.document.id,
            receivers=receivers,
        )
    )


def _document(copy: CopyArrived) -> tuple[UUID]:
    return (copy.document.id,)


def _grouped(
    copies: Sequence[CopyArrived], key: Callable[[CopyArrived], tuple[Any, ...]]
) -> Iterator[list[CopyArrived]]:
    groups: dict[tuple[Any, ...], list[CopyArrived]] = {}
    for copy in copies:
        groups.setdefault(key(copy), []).append(copy)
    yield from groups.values()
