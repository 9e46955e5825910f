"""Required fields and codes: the least that every real message has.

The rules look at values, so that a client can check a message before it is written. Places are
those of the written message.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from axis.edxml.codes import DocumentKind, StatusCode, is_agency_code, is_document_id
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.lines import HEADER
from axis.edxml.notation import expected_notation
from axis.edxml.values import Document, DocumentUpdate, Message, Organization, ResponseFor, Status
from axis.reasons import Reason
from axis.verdict import Finding

_Item = TypeVar("_Item")

_BUSINESS = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
_AGENCY_CODE = "G22, H37.02, 000.00.00.G22"
_DOCUMENT_ID = "G22,2025/10/01,101/VPCP-KSTT"
_TO_EXPLAIN = (StatusCode.REFUSED, StatusCode.TAKE_BACK, StatusCode.DISAGREED)
"""A refusal reaches the sender with its reason (QĐ 28/2018/QĐ-TTg)."""


def check(message: Message) -> list[Finding]:
    """Return what a message lacks or names wrongly, in the order of the message."""
    rules = _document(message) if isinstance(message, Document) else _status(message)
    return list(islice(rules, MAX_FINDINGS))


def _document(document: Document) -> Iterator[Finding]:
    yield from _organization(document.from_, f"{HEADER}/From", "From/OrganId")
    if not document.to:
        yield Finding(Reason.NO_RECEIVER, HEADER)
    for place, receiver in _numbered(f"{HEADER}/To", document.to):
        yield from _organization(receiver, place, "To/OrganId")
    yield from _document_id(document.document_id, f"{HEADER}/DocumentId", "DocumentId")
    for field, value in (
        ("Code/CodeNumber", document.code.number),
        ("Code/CodeNotation", document.code.notation),
        ("PromulgationInfo/PromulgationDate", document.promulgation.date),
        ("DocumentType/TypeName", document.type.name),
        ("Subject", document.subject),
    ):
        if not value:
            yield _missing(f"{HEADER}/{field}", field)
    yield from _notation(document)
    yield from _due(document)
    for place, response in _numbered(f"{HEADER}/ResponseFor", document.responses):
        yield from _optional_codes(response, place)
    yield from _business(document)


def _business(document: Document) -> Iterator[Finding]:
    business = document.business
    if business is None:
        return
    if business.kind is DocumentKind.RECALL and not business.reason:
        yield _unexplained(_BUSINESS, "Thu hồi · A recall")
    if business.document_id:
        place = f"{_BUSINESS}/DocumentId"
        yield from _document_id(business.document_id, place, "Bussiness/DocumentId")
    list_place = f"{_BUSINESS}/ReplacementInfoList"
    for place, item in _numbered(f"{list_place}/ReplacementInfo", business.replacements):
        field = "ReplacementInfo/DocumentId"
        yield from _document_id(item.document_id, f"{place}/DocumentId", field)
    if business.kind is DocumentKind.REPLACE and not document.target_document_ids:
        yield Finding(Reason.REPLACES_NOTHING, _BUSINESS)
    if business.kind is DocumentKind.UPDATE and not any(map(_changes, business.updates)):
        yield Finding(Reason.UPDATES_NOTHING, _BUSINESS)
    for place, update in _numbered(f"{_BUSINESS}/BussinessDocumentInfo", business.updates):
        for inner, change in _numbered(f"{place}/ReceiverList/Receiver", update.receivers):
            yield from _agency(change.organ_id, f"{inner}/OrganId", "Receiver/OrganId")
            if change.type is None:
                yield _missing(f"{inner}/ReceiverType", "Receiver/ReceiverType")


def _status(status: Status) -> Iterator[Finding]:
    yield from _organization(status.from_, f"{HEADER}/From", "From/OrganId")
    place = f"{HEADER}/ResponseFor"
    answered = status.response_for
    yield from _agency(answered.organ_id, f"{place}/OrganId", "ResponseFor/OrganId")
    yield from _document_id(answered.document_id, f"{place}/DocumentId", "ResponseFor/DocumentId")
    if status.timestamp is None:
        yield _missing(f"{HEADER}/Timestamp", "Timestamp")
    if status.code in _TO_EXPLAIN and not status.description:
        yield _unexplained(HEADER, f"{status.code.value} {status.code.name_vi}")


def _notation(document: Document) -> Iterator[Finding]:
    code, type_name = document.code, document.type.name
    expected = expected_notation(type_name, code)
    if expected is not None:
        facts = {"code": str(code), "type": type_name, "expected": expected}
        yield Finding(Reason.NUMBER_NOTATION, f"{HEADER}/Code", facts=facts)


def _due(document: Document) -> Iterator[Finding]:
    due, issued = document.due_date, document.promulgation.date
    if due is not None and issued is not None and due < issued:
        facts = {"due": due.isoformat(), "issued": issued.isoformat()}
        yield Finding(Reason.DUE_BEFORE_ISSUE, f"{HEADER}/DueDate", facts=facts)


def _changes(update: DocumentUpdate) -> bool:
    """Say whether an update names content or receivers that change."""
    return update.document_info == 1 or bool(update.receivers)


def _optional_codes(response: ResponseFor, place: str) -> Iterator[Finding]:
    """A document's answers inform people; what they leave out is not the axis's concern."""
    if response.organ_id:
        yield from _agency(response.organ_id, f"{place}/OrganId", "ResponseFor/OrganId")
    if response.document_id:
        yield from _document_id(
            response.document_id, f"{place}/DocumentId", "ResponseFor/DocumentId"
        )


def _organization(organization: Organization, place: str, field: str) -> Iterator[Finding]:
    yield from _agency(organization.organ_id, f"{place}/OrganId", field)


def _agency(code: str, place: str, field: str) -> Iterator[Finding]:
    if not code:
        yield _missing(place, field)
    elif not is_agency_code(code):
        yield _bad(place, field, code, _AGENCY_CODE)


def _document_id(text: str, place: str, field: str) -> Iterator[Finding]:
    if not text:
        yield _missing(place, field)
    elif not is_document_id(text):
        yield _bad(place, field, text, _DOCUMENT_ID)


def _numbered(place: str, items: tuple[_Item, ...]) -> Iterator[tuple[str, _Item]]:
    for number, item in enumerate(items, start=1):
        yield (f"{place}[{number}]" if len(items) > 1 else place), item


def _unexplained(place: str, what: str) -> Finding:
    return Finding(Reason.NO_EXPLANATION, place, facts={"what": what})


def _missing(place: str, field: str) -> Finding:
    return Finding(Reason.MISSING_FIELD, place, facts={"field": field})


def _bad(place: str, field: str, value: str, expected: str) -> Finding:
    return Finding(
        Reason.BAD_VALUE, place, facts={"field": field, "value": value, "expected": expected}
    )
