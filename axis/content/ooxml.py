"""Office files of today (.docx, .xlsx, .pptx): Office Open XML, ISO/IEC 29500, read with limits.

What a file is and holds is said by its content types and relationships, not by its name.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import Final

from axis.content.compound import holds_package
from axis.content.findings import Look, Subject
from axis.content.kinds import DOCX, PPTX, PROGRAM_EXTENSIONS, XLSB, XLSX, Kind
from axis.content.markup import elements, paragraphs
from axis.content.parts import START_BYTES, look_through_parts, read_part
from axis.content.policy import ContentPolicy
from axis.edxml.archives import Budget, read_entry, read_start
from axis.edxml.files import extension_of
from axis.reasons import Reason, Severity
from axis.verdict import Finding

_CONTENT_TYPES: Final = "[content_types].xml"

_MAIN: Final = (
    ("wordprocessingml.", DOCX),
    ("ms-word.", DOCX),
    ("ms-excel.sheet.binary.", XLSB),
    ("spreadsheetml.", XLSX),
    ("ms-excel.", XLSX),
    ("presentationml.", PPTX),
    ("ms-powerpoint.", PPTX),
)
_MAIN_TYPE: Final = re.compile(r".*\.main(\+xml)?")
_MACRO_TYPE: Final = re.compile(
    r".*(vbaproject|macrosheet|(?<!sheet\.binary\.)macroenabled).*", re.IGNORECASE
)
_MACRO_PART: Final = re.compile(r"(.*/)?vbaproject\.bin|xl/macrosheets/.*", re.IGNORECASE)
_ACTIVEX_TYPE: Final = re.compile(r".*\.activex\b.*", re.IGNORECASE)
_EMBEDDED: Final = re.compile(r".*/embeddings/.*\.bin", re.IGNORECASE)

_LOCAL_TARGET: Final = re.compile(
    r"(file:/*)?[a-z]:[\\/].*|(?!file:|\\\\|//)[^:]*|#.*|mailto:.*", re.IGNORECASE | re.DOTALL
)
"""A target on the writer's own disk or relative to the file; all else goes over a network."""
_RUN_ON_OPENING: Final = frozenset(
    ("attachedtemplate", "oleobject", "frame", "subdocument", "control", "package", "afchunk")
)
_SILENT: Final = frozenset(("hyperlink",))
_SILENT_WHEN_LOCAL: Final = frozenset(
    ("attachedtemplate", "image", "externallinkpath", "externallink", "video", "audio", "media")
)
"""Writers' own templates and linked pictures: Word leaves their paths behind in countless files."""


def is_ooxml(archive: zipfile.ZipFile) -> bool:
    """Say whether an archive is a package of Office Open XML."""
    return any(name.lower() == _CONTENT_TYPES for name in archive.namelist())


def look_through_ooxml(
    archive: zipfile.ZipFile, subject: Subject, policy: ContentPolicy, budget: Budget
) -> Look:
    """Recognise the file and look for macros and what runs or loads by itself; never raises."""
    return look_through_parts(_look, archive, subject, policy, budget)


def _look(
    archive: zipfile.ZipFile, subject: Subject, policy: ContentPolicy, budget: Budget
) -> Look:
    listed = _content_types(archive, budget)
    kind = _kind(set(listed.values()))
    if kind is None:
        return Look(None, [subject.finding(Reason.TYPE_NOT_ALLOWED, type="OPC (XPS, APPX …)")])
    look = Look(kind, [])
    links = list(_relationships(archive, budget))
    types = set(listed.values())
    if _has_macros(archive, types, links):
        word = "Excel 4.0" if any("macrosheet" in name for name in types) else "VBA"
        look.findings.append(subject.finding(Reason.MACRO, policy.macros, detail=word))
    if any(_ACTIVEX_TYPE.fullmatch(kind_of_part) for kind_of_part in types):
        look.findings.append(_active(subject, policy.active_content, "ActiveX"))
    if _embeds_files(archive, budget):
        look.findings.append(_active(subject, policy.active_content, "OLE Package"))
    look.findings += _foreign_links(links, subject, policy)
    if kind is DOCX:
        look.text = _text(archive, listed, budget)
    return look


def _content_types(archive: zipfile.ZipFile, budget: Budget) -> dict[str, str]:
    """Return content types by part name, and by extension for the defaults."""
    found: dict[str, str] = {}
    entry = next(item for item in archive.infolist() if item.filename.lower() == _CONTENT_TYPES)
    for name, attributes in elements(read_part(archive, entry, budget)):
        if name in ("Default", "Override"):
            key = attributes.get("PartName") or attributes.get("Extension") or ""
            found[key.lower()] = attributes.get("ContentType", "").lower()
    return found


def _kind(types: set[str]) -> Kind | None:
    main = " ".join(sorted(filter(_MAIN_TYPE.fullmatch, types)))
    return next((kind for part, kind in _MAIN if part in main), None)


def _relationships(archive: zipfile.ZipFile, budget: Budget) -> Iterator[tuple[str, str, bool]]:
    """Return each relationship's type (its last word), target and whether it leads outside."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith(".rels"):
            continue
        for name, attributes in elements(read_part(archive, entry, budget)):
            if name == "Relationship":
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                outside = attributes.get("TargetMode", "").lower() == "external"
                yield kind, attributes.get("Target", ""), outside


def _has_macros(
    archive: zipfile.ZipFile, types: set[str], links: list[tuple[str, str, bool]]
) -> bool:
    return (
        any(map(_MACRO_TYPE.fullmatch, types))
        or any(map(_MACRO_PART.fullmatch, archive.namelist()))
        or any(kind in ("vbaproject", "xlmacrosheet", "xlintlmacrosheet") for kind, _, _ in links)
    )


def _embeds_files(archive: zipfile.ZipFile, budget: Budget) -> bool:
    for entry in archive.infolist():
        if extension_of(entry.filename) in PROGRAM_EXTENSIONS:
            return True
        if _EMBEDDED.fullmatch(entry.filename) and holds_package(
            read_entry(archive, entry, budget)
        ):
            return True
    return False


def _foreign_links(
    links: list[tuple[str, str, bool]], subject: Subject, policy: ContentPolicy
) -> Iterator[Finding]:
    """Judge what the file loads from elsewhere; links that a reader clicks are none of it."""
    said: set[str] = set()
    for kind, target, outside in links:
        if not outside or kind in _SILENT or kind in said:
            continue
        local = _LOCAL_TARGET.fullmatch(target)
        if local and kind in _SILENT_WHEN_LOCAL:
            continue
        said.add(kind)
        runs = kind in _RUN_ON_OPENING and not local
        ruled = policy.active_content if runs else Severity.WARN
        yield _active(subject, ruled, f"{kind} → {target}")


def _text(archive: zipfile.ZipFile, types: dict[str, str], budget: Budget) -> str:
    """Return the first paragraphs of the main part."""
    for part, kind in types.items():
        if _MAIN_TYPE.fullmatch(kind) and part.startswith("/"):
            for entry in archive.infolist():
                if entry.filename.lower() == part[1:]:
                    return paragraphs(read_start(archive, entry, budget, START_BYTES))
    return ""


def _active(subject: Subject, ruled: Severity, detail: str) -> Finding:
    return subject.finding(Reason.ACTIVE_CONTENT, ruled, detail=detail)
