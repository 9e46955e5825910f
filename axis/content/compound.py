"""Office files of the old kind (.doc, .xls, .ppt): compound files (MS-CFB), read with olefile."""

import io
import re
import struct
from collections.abc import Iterator
from typing import Final

import olefile

from axis.content.findings import Look, Subject
from axis.content.kinds import DOC, PPT, XLS, Kind
from axis.content.policy import ContentPolicy
from axis.reasons import Reason

COMPOUND_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MAX_COMPOUND_ENTRIES: Final = 4_096
"""Streams and storages of a compound file. A document has about ten and six for each embedded
object; olefile's time grows with the square of the number."""

_HEADER_BYTES: Final = 512
_FAT_ENTRY_BYTES: Final = 4
_HEADER_FAT_SECTORS: Final = 109

_OF_KIND: Final = (
    ("worddocument", DOC),
    ("workbook", XLS),
    ("book", XLS),
    ("powerpoint document", PPT),
)
_ENCRYPTED_PACKAGE: Final = "encryptedpackage"
_VBA_STORAGES: Final = frozenset(("_vba_project_cur", "macros", "_vba_project", "vba"))
_EMBEDDED_PACKAGE: Final = "\x01ole10native"
_EMBEDDED_PACKAGE_NAME: Final = "\x01Ole10Native".encode("utf-16-le")

_FIB_ENCRYPTED: Final = 0x0100
"""MS-DOC 2.5.2, FibBase: the bit fEncrypted of the flags at offset 10."""
_PPT_ENCRYPTED: Final = 0xF3D1C4DF
"""MS-PPT 2.3.2, CurrentUserAtom: the headerToken of an encrypted document."""
_PPT_VBA: Final = re.compile(
    rb"[\x0f\x1f]\x00\xff\x03\x14\x00\x00\x00\x02\x00\x00\x04\x0c\x00\x00\x00.{4}[^\x00]", re.DOTALL
)
"""MS-PPT 2.4.10, VbaInfoContainer, with fHasMacros set."""

_BOUNDSHEET: Final = 0x0085
_FILEPASS: Final = 0x002F
_EOF_RECORD: Final = 0x000A
_MACRO_SHEET: Final = 1
_MAX_BIFF_RECORDS: Final = 20_000
"""Records of a workbook's globals: fonts, formats and names come to some thousands."""

_FAULTS: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What leaves olefile for files that are cut off or forged."""


class _Compound(olefile.OleFileIO):  # type: ignore[misc]
    """A compound file whose chains end: olefile believes what forged ones say of their sizes."""

    def __init__(self, data: bytes) -> None:
        self._entries_left = MAX_COMPOUND_ENTRIES
        self._size = len(data)
        super().__init__(io.BytesIO(data))

    def _open(
        self,
        start: int,
        size: int = olefile.olefile.UNKNOWN_SIZE,
        force_FAT: bool = False,  # noqa: N803 (olefile's own name)
    ) -> olefile.olefile.OleStream:
        if size != olefile.olefile.UNKNOWN_SIZE and size > self._size:
            raise OSError("stream larger than the file")
        return super()._open(start, size, force_FAT)

    def _load_direntry(self, sid: int) -> olefile.olefile.OleDirectoryEntry:
        self._entries_left -= 1
        if self._entries_left < 0:
            raise OSError(f"> {MAX_COMPOUND_ENTRIES} streams")
        return super()._load_direntry(sid)


def look_through_compound(data: bytes, subject: Subject, policy: ContentPolicy) -> Look:
    """Recognise an Office file of the old kind and look for macros; never raises."""
    if fault := _fault_of_header(data):
        return Look(None, [subject.finding(Reason.BAD_OFFICE, detail=fault)])
    try:
        with _Compound(data) as compound:
            return _look(compound, subject, policy)
    except _FAULTS as error:
        detail = str(error) or type(error).__name__
        return Look(None, [subject.finding(Reason.BAD_OFFICE, detail=detail)])


def _look(compound: _Compound, subject: Subject, policy: ContentPolicy) -> Look:
    paths = [[part.lower() for part in path] for path in compound.listdir(storages=True)]
    top = {path[0] for path in paths if len(path) == 1}
    kind = next((kind for name, kind in _OF_KIND if name in top), None)
    if _ENCRYPTED_PACKAGE in top:
        return Look(None, [subject.finding(Reason.ENCRYPTED)])
    if kind is None:
        return Look(None, [subject.finding(Reason.TYPE_NOT_ALLOWED, type="OLE2 (MSI, MSG …)")])
    look = Look(kind, [])
    if _is_encrypted(compound, kind):
        look.findings.append(subject.finding(Reason.ENCRYPTED))
    if detail := _macros(compound, kind, paths):
        look.findings.append(subject.finding(Reason.MACRO, policy.macros, detail=detail))
    if any(path[-1] == _EMBEDDED_PACKAGE for path in paths):
        look.findings.append(
            subject.finding(Reason.ACTIVE_CONTENT, policy.active_content, detail="OLE Package")
        )
    return look


def holds_package(data: bytes) -> bool:
    """Say whether an embedded object carries a file of any kind, which a double click opens."""
    return _EMBEDDED_PACKAGE_NAME in data


def _fault_of_header(data: bytes) -> str | None:
    """Refuse a header whose tables cannot fit the file: reading them costs their square."""
    if len(data) < _HEADER_BYTES:
        return "CFB header"
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in (9, 12):
        return "CFB sector size"
    sectors = len(data) >> shift
    per_sector = (1 << shift) // _FAT_ENTRY_BYTES
    (fat_sectors,) = struct.unpack_from("<L", data, 44)
    if fat_sectors > sectors // per_sector + _HEADER_FAT_SECTORS:
        return "CFB FAT"
    return None


def _is_encrypted(compound: _Compound, kind: Kind) -> bool:
    if kind is DOC:
        start = _start(compound, "WordDocument", 12)
        return bool(len(start) == 12 and struct.unpack_from("<H", start, 10)[0] & _FIB_ENCRYPTED)
    if kind is PPT:
        start = _start(compound, "Current User", 16)
        return len(start) == 16 and struct.unpack_from("<L", start, 12)[0] == _PPT_ENCRYPTED
    return any(number == _FILEPASS for number, _ in _biff_globals(compound))


def _macros(compound: _Compound, kind: Kind, paths: list[list[str]]) -> str | None:
    if any(part in _VBA_STORAGES for path in paths for part in path):
        return "VBA"
    if kind is PPT and _PPT_VBA.search(compound.openstream("PowerPoint Document").read()):
        return "VBA"
    if kind is XLS and any(
        number == _BOUNDSHEET and body[5:6] == bytes([_MACRO_SHEET])
        for number, body in _biff_globals(compound)
    ):
        return "Excel 4.0"
    return None


def _biff_globals(compound: _Compound) -> Iterator[tuple[int, bytes]]:
    """Return the records of a workbook before its first sheet, MS-XLS 2.1.7.20.3."""
    name = "Workbook" if compound.exists("Workbook") else "Book"
    stream = compound.openstream(name)
    for _ in range(_MAX_BIFF_RECORDS):
        header = stream.read(4)
        if len(header) < 4:
            return
        number, size = struct.unpack("<HH", header)
        if number == _EOF_RECORD:
            return
        yield number, stream.read(size)


def _start(compound: _Compound, name: str, count: int) -> bytes:
    if not compound.exists(name):
        return b""
    return bytes(compound.openstream(name).read(count))
