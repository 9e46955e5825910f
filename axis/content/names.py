"""Names of files: what no receiver's disk, screen or archive program is deceived by."""

import re
import unicodedata
from typing import Final

MAX_NAME_BYTES: Final = 255
"""UTF-8 bytes of a name: what file systems hold."""

_INVISIBLE: Final = frozenset(("Cc", "Cf", "Zl", "Zp", "Cs"))
"""Unicode categories of signs that are not seen but change what is seen: control signs, zero
width, direction (``cv<U+202E>fdp.exe`` shows as ``cvexe.pdf``), line ends."""

_RESERVED: Final = frozenset(
    (
        *("con", "prn", "aux", "nul", "conin$", "conout$"),
        *(f"{device}{number}" for device in ("com", "lpt") for number in "123456789¹²³"),
    )
)
"""Devices of Windows, with any extension."""

_DRIVE: Final = re.compile(r"[A-Za-z]:")


def fault_of_name(name: str) -> str | None:
    """Return what is wrong with a file's name, short and in no language; None for a good one."""
    if "/" in name or "\\" in name:
        return "/ \\"
    return _fault_of_part(name)


def fault_of_path(path: str) -> str | None:
    """Return what is wrong with the name of an archive's entry, which may stand in folders."""
    parts = path.replace("\\", "/").split("/")
    if not parts[-1]:
        # A folder's own entry.
        parts.pop()
    if not parts or not parts[0]:
        return "/ …"
    return next(filter(None, map(_fault_of_part, parts)), None)


def shown(name: str) -> str:
    """Return a name that can be quoted anywhere: what cannot be seen is replaced by �."""
    if name.isprintable():
        return name
    return "".join("�" if unicodedata.category(char) in _INVISIBLE else char for char in name)


def _fault_of_part(name: str) -> str | None:
    if not name or name.isspace():
        return "rỗng · empty"
    if name == "..":
        return ".."
    for char in name if not name.isprintable() else "":
        if unicodedata.category(char) in _INVISIBLE:
            return f"U+{ord(char):04X}"
    if name[-1] in ". ":
        return "«.» / « » cuối tên · at the end"
    if _DRIVE.match(name):
        return name[:2]
    stem = unicodedata.normalize("NFKC", name).partition(".")[0].rstrip().casefold()
    if stem in _RESERVED:
        return stem.upper()
    if (size := len(name.encode("utf-8", "replace"))) > MAX_NAME_BYTES:
        return f"{size} byte > {MAX_NAME_BYTES}"
    return None
