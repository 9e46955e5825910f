"""Texts that name things: codes, numbers, DocumentIds, file names.

Two that look the same must be the same, or a status lands on nobody's document. So such texts are
read in composed Unicode (NFC, TCVN 6909:2001) with plain hyphens and spaces, and codes may hold no
letters but Vietnamese ones: «Н37» with a Cyrillic Н is not Lạng Sơn's H37.
"""

import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_TONES: Final = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
"""None, huyền, hỏi, ngã, sắc, nặng."""

_VIETNAMESE: Final = frozenset(
    letter
    for base in "aăâeêioôơuưyđ"
    for tone in _TONES
    for case in (base, base.upper())
    if len(letter := unicodedata.normalize("NFC", case + tone)) == 1
)

_PLAIN: Final = _VIETNAMESE.union(filter(str.isprintable, map(chr, range(128))))
"""Nearly every text has only these; none of them combines with another."""

_HYPHENS: Final = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-"
)
"""What word processors make of a typed hyphen."""

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_INVISIBLE_LETTERS: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Fillers and blanks that Unicode counts as letters, marks or symbols."""

_VARIATION_SELECTORS: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))


class Naming(Enum):
    """How strict a text that names something has to be."""

    CODE = auto()
    """An agency code, a number, a notation, a DocumentId: ASCII and Vietnamese letters."""
    FILE_NAME = auto()
    """A file's name: any alphabet; what may not stand in names is for the content check."""


def is_plain(text: str) -> bool:
    """Say whether a text is read as it is: the quick answer for nearly all of them."""
    return (text.isascii() and text.isprintable()) or _PLAIN.issuperset(text)


@dataclass(frozen=True, slots=True)
class Identity:
    """A text that names something, as it is to be read."""

    text: str
    invisible: str | None = None
    """The first character that nobody sees, described; the text must be refused."""
    foreign: str | None = None
    """The first character that belongs to no Vietnamese code, described; likewise."""


def read_identity(text: str, naming: Naming) -> Identity:
    """Return how a text is to be read; an ordinary one comes back as it is."""
    if is_plain(text):
        return Identity(text)
    plain = unicodedata.normalize("NFC", text)
    if naming is Naming.FILE_NAME:
        return Identity(plain)
    plain = "".join(" " if unicodedata.category(char) == "Zs" else char for char in plain)
    plain = plain.translate(_HYPHENS).strip()
    invisible = next((char for char in plain if _is_invisible(char)), None)
    foreign = next((char for char in plain if not char.isascii() and char not in _VIETNAMESE), None)
    return Identity(
        plain,
        invisible=None if invisible is None else described(invisible),
        foreign=None if foreign is None or invisible is not None else described(foreign),
    )


def described(char: str) -> str:
    """Return a character's number and name: ``U+041D CYRILLIC CAPITAL LETTER EN``."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


def _is_invisible(char: str) -> bool:
    return (
        unicodedata.category(char) in _INVISIBLE_CATEGORIES
        or char in _INVISIBLE_LETTERS
        or char in _VARIATION_SELECTORS
    )
