"""What a file is: its type by its first bytes, and the wrapping archive taken off.

The field wraps most attachments into a ZIP with one entry named ``<uuid>.<extension>`` and
states ``application/zip`` or the real type on either side, as it likes. So bytes decide.
"""

import io
import re
import struct
import zipfile
import zlib
from typing import Final

from axis.edxml.limits import MAX_ARCHIVE_DIRECTORY_BYTES
from axis.errors import InvalidInputError

OCTETS: Final = "application/octet-stream"
ZIP: Final = "application/zip"

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}/[A-Za-z0-9][\w.+-]{0,95}", re.ASCII)

_ZIP_MAGIC: Final = b"PK\x03\x04"
_PDF_MAGIC: Final = b"%PDF-"
_PDF_MAGIC_WITHIN: Final = 1024
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
    (_ZIP_MAGIC, "docx"): f"{_OOXML}wordprocessingml.document",
    (_ZIP_MAGIC, "xlsx"): f"{_OOXML}spreadsheetml.sheet",
    (_ZIP_MAGIC, "pptx"): f"{_OOXML}presentationml.presentation",
    (b"\xd0\xcf\x11\xe0", "doc"): "application/msword",
    (b"\xd0\xcf\x11\xe0", "xls"): "application/vnd.ms-excel",
    (b"\xd0\xcf\x11\xe0", "ppt"): "application/vnd.ms-powerpoint",
}
"""Containers that hold several formats: the extension says which."""

_END_MAGIC: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_MAX_COMMENT_BYTES: Final = 65_535
_ZIP64_LOCATOR_MAGIC: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES: Final = 20
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that ZIP can state: the same file always gives the same bytes."""


def media_type(data: bytes, name: str, *declared: str) -> str:
    """Return a file's type: by its first bytes, else the first usable declared one."""
    if _PDF_MAGIC in data[:_PDF_MAGIC_WITHIN]:
        return "application/pdf"
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found
    extension = extension_of(name)
    for (magic, known), found in _BY_EXTENSION.items():
        if known == extension and data.startswith(magic):
            return found
    if data.startswith(_ZIP_MAGIC):
        return ZIP
    usable = (text.lower() for text in declared if _MEDIA_TYPE.fullmatch(text))
    return next(usable, OCTETS)


def extension_of(name: str) -> str:
    """Return a file name's extension without the dot, in lower case."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def unwrap(data: bytes, name: str, max_bytes: int) -> bytes:
    """Return the file inside a wrapping archive, or the data themselves when there is none.

    An archive wraps when it has exactly one entry and the attachment is not called an archive
    itself, or its entry is. Raises InvalidInputError when the archive is broken or its entry
    is larger than `max_bytes`; at most one byte more is ever unpacked.
    """
    if not data.startswith(_ZIP_MAGIC) or not _has_short_directory(data):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = _wrapped_entry(archive, name)
            if entry is None:
                return data
            with archive.open(entry) as stream:
                found = stream.read(max_bytes + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        # All of them leave zipfile for archives that are cut off or forged.
        raise InvalidInputError(str(error) or type(error).__name__) from None
    if len(found) > max_bytes:
        raise InvalidInputError(f"> {max_bytes} byte")
    return found


def wrap(data: bytes, name: str, entry_stem: str) -> bytes:
    """Return the file in an archive of one entry, as the Java producer sends it."""
    extension = extension_of(name)
    entry = zipfile.ZipInfo(f"{entry_stem}.{extension}" if extension else entry_stem, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(entry, data)
    return stream.getvalue()


def _wrapped_entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    entries = archive.infolist()
    if len(entries) != 1:
        return None
    (entry,) = entries
    if entry.is_dir() or entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        return None
    if extension_of(name) == "zip" and extension_of(entry.filename) != "zip":
        return None
    return entry


def _has_short_directory(data: bytes) -> bool:
    """Say whether the archive's list of entries is short enough to be read at all.

    Reading a forged one of 50 MB costs gigabytes before the first entry is seen. An archive
    without a readable end is let through: opening it fails, which names the fault.
    """
    start = len(data) - _END_BYTES
    if data[start : start + 4] != _END_MAGIC or data[-2:] != b"\0\0":
        start = data.rfind(_END_MAGIC, max(0, start - _MAX_COMMENT_BYTES))
    if start < 0 or start + _END_BYTES > len(data):
        return True
    locator = data[max(0, start - _ZIP64_LOCATOR_BYTES) : start]
    if locator.startswith(_ZIP64_LOCATOR_MAGIC):
        return False
    (size,) = struct.unpack_from("<L", data, start + 12)
    return bool(size <= MAX_ARCHIVE_DIRECTORY_BYTES)
