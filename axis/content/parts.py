"""Office files as archives of parts: what Office Open XML and OpenDocument have in common."""

import zipfile
from collections.abc import Callable
from typing import Final

from axis.content.findings import Look, Subject
from axis.content.markup import MarkupError
from axis.content.policy import ContentPolicy
from axis.edxml.archives import ArchiveError, Budget, read_entry
from axis.reasons import Reason

MAX_PART_BYTES: Final = 1 << 20
"""A list of parts, content types or relationships; a thousand slides have 200 KB."""

START_BYTES: Final = 256 * 1024
"""How much of the main part is read for a secrecy marking: its first pages."""

LookThrough = Callable[[zipfile.ZipFile, Subject, ContentPolicy, Budget], Look]


def look_through_parts(
    look_through: LookThrough,
    archive: zipfile.ZipFile,
    subject: Subject,
    policy: ContentPolicy,
    budget: Budget,
) -> Look:
    """Look through an office file; whatever keeps it from being read is a finding."""
    try:
        _refuse_names(archive)
        return look_through(archive, subject, policy, budget)
    except ArchiveError as error:
        broken = error.reason is Reason.BAD_ARCHIVE
        reason = Reason.BAD_OFFICE if broken else error.reason
        return Look(None, [subject.finding(reason, **error.facts)])
    except MarkupError as error:
        return Look(None, [subject.finding(Reason.BAD_OFFICE, detail=str(error))])


def read_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Return a part that only lists others; raises ArchiveError."""
    if entry.file_size > MAX_PART_BYTES:
        raise ArchiveError(
            Reason.FILE_TOO_COMPLEX,
            what=f"byte ({entry.filename})",
            count=entry.file_size,
            limit=MAX_PART_BYTES,
        )
    return read_entry(archive, entry, budget)


def _refuse_names(archive: zipfile.ZipFile) -> None:
    """Refuse two parts of one name, of which programs read different ones, and ways out."""
    seen: set[str] = set()
    for name in archive.namelist():
        folded = name.lower()
        if folded in seen or ".." in name.replace("\\", "/").split("/"):
            raise ArchiveError(Reason.BAD_ARCHIVE, detail=name)
        seen.add(folded)
