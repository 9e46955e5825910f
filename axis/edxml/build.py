"""Builds messages from what a program knows: new documents, recalls, status replies.

Everything built here is checked by the same rules as a message that arrives, so a wrong one
fails where it is made. Time and identifiers are parameters.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4

from msgspec.structs import replace

from axis.edxml.attachments import plain_content_id
from axis.edxml.base64text import encode
from axis.edxml.codes import DocumentKind, Priority, StatusCode
from axis.edxml.files import OCTETS, ZIP, extension_of, media_type, wrap
from axis.edxml.rules import check
from axis.edxml.values import (
    Attachment,
    Business,
    Code,
    Document,
    DocumentType,
    DocumentUpdate,
    Message,
    Organization,
    OtherInfo,
    PromulgationInfo,
    Reference,
    Replacement,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    Status,
    TraceHeader,
    TraceHeaderList,
)
from axis.errors import InvalidInputError
from axis.reasons import Severity

REASONS = {
    DocumentKind.NEW: "Văn bản điện tử mới",
    DocumentKind.RECALL: "Thu hồi văn bản điện tử",
    DocumentKind.UPDATE: "Cập nhật văn bản điện tử",
    DocumentKind.REPLACE: "Văn bản thay thế",
}
"""The texts that the field's own producers put into BussinessDocReason."""

_CONTENT = (DocumentUpdate(document_info=1, document_receiver=0),)
"""What an update changes unless it says else."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach."""

    name: str
    data: bytes
    description: str = ""


def document_id(organ_id: str, date: datetime.date, code: Code) -> str:
    """Return the usual DocumentId: ``<OrganId>,<yyyy/MM/dd>,<number>/<notation>``."""
    return f"{organ_id},{date.year:04}/{date.month:02}/{date.day:02},{code}"


def attach(
    file: File, *, wrapped: bool = True, new_content_id: Callable[[], str] | None = None
) -> tuple[Reference, Attachment]:
    """Return the manifest's line and the attachment for a file.

    `wrapped` puts the file into an archive of one entry, as the Java producer does and its
    readers expect; else the bytes stand as they are, as the .NET producer sends them.
    """
    content_id = plain_content_id(new_content_id() if new_content_id else str(uuid4()))
    found = media_type(file.data, file.name)
    if found == OCTETS and (extension := extension_of(file.name)).isascii() and extension:
        # The Java producer derives the type from the extension like this.
        found = media_type(b"", file.name, f"application/{extension}")
    data = wrap(file.data, file.name, content_id) if wrapped else file.data
    reference = Reference(
        content_id=f"cid:{content_id}",
        content_type=ZIP if wrapped else found,
        description=file.description,
        name=file.name,
    )
    attachment = Attachment(
        content_id=f"cid:{content_id}",
        name=file.name,
        description=file.description,
        content_type=found,
        encoded=encode(data),
    )
    return reference, attachment


def new_document(
    *,
    sender: Organization | str,
    receivers: Iterable[Organization | str],
    number: str | int,
    notation: str,
    date: datetime.date,
    subject: str,
    at: datetime.datetime,
    type_name: str = "Công văn",
    place: str = "",
    content: str | None = None,
    signer: SignerInfo | None = None,
    due_date: datetime.date | None = None,
    priority: Priority = Priority.NORMAL,
    responses: Iterable[ResponseFor] = (),
    to_places: Iterable[str] = (),
    files: Iterable[File] = (),
    wrapped: bool = True,
    kind: DocumentKind = DocumentKind.NEW,
    reason: str | None = None,
    replaces: Iterable[str] = (),
    updates: Iterable[DocumentUpdate] = (),
    staff: StaffInfo | None = None,
    own_id: str | None = None,
    new_content_id: Callable[[], str] | None = None,
) -> Document:
    """Build a document message that passes the axis's rules of format.

    `sender` and `receivers` may be agency codes alone. `date` is the day of issue, `at` the
    moment of sending, for the trace. `own_id` replaces the usual DocumentId. `replaces` names the
    DocumentIds that a replacement is about, `updates` what an update changes (by default the
    content). Raises InvalidInputError, with every problem in its text, when something required is
    missing or wrong.
    """
    origin = _organization(sender)
    code = Code(str(number), notation)
    pairs = [attach(file, wrapped=wrapped, new_content_id=new_content_id) for file in files]
    identifier = own_id or document_id(origin.organ_id, date, code)
    business = Business(
        document_id=identifier if kind in (DocumentKind.RECALL, DocumentKind.UPDATE) else "",
        kind=kind,
        reason=REASONS[kind] if reason is None else reason,
        paper=0,
        updates=tuple(updates) or (_CONTENT if kind is DocumentKind.UPDATE else ()),
        replacements=tuple(Replacement(document_id=replaced) for replaced in replaces),
        staff=(staff,) if staff else (),
    )
    document = Document(
        from_=origin,
        to=tuple(_organization(receiver) for receiver in receivers),
        document_id=identifier,
        code=code,
        promulgation=PromulgationInfo(place=place, date=date),
        type=DocumentType(type=1, detail=0, name=type_name),
        subject=subject,
        content=subject if content is None else content,
        signer=signer or SignerInfo(),
        due_date=due_date,
        other=OtherInfo(priority=priority),
        responses=tuple(responses),
        to_places=tuple(to_places),
        trace=TraceHeaderList(business=business, headers=(hop(origin.organ_id, at),)),
        references=tuple(reference for reference, _ in pairs),
        attachments=tuple(attachment for _, attachment in pairs),
    )
    return checked(document)


def recall_of(
    document: Document, *, reason: str, at: datetime.datetime, staff: StaffInfo | None = None
) -> Document:
    """Build the recall (thu hồi) of a document: same number, DocumentId and receivers, no files."""
    business = Business(
        document_id=document.document_id,
        kind=DocumentKind.RECALL,
        reason=reason,
        paper=0,
        staff=(staff,) if staff else (),
    )
    trace = TraceHeaderList(business=business, headers=(hop(document.sender, at),))
    return checked(replace(document, trace=trace, references=(), attachments=()))


def status_for(
    document: Document,
    code: StatusCode,
    *,
    reporter: Organization | str,
    at: datetime.datetime,
    description: str = "",
    staff: StaffInfo | None = None,
    addressee: str | None = None,
) -> Status:
    """Build the status that `reporter` sends about a document.

    A receiver's status goes to the document's sender. Lấy lại (take back) goes the other way:
    the sender reports it and names the receiver as `addressee`. Organisation details are taken
    from the document where it has them. Raises InvalidInputError when the reporter may not
    report this code, or no addressee is known.
    """
    organ_id = reporter if isinstance(reporter, str) else reporter.organ_id
    may_report = organ_id == document.sender if code.from_sender else organ_id != document.sender
    if not may_report and (code.from_sender or organ_id not in document.receivers):
        who = document.sender if code.from_sender else "nơi nhận / a receiver"
        raise InvalidInputError(
            f"trạng thái {code.value} ({code.name_vi}) do {who} báo, không phải {organ_id} /"
            f" status {code.value} ({code.name_en}) is reported by {who}, not by {organ_id}"
        )
    told = addressee if code.from_sender else document.sender
    if not told:
        raise InvalidInputError(
            f"trạng thái {code.value} cần nơi nhận / status {code.value} needs an addressee"
        )
    known = {party.organ_id: party for party in (*document.to, document.from_)}
    origin = known.get(reporter, _organization(reporter)) if isinstance(reporter, str) else reporter
    status = Status(
        from_=origin,
        response_for=ResponseFor(
            organ_id=told,
            code=str(document.code),
            document_id=document.document_id,
            promulgation_date=document.promulgation.date,
        ),
        staff=staff or StaffInfo(),
        code=code,
        description=description or code.name_vi.capitalize(),
        timestamp=_whole_second(at),
    )
    _refuse(status)
    return status


def hop(organ_id: str, at: datetime.datetime) -> TraceHeader:
    """Return the first hop of a message: where and when it was made."""
    return TraceHeader(organ_id=organ_id, timestamp=_whole_second(at))


def _whole_second(moment: datetime.datetime) -> datetime.datetime:
    """Return the moment as the wire carries it, so that what is read equals what was built."""
    if moment.tzinfo is None:
        raise ValueError("the moment of a message must carry its time zone")
    return moment.replace(microsecond=0)


def _organization(party: Organization | str) -> Organization:
    return Organization(organ_id=party) if isinstance(party, str) else party


def checked(document: Document) -> Document:
    """Return a document that keeps the rules; raises InvalidInputError with all that it breaks."""
    _refuse(document)
    return document


def _refuse(message: Message) -> None:
    findings = [found for found in check(message) if found.severity is Severity.REFUSE]
    if findings:
        raise InvalidInputError(
            "\n".join(f"{finding.text_vi()} / {finding.text_en()}" for finding in findings)
        )
