"""Whom a recall, update or replacement reaches, beside those to whom it is addressed.

A recall goes to everybody who had the document, itself or a later version; an update also to those
whom it adds and drops, and with it the document goes to those added. Each is served today where its
agency, or the successor of a closed one, is connected. A replacement goes where it is addressed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from msgspec import structs

from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.values import Business, Document
from axis.exchange.admission.known import Known
from axis.exchange.admission.targets import BUSINESS, changes, codes_of, targets_of
from axis.exchange.outgoing.messages import Behind
from axis.exchange.ports import KnownDelivery, KnownDocument
from axis.exchange.versions import Link
from axis.reasons import Reason
from axis.registry.directory import Directory
from axis.registry.routing import Resolved, Routing
from axis.verdict import Finding

Had = tuple[KnownDocument, KnownDelivery]
"""A version of a document, and its delivery to somebody."""

_UNREACHED = (Reason.RECEIVER_CLOSED, Reason.RECEIVER_UNREACHABLE)


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

    def with_had(self, code: str, had: Had) -> "Reach":
        """Return the reach with something more that a receiver has, or is just being sent."""
        return replace(self, had={**self.had, code: (*self.had.get(code, ()), had)})

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


def needed(
    document: Document, known: Known, at: datetime
) -> tuple[set[tuple[UUID, str]], set[UUID]]:
    """Return the (document, receiver) pairs and the whole documents whose deliveries count."""
    pairs: set[tuple[UUID, str]] = set()
    whole: set[UUID] = set()
    for target in targets_of(document, known, at):
        versions = known.links.versions(target.id)
        if document.kind is DocumentKind.RECALL:
            whole.update(versions)
        else:
            codes = {
                one
                for code in _parties(document, known.directory, at)
                for one in codes_of(code, known, at)
            }
            pairs.update((version, code) for version in versions for code in codes)
    return pairs, whole


def reach(
    document: Document,
    targets: Mapping[str, KnownDocument],
    routing: Routing,
    known: Known,
    at: datetime,
) -> tuple[Reach, list[Finding]]:
    """Return whom a document reaches, and what is to be said of that.

    `routing` is what it names. Its targets are those that its sender may speak about.
    """
    business = document.business
    if business is None or not targets:
        return Reach(routing), []
    if document.kind is DocumentKind.REPLACE:
        return Reach(routing, targets, tuple(_replaced(document, targets, known, at))), []
    (target,) = targets.values()
    versions = known.links.versions(target.id)
    if document.kind is DocumentKind.RECALL:
        return _recalled(document, target, tuple(known.deliveries_at(versions)), routing, known, at)
    return _updated(document, business, target, versions, routing, known, at)


def _recalled(
    document: Document,
    target: KnownDocument,
    holders: tuple[Had, ...],
    routing: Routing,
    known: Known,
    at: datetime,
) -> tuple[Reach, list[Finding]]:
    had = _by_agency(holders, known, at)
    people = _Recipients(routing, known.directory, at, target.document_id)
    people.soften(had)
    people.keep(had)
    for code, pairs in had.items():
        named = tuple(dict.fromkeys(name for _, one in pairs for name in one.named or (code,)))
        people.add(code, named)
    link = Link(target.id, target.id, DocumentKind.RECALL, later=False)
    reached = Reach(people.routing(), {target.document_id: target}, (link,), holders, had=had)
    return reached, people.findings


def _updated(
    document: Document,
    business: Business,
    target: KnownDocument,
    versions: tuple[UUID, ...],
    routing: Routing,
    known: Known,
    at: datetime,
) -> tuple[Reach, list[Finding]]:
    people = _Recipients(routing, known.directory, at, target.document_id)
    people.keep(
        code
        for code in {one.agency.code for one in routing.resolved}
        if known.had(target.id, codes_of(code, known, at))
    )
    added = []
    for code, place in changes(business, ReceiverType.ADDED):
        outcome = people.add(code, (code,), place)
        if outcome is not None and (target.id, outcome.agency.code) not in known.deliveries:
            added.append(outcome)
    new = {one.agency.code for one in added}
    dropped: dict[str, None] = {}
    for code, _ in changes(business, ReceiverType.DROPPED):
        agency = known.directory.present(code, at)
        if agency is not None and agency.code not in new:
            dropped[agency.code] = None
            people.add(agency.code, (code,))
    codes = {one for code in dropped for one in codes_of(code, known, at)}
    everyone = people.routing()
    parties = {one for found in everyone.resolved for one in codes_of(found.agency.code, known, at)}
    link = Link(target.id, target.id, DocumentKind.UPDATE, later=True, dropped=tuple(sorted(codes)))
    reached = Reach(
        everyone,
        {target.document_id: target},
        (link,),
        tuple(known.deliveries_at(versions, codes)),
        tuple({one.agency.code: one for one in added}.values()),
        _by_agency(known.deliveries_at(versions, parties), known, at),
    )
    return reached, people.findings


def _replaced(
    document: Document, targets: Mapping[str, KnownDocument], known: Known, at: datetime
) -> Iterator[Link]:
    """Say what is replaced, and for whom: a list that names nobody means everybody."""
    business = document.business or Business()
    lists: dict[str, list[str] | None] = dict.fromkeys(document.target_document_ids, None)
    for item in business.replacements:
        present = (known.directory.present(code, at) for code in item.organ_ids)
        codes = [agency.code for agency in present if agency is not None]
        earlier = lists.get(item.document_id)
        lists[item.document_id] = [*(earlier or ()), *codes] if codes else None
    for document_id, target in targets.items():
        receivers = tuple(dict.fromkeys(lists.get(document_id) or ()))
        later = document.document_id == target.document_id
        yield Link(target.id, target.id, DocumentKind.REPLACE, later=later, receivers=receivers)


def _parties(document: Document, directory: Directory, at: datetime) -> Iterator[str]:
    """Return the codes of all whom an update names, members of groups included."""
    for code in document.receivers:
        group = directory.group(code)
        if group is None:
            yield code
        else:
            yield from (one.agency.code for one in directory.members(group, at).reached)
    for kind in ReceiverType:
        yield from (code for code, _ in changes(document.business or Business(), kind))


def _by_agency(pairs: Iterable[Had], known: Known, at: datetime) -> dict[str, tuple[Had, ...]]:
    """Return deliveries by the present code of who got them."""
    found: dict[str, list[Had]] = {}
    for pair in pairs:
        agency = known.directory.present(pair[1].receiver, at)
        found.setdefault(pair[1].receiver if agency is None else agency.code, []).append(pair)
    return {code: tuple(pairs) for code, pairs in found.items()}


class _Recipients:
    """Those named, and those added to them."""

    def __init__(
        self, routing: Routing, directory: Directory, at: datetime, document_id: str
    ) -> None:
        self._routing = routing
        self._directory = directory
        self._at = at
        self._document_id = document_id
        self._people = {one.agency.code: one for one in routing.resolved}
        self._names = dict(routing.names)
        self._findings = list(routing.findings)
        self.findings: list[Finding] = []

    def soften(self, had: Mapping[str, tuple[Had, ...]]) -> None:
        """Don't refuse for receivers that had it and can't be reached any more."""
        for number, finding in enumerate(self._findings):
            code = str(finding.facts.get("code", ""))
            agency = self._directory.present(code, self._at)
            if finding.reason in _UNREACHED and agency is not None and agency.code in had:
                self._findings[number] = self._unreached(code, finding.place)

    def keep(self, codes: Iterable[str]) -> None:
        """Leave out members of a group who never had it; others are refused by name."""
        kept = {*codes, *(one.agency.code for one in self._routing.named.values())}
        self._people = {code: one for code, one in self._people.items() if code in kept}

    def add(self, code: str, named: tuple[str, ...], place: str | None = None) -> Resolved | None:
        """Let one more have it; with a place, who can't be reached is refused as any receiver."""
        outcome = self._directory.resolve(code, self._at)
        if isinstance(outcome, Finding):
            if place is not None:
                self.findings.append(replace(outcome, place=place))
            elif not any(one.facts.get("code") in (code, *named) for one in self._findings):
                self._findings.append(self._unreached(code, BUSINESS))
            return None
        own = outcome.agency.code
        if own not in self._people:
            self._people[own] = outcome
            self._names[own] = named
        return outcome

    def routing(self) -> Routing:
        """Return everybody."""
        return structs.replace(
            self._routing,
            resolved=tuple(self._people.values()),
            names=self._names,
            findings=tuple(islice(self._findings, MAX_FINDINGS)),
        )

    def _unreached(self, code: str, place: str) -> Finding:
        facts = {"code": code, "document_id": self._document_id}
        return Finding(Reason.HOLDER_UNREACHED, place, facts=facts)
