"""What a recall, update or replacement is about: whose document it is, who has had it, and whether
it still stands.

Only the original sender may speak about a document, or the successor of one that has closed, and
only to those who received it. To have received it is to have got the document itself or a later
version of it (for an update any version), under the agency's present code or that of an agency
that it has succeeded. What was recalled is not updated any more.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.lines import HEADER
from axis.edxml.values import Business, Document
from axis.exchange.admission.known import Known
from axis.exchange.admission.lists import (
    BUSINESS,
    beginnings,
    changes,
    codes_of,
    crowd,
    listed,
    members_of,
    mentions,
    old_names,
    receiver_places,
    replacement_place,
)
from axis.exchange.stored import KnownDocument
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.registry.directory import Directory
from axis.verdict import Finding

MAX_ANSWERED = 100
"""Documents that one answers: a report rarely answers more than a few."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A receiver that must have had a document, as the message says where; of a group one."""

    document_id: str
    code: str
    place: str


def find_targets(
    document: Document, sender: Agency, known: Known, at: datetime
) -> tuple[dict[str, KnownDocument], list[Finding]]:
    """Return the stored documents that this one is about, by their DocumentIds, and what forbids to
    speak about them.
    """
    if document.kind is DocumentKind.NEW:
        return {}, []
    targets: dict[str, KnownDocument] = {}
    findings: list[Finding] = []
    senders = known.directory.lineage(sender, at)
    for document_id, place in _named(document).items():
        target = _target(document_id, senders, known)
        if isinstance(target, KnownDocument):
            targets[document_id] = target
            if document.kind is DocumentKind.UPDATE and _is_recalled(target, known):
                target = Reason.DOCUMENT_RECALLED
        if isinstance(target, Reason):
            findings.append(Finding(target, place, facts={"document_id": document_id}))
    if crowd(document, known.directory, at) is not None:
        return {}, findings  # refused for that: who of so many had what is not looked up
    never = _never_had_it(document, targets, known, at)
    findings += islice(never, MAX_FINDINGS)
    return targets, findings


def targets_of(document: Document, known: Known, at: datetime) -> list[KnownDocument]:
    """Return the documents that a recall or update is about, as far as its sender may speak."""
    sender = known.directory.find(document.sender)
    if sender is None or document.kind not in (DocumentKind.RECALL, DocumentKind.UPDATE):
        return []
    senders = known.directory.lineage(sender, at)
    found = (_target(one, senders, known) for one in document.target_document_ids)
    return [target for target in found if isinstance(target, KnownDocument)]


def pairs_of(document: Document, known: Known, at: datetime) -> set[tuple[UUID, str]]:
    """Return the (document, receiver) pairs that deciding about a document needs to know of.

    Their number is bounded by the message's own length and by what its groups may come to: one a
    receiver that it names, times the agencies which that one has succeeded.
    """
    sender = known.directory.find(document.sender)
    if sender is None or crowd(document, known.directory, at) is not None:
        return set()
    pairs: set[tuple[UUID, str]] = set()
    senders = known.directory.lineage(sender, at)
    for one in mentions(document):
        target = _target(one.document_id, senders, known)
        if isinstance(target, KnownDocument):
            since = beginnings(document, target, known)
            codes = codes_of(one.code, known, at)
            pairs.update((first, code) for first in since for code in codes)
    return pairs


def names_of(document: Document, known: Known, at: datetime) -> set[tuple[UUID, str]]:
    """Return the (document, code) pairs of which it counts who was addressed by a group's code."""
    sender = known.directory.find(document.sender)
    if sender is None or document.kind is DocumentKind.NEW:
        return set()
    names: set[tuple[UUID, str]] = set()
    senders = known.directory.lineage(sender, at)
    for document_id, code in old_names(document, known.directory):
        target = _target(document_id, senders, known)
        if isinstance(target, KnownDocument):
            names.update((first, code) for first in beginnings(document, target, known))
    return names


def _named(document: Document) -> Mapping[str, str]:
    """Return the DocumentIds of the targets, each with its place in the message."""
    named = document.target_document_ids
    business = document.business or Business()
    places = {
        item.document_id: f"{replacement_place(business, number)}/DocumentId"
        for number, item in reversed([*enumerate(business.replacements, 1)])
    }
    own = BUSINESS if business.document_id else HEADER
    return {name: places.get(name, f"{own}/DocumentId") for name in named}


def _target(document_id: str, senders: Sequence[str], known: Known) -> KnownDocument | Reason:
    """Return what the first of these senders sent under a DocumentId, else one of the others."""
    named = known.documents.get(document_id, [])
    own = [document for document in named if document.sender in senders]
    own.sort(key=lambda document: document.sender != senders[0])
    for document in own:
        if document.kind is not DocumentKind.RECALL:
            return document
    if own:
        return Reason.TARGET_UNKNOWN  # a recall: there is nothing to wait for
    return Reason.NOT_ORIGINAL_SENDER if named else Reason.DOCUMENT_AWAITED


def _is_recalled(target: KnownDocument, known: Known) -> bool:
    """Tell whether a document was recalled from its first version on, and not replaced under its
    DocumentId since. An update would bring it to those whom it adds.
    """
    links = known.links
    recalls = {one for first in links.firsts(target.id) for one in links.recalls(first)}
    concerned = recalls.union(links.all_versions(target.id)) & known.by_id.keys()
    acts = [
        one
        for one in map(known.by_id.__getitem__, concerned)
        if one.id in recalls or one.kind is DocumentKind.REPLACE
    ]
    last = max(acts, key=lambda one: (one.accepted_at, one.id.int), default=None)
    return last is not None and last.id in recalls


def _never_had_it(
    document: Document, targets: Mapping[str, KnownDocument], known: Known, at: datetime
) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    begun: dict[str, tuple[tuple[UUID, ...], Set[str]]] = {}
    for claim in _claims(document, known, at):
        target = targets.get(claim.document_id)
        if target is None or (claim.document_id, claim.code) in told:
            continue
        told.add((claim.document_id, claim.code))
        if claim.document_id not in begun:  # once for the thousands whom a message may name
            since = beginnings(document, target, known)
            begun[claim.document_id] = since, known.holders(since)
        since, holders = begun[claim.document_id]
        never = holders.isdisjoint(codes_of(claim.code, known, at))
        if never and not known.addressed_as(since, claim.code):
            facts = {"code": claim.code, "document_id": claim.document_id}
            yield Finding(Reason.NEVER_HAD_IT, claim.place, facts=facts)


def _claims(document: Document, known: Known, at: datetime) -> Iterator[_Claim]:
    """Say who must have had what, by the kind of the message.

    A recall goes to nobody else; an update neither, but for receivers that it adds itself; a
    replacement may go to anybody, and names those with the old document in its own lists.
    """
    if document.kind is DocumentKind.NEW:
        return
    if document.kind is DocumentKind.REPLACE:
        yield from (_Claim(one.document_id, one.code, one.place) for one in listed(document))
        return
    added = _added(document, known, at)
    (target,) = document.target_document_ids or ("",)
    for code, place in receiver_places(document).items():
        agencies = _agencies(code, known, at)  # unknown ones are refused as such
        if agencies and added.isdisjoint(agencies):
            yield _Claim(target, code, place)
    for code, place in changes(document, ReceiverType.DROPPED):
        yield _Claim(target, code, place)


def answered(document: Document, directory: Directory) -> Iterator[tuple[str, str]]:
    """Return what a document says that it answers: whose document, under which DocumentId.

    Never by number alone, which many have; at most `MAX_ANSWERED`, each once.
    """
    told: dict[tuple[str, str], None] = {}
    for response in document.responses[:MAX_ANSWERED]:
        agency = directory.find(response.organ_id) if response.document_id else None
        if agency is not None:
            told[agency.code, response.document_id] = None
    yield from told


def _added(document: Document, known: Known, at: datetime) -> set[str]:
    """Return the codes of all whom an update adds, members of groups included."""
    named = changes(document, ReceiverType.ADDED)
    return {one for code, _ in named for one in _agencies(code, known, at)}


def _agencies(code: str, known: Known, at: datetime) -> tuple[str, ...]:
    """Return the agencies that a code names today, as their own codes."""
    agency = known.directory.present(code, at)
    return members_of(code, known.directory, at) if agency is None else (agency.code,)
