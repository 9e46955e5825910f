"""What a recall, update or replacement is about: whose document it is, and who has had it.

Only the original sender may speak about a document, or the successor of one that has closed, and
only to those who received it. To have received it is to have got the document itself or a later
version of it, under the agency's present code or that of an agency that it has succeeded.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from axis.edxml.codes import DocumentKind, ReceiverType
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.lines import HEADER
from axis.edxml.values import Business, Document
from axis.exchange.admission.known import Known
from axis.exchange.ports import KnownDocument
from axis.reasons import Reason
from axis.registry.agency import Agency
from axis.registry.directory import Directory
from axis.verdict import Finding

MAX_ANSWERED = 100
"""Documents that one answers: a report rarely answers more than a few."""

BUSINESS = HEADER.replace("/MessageHeader", "/TraceHeaderList/Bussiness")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A receiver that must have had a document, as the message says where."""

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
        else:
            findings.append(Finding(target, place, facts={"document_id": document_id}))
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

    Their number is bounded by the message's own length: one a receiver that it names, times the
    agencies which that one has succeeded.
    """
    sender = known.directory.find(document.sender)
    if sender is None:
        return set()
    pairs: set[tuple[UUID, str]] = set()
    senders = known.directory.lineage(sender, at)
    for claim in _claims(document, known, at):
        target = _target(claim.document_id, senders, known)
        if isinstance(target, KnownDocument):
            pairs.update((target.id, code) for code in codes_of(claim.code, known, at))
    return pairs


def _named(document: Document) -> Mapping[str, str]:
    """Return the DocumentIds of the targets, each with its place in the message."""
    named = document.target_document_ids
    business = document.business or Business()
    places = {
        item.document_id: f"{_replacement(business, number)}/DocumentId"
        for number, item in reversed([*enumerate(business.replacements, 1)])
    }
    own = BUSINESS if business.document_id else HEADER
    return {name: places.get(name, f"{own}/DocumentId") for name in named}


def _target(document_id: str, senders: Collection[str], known: Known) -> KnownDocument | Reason:
    named = known.documents.get(document_id, [])
    own = [document for document in named if document.sender in senders]
    for document in own:
        if document.kind is not DocumentKind.RECALL:
            return document
    return Reason.NOT_ORIGINAL_SENDER if named and not own else Reason.DOCUMENT_AWAITED


def _never_had_it(
    document: Document, targets: Mapping[str, KnownDocument], known: Known, at: datetime
) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for claim in _claims(document, known, at):
        target = targets.get(claim.document_id)
        if target is None or (claim.document_id, claim.code) in told:
            continue
        told.add((claim.document_id, claim.code))
        if not known.had(target.id, codes_of(claim.code, known, at)):
            facts = {"code": claim.code, "document_id": claim.document_id}
            yield Finding(Reason.NEVER_HAD_IT, claim.place, facts=facts)


def _claims(document: Document, known: Known, at: datetime) -> Iterator[_Claim]:
    """Say who must have had what, by the kind of the message.

    A recall goes to nobody else; an update neither, but for receivers that it adds itself; a
    replacement may go to anybody, and names those with the old document in its own lists.
    """
    business = document.business
    if business is None or business.kind is DocumentKind.NEW:
        return
    if business.kind is DocumentKind.REPLACE:
        for number, item in enumerate(business.replacements, 1):
            step = f"{_replacement(business, number)}/OrganIdList/OrganId"
            for inner, code in enumerate(item.organ_ids, 1):
                yield _Claim(item.document_id, code, _numbered(step, inner, len(item.organ_ids)))
        return
    added = _added(business, known, at)
    (target,) = document.target_document_ids or ("",)
    for code, place in receiver_places(document).items():
        receiver = known.directory.present(code, at)
        if receiver is not None and receiver.code not in added:  # unknown ones are refused as such
            yield _Claim(target, code, place)
    for code, place in changes(business, ReceiverType.DROPPED):
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


def receiver_places(document: Document) -> dict[str, str]:
    """Return each code that the document is addressed to, with its place in the message."""
    places: dict[str, str] = {}
    for number, receiver in enumerate(document.to, 1):
        if receiver.organ_id:
            step = _numbered(f"{HEADER}/To", number, len(document.to))
            places.setdefault(receiver.organ_id, f"{step}/OrganId")
    return places


def _added(business: Business, known: Known, at: datetime) -> set[str]:
    if business.kind is not DocumentKind.UPDATE:
        return set()
    present = (
        known.directory.present(code, at) for code, _ in changes(business, ReceiverType.ADDED)
    )
    return {agency.code for agency in present if agency is not None}


def changes(business: Business, type_: ReceiverType) -> Iterator[tuple[str, str]]:
    """Return the receivers that an update adds or drops, with their places."""
    if business.kind is not DocumentKind.UPDATE:
        return
    for number, update in enumerate(business.updates, 1):
        step = f"{BUSINESS}/BussinessDocumentInfo"
        info = _numbered(step, number, len(business.updates))
        for inner, change in enumerate(update.receivers, 1):
            if change.type is type_ and change.organ_id:
                step = f"{info}/ReceiverList/Receiver"
                receiver = _numbered(step, inner, len(update.receivers))
                yield change.organ_id, f"{receiver}/OrganId"


def codes_of(code: str, known: Known, at: datetime) -> tuple[str, ...]:
    """Return all codes under which the agency that this code names today may have received."""
    agency = known.directory.present(code, at)
    return () if agency is None else known.directory.lineage(agency, at)


def _replacement(business: Business, number: int) -> str:
    step = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo"
    return _numbered(step, number, len(business.replacements))


def _numbered(step: str, number: int, count: int) -> str:
    return f"{step}[{number}]" if count > 1 else step
