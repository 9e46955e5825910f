"""The dialect as data: which element holds which field, in the order the field writes them.

Reader and writer both follow these tables, so they cannot drift apart. The reader finds
elements by name and ignores their order; the writer keeps the order of the Java producer.
"""

from collections.abc import Sequence
from typing import Final

from axis.edxml import codecs, values
from axis.edxml.identity import Naming
from axis.edxml.limits import MAX_ATTACHMENTS, MAX_RECEIVERS
from axis.edxml.shape import Leaf, Listing, Part, Parts, Shape, Slot
from axis.edxml.values import Message
from axis.edxml.xml import XLINK, tag

# How long a text may be before other systems cut it off: the lengths of a validator in the
# field. Longer texts are carried, with a warning.
_IN_CHARGE_CHARS: Final = 500
_NAME_CHARS: Final = 200
_SUBJECT_CHARS: Final = 500
_CONTENT_CHARS: Final = 500
_NUMBER_CHARS: Final = 11
_NOTATION_CHARS: Final = 30
_PLACE_CHARS: Final = 50
_TYPE_NAME_CHARS: Final = 100
_FILE_NAME_CHARS: Final = 500

ORGANIZATION = Shape(
    values.Organization,
    (
        Leaf("organ_id", "OrganId", naming=Naming.CODE),
        Leaf("in_charge", "OrganizationInCharge", advised=_IN_CHARGE_CHARS),
        Leaf("name", "OrganName", advised=_NAME_CHARS),
        Leaf("address", "OrganAdd"),
        Leaf("email", "Email"),
        Leaf("telephone", "Telephone"),
        Leaf("fax", "Fax"),
        Leaf("website", "Website"),
    ),
)

CODE = Shape(
    values.Code,
    (
        Leaf("number", "CodeNumber", advised=_NUMBER_CHARS, naming=Naming.CODE),
        Leaf("notation", "CodeNotation", advised=_NOTATION_CHARS, naming=Naming.CODE),
    ),
)

PROMULGATION = Shape(
    values.PromulgationInfo,
    (
        Leaf("place", "Place", advised=_PLACE_CHARS),
        Leaf("date", "PromulgationDate", codecs.DATE),
    ),
)

DOCUMENT_TYPE = Shape(
    values.DocumentType,
    (
        Leaf("type", "Type", codecs.INTEGER),
        Leaf("detail", "TypeDetail", codecs.INTEGER),
        Leaf("name", "TypeName", advised=_TYPE_NAME_CHARS),
    ),
)

SIGNER = Shape(
    values.SignerInfo,
    (
        Leaf("competence", "Competence"),
        Leaf("position", "Position"),
        Leaf("full_name", "FullName"),
    ),
)

OTHER = Shape(
    values.OtherInfo,
    (
        Leaf("priority", "Priority", codecs.PRIORITY),
        Leaf("sphere", "SphereOfPromulgation"),
        Leaf("typer_notation", "TyperNotation"),
        Leaf("promulgation_amount", "PromulgationAmount", codecs.INTEGER),
        Leaf("page_amount", "PageAmount", codecs.INTEGER),
        Leaf("reply_fors", "ReplyFors"),
        Leaf("direction", "Direction", codecs.BOOLEAN),
        Leaf("reference_codes", "ReferenceCodes"),
        Listing("appendixes", "Appendixes", "Appendix"),
    ),
)

RESPONSE_FOR = Shape(
    values.ResponseFor,
    (
        Leaf("organ_id", "OrganId", naming=Naming.CODE),
        Leaf("code", "Code", naming=Naming.CODE),
        Leaf("document_id", "DocumentId", naming=Naming.CODE),
        Leaf("promulgation_date", "PromulgationDate", codecs.DATE),
    ),
)

STAFF = Shape(
    values.StaffInfo,
    (
        Leaf("department", "Department"),
        Leaf("department_id", "DepartmentId"),
        Leaf("staff", "Staff"),
        Leaf("staff_id", "StaffId"),
        Leaf("email", "Email"),
        Leaf("mobile", "Mobile"),
    ),
)

RECEIVER_CHANGE = Shape(
    values.ReceiverChange,
    (
        Leaf("organ_id", "OrganId", naming=Naming.CODE),
        Leaf("type", "ReceiverType", codecs.RECEIVER_TYPE),
    ),
)

UPDATE = Shape(
    values.DocumentUpdate,
    (
        Leaf("document_info", "DocumentInfo", codecs.INTEGER),
        Leaf("document_receiver", "DocumentReceiver", codecs.INTEGER),
        Listing("receivers", "ReceiverList", "Receiver", RECEIVER_CHANGE, MAX_RECEIVERS),
    ),
)

REPLACEMENT = Shape(
    values.Replacement,
    (
        Leaf("document_id", "DocumentId", naming=Naming.CODE),
        Listing("organ_ids", "OrganIdList", "OrganId", limit=MAX_RECEIVERS, naming=Naming.CODE),
    ),
)

BUSINESS = Shape(
    values.Business,
    (
        Leaf("document_id", "DocumentId", naming=Naming.CODE),
        Leaf("kind", "BussinessDocType", codecs.KIND),
        Leaf("reason", "BussinessDocReason"),
        Leaf("paper", "Paper", codecs.INTEGER),
        Parts("updates", "BussinessDocumentInfo", UPDATE),
        Listing(
            "replacements", "ReplacementInfoList", "ReplacementInfo", REPLACEMENT, repeatable=True
        ),
        Parts("staff", "StaffInfo", STAFF),
    ),
    counted=False,
)

TRACE_HEADER = Shape(
    values.TraceHeader,
    (
        Leaf("organ_id", "OrganId", naming=Naming.CODE),
        Leaf("timestamp", "Timestamp", codecs.TIMESTAMP),
    ),
)

TRACE = Shape(
    values.TraceHeaderList,
    (
        Part("business", "Bussiness", BUSINESS, optional=True),
        Parts("headers", "TraceHeader", TRACE_HEADER),
    ),
    xml_attributes=(
        ("id", "id"),
        ("version", "version"),
        ("must_understand", "mustUnderstand"),
        ("actor", "actor"),
    ),
    counted=False,
)

_OF_DOCUMENTS: Final = (
    Part("from_", "From", ORGANIZATION),
    Parts("to", "To", ORGANIZATION, MAX_RECEIVERS),
    Leaf("document_id", "DocumentId", naming=Naming.CODE),
    Part("code", "Code", CODE),
    Part("promulgation", "PromulgationInfo", PROMULGATION),
    Part("type", "DocumentType", DOCUMENT_TYPE),
    Leaf("subject", "Subject", advised=_SUBJECT_CHARS),
    Leaf("content", "Content", advised=_CONTENT_CHARS),
    Part("signer", "SignerInfo", SIGNER),
    Leaf("due_date", "DueDate", codecs.DATE),
    Part("other", "OtherInfo", OTHER),
    Parts("responses", "ResponseFor", RESPONSE_FOR),
    Leaf("steering_type", "SteeringType", codecs.STEERING_TYPE),
    Listing("task_codes", "ResponseForTask", "TaskCode"),
    Leaf("application_type", "ApplicationType"),
    Listing("to_places", "ToPlaces", "Place"),
)

_OF_STATUSES: Final = (
    Part("from_", "From", ORGANIZATION),
    Part("response_for", "ResponseFor", RESPONSE_FOR),
    Part("staff", "StaffInfo", STAFF),
    Leaf("code", "StatusCode", codecs.STATUS),
    Leaf("description", "Description"),
    Leaf("timestamp", "Timestamp", codecs.TIMESTAMP),
)


def _header(type_: type[Message], own: Sequence[Slot], others: Sequence[Slot]) -> Shape:
    """Return the shape of a MessageHeader; the schema has one for both kinds of messages."""
    foreign = {tag(slot.name) for slot in others} - {tag(slot.name) for slot in own}
    return Shape(type_, tuple(own), counted=False, foreign=frozenset(foreign))


DOCUMENT_HEADER: Final = _header(values.Document, _OF_DOCUMENTS, _OF_STATUSES)
STATUS_HEADER: Final = _header(values.Status, _OF_STATUSES, _OF_DOCUMENTS)

REFERENCE = Shape(
    values.Reference,
    (
        Leaf("content_id", "ContentId"),
        Leaf("content_type", "ContentType"),
        Leaf("description", "Description"),
        Leaf("name", "AttachmentName", advised=_FILE_NAME_CHARS, naming=Naming.FILE_NAME),
    ),
    xml_attributes=(
        ("href", f"{{{XLINK}}}href"),
        ("role", f"{{{XLINK}}}role"),
        ("link_type", f"{{{XLINK}}}type"),
    ),
)

MANIFEST_REFERENCES = Parts("references", "Reference", REFERENCE, MAX_ATTACHMENTS)

MANIFEST = Shape(
    values.Document,
    (MANIFEST_REFERENCES,),
    xml_attributes=(("manifest_version", "version"),),
)
"""edXMLManifest; what it holds are fields of the document itself."""

ATTACHMENT = Shape(
    values.Attachment,
    (
        Leaf("content_id", "ContentId"),
        Leaf("name", "AttachmentName", advised=_FILE_NAME_CHARS, naming=Naming.FILE_NAME),
        Leaf("description", "Description"),
        Leaf("field_name", "FieldName"),
        Leaf("mime_type", "MimeType"),
        Leaf("content_type", "ContentType"),
        Leaf("encoded", "ContentTransferEncoded", limit=None, own_prefix=True),
    ),
)

ATTACHMENTS = Parts("attachments", "Attachment", ATTACHMENT, MAX_ATTACHMENTS)

ATTACHED = Shape(values.Document, (ATTACHMENTS,))
"""AttachmentEncoded; likewise."""
