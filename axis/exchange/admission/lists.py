"""Whom a message names, in To and in its own lists, and where it names them.

A code is an agency's or a group's. A group stands for its members of the day, as in To. In what is
said about a document that is there already it stands for those too who were addressed by its code
then: who has left the group since still has the document.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.lines import HEADER
from axis.edxml.values import Business, Document
from axis.exchange.admission.known import Known
from axis.exchange.stored import KnownDocument
from axis.reasons import Reason
from axis.registry.directory import Directory
from axis.verdict import Finding

MAX_DELIVERIES: Final = 5_000
"""Agencies that a document reaches through the groups that it names: all 3,321 communes of the
country and all that is above them. Each is a row, and a line of the receipts."""

MAX_OLD_NAMES: Final = 1_000
"""Codes without an agency of which it is looked up whether somebody was addressed by them."""

BUSINESS: Final = HEADER.replace("/MessageHeader", "/TraceHeaderList/Bussiness")


@dataclass(frozen=True, slots=True)
class Named:
    """A code in a message's own lists."""

    document_id: str
    """Of the document that the list is about."""
    code: str
    place: str
    change: ReceiverType | None = None
    """Whether an update adds or drops it as a receiver; None elsewhere."""


def receiver_places(document: Document) -> dict[str, str]:
    """Return each code that the document is addressed to, with its place in the message."""
    places: dict[str, str] = {}
    for number, receiver in enumerate(document.to, 1):
        if receiver.organ_id:
            step = numbered(f"{HEADER}/To", number, len(document.to))
            places.setdefault(receiver.organ_id, f"{step}/OrganId")
    return places


def changes(document: Document, type_: ReceiverType) -> Iterator[tuple[str, str]]:
    """Return the codes that an update adds or drops as receivers, with their places."""
    return ((one.code, one.place) for one in listed(document) if one.change is type_)


def listed(document: Document) -> Iterator[Named]:
    """Return the codes in an update's or replacement's own lists, in their order."""
    business = document.business
    if business is not None and business.kind is DocumentKind.UPDATE:
        yield from _updated(document, business)
    elif business is not None and business.kind is DocumentKind.REPLACE:
        yield from _replaced(business)


def mentions(document: Document) -> Iterator[Named]:
    """Return the codes of all of whom it counts what they had before: what a replacement's lists
    name, what a recall or update is addressed to, and what an update adds or drops.
    """
    yield from listed(document)
    if document.kind in (DocumentKind.RECALL, DocumentKind.UPDATE):
        (target,) = document.target_document_ids or ("",)
        yield from (Named(target, *place) for place in receiver_places(document).items())


def members_of(code: str, directory: Directory, at: datetime) -> tuple[str, ...]:
    """Return the codes of a group's members of the day, reachable or not; none for other codes."""
    group = directory.group(code)
    if group is None:
        return ()
    members = directory.members(group, at)
    return (*(one.agency.code for one in members.reached), *members.unreached)


def codes_of(code: str, known: Known, at: datetime) -> tuple[str, ...]:
    """Return all codes under which the agency that this code names today may have received, or the
    members of the group.
    """
    agency = known.directory.present(code, at)
    if agency is not None:
        return known.directory.lineage(agency, at)
    members = members_of(code, known.directory, at)
    return tuple(one for member in members for one in codes_of(member, known, at))


def beginnings(document: Document, target: KnownDocument, known: Known) -> tuple[UUID, ...]:
    """Return the versions from which on it counts who has a target.

    An update is about a document in all its versions, whichever DocumentId it names; a recall or a
    replacement about its target and what is later.
    """
    update = document.kind is DocumentKind.UPDATE
    return known.links.firsts(target.id) if update else (target.id,)


def holders_as(
    code: str, since: Collection[UUID], known: Known, at: datetime, but: Collection[str] = ()
) -> tuple[str, ...]:
    """Return who has a document, or a later version of one, as a member of a group; present codes.

    That is who was addressed by the group's code, whatever has become of the group since, and who
    belongs to it now and has the document for whatever reason. `but` are left out.
    """
    holders = known.holders(since)
    found = dict.fromkeys(
        one
        for one in members_of(code, known.directory, at)
        if not holders.isdisjoint(codes_of(one, known, at))
    )
    for receiver in known.addressed_as(since, code):
        agency = known.directory.present(receiver, at)
        found[receiver if agency is None else agency.code] = None
    return tuple(one for one in found if one not in but)


def old_names(document: Document, directory: Directory) -> Iterator[tuple[str, str]]:
    """Return (DocumentId, code) of what may be a group, or was one: a bounded number."""
    named = dict.fromkeys((one.document_id, one.code) for one in mentions(document))
    yield from islice((one for one in named if directory.find(one[1]) is None), MAX_OLD_NAMES)


def crowd(document: Document, directory: Directory, at: datetime) -> Finding | None:
    """Say that the groups which a recall, update or replacement names have too many members.

    Counted for every document that the message is about; counting stops beyond the limit.
    """
    members: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = set()
    count = 0
    for named in mentions(document):
        if (named.document_id, named.code) in seen or directory.group(named.code) is None:
            continue
        seen.add((named.document_id, named.code))
        together = members.setdefault(named.document_id, set())
        count -= len(together)
        together.update(members_of(named.code, directory, at))
        count += len(together)
        if count > MAX_DELIVERIES:
            return too_many(count, named.place)
    return None


def too_many(count: int, place: str) -> Finding:
    """Refuse what reaches more agencies than a document may."""
    facts = {"count": count, "limit": MAX_DELIVERIES}
    return Finding(Reason.TOO_MANY_DELIVERIES, place, facts=facts)


def replacement_place(business: Business, number: int) -> str:
    """Return the place of one replaced document, counted from 1."""
    step = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo"
    return numbered(step, number, len(business.replacements))


def numbered(step: str, number: int, count: int) -> str:
    """Return a step of a place, with its number where there are several."""
    return f"{step}[{number}]" if count > 1 else step


def _updated(document: Document, business: Business) -> Iterator[Named]:
    (target,) = document.target_document_ids or ("",)
    for number, update in enumerate(business.updates, 1):
        info = numbered(f"{BUSINESS}/BussinessDocumentInfo", number, len(business.updates))
        for inner, change in enumerate(update.receivers, 1):
            if change.organ_id and change.type is not None:
                step = f"{info}/ReceiverList/Receiver"
                place = f"{numbered(step, inner, len(update.receivers))}/OrganId"
                yield Named(target, change.organ_id, place, change.type)


def _replaced(business: Business) -> Iterator[Named]:
    for number, item in enumerate(business.replacements, 1):
        step = f"{replacement_place(business, number)}/OrganIdList/OrganId"
        for inner, code in enumerate(item.organ_ids, 1):
            yield Named(item.document_id, code, numbered(step, inner, len(item.organ_ids)))
