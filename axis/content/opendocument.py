"""OpenDocument files (.odt, .ods, .odp, .odg): ISO/IEC 26300, read with limits."""

import re
import zipfile
from typing import Final

from axis.content.findings import Look, Subject
from axis.content.kinds import ODG, ODP, ODS, ODT, Kind
from axis.content.markup import elements, paragraphs
from axis.content.parts import START_BYTES, look_through_parts, read_part
from axis.content.policy import ContentPolicy
from axis.edxml.archives import Budget, read_start
from axis.reasons import Reason

MIMETYPE: Final = "mimetype"
_MANIFEST: Final = "META-INF/manifest.xml"
_CONTENT: Final = "content.xml"

_KINDS: Final = {kind.media_type: kind for kind in (ODT, ODS, ODP, ODG)}
_VARIANTS: Final = re.compile(r"-(template|master|web)$")
_MAX_MIMETYPE_BYTES: Final = 256

_MACRO_PART: Final = re.compile(
    r"Basic/.*/(?!(script|dialog)-l[bc]\.xml)[^/]+|Scripts/.*[^/]", re.IGNORECASE
)
"""A module or script. The lists of libraries alone, which some programs always write, hold none."""
_SCRIPT_CALL: Final = b"vnd.sun.star.script:"


def is_opendocument(archive: zipfile.ZipFile) -> bool:
    """Say whether an archive begins as an OpenDocument file does."""
    entries = archive.infolist()
    return bool(entries) and entries[0].filename == MIMETYPE and MIMETYPE in archive.namelist()


def look_through_opendocument(
    archive: zipfile.ZipFile, subject: Subject, policy: ContentPolicy, budget: Budget
) -> Look:
    """Recognise the file and look for passwords, macros and calls of scripts; never raises."""
    return look_through_parts(_look, archive, subject, policy, budget)


def _look(
    archive: zipfile.ZipFile, subject: Subject, policy: ContentPolicy, budget: Budget
) -> Look:
    kind = _kind(archive, budget)
    if kind is None:
        return Look(
            None, [subject.finding(Reason.TYPE_NOT_ALLOWED, type="ZIP + mimetype (EPUB …)")]
        )
    entries = {entry.filename: entry for entry in archive.infolist()}
    if _CONTENT not in entries:
        return Look(None, [subject.finding(Reason.BAD_OFFICE, detail=_CONTENT)])
    look = Look(kind, [])
    if any(map(_MACRO_PART.fullmatch, entries)):
        look.findings.append(subject.finding(Reason.MACRO, policy.macros, detail="Basic"))
    manifest = entries.get(_MANIFEST)
    if manifest is not None and _is_encrypted(archive, manifest, budget):
        look.findings.append(subject.finding(Reason.ENCRYPTED))
        return look
    start = read_start(archive, entries[_CONTENT], budget, START_BYTES)
    if _SCRIPT_CALL in start:
        look.findings.append(
            subject.finding(Reason.ACTIVE_CONTENT, policy.active_content, detail="script")
        )
    if kind is ODT:
        look.text = paragraphs(start)
    return look


def _kind(archive: zipfile.ZipFile, budget: Budget) -> Kind | None:
    start = read_start(archive, archive.getinfo(MIMETYPE), budget, _MAX_MIMETYPE_BYTES)
    name = start.decode("ascii", "replace").strip()
    return _KINDS.get(_VARIANTS.sub("", name))


def _is_encrypted(archive: zipfile.ZipFile, manifest: zipfile.ZipInfo, budget: Budget) -> bool:
    data = read_part(archive, manifest, budget)
    return any(name == "encryption-data" for name, _ in elements(data))
