"""Required fields and codes: the least that every real message has.

The rules look at values, so that a client can check a message before it is written. Places are
those of the written message.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from axis.edxml.codes import DocumentKind, StatusCode, is_agency_code, is_document_id
from axis.edxml.limits import MAX_FINDINGS
from axis.edxml.lines import HEADER
from axis.edxml.notation import expected_notation
from axis.edxml.values import (
    Business,
    Document,
    DocumentUpdate,
    Message,
    ResponseFor,
    Status,
)
from axis.reasons import Reason
from axis.verdict import Finding

_SENDER: Final = f"{HEADER}/From/OrganId"
_OWN_ID: Final = f"{HEADER}/DocumentId"
_ANSWERED: Final = f"{HEADER}/ResponseFor"
_BUSINESS: Final = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
_REPLACED: Final = f"{_BUSINESS}/ReplacementInfoList/ReplacementInfo"
_AGENCY_CODE = "G22, H37.02, 000.00.00.G22"
_DOCUMENT_ID = "G22,2025/10/01,101/VPCP-KSTT"
_TO_EXPLAIN = (StatusCode.REFUSED, StatusCode.TAKE_BACK, StatusCode.DISAGREED)
"""A refusal reaches the sender with its reason (QĐ 28/2018/QĐ-TTg)."""


def check(message: Message) -> list[Finding]:
    """Return what a message lacks or names wrongly, in the order of the message."""
    rules = _document(message) if isinstance(message, Document) else _status(message)
    return list(islice(filter(None, rules), MAX_FINDINGS))


# Nearly every message is sound. So rules that hold say None, and a place with numbers in it is only
# put together once something is wrong there.


def _document(document: Document) -> Iterator[Finding | None]:
    yield _agency(document.from_.organ_id, _SENDER, "From/OrganId")
    if not document.to:
        yield Finding(Reason.NO_RECEIVER, HEADER)
    for number, receiver in enumerate(document.to, start=1):
        if not is_agency_code(receiver.organ_id):
            place = _numbered(f"{HEADER}/To", number, document.to)
            yield _agency(receiver.organ_id, f"{place}/OrganId", "To/OrganId")
    yield _document_id(document.document_id, _OWN_ID, "DocumentId")
    for field, value in (
        ("Code/CodeNumber", document.code.number),
        ("Code/CodeNotation", document.code.notation),
        ("PromulgationInfo/PromulgationDate", document.promulgation.date),
        ("DocumentType/TypeName", document.type.name),
        ("Subject", document.subject),
    ):
        if not value:
            yield _missing(f"{HEADER}/{field}", field)
    yield _notation(document)
    yield _due(document)
    for number, response in enumerate(document.responses, start=1):
        place = _numbered(_ANSWERED, number, document.responses)
        yield from _optional_codes(response, place)
    if document.business is not None:
        yield from _business(document, document.business)


def _business(document: Document, business: Business) -> Iterator[Finding | None]:
    if business.kind is DocumentKind.RECALL and not business.reason:
        yield _unexplained(_BUSINESS, "Thu hồi · A recall")
    if business.document_id:
        yield _document_id(business.document_id, f"{_BUSINESS}/DocumentId", "Bussiness/DocumentId")
    for number, item in enumerate(business.replacements, start=1):
        place = _numbered(_REPLACED, number, business.replacements)
        yield _document_id(item.document_id, f"{place}/DocumentId", "ReplacementInfo/DocumentId")
    if business.kind is DocumentKind.REPLACE and not document.target_document_ids:
        yield Finding(Reason.REPLACES_NOTHING, _BUSINESS)
    if business.kind is DocumentKind.UPDATE and not any(map(_changes, business.updates)):
        yield Finding(Reason.UPDATES_NOTHING, _BUSINESS)
    for number, update in enumerate(business.updates, start=1):
        place = _numbered(f"{_BUSINESS}/BussinessDocumentInfo", number, business.updates)
        yield from _receiver_changes(update, f"{place}/ReceiverList/Receiver")


def _receiver_changes(update: DocumentUpdate, list_place: str) -> Iterator[Finding | None]:
    for number, change in enumerate(update.receivers, start=1):
        place = _numbered(list_place, number, update.receivers)
        yield _agency(change.organ_id, f"{place}/OrganId", "Receiver/OrganId")
        if change.type is None:
            yield _missing(f"{place}/ReceiverType", "Receiver/ReceiverType")


def _status(status: Status) -> Iterator[Finding | None]:
    answered = status.response_for
    yield _agency(status.from_.organ_id, _SENDER, "From/OrganId")
    yield _agency(answered.organ_id, f"{_ANSWERED}/OrganId", "ResponseFor/OrganId")
    yield _document_id(answered.document_id, f"{_ANSWERED}/DocumentId", "ResponseFor/DocumentId")
    if status.timestamp is None:
        yield _missing(f"{HEADER}/Timestamp", "Timestamp")
    if status.code in _TO_EXPLAIN and not status.description:
        yield _unexplained(HEADER, f"{status.code.value} {status.code.name_vi}")


def _notation(document: Document) -> Finding | None:
    code, type_name = document.code, document.type.name
    expected = expected_notation(type_name, code)
    if expected is None:
        return None
    facts = {"code": str(code), "type": type_name, "expected": expected}
    return Finding(Reason.NUMBER_NOTATION, f"{HEADER}/Code", facts=facts)


def _due(document: Document) -> Finding | None:
    due, issued = document.due_date, document.promulgation.date
    if due is None or issued is None or due >= issued:
        return None
    facts = {"due": due.isoformat(), "issued": issued.isoformat()}
    return Finding(Reason.DUE_BEFORE_ISSUE, f"{HEADER}/DueDate", facts=facts)


def _changes(update: DocumentUpdate) -> bool:
    """Say whether an update names content or receivers that change."""
    return update.document_info == 1 or bool(update.receivers)


def _optional_codes(response: ResponseFor, place: str) -> Iterator[Finding | None]:
    """A document's answers inform people; what they leave out is not the axis's concern."""
    if response.organ_id:
        yield _agency(response.organ_id, f"{place}/OrganId", "ResponseFor/OrganId")
    if response.document_id:
        yield _document_id(response.document_id, f"{place}/DocumentId", "ResponseFor/DocumentId")


def _agency(code: str, place: str, field: str) -> Finding | None:
    if is_agency_code(code):
        return None
    return _bad(place, field, code, _AGENCY_CODE) if code else _missing(place, field)


def _document_id(text: str, place: str, field: str) -> Finding | None:
    if is_document_id(text):
        return None
    return _bad(place, field, text, _DOCUMENT_ID) if text else _missing(place, field)


def _numbered(place: str, number: int, items: Sequence[object]) -> str:
    """Return the place of one of several elements; an only one needs no number."""
    return f"{place}[{number}]" if len(items) > 1 else place


def _unexplained(place: str, what: str) -> Finding:
    return Finding(Reason.NO_EXPLANATION, place, facts={"what": what})


def _missing(place: str, field: str) -> Finding:
    return Finding(Reason.MISSING_FIELD, place, facts={"field": field})


def _bad(place: str, field: str, value: str, expected: str) -> Finding:
    return Finding(
        Reason.BAD_VALUE, place, facts={"field": field, "value": value, "expected": expected}
    )
