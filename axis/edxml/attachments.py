"""Joins the manifest with the attached files and opens them.

Reference and Attachment belong together by ContentId, which either side writes with ``cid:``
never, once or twice. `pair_up` looks without decoding; `contents` decodes.
"""

import unicodedata
from dataclasses import dataclass
from itertools import chain

from msgspec import Struct

from axis.edxml.archives import ArchiveError, Budget
from axis.edxml.base64text import decode
from axis.edxml.files import ZIP, media_type, unwrap
from axis.edxml.limits import MAX_UNPACKED_BYTES
from axis.edxml.values import Attachment, Document, Reference
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


class Pair(Struct, frozen=True):
    """A line of the manifest and its file."""

    reference: Reference
    attachment: Attachment
    place: str
    """XPath of the file's element."""

    @property
    def name(self) -> str:
        """Return the file's name as the message gives it."""
        return self.attachment.name or self.reference.name

    def finding(self, reason: Reason, **facts: str | int) -> Finding:
        """Return a finding about this file."""
        return Finding(reason, self.place, facts={"name": self.name, **facts})


def plain_content_id(content_id: str) -> str:
    """Return a ContentId without its ``cid:``, however often it stands there."""
    text = content_id.strip()
    while text[:4].lower() == "cid:":
        text = text[4:].strip()
    return text


def contents(
    document: Document, *, max_bytes: int = MAX_UNPACKED_BYTES
) -> tuple[tuple[AttachmentContent, ...], list[Finding]]:
    """Decode a document's files, in the order of the manifest, with everything wrong about them.

    `max_bytes` bounds all files together, unpacked. A file that cannot be opened is left out
    and named in the findings. What the files are is for `axis.content` to judge.
    """
    pairs, findings = pair_up(document)
    budget = Budget(max_bytes)
    found: list[AttachmentContent] = []
    for pair in pairs:
        try:
            packed = decode(pair.attachment.encoded)
            found.append(_open(pair, packed, budget))
        except ArchiveError as error:
            findings.append(pair.finding(error.reason, **error.facts))
        except ValueError:
            findings.append(pair.finding(Reason.BAD_BASE64))
    return tuple(found), findings


def pair_up(document: Document) -> tuple[list[Pair], list[Finding]]:
    """Pair the manifest's lines with the files, in the manifest's order, without decoding.

    What has no counterpart on the other side, and names that meet, are findings. Each line and
    each file is used once.
    """
    pairs, findings = _join(document)
    if len(pairs) > 1:
        findings += _duplicate_names(pairs)
    return pairs, findings


def disk_name(name: str) -> str:
    """Return what a receiver's disk may take a name for: names that meet here are one file."""
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded)


def _open(pair: Pair, packed: bytes, budget: Budget) -> AttachmentContent:
    data = unwrap(packed, pair.name, budget)
    declared = [pair.attachment.content_type, pair.attachment.mime_type]
    if data is packed:
        # The manifest's type is the archive's by default, so it speaks only for unwrapped files
        # of which the attachment says nothing.
        declared.append(pair.reference.content_type)
    usable = [text for text in declared if text.lower() != ZIP]
    found = media_type(data, pair.name, *usable)
    description = pair.attachment.description or pair.reference.description
    return AttachmentContent(pair.name, found, data, description)


def _join(document: Document) -> tuple[list[Pair], list[Finding]]:
    """Pair references with attachments; each of either side is used once."""
    files: dict[str, list[tuple[str, Attachment]]] = {}
    for number, attachment in enumerate(document.attachments, start=1):
        key = _key(attachment.content_id, attachment.name)
        place = f"{_ATTACHMENT}[{number}]" if len(document.attachments) > 1 else _ATTACHMENT
        files.setdefault(key, []).append((place, attachment))
    pairs: list[Pair] = []
    findings: list[Finding] = []
    for number, reference in enumerate(document.references, start=1):
        matching = files.get(_key(reference.content_id, reference.name))
        if matching:
            place, attachment = matching.pop(0)
            pairs.append(Pair(reference, attachment, place))
            continue
        place = f"{_MANIFEST}[{number}]" if len(document.references) > 1 else _MANIFEST
        name = reference.name or reference.content_id
        findings.append(Finding(Reason.ATTACHMENT_MISSING, place, facts={"name": name}))
    for place, attachment in chain.from_iterable(files.values()):
        name = attachment.name or attachment.content_id
        findings.append(Finding(Reason.ATTACHMENT_UNLISTED, place, facts={"name": name}))
    return pairs, findings


def _key(content_id: str, name: str) -> str:
    return plain_content_id(content_id) or name


def _duplicate_names(pairs: list[Pair]) -> list[Finding]:
    """Refuse names that a receiver's disk would take for one: only the last file would survive."""
    seen: set[str] = set()
    findings: list[Finding] = []
    for pair in pairs:
        name = disk_name(pair.name)
        if name in seen:
            findings.append(pair.finding(Reason.ATTACHMENT_DUPLICATE_NAME))
        seen.add(name)
    return findings
