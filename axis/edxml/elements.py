"""The parts of messages as values: agencies, codes, signers, traces, files.

The names follow the standard (QCVN 102:2016/BTTTT); an absent and an empty element mean the
same, so texts default to ``""`` and lists to ``()``. Times are on Việt Nam's clock, as on the
wire.

They are msgspec's structs, because every message is read into some twenty of them, and a frozen
dataclass takes eight times as long to make. `msgspec.structs.replace` makes changed ones.
"""

import datetime

from msgspec import Struct

from axis.edxml.codes import (
    DocumentKind,
    Priority,
    ReceiverType,
)


class Organization(Struct, frozen=True, kw_only=True):
    """``From`` or ``To``: an agency as a message names it (cơ quan gửi, nơi nhận)."""

    organ_id: str = ""
    """The agency's code (mã định danh), for example ``H37.02``."""
    in_charge: str = ""
    """The agency above it (cơ quan chủ quản)."""
    name: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


class Code(Struct, frozen=True):
    """Số và ký hiệu: the number and notation of a document."""

    number: str = ""
    notation: str = ""

    def __str__(self) -> str:
        """Return them as they stand on paper: ``7816/VPCP-TTĐT``."""
        return f"{self.number}/{self.notation}"


class PromulgationInfo(Struct, frozen=True, kw_only=True):
    """Where and on which day the document was issued (nơi và ngày ban hành)."""

    place: str = ""
    date: datetime.date | None = None


class DocumentType(Struct, frozen=True, kw_only=True):
    """Loại văn bản. The numbers are unreliable in the field: trust the name."""

    type: int | None = None
    detail: int | None = None
    name: str = ""


class SignerInfo(Struct, frozen=True, kw_only=True):
    """The person who signed (người ký), as printed on the document."""

    competence: str = ""
    """Quyền hạn ký: ``TM.``, ``KT.``, ``TL.``, ``TUQ.``, ``Q.`` …"""
    position: str = ""
    full_name: str = ""


class OtherInfo(Struct, frozen=True, kw_only=True):
    """Thông tin khác: urgency, amounts, appendixes."""

    priority: Priority | None = None
    sphere: str = ""
    """SphereOfPromulgation: phạm vi phổ biến."""
    typer_notation: str = ""
    """Ký hiệu người soạn thảo."""
    promulgation_amount: int | None = None
    """Số lượng phát hành, in copies."""
    page_amount: int | None = None
    """Số trang."""
    reply_fors: str = ""
    direction: bool | None = None
    reference_codes: str = ""
    appendixes: tuple[str, ...] = ()


class ResponseFor(Struct, frozen=True, kw_only=True):
    """The document that this message answers or reports on."""

    organ_id: str = ""
    code: str = ""
    """Number and notation in one text, for example ``101/VPCP-KSTT``."""
    document_id: str = ""
    promulgation_date: datetime.date | None = None


class StaffInfo(Struct, frozen=True, kw_only=True):
    """The clerk behind a message (cán bộ xử lý)."""

    department: str = ""
    department_id: str = ""
    staff: str = ""
    staff_id: str = ""
    email: str = ""
    mobile: str = ""


class ReceiverChange(Struct, frozen=True, kw_only=True):
    """One receiver that an update adds or drops."""

    organ_id: str = ""
    type: ReceiverType | None = None


class DocumentUpdate(Struct, frozen=True, kw_only=True):
    """BussinessDocumentInfo: what an update changes."""

    document_info: int | None = None
    """1 when the document's own data change."""
    document_receiver: int | None = None
    """1 when its receivers change."""
    receivers: tuple[ReceiverChange, ...] = ()


class Replacement(Struct, frozen=True, kw_only=True):
    """ReplacementInfo: a document that this one replaces, and at whom."""

    document_id: str = ""
    organ_ids: tuple[str, ...] = ()


class Business(Struct, frozen=True, kw_only=True):
    """Bussiness (so spelled in the standard): the kind of the message and its target."""

    document_id: str = ""
    kind: DocumentKind = DocumentKind.NEW
    reason: str = ""
    paper: int | None = None
    """1 when a paper copy is sent too (gửi kèm văn bản giấy)."""
    updates: tuple[DocumentUpdate, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    staff: tuple[StaffInfo, ...] = ()


class TraceHeader(Struct, frozen=True, kw_only=True):
    """One hop that a message took, before it came to the axis."""

    organ_id: str = ""
    timestamp: datetime.datetime | None = None


class TraceHeaderList(Struct, frozen=True, kw_only=True):
    """TraceHeaderList: the kind of the message and the hops it took."""

    id: str = ""
    version: str = ""
    must_understand: str = ""
    actor: str = ""
    business: Business | None = None
    headers: tuple[TraceHeader, ...] = ()


class Reference(Struct, frozen=True, kw_only=True):
    """One line of the manifest: a file that belongs to the document."""

    href: str = ""
    """``xlink:href`` of the .NET producer; with the next two it says nothing new."""
    role: str = ""
    link_type: str = ""
    content_id: str = ""
    """Joins with the attachment; may carry ``cid:`` once or twice."""
    content_type: str = ""
    description: str = ""
    name: str = ""


class Attachment(Struct, frozen=True, kw_only=True):
    """One attached file, still in base64: see `axis.edxml.attachments` for its content."""

    content_id: str = ""
    name: str = ""
    description: str = ""
    field_name: str = ""
    mime_type: str = ""
    content_type: str = ""
    encoded: str = ""
    """The base64 text as sent."""
