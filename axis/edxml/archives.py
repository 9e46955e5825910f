"""ZIP archives of strangers, opened inside fixed time and memory.

Whatever is opened for one document draws on one `Budget`: the bytes that leave archives, the
bytes of their directories and the number of files that are taken out.
"""

import io
import stat
import struct
import zipfile
import zlib
from itertools import pairwise
from typing import IO, Final

from axis.edxml.limits import MAX_ARCHIVE_ENTRIES, MAX_DIRECTORY_BYTES, MAX_UNPACKED_BYTES
from axis.errors import InvalidInputError
from axis.reasons import Reason

ZIP_MAGIC: Final = b"PK\x03\x04"
EMPTY_ZIP_MAGIC: Final = b"PK\x05\x06"

MAX_RATIO: Final = 200
"""Unpacked to packed size of an archive. Text and office parts reach 5 to 60, a table of one
repeated cell 100; deflate ends at 1,032, which only bombs come near."""

RATIO_COUNTS_FROM: Final = 8 * 1024 * 1024
"""Unpacked bytes below which no ratio is asked for: a blank page scanned without compression
shrinks a thousandfold and harms nobody."""

_BLOCK_BYTES: Final = 256 * 1024
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every receiver can open. LZMA archives state how much memory unpacking them takes."""

_END_BYTES: Final = 22
_MAX_COMMENT_BYTES: Final = 65_536
_END64_MAGIC: Final = b"PK\x06\x06"
_END64_BYTES: Final = 56
_LOCATOR_MAGIC: Final = b"PK\x06\x07"
_LOCATOR_BYTES: Final = 20
_LOCAL_HEADER_BYTES: Final = 30

_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What leaves zipfile for archives that are cut off or forged."""


class ArchiveError(InvalidInputError):
    """An archive, or a file in one, cannot be opened; carries the reason and its facts."""

    def __init__(self, reason: Reason, **facts: str | int) -> None:
        super().__init__(", ".join(f"{name} {fact}" for name, fact in facts.items()))
        self.reason = reason
        self.facts = facts


class Budget:
    """What the files of one document may still cost."""

    __slots__ = ("_bytes", "_directory", "_entries", "_limit")

    def __init__(self, max_bytes: int = MAX_UNPACKED_BYTES) -> None:
        self._limit = self._bytes = max_bytes
        self._directory = MAX_DIRECTORY_BYTES
        self._entries = MAX_ARCHIVE_ENTRIES

    @property
    def bytes_left(self) -> int:
        """Return how many bytes may still be unpacked."""
        return self._bytes

    def take_bytes(self, count: int) -> None:
        """Count unpacked bytes; raises ArchiveError when there are too many."""
        if count > self._bytes:
            raise _too_complex("byte", self._limit - self._bytes + count, self._limit)
        self._bytes -= count

    def take_directory(self, count: int) -> None:
        """Count bytes of a directory before it is read; raises ArchiveError."""
        if count > self._directory:
            over = MAX_DIRECTORY_BYTES - self._directory + count
            raise _too_complex("byte mục lục ZIP · of ZIP directory", over, MAX_DIRECTORY_BYTES)
        self._directory -= count

    def take_entries(self, count: int) -> None:
        """Count files that are to be taken out of an archive; raises ArchiveError."""
        if count > self._entries:
            over = MAX_ARCHIVE_ENTRIES - self._entries + count
            raise _too_complex("tệp · files", over, MAX_ARCHIVE_ENTRIES)
        self._entries -= count


def open_archive(data: bytes, budget: Budget) -> zipfile.ZipFile:
    """Return an archive whose list of entries is sound; raises ArchiveError.

    No entry shares bytes with another, and the whole does not unpack out of all proportion.
    """
    budget.take_directory(_directory_bytes(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _FAULTS as error:
        raise _broken(error) from None
    entries = archive.infolist()
    if not all(entry.filename for entry in entries):
        # Not even `ZipInfo.is_dir` can take such a name.
        raise ArchiveError(Reason.BAD_ARCHIVE, detail="name")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * len(data):
        raise _too_complex("lần nén · × packed size", unpacked // len(data), MAX_RATIO)
    if len(entries) > 1:
        _refuse_overlaps(entries)
    return archive


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Return a file of an archive, its checksum verified; raises ArchiveError.

    Never unpacks more than the budget, whatever the archive says about sizes.
    """
    _refuse_entry(entry)
    budget.take_bytes(entry.file_size)
    try:
        with archive.open(entry) as stream:
            if entry.file_size <= _BLOCK_BYTES:
                found = stream.read(entry.file_size + 1)
            else:
                found = _read_blocks(stream)
    except _FAULTS as error:
        raise _broken(error) from None
    if len(found) != entry.file_size:
        raise ArchiveError(Reason.BAD_ARCHIVE, detail="size")
    return found


def read_start(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, max_bytes: int
) -> bytes:
    """Return the first bytes of a file of an archive, without its checksum; raises ArchiveError."""
    _refuse_entry(entry)
    budget.take_bytes(min(entry.file_size, max_bytes))
    try:
        with archive.open(entry) as stream:
            return stream.read(max_bytes)
    except _FAULTS as error:
        raise _broken(error) from None


def is_encrypted(entry: zipfile.ZipInfo) -> bool:
    """Say whether an entry needs a password."""
    return bool(entry.flag_bits & _ENCRYPTED)


def _refuse_entry(entry: zipfile.ZipInfo) -> None:
    if is_encrypted(entry):
        raise ArchiveError(Reason.ENCRYPTED)
    if entry.compress_type not in _METHODS:
        raise ArchiveError(Reason.BAD_ARCHIVE, detail=f"method {entry.compress_type}")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        # A symbolic link or a device, which unpacking would put on the receiver's disk.
        raise ArchiveError(Reason.BAD_ARCHIVE, detail="symlink")


def _read_blocks(stream: IO[bytes]) -> bytes:
    """Read to the end; the buffer becomes the result without a copy."""
    buffer = io.BytesIO()
    while block := stream.read(_BLOCK_BYTES):
        buffer.write(block)
    return buffer.getvalue()


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes: a few megabytes of them unpack to petabytes."""
    spans = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    for (offset, size), (following, _) in pairwise(spans):
        if offset + _LOCAL_HEADER_BYTES + size > following:
            raise ArchiveError(Reason.BAD_ARCHIVE, detail="overlap")


def _directory_bytes(data: bytes) -> int:
    """Return how long the list of entries claims to be, as zipfile will read it.

    Each entry costs zipfile ten times its bytes in memory, so a forged list of 50 MB would cost
    half a gigabyte before the first entry is seen. An archive without a readable end has none:
    opening it fails, which names the fault.
    """
    start = len(data) - _END_BYTES
    if data[start : start + 4] != EMPTY_ZIP_MAGIC or data[-2:] != b"\0\0":
        start = data.rfind(EMPTY_ZIP_MAGIC, max(0, start - _MAX_COMMENT_BYTES))
    if start < 0 or start + _END_BYTES > len(data):
        return 0
    (size,) = struct.unpack_from("<L", data, start + 12)
    locator = start - _LOCATOR_BYTES
    end64 = locator - _END64_BYTES
    if (
        end64 >= 0
        and data.startswith(_LOCATOR_MAGIC, locator)
        and data.startswith(_END64_MAGIC, end64)
    ):
        (size,) = struct.unpack_from("<Q", data, end64 + 40)
    return int(size)


def _broken(error: Exception) -> ArchiveError:
    return ArchiveError(Reason.BAD_ARCHIVE, detail=str(error) or type(error).__name__)


def _too_complex(what: str, count: int, limit: int) -> ArchiveError:
    return ArchiveError(Reason.FILE_TOO_COMPLEX, what=what, count=count, limit=limit)
