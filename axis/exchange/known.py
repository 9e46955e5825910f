"""What the axis knows while it decides a batch: the registry, and what is stored already.

Decisions add to it, so that a later message of the batch sees an earlier one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from axis.edxml.codes import DocumentKind
from axis.examination import Examination
from axis.exchange.ports import (
    EarlierSubmission,
    HeldLoad,
    KnownDelivery,
    KnownDocument,
    KnownStatus,
    MessageKey,
)
from axis.exchange.standing import Standings
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
    """By DocumentId, oldest first."""
    deliveries: dict[tuple[UUID, str], KnownDelivery] = field(default_factory=dict)
    """By document and receiver code."""
    held: set[tuple[UUID, str]] = field(default_factory=set)
    """(document, receiver code) of those that were looked up: who got it, or a later version."""
    standings: Standings | None = None
    """What is known of certificates' revocation; None where it is not judged."""
    statuses: dict[str, KnownStatus] = field(default_factory=dict)
    """By digest, those about the deliveries that were looked up."""
    held_load: HeldLoad = field(default_factory=HeldLoad)
    """How much waits for a check."""

    def same_document(
        self, sender: str, document_id: str, kind: DocumentKind, examination: Examination
    ) -> KnownDocument | None:
        """Return the stored document that this one repeats: in its bytes, or in what is signed.

        The same signed content can be spelled in other bytes: (r, s) and (r, n - s) are both ECDSA
        signatures, white space inside a tag is nobody's, a timestamp may be added later.
        """
        facts = examination.signature
        content = facts.digest if facts is not None else ""
        for document in self.documents.get(document_id, []):
            if (document.sender, document.kind) == (sender, kind) and (
                document.sha256 == examination.sha256 or (content and document.content == content)
            ):
                return document
        return None

    def same_status(self, sha256: str) -> KnownStatus | None:
        """Return the stored status that this one repeats.

        The bytes alone count: which delivery they would be about may have changed since.
        """
        return self.statuses.get(sha256)

    def add_holders(
        self, document: KnownDocument, targets: Collection[UUID], receivers: Iterable[str]
    ) -> None:
        """Remember who gets a document that has just been accepted, and with it its targets."""
        carried = {document.id, *self._carried(document, targets)}
        self.held.update((one, receiver) for receiver in receivers for one in carried)

    def _carried(self, document: KnownDocument, targets: Collection[UUID]) -> Collection[UUID]:
        """Return the targets of which a document is a later version.

        An update always is; a replacement only where it goes on under the same DocumentId.
        """
        if document.kind is DocumentKind.UPDATE:
            return targets
        if document.kind is not DocumentKind.REPLACE:
            return ()
        same = {one.id for one in self.documents.get(document.document_id, [])}
        return same.intersection(targets)

    def add_document(self, document: KnownDocument) -> None:
        """Remember a document that has just been accepted."""
        self.documents.setdefault(document.document_id, []).append(document)
