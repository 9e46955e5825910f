"""Whom a document reaches, and what follows from it for those who have others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from axis.exchange.outgoing.messages import Behind
from axis.exchange.stored import KnownDelivery, KnownDocument
from axis.exchange.versions import Link
from axis.registry.routing import Resolved, Routing

Had = tuple[KnownDocument, KnownDelivery]
"""A version of a document, and its delivery to somebody."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What follows from a document for those who have others."""

    routing: Routing
    """Everybody to whom it goes."""
    targets: Mapping[str, KnownDocument] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    """What it says of its targets; its own id is still to be put in."""
    asked_back: tuple[Had, ...] = ()
    """Deliveries that it asks for."""
    added: tuple[Resolved, ...] = ()
    """Who also gets its target, with it."""
    had: Mapping[str, tuple[Had, ...]] = field(default_factory=dict)
    """What receivers of it had before, by their present codes."""

    def with_had(self, more: Mapping[str, Had]) -> "Reach":
        """Return the reach with one more that each of these receivers has, or is being sent."""
        had = {code: (*self.had.get(code, ()), one) for code, one in more.items()}
        return replace(self, had={**self.had, **had})

    def behind(self, endpoint: str, codes: Iterable[str]) -> Behind:
        """Return behind what its copy for these receivers goes to their endpoint.

        It takes the lane in which that went, so that it can't overtake it; the normal one where it
        went in both. Only where the endpoint was sent nothing, its own urgency decides.
        """
        if not self.links:
            return Behind()
        wanted = set(codes)
        had = [one for code in codes for one in self.had.get(code, ())]
        here = [delivery for _, delivery in had if delivery.endpoint == endpoint]
        named = [
            link.target
            for link in self.links
            if not link.receivers or not wanted.isdisjoint(link.receivers)
        ]
        newest = sorted(had, key=lambda one: one[0].accepted_at, reverse=True)
        return Behind(
            targets=tuple(dict.fromkeys((*named, *(document.id for document, _ in newest)))),
            urgent=all(one.urgent for one in here) if here else None,
            follows=tuple(sorted({one.copy for one in here if one.waiting and one.copy})),
        )
