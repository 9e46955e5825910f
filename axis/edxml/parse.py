"""Reads an edXML message into a value, with everything that is wrong with it.

The schema (`axis.edxml.schema`) decides which elements may stand where, and refuses unknown
ones; this module decides how often they may stand there and what their texts mean. A value is
returned whenever the message can be recognised, so that a refusal can name what it refuses.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

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

_HEADER_PATH = "edXMLEnvelope/edXMLHeader/MessageHeader"
_STATUS_CODE = tag("StatusCode")
_TO = tag("To")
_OF_STATUSES = shapes.STATUS_HEADER.steps.keys() - shapes.DOCUMENT_HEADER.steps.keys()
_OF_DOCUMENTS = shapes.DOCUMENT_HEADER.steps.keys() - shapes.STATUS_HEADER.steps.keys()
"""Elements that only the one kind of message has."""


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
    envelope = reader.only(root, "edXMLEnvelope", counted=False)
    header = None if envelope is None else reader.only(envelope, "edXMLHeader", counted=True)
    fields = None if header is None else reader.only(header, "MessageHeader", counted=False)
    if envelope is None or header is None or fields is None:
        reader.note(root, Reason.MISSING_FIELD, field=_HEADER_PATH)
        return None, reader.findings
    message: Message | None
    names = {child.tag for child in fields}
    if _STATUS_CODE in names and _TO not in names:
        _refuse_others(reader, fields, names & _OF_DOCUMENTS)
        message = _read_status(reader, root, fields)
    else:
        _refuse_others(reader, fields, names & _OF_STATUSES)
        message = _read_document(reader, root, envelope, header, fields)
    if message is not None:
        # A value that could not be read is named as such already, not also as missing.
        named = {finding.place for finding in reader.findings}
        reader.findings += [found for found in check(message) if found.place not in named]
    return message, reader.findings[:MAX_FINDINGS]


def _read_status(reader: Reader, root: etree._Element, fields: etree._Element) -> Status | None:
    found = reader.fields(fields, shapes.STATUS_HEADER)
    for attachment in root.iterfind(f"{tag('AttachmentEncoded')}/{tag('Attachment')}"):
        reader.note(attachment, Reason.SCHEMA, detail="Attachment: StatusCode")
    if "code" not in found:
        code = fields.find(tag("StatusCode"))
        if code is not None and not (code.text or "").strip():
            reader.note(code, Reason.MISSING_FIELD, field="StatusCode")
        return None
    return Status(**found)


def _read_document(
    reader: Reader,
    root: etree._Element,
    envelope: etree._Element,
    header: etree._Element,
    fields: etree._Element,
) -> Document:
    found = reader.fields(fields, shapes.DOCUMENT_HEADER)
    trace = reader.only(header, "TraceHeaderList", counted=False)
    if trace is not None:
        found["trace"] = reader.value(trace, shapes.TRACE)
    found |= _read_manifest(reader, envelope)
    encoded = reader.only(root, "AttachmentEncoded", counted=False)
    if encoded is not None:
        slot = shapes.ATTACHMENTS
        found[slot.attribute] = reader.parts(encoded.findall(tag(slot.name)), slot)
    return Document(**found)


def _read_manifest(reader: Reader, envelope: etree._Element) -> dict[str, Any]:
    body = reader.only(envelope, "edXMLBody", counted=True)
    manifest = None if body is None else reader.only(body, "edXMLManifest", counted=True)
    if manifest is None:
        return {}
    found: dict[str, Any] = {}
    if version := manifest.get("version", "").strip():
        found["manifest_version"] = version
    slot = shapes.MANIFEST_REFERENCES
    found[slot.attribute] = reader.parts(manifest.findall(tag(slot.name)), slot)
    return found


def _refuse_others(reader: Reader, fields: etree._Element, others: Collection[object]) -> None:
    """Refuse a status's fields in a document and the reverse: the schema knows one header."""
    if not others:
        return
    for child in fields:
        if child.tag in others:
            name = etree.QName(child).localname
            reader.note(child, Reason.SCHEMA, detail=f"{name}: StatusCode + To")
