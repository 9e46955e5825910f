"""Joins the manifest with the attached files and opens them.

Reference and Attachment belong together by ContentId, which either side writes with ``cid:``
never, once or twice. `check_attachments` looks without decoding; `contents` decodes.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from axis.edxml.base64text import decode, is_base64
from axis.edxml.files import OCTETS, ZIP, media_type, unwrap
from axis.edxml.limits import MAX_UNPACKED_BYTES
from axis.edxml.values import Attachment, Document, Reference
from axis.errors import InvalidInputError
from axis.reasons import Reason
from axis.verdict import Finding

_MANIFEST = "/edXML/edXMLEnvelope/edXMLBody/edXMLManifest/Reference"
_ATTACHMENT = "/edXML/AttachmentEncoded/Attachment"
_MAX_FILE_NAME_CHARS = 200
"""Below the 255 bytes of file systems for all but the longest Vietnamese names."""


@dataclass(frozen=True, slots=True)
class AttachmentContent:
    """One file of a document, decoded and taken out of its wrapping archive."""

    name: str
    """The name as the message gives it; use `file_name` on a disk."""
    media_type: str
    data: bytes
    description: str = ""

    @property
    def file_name(self) -> str:
        """Return a name that is safe on a disk: no path, no control characters, never empty."""
        last = self.name.replace("\\", "/").rpartition("/")[2]
        kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*')
        kept = kept.strip(" .")[-_MAX_FILE_NAME_CHARS:]
        return kept or "attachment"


@dataclass(frozen=True, slots=True)
class _Pair:
    """A line of the manifest and its file, with the file's place."""

    reference: Reference
    attachment: Attachment
    place: str

    @property
    def name(self) -> str:
        return self.attachment.name or self.reference.name


def plain_content_id(content_id: str) -> str:
    """Return a ContentId without its ``cid:``, however often it stands there."""
    text = content_id.strip()
    while text[:4].lower() == "cid:":
        text = text[4:].strip()
    return text


def check_attachments(document: Document) -> list[Finding]:
    """Return what is wrong with a document's files as far as it shows without decoding them.

    Manifest and files must agree, names must be unique, texts must be base64.
    """
    pairs, findings = _join(document)
    findings += _duplicate_names(pairs)
    findings += [
        _finding(Reason.BAD_BASE64, pair)
        for pair in pairs
        if not is_base64(pair.attachment.encoded)
    ]
    return findings


def contents(
    document: Document, *, max_bytes: int = MAX_UNPACKED_BYTES
) -> tuple[tuple[AttachmentContent, ...], list[Finding]]:
    """Decode a document's files, in the order of the manifest, with everything wrong about them.

    `max_bytes` bounds all files together, unpacked. A file that cannot be opened is left out
    and named in the findings.
    """
    pairs, findings = _join(document)
    findings += _duplicate_names(pairs)
    found: list[AttachmentContent] = []
    for pair in pairs:
        try:
            packed = decode(pair.attachment.encoded)
        except ValueError:
            findings.append(_finding(Reason.BAD_BASE64, pair))
            continue
        try:
            content = _open(pair, packed, max_bytes)
        except InvalidInputError as error:
            findings.append(_finding(Reason.BAD_ARCHIVE, pair, detail=str(error)))
            continue
        max_bytes -= len(content.data)
        found.append(content)
    return tuple(found), findings


def _open(pair: _Pair, packed: bytes, max_bytes: int) -> AttachmentContent:
    if len(packed) > max_bytes:
        raise InvalidInputError(f"> {max_bytes} byte")
    data = unwrap(packed, pair.name, max_bytes)
    declared = [pair.attachment.content_type, pair.attachment.mime_type]
    if data is packed:
        # The manifest's type is the archive's by default, so it speaks only for unwrapped files
        # of which the attachment says nothing.
        declared.append(pair.reference.content_type)
    found = media_type(data, pair.name, *(declared or [OCTETS]))
    if found == ZIP and not data.startswith(b"PK"):
        raise InvalidInputError("application/zip ≠ PK")
    description = pair.attachment.description or pair.reference.description
    return AttachmentContent(pair.name, found, data, description)


def _join(document: Document) -> tuple[list[_Pair], list[Finding]]:
    """Pair references with attachments; each of either side is used once."""
    files: dict[str, list[tuple[str, Attachment]]] = defaultdict(list)
    for number, attachment in enumerate(document.attachments, start=1):
        key = _key(attachment.content_id, attachment.name)
        place = f"{_ATTACHMENT}[{number}]" if len(document.attachments) > 1 else _ATTACHMENT
        files[key].append((place, attachment))
    pairs: list[_Pair] = []
    findings: list[Finding] = []
    for number, reference in enumerate(document.references, start=1):
        matching = files.get(_key(reference.content_id, reference.name))
        if matching:
            place, attachment = matching.pop(0)
            pairs.append(_Pair(reference, attachment, place))
            continue
        place = f"{_MANIFEST}[{number}]" if len(document.references) > 1 else _MANIFEST
        name = reference.name or reference.content_id
        findings.append(Finding(Reason.ATTACHMENT_MISSING, place, facts={"name": name}))
    for place, attachment in _left(files):
        name = attachment.name or attachment.content_id
        findings.append(Finding(Reason.ATTACHMENT_UNLISTED, place, facts={"name": name}))
    return pairs, findings


def _left(files: dict[str, list[tuple[str, Attachment]]]) -> Iterator[tuple[str, Attachment]]:
    for rest in files.values():
        yield from rest


def _key(content_id: str, name: str) -> str:
    return plain_content_id(content_id) or name


def _duplicate_names(pairs: list[_Pair]) -> list[Finding]:
    """Refuse names that a receiver's disk would take for one: only the last file would survive."""
    seen: set[str] = set()
    findings: list[Finding] = []
    for pair in pairs:
        name = unicodedata.normalize("NFC", pair.name).casefold()
        if name in seen:
            findings.append(_finding(Reason.ATTACHMENT_DUPLICATE_NAME, pair))
        seen.add(name)
    return findings


def _finding(reason: Reason, pair: _Pair, **facts: str) -> Finding:
    return Finding(reason, pair.place, facts={"name": pair.name, **facts})
