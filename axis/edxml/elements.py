"""The parts of messages as values: agencies, codes, signers, traces, files.

The names follow the standard (QCVN 102:2016/BTTTT); an absent and an empty element mean the
same, so texts default to ``""`` and lists to ``()``. Times are on Việt Nam's clock, as on the
wire.
"""

import datetime
from dataclasses import dataclass

from axis.edxml.codes import (
    DocumentKind,
    Priority,
    ReceiverType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
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


@dataclass(frozen=True, slots=True)
class Code:
    """Số và ký hiệu: the number and notation of a document."""

    number: str = ""
    notation: str = ""

    def __str__(self) -> str:
        """Return them as they stand on paper: ``7816/VPCP-TTĐT``."""
        return f"{self.number}/{self.notation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromulgationInfo:
    """Where and on which day the document was issued (nơi và ngày ban hành)."""

    place: str = ""
    date: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """Loại văn bản. The numbers are unreliable in the field: trust the name."""

    type: int | None = None
    detail: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """The person who signed (người ký), as printed on the document."""

    competence: str = ""
    """Quyền hạn ký: ``TM.``, ``KT.``, ``TL.``, ``TUQ.``, ``Q.`` …"""
    position: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInfo:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFor:
    """The document that this message answers or reports on."""

    organ_id: str = ""
    code: str = ""
    """Number and notation in one text, for example ``101/VPCP-KSTT``."""
    document_id: str = ""
    promulgation_date: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInfo:
    """The clerk behind a message (cán bộ xử lý)."""

    department: str = ""
    department_id: str = ""
    staff: str = ""
    staff_id: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverChange:
    """One receiver that an update adds or drops."""

    organ_id: str = ""
    type: ReceiverType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentUpdate:
    """BussinessDocumentInfo: what an update changes."""

    document_info: int | None = None
    """1 when the document's own data change."""
    document_receiver: int | None = None
    """1 when its receivers change."""
    receivers: tuple[ReceiverChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """ReplacementInfo: a document that this one replaces, and at whom."""

    document_id: str = ""
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """Bussiness (so spelled in the standard): the kind of the message and its target."""

    document_id: str = ""
    kind: DocumentKind = DocumentKind.NEW
    reason: str = ""
    paper: int | None = None
    """1 when a paper copy is sent too (gửi kèm văn bản giấy)."""
    updates: tuple[DocumentUpdate, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    staff: tuple[StaffInfo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceHeader:
    """One hop that a message took, before it came to the axis."""

    organ_id: str = ""
    timestamp: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceHeaderList:
    """TraceHeaderList: the kind of the message and the hops it took."""

    id: str = ""
    version: str = ""
    must_understand: str = ""
    actor: str = ""
    business: Business | None = None
    headers: tuple[TraceHeader, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attached file, still in base64: see `axis.edxml.attachments` for its content."""

    content_id: str = ""
    name: str = ""
    description: str = ""
    field_name: str = ""
    mime_type: str = ""
    content_type: str = ""
    encoded: str = ""
    """The base64 text as sent."""
