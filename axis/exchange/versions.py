"""Which documents belong together: a document, its later versions, and the recalls about them.

A later version is an update, or a replacement that goes on under the same DocumentId. Whoever got
a later version has had the document.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from axis.edxml.codes import DocumentKind

MAX_VERSIONS: Final = 100
"""Later versions that a document may have, and messages of one kind under one DocumentId. Documents
are updated a few times; whatever names one has to look at all of these, so that a document which is
updated without end would slow down everything about it."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a recall, update or replacement says about another document."""

    document: UUID
    target: UUID
    kind: DocumentKind
    """The document's."""
    later: bool
    """Whether the document is a later version of its target."""
    receivers: tuple[str, ...] = ()
    """Agencies for which it holds; none named: for all who have the target."""
    dropped: tuple[str, ...] = ()
    """Agencies that an update drops as receivers."""


@dataclass(slots=True)
class Links:
    """Links that are known, in both directions."""

    _to: dict[UUID, list[Link]] = field(default_factory=dict)
    _from: dict[UUID, list[Link]] = field(default_factory=dict)

    def add(self, links: Iterable[Link]) -> None:
        """Remember links; one that is known already changes nothing."""
        for link in links:
            if link not in self._from.setdefault(link.document, []):
                self._from[link.document].append(link)
                self._to.setdefault(link.target, []).append(link)

    def of(self, document: UUID) -> tuple[Link, ...]:
        """Return what a document says about others."""
        return tuple(self._from.get(document, ()))

    def versions(self, document: UUID) -> tuple[UUID, ...]:
        """Return a document and its later versions, over any number of them."""
        found = {document: None}
        queue = [document]
        while queue:
            for link in self._to.get(queue.pop(), ()):
                if link.later and link.document not in found:
                    found[link.document] = None
                    queue.append(link.document)
        return tuple(found)

    def recalls(self, document: UUID) -> tuple[UUID, ...]:
        """Return the recalls that name a document as what they recall."""
        links = self._to.get(document, ())
        return tuple(one.document for one in links if one.kind is DocumentKind.RECALL)

    def firsts(self, document: UUID) -> tuple[UUID, ...]:
        """Return what a document is a later version of, from the very beginning; else itself."""
        found = {document: None}
        queue = [document]
        firsts: dict[UUID, None] = {}
        while queue:
            one = queue.pop()
            before = [link.target for link in self._from.get(one, ()) if link.later]
            if not before:
                firsts[one] = None
            new = [target for target in before if target not in found]
            found.update(dict.fromkeys(new))
            queue += new
        return tuple(firsts) or (document,)

    def all_versions(self, document: UUID) -> tuple[UUID, ...]:
        """Return a document with all versions before and after it."""
        firsts = self.firsts(document)
        return tuple(dict.fromkeys(one for first in firsts for one in self.versions(first)))

    def family(self, documents: Collection[UUID]) -> tuple[UUID, ...]:
        """Return these documents with all versions before and after them, and their recalls."""
        found = dict.fromkeys(documents)
        queue = list(found)
        while queue:
            for one in self._beside(queue.pop()):
                if one not in found:
                    found[one] = None
                    queue.append(one)
        return tuple(found)

    def _beside(self, document: UUID) -> Iterator[UUID]:
        for link in self._from.get(document, ()):
            if belongs(link):
                yield link.target
        for link in self._to.get(document, ()):
            if belongs(link):
                yield link.document


def belongs(link: Link) -> bool:
    """Tell whether a link ties documents into one family: versions, and recalls of them."""
    return link.later or link.kind is DocumentKind.RECALL
