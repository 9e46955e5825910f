"""Whom a recall, update or replacement reaches, beside those to whom it is addressed.

A recall goes to everybody who had the document, itself or a later version; an update also to those
whom it adds and drops, and with it the document goes to those added. Each is served today where its
agency, or the successor of a closed one, is connected. A replacement goes where it is addressed.

An update that adds a group adds its members of the day; those who have the document already get the
update alone, and so do those who have refused it or given it back: that is final. One that drops a
group drops who has the document as a member of it: was addressed by the group's code, whatever the
group has become since, or belongs to it now. What the update says of one agency by its own code, in
To or as added or dropped, counts more than what it says of a group. What it both adds and drops is
added: nobody is asked to give a document back by a contradiction.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.values import Document
from axis.exchange.admission.known import Known
from axis.exchange.admission.lists import (
    BUSINESS,
    MAX_DELIVERIES,
    beginnings,
    changes,
    codes_of,
    crowd,
    holders_as,
    listed,
    mentions,
    too_many,
)
from axis.exchange.admission.reach import Had, Reach
from axis.exchange.admission.recipients import Recipients
from axis.exchange.admission.targets import targets_of
from axis.exchange.deliveries.states import FINAL, DeliveryState
from axis.exchange.stored import KnownDocument
from axis.exchange.versions import Link
from axis.reasons import Reason
from axis.registry.routing import Resolved, Routing
from axis.verdict import Finding

_GIVEN_UP = FINAL | {DeliveryState.TAKE_BACK_ASKED, DeliveryState.AGREED}
"""Where a receiver does not have a document any more, or is not to keep it."""


def needed(
    document: Document, known: Known, at: datetime
) -> tuple[set[tuple[UUID, str]], set[UUID]]:
    """Return the (document, receiver) pairs and the whole documents whose deliveries count."""
    pairs: set[tuple[UUID, str]] = set()
    whole: set[UUID] = set()
    for target in targets_of(document, known, at):
        if document.kind is DocumentKind.RECALL:
            whole.update(known.links.versions(target.id))
        elif crowd(document, known.directory, at) is None:
            named = {one.code for one in mentions(document)}
            since = beginnings(document, target, known)
            named.update(*(holders_as(code, since, known, at) for code in tuple(named)))
            codes = {one for code in named for one in codes_of(code, known, at)}
            versions = known.links.all_versions(target.id)
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
    if not targets:
        return Reach(routing), []
    if document.kind is DocumentKind.REPLACE:
        return Reach(routing, targets, tuple(_replaced(document, targets, known, at))), []
    (target,) = targets.values()
    if document.kind is DocumentKind.RECALL:
        versions = known.links.versions(target.id)
        return _recalled(document, target, tuple(known.deliveries_at(versions)), routing, known, at)
    return _updated(document, target, known.links.all_versions(target.id), routing, known, at)


def _recalled(
    document: Document,
    target: KnownDocument,
    holders: tuple[Had, ...],
    routing: Routing,
    known: Known,
    at: datetime,
) -> tuple[Reach, list[Finding]]:
    had = _by_agency(holders, known, at)
    people = Recipients(document, routing, known, at, target)
    people.soften(had)
    people.keep(had)
    for code, pairs in had.items():
        people.add(code, tuple(name for _, one in pairs for name in one.named or (code,)))
    link = Link(target.id, target.id, DocumentKind.RECALL, later=False)
    reached = Reach(people.routing(), {target.document_id: target}, (link,), holders, had=had)
    return reached, people.findings


def _updated(
    document: Document,
    target: KnownDocument,
    versions: tuple[UUID, ...],
    routing: Routing,
    known: Known,
    at: datetime,
) -> tuple[Reach, list[Finding]]:
    people = Recipients(document, routing, known, at, target)
    holders = known.holders(beginnings(document, target, known))
    people.keep(
        code
        for code in {one.agency.code for one in routing.resolved}
        if not holders.isdisjoint(codes_of(code, known, at))
    )
    new: dict[str, Resolved] = {}
    for one, place in _add(document, people, known, at):
        code = one.agency.code
        delivery = known.deliveries.get((target.id, code))
        if delivery is None:
            new[code] = one
        elif delivery.state in _GIVEN_UP:
            told = {"code": code, "document_id": target.document_id}
            people.findings.append(Finding(Reason.ADDED_AGAIN, place, facts=told))
    dropped = _dropped(document, target, people, known, at)
    dropped = {code: names for code, names in dropped.items() if code not in new}
    for code, names in dropped.items():
        people.add(code, names)
    codes = {one for code in dropped for one in codes_of(code, known, at)}
    everyone = people.routing()
    if len(everyone.resolved) > MAX_DELIVERIES:
        people.findings.append(too_many(len(everyone.resolved), BUSINESS))
    parties = {one for found in everyone.resolved for one in codes_of(found.agency.code, known, at)}
    link = Link(target.id, target.id, DocumentKind.UPDATE, later=True, dropped=tuple(sorted(codes)))
    had = list(known.deliveries_at(versions, parties | codes))
    reached = Reach(
        everyone,
        {target.document_id: target},
        (link,),
        tuple(pair for pair in had if pair[1].receiver in codes),
        tuple(new.values()),
        _by_agency((pair for pair in had if pair[1].receiver in parties), known, at),
    )
    return reached, people.findings[:MAX_FINDINGS]


def _add(
    document: Document, people: Recipients, known: Known, at: datetime
) -> Iterator[tuple[Resolved, str]]:
    """Let those have an update whom it adds; return them with the places where it names them."""
    dropped = {one for code in _drops(document) for one in _own(code, known, at)}
    for code, place in changes(document, ReceiverType.ADDED):
        if known.directory.group(code) is not None:
            yield from ((one, place) for one in people.add_group(code, place, but=dropped))
        elif (found := people.add(code, (code,), place)) is not None:
            yield found, place


def _dropped(
    document: Document, target: KnownDocument, people: Recipients, known: Known, at: datetime
) -> dict[str, tuple[str, ...]]:
    """Return whom an update drops, by their present codes, with the codes that it names them by."""
    found: dict[str, tuple[str, ...]] = {}
    added = [code for code, _ in changes(document, ReceiverType.ADDED)]
    since = beginnings(document, target, known)
    kept = {*people.named, *people.sender}
    kept.update(one for code in added for one in _own(code, known, at))
    for code in _drops(document):
        holders = _own(code, known, at) or holders_as(code, since, known, at, but=kept)
        for one in holders:
            found[one] = (*found.get(one, ()), code)
    return found


def _drops(document: Document) -> tuple[str, ...]:
    """Return the codes that an update drops and does not add."""
    added = {code for code, _ in changes(document, ReceiverType.ADDED)}
    return tuple(code for code, _ in changes(document, ReceiverType.DROPPED) if code not in added)


def _own(code: str, known: Known, at: datetime) -> tuple[str, ...]:
    """Return the present code of the agency that a code names; none for a group."""
    agency = known.directory.present(code, at)
    return () if agency is None else (agency.code,)


def _replaced(
    document: Document, targets: Mapping[str, KnownDocument], known: Known, at: datetime
) -> Iterator[Link]:
    """Say what is replaced, and for whom: a list that names nobody means everybody."""
    business = document.business
    items = () if business is None else business.replacements
    everybody = {one.document_id for one in items if not one.organ_ids}
    lists: dict[str, dict[str, None]] = {}
    for named in listed(document):
        if named.document_id in targets:
            codes = _own(named.code, known, at) or holders_as(
                named.code, (targets[named.document_id].id,), known, at
            )
            lists.setdefault(named.document_id, {}).update(dict.fromkeys(codes))
    for document_id, target in targets.items():
        receivers = () if document_id in everybody else tuple(lists.get(document_id, ()))
        later = document.document_id == target.document_id
        yield Link(target.id, target.id, DocumentKind.REPLACE, later=later, receivers=receivers)


def _by_agency(pairs: Iterable[Had], known: Known, at: datetime) -> dict[str, tuple[Had, ...]]:
    """Return deliveries by the present code of who got them."""
    found: dict[str, list[Had]] = {}
    for pair in pairs:
        agency = known.directory.present(pair[1].receiver, at)
        found.setdefault(pair[1].receiver if agency is None else agency.code, []).append(pair)
    return {code: tuple(pairs) for code, pairs in found.items()}
