"""Messages as values: what an edXML document or status says, typed and immutable.

Their parts are in `axis.edxml.elements` and can be imported from here too. Values never hold
signatures: those belong to the bytes, not to what the bytes say.
"""

import datetime

from msgspec import Struct
from msgspec.structs import replace

from axis.edxml.codes import DocumentKind, Priority, StatusCode, SteeringType
from axis.edxml.elements import (
    Attachment,
    Business,
    Code,
    DocumentType,
    DocumentUpdate,
    Organization,
    OtherInfo,
    PromulgationInfo,
    ReceiverChange,
    Reference,
    Replacement,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    TraceHeader,
    TraceHeaderList,
)

__all__ = [
    "Attachment",
    "Business",
    "Code",
    "Document",
    "DocumentType",
    "DocumentUpdate",
    "Message",
    "Organization",
    "OtherInfo",
    "PromulgationInfo",
    "ReceiverChange",
    "Reference",
    "Replacement",
    "ResponseFor",
    "SignerInfo",
    "StaffInfo",
    "Status",
    "TraceHeader",
    "TraceHeaderList",
]


class Document(Struct, frozen=True, kw_only=True):
    """A document message: of kind new, recall, update or replace."""

    from_: Organization = Organization()
    to: tuple[Organization, ...] = ()
    document_id: str = ""
    """The sender's business key; never trusted to be unique."""
    code: Code = Code()
    promulgation: PromulgationInfo = PromulgationInfo()
    type: DocumentType = DocumentType()
    subject: str = ""
    """Trích yếu."""
    content: str = ""
    signer: SignerInfo = SignerInfo()
    due_date: datetime.date | None = None
    """Hạn xử lý."""
    other: OtherInfo = OtherInfo()
    responses: tuple[ResponseFor, ...] = ()
    """The documents that this one answers."""
    steering_type: SteeringType | None = None
    task_codes: tuple[str, ...] = ()
    """ResponseForTask: tasks that this document reports on."""
    application_type: str = ""
    to_places: tuple[str, ...] = ()
    """Nơi nhận as printed at the foot of the document."""
    trace: TraceHeaderList = TraceHeaderList()
    manifest_version: str = "1.0"
    references: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def sender(self) -> str:
        """Return the code of the sending agency, as the message claims it."""
        return self.from_.organ_id

    @property
    def receivers(self) -> tuple[str, ...]:
        """Return the receivers' codes in the order of the message, empty ones left out."""
        return tuple([organization.organ_id for organization in self.to if organization.organ_id])

    @property
    def business(self) -> Business | None:
        """Return the Bussiness element's content, if the message has one."""
        return self.trace.business

    @property
    def kind(self) -> DocumentKind:
        """Return what the message wants; without a Bussiness element it is a new document."""
        return self.trace.business.kind if self.trace.business else DocumentKind.NEW

    @property
    def priority(self) -> Priority:
        """Return the urgency; a document that states none is normal."""
        return Priority.NORMAL if self.other.priority is None else self.other.priority

    @property
    def target_document_ids(self) -> tuple[str, ...]:
        """Return the DocumentIds that a recall, update or replacement is about, each once.

        A recall or update may leave Bussiness/DocumentId out: its own DocumentId is then the
        target's. A new document has no target.
        """
        business = self.trace.business
        if business is None or business.kind is DocumentKind.NEW:
            return ()
        if business.kind is DocumentKind.REPLACE:
            named = [item.document_id for item in business.replacements if item.document_id]
            named = named or [business.document_id]
        else:
            named = [business.document_id or self.document_id]
        return tuple(dict.fromkeys(filter(None, named)))

    def without_attachments(self) -> "Document":
        """Return the same document without the files' bodies: small, cheap to hand around.

        The manifest (`references`) still names the files.
        """
        return replace(self, attachments=())


class Status(Struct, frozen=True, kw_only=True):
    """A status message: one agency tells another what became of a document."""

    from_: Organization = Organization()
    response_for: ResponseFor = ResponseFor()
    staff: StaffInfo = StaffInfo()
    code: StatusCode
    description: str = ""
    timestamp: datetime.datetime | None = None

    @property
    def sender(self) -> str:
        """Return the code of the reporting agency, as the message claims it."""
        return self.from_.organ_id

    @property
    def addressee(self) -> str:
        """Return the code of the agency told: ResponseFor/OrganId, a status has no ``To``."""
        return self.response_for.organ_id

    @property
    def document_id(self) -> str:
        """Return the DocumentId of the document reported on."""
        return self.response_for.document_id


Message = Document | Status
"""What an edXML message can be."""
