"""Reads an edXML message into a value, with everything that is wrong with it.

The schema (`axis.edxml.schema`) decides which elements may stand where, and refuses unknown
ones; this module decides how often they may stand there and what their texts mean. A value is
returned whenever the message can be recognised, so that a refusal can name what it refuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from axis.edxml import shapes
from axis.edxml.limits import MAX_DOCUMENT_BYTES, MAX_FINDINGS
from axis.edxml.lines import located
from axis.edxml.reader import Reader
from axis.edxml.rules import check
from axis.edxml.schema import validate
from axis.edxml.values import Document, Message, Status
from axis.edxml.xml import parse_tree, tag
from axis.reasons import Reason, Severity
from axis.verdict import Finding

_HEADER_PATH: Final = "edXMLEnvelope/edXMLHeader/MessageHeader"
_OF_ROOT: Final = (tag("edXMLEnvelope"), tag("AttachmentEncoded"))
_OF_ENVELOPE: Final = (tag("edXMLHeader"), tag("edXMLBody"))
_OF_HEADER: Final = (tag("MessageHeader"), tag("TraceHeaderList"))
_OF_BODY: Final = (tag("edXMLManifest"),)
_ATTACHMENT: Final = tag("Attachment")
_STATUS_CODE: Final = tag("StatusCode")
_TO: Final = tag("To")


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of reading a message."""

    message: Message | None
    """None when the bytes are not XML, not edXML, or a status without a known code."""
    findings: tuple[Finding, ...]
    root: etree._Element | None
    """The parsed tree; it stays in the process that made it."""

    @property
    def sound(self) -> bool:
        """True when there is a message and nothing in it is refused."""
        return self.message is not None and not refused(self.findings)


def refused(findings: Iterable[Finding]) -> bool:
    """Say whether any of the findings refuses the message; warnings do not."""
    return any(finding.severity is Severity.REFUSE for finding in findings)


def read(data: bytes, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> Reading:
    """Parse, check against the schema and read a message; never raises for any bytes."""
    root, findings = parse_tree(data, max_bytes=max_bytes)
    if root is None:
        return Reading(None, tuple(findings), None)
    findings += validate(root)
    message, found = read_message(root)
    findings += located(found, root)
    return Reading(message, tuple(findings[:MAX_FINDINGS]), root)


def read_message(root: etree._Element) -> tuple[Message | None, list[Finding]]:
    """Read the tree of a document or status; it should have passed `parse_tree`.

    The findings are those of values, of repeated elements and of required fields; call
    `axis.edxml.schema.validate` for those of structure.
    """
    reader = Reader()
    envelope, attached = reader.sections(root, _OF_ROOT, counted=False)
    header = body = fields = trace = None
    if envelope is not None:
        header, body = reader.sections(envelope, _OF_ENVELOPE, counted=True)
    if header is not None:
        fields, trace = reader.sections(header, _OF_HEADER, counted=False)
    if fields is None:
        reader.note(root, Reason.MISSING_FIELD, field=_HEADER_PATH)
        return None, reader.findings
    message: Message | None
    if _has(fields, _STATUS_CODE) and not _has(fields, _TO):
        message = _read_status(reader, fields, attached)
    else:
        message = _read_document(reader, fields, trace, body, attached)
    if message is not None:
        # A value that could not be read is named as such already, not also as missing.
        named = {finding.place for finding in reader.findings}
        reader.findings += [found for found in check(message) if found.place not in named]
    return message, reader.findings[:MAX_FINDINGS]


def _has(parent: etree._Element, name: str) -> bool:
    return next(parent.iterchildren(name), None) is not None


def _read_status(
    reader: Reader, fields: etree._Element, attached: etree._Element | None
) -> Status | None:
    found = reader.fields(fields, shapes.STATUS_HEADER)
    for attachment in () if attached is None else attached.iterchildren(_ATTACHMENT):
        reader.note(attachment, Reason.SCHEMA, detail="Attachment: StatusCode")
    if "code" not in found:
        code = fields.find(_STATUS_CODE)
        if code is not None and not (code.text or "").strip():
            reader.note(code, Reason.MISSING_FIELD, field="StatusCode")
        return None
    return Status(**found)


def _read_document(
    reader: Reader,
    fields: etree._Element,
    trace: etree._Element | None,
    body: etree._Element | None,
    attached: etree._Element | None,
) -> Document:
    found = reader.fields(fields, shapes.DOCUMENT_HEADER)
    if trace is not None:
        found["trace"] = reader.value(trace, shapes.TRACE)
    if body is not None:
        (manifest,) = reader.sections(body, _OF_BODY, counted=True)
        if manifest is not None:
            found |= reader.fields(manifest, shapes.MANIFEST)
    if attached is not None:
        found |= reader.fields(attached, shapes.ATTACHED)
    return Document(**found)
