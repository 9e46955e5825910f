"""What a file is: its type by its first bytes, and the wrapping archive taken off.

The field wraps most attachments into a ZIP with one entry named ``<uuid>.<extension>`` and
states ``application/zip`` or the real type on either side, as it likes. So bytes decide.
"""

import io
import re
import zipfile
from typing import Final

from axis.edxml.archives import ZIP_MAGIC, Budget, open_archive, read_entry

OCTETS: Final = "application/octet-stream"
ZIP: Final = "application/zip"

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}/[A-Za-z0-9][\w.+-]{0,95}", re.ASCII)

PDF_MAGIC: Final = b"%PDF-"
PDF_MAGIC_WITHIN: Final = 1024
"""ISO 32000 lets other bytes precede the header; readers look this far."""

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"{\\rtf", "application/rtf"),
)
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_BY_EXTENSION: Final = {
    (ZIP_MAGIC, "docx"): f"{_OOXML}wordprocessingml.document",
    (ZIP_MAGIC, "xlsx"): f"{_OOXML}spreadsheetml.sheet",
    (ZIP_MAGIC, "pptx"): f"{_OOXML}presentationml.presentation",
    (b"\xd0\xcf\x11\xe0", "doc"): "application/msword",
    (b"\xd0\xcf\x11\xe0", "xls"): "application/vnd.ms-excel",
    (b"\xd0\xcf\x11\xe0", "ppt"): "application/vnd.ms-powerpoint",
}
"""Containers that hold several formats: the extension says which."""

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that ZIP can state: the same file always gives the same bytes."""


def media_type(data: bytes, name: str, *declared: str) -> str:
    """Return a file's type: by its first bytes, else the first usable declared one."""
    if PDF_MAGIC in data[:PDF_MAGIC_WITHIN]:
        return "application/pdf"
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found
    extension = extension_of(name)
    for (magic, known), found in _BY_EXTENSION.items():
        if known == extension and data.startswith(magic):
            return found
    if data.startswith(ZIP_MAGIC):
        return ZIP
    usable = (text.lower() for text in declared if _MEDIA_TYPE.fullmatch(text))
    return next(usable, OCTETS)


def extension_of(name: str) -> str:
    """Return a file name's extension without the dot, in lower case."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def wrapped_entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    """Return the one file that an archive only wraps, or None for any other archive.

    An archive wraps when it has exactly one entry and the attachment is not called an archive
    itself, or its entry is.
    """
    entries = archive.infolist()
    if len(entries) != 1 or entries[0].is_dir():
        return None
    (entry,) = entries
    if extension_of(name) == "zip" and extension_of(entry.filename) != "zip":
        return None
    return entry


def unwrap(data: bytes, name: str, budget: Budget) -> bytes:
    """Return the file inside a wrapping archive, or the data themselves when there is none.

    Raises ArchiveError when the archive is broken or the file goes beyond the budget, of which
    it is taken.
    """
    if data.startswith(ZIP_MAGIC):
        archive = open_archive(data, budget)
        entry = wrapped_entry(archive, name)
        if entry is not None:
            return read_entry(archive, entry, budget)
    budget.take_bytes(len(data))
    return data


def wrap(data: bytes, name: str, entry_stem: str) -> bytes:
    """Return the file in an archive of one entry, as the Java producer sends it."""
    extension = extension_of(name)
    entry = zipfile.ZipInfo(f"{entry_stem}.{extension}" if extension else entry_stem, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(entry, data)
    return stream.getvalue()
