"""What the axis knows while it decides a batch: the registry, and what is stored already.

Decisions add to it, so that a later message of the batch sees an earlier one.
"""

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from axis.edxml.codes import DocumentKind
from axis.examination import Examination
from axis.exchange.admission.standing import Standings
from axis.exchange.deliveries.states import Position
from axis.exchange.ports import MessageKey
from axis.exchange.stored import (
    EarlierSubmission,
    Family,
    HeldLoad,
    KnownDelivery,
    KnownDocument,
    KnownStatus,
)
from axis.exchange.versions import Link, Links
from axis.registry.directory import Directory


@dataclass(slots=True)
class Known:
    """Looked up under locks, so it stays true until the transaction ends."""

    directory: Directory
    stored_known: bool = True
    """Whether what is stored could be looked up. Without a database at hand nothing is judged by
    it: not whose a target is, nor who had it."""
    submissions: dict[MessageKey, EarlierSubmission] = field(default_factory=dict)
    documents: dict[str, list[KnownDocument]] = field(default_factory=dict)
    """By DocumentId: new ones first, then what follows from them, the oldest first."""
    deliveries: dict[tuple[UUID, str], KnownDelivery] = field(default_factory=dict)
    """By document and receiver code."""
    by_id: dict[UUID, KnownDocument] = field(default_factory=dict)
    """Documents that belong together with named ones, and those of this batch."""
    links: Links = field(default_factory=Links)
    """What ties documents together, as far as it was looked up."""
    held: set[tuple[UUID, str]] = field(default_factory=set)
    """(document, receiver code) of those that were looked up: who got it, or a later version."""
    addressed: dict[tuple[UUID, str], set[str]] = field(default_factory=dict)
    """By document and a code that it names: who got it, or a later version, by that code. Of stored
    ones for the codes alone that were looked up."""
    gone: set[UUID] = field(default_factory=set)
    """Copies that have left their inbox, as somebody who shares them has told."""
    standings: Standings | None = None
    """What is known of certificates' revocation; None where it is not judged."""
    statuses: dict[str, KnownStatus] = field(default_factory=dict)
    """By the digest of their bytes and by that of what is signed, those about the deliveries that
    were looked up."""
    held_load: HeldLoad | None = field(default_factory=HeldLoad)
    """How much waits; None: that has not been looked up."""
    on_hold: dict[str, datetime] = field(default_factory=dict)
    """DocumentIds under which a document waits for a check, and until when."""

    def same_document(
        self, sender: str, document_id: str, kind: DocumentKind, examination: Examination
    ) -> KnownDocument | None:
        """Return the stored document that this one repeats: in its bytes, or in what is signed.

        The same signed content can be spelled in other bytes: (r, s) and (r, n - s) are both ECDSA
        signatures, white space inside a tag is nobody's, a timestamp may be added later.
        """
        content = examination.content
        for document in self.documents.get(document_id, []):
            if (document.sender, document.kind) == (sender, kind) and (
                document.sha256 == examination.sha256 or (content and document.content == content)
            ):
                return document
        return None

    def same_status(self, examination: Examination) -> KnownStatus | None:
        """Return the stored status that this one repeats: in its bytes, or in what is signed.

        Which delivery it would be about does not count: that may have changed since.
        """
        same = self.statuses.get(examination.sha256)
        return same or self.statuses.get(examination.content)

    def may_hear(
        self, endpoint: str, sender: str, first: KnownDocument | KnownStatus, at: datetime
    ) -> bool:
        """Tell whether an endpoint may be given the first receipt again: it serves the sender, or
        it is the one that got it, whatever has become of the sender since.
        """
        return endpoint == first.endpoint or self.directory.serves(endpoint, sender, at)

    def add_status(self, status: KnownStatus) -> None:
        """Remember a status that is stored."""
        self.statuses[status.sha256] = status
        if status.content:
            self.statuses[status.content] = status

    def add_family(self, family: Family) -> None:
        """Remember documents that belong together."""
        for document in family.documents:
            self.by_id.setdefault(document.id, document)
        self.links.add(family.links)

    def add_document(self, document: KnownDocument) -> None:
        """Remember a document that is stored, or has just been accepted."""
        self.documents.setdefault(document.document_id, []).append(document)
        self.by_id[document.id] = document

    def add_links(self, links: Iterable[Link]) -> None:
        """Remember what a document that has just been accepted is about."""
        self.links.add(links)

    def add_delivery(self, delivery: KnownDelivery) -> None:
        """Remember who gets a document that has just been accepted."""
        self.deliveries[delivery.document, delivery.receiver] = delivery
        self.held.add((delivery.document, delivery.receiver))
        self.add_addressed((delivery.document, name, delivery.receiver) for name in delivery.named)

    def add_addressed(self, found: Iterable[tuple[UUID, str, str]]) -> None:
        """Remember (document, code, receiver) of those who got a document by a code."""
        for document, name, receiver in found:
            self.addressed.setdefault((document, name), set()).add(receiver)

    def moved(
        self, delivery: KnownDelivery, position: Position, reported_at: datetime | None = None
    ) -> KnownDelivery:
        """Remember where a delivery stands now; return it so."""
        moved = replace(
            delivery,
            state=position.state,
            reached=position.reached,
            reported_at=reported_at or delivery.reported_at,
        )
        self.deliveries[delivery.document, delivery.receiver] = moved
        if delivery.copy is not None and not position.untaken:
            self.gone.add(delivery.copy)
        return moved

    def holders(self, documents: Iterable[UUID]) -> Set[str]:
        """Return the codes under which agencies got a document or a later version of one."""
        versions = {one for document in documents for one in self.links.versions(document)}
        return {code for version, code in self.held if version in versions}

    def addressed_as(self, documents: Iterable[UUID], name: str) -> tuple[str, ...]:
        """Return who got a document, or a later version of one, by this code; in order."""
        versions = [one for document in documents for one in self.links.versions(document)]
        return tuple(sorted({one for v in versions for one in self.addressed.get((v, name), ())}))

    def deliveries_at(
        self, documents: Collection[UUID], codes: Collection[str] | None = None
    ) -> Iterator[tuple[KnownDocument, KnownDelivery]]:
        """Yield the known deliveries of documents, to these agencies or to all, oldest first."""
        wanted = {one: self.by_id[one] for one in documents if one in self.by_id}
        if codes is None:
            every = self.deliveries.items()
            found = [(wanted[key[0]], one) for key, one in every if key[0] in wanted]
        else:
            found = [
                (document, one)
                for document in wanted.values()
                for code in codes
                if (one := self.deliveries.get((document.id, code))) is not None
            ]
        found.sort(key=lambda pair: (pair[0].accepted_at, pair[0].id.int, pair[1].id.int))
        yield from found
