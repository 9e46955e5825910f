"""Secrecy markings (dấu chỉ độ mật): MẬT, TỐI MẬT, TUYỆT MẬT, where they are markings.

The word itself is ordinary: bảo mật, mật khẩu, mật độ. What makes it a marking is that it stands
for itself: alone on a line, in brackets or behind a dash at either end of a field, or after the
words «độ mật». Sentences about secrecy are none.
"""

import re
import unicodedata
from typing import Final

_LEVEL: Final = r"(?:tuyệt\s*mật|tối\s*mật|mật)"
_LEVELS: Final = {"mật": "MẬT", "tốimật": "TỐI MẬT", "tuyệtmật": "TUYỆT MẬT"}
_DASH: Final = r"[-‐‑‒–—―−_:/|]"
_OPEN: Final = r"[(\[{<«“\"'*]"
_CLOSE: Final = r"[)\]}>»”\"'*]"
_COMPOUND: Final = r"(?:mã|khẩu|độ|thư|vụ|ong|danh|báo|hiệu|ngữ|thám|thiết|lệnh|ước|nghị|đàm)\b"
"""Second halves of words that begin with «mật», some of which people write with a hyphen."""

_OTHER_LEVEL_AHEAD: Final = rf"(?!\s*(?:[,;&]|và|hoặc|hay|{_DASH})*\s*{_LEVEL}\b)"
_OTHER_LEVEL_BEHIND: Final = re.compile(
    r"(?:(?:tuyệt|tối)\s*mật|(?:^|[,;/|]|và)\s*mật)\s*$", re.IGNORECASE
)
"""A row of levels is a classification that a text speaks of, not the text's own."""

_WORD_BEHIND: Final = re.compile(r"\b(?:bảo|bí|cơ|giải|không)\s*$", re.IGNORECASE)
"""First halves of words that end with «mật», and its denial."""

_LABELLED: Final = re.compile(
    rf"\bđộ\s+mật\s*[:=\-–—]+\s*{_OPEN}*\s*(?P<level>{_LEVEL})\b{_OTHER_LEVEL_AHEAD}(?![-\s]*{_COMPOUND})",
    re.IGNORECASE,
)
_AT_START: Final = re.compile(
    rf"^\s*(?:{_OPEN}\s*(?P<bracketed>{_LEVEL})\s*{_CLOSE}"
    rf"|(?P<level>{_LEVEL})\s*{_DASH}+){_OTHER_LEVEL_AHEAD}(?!{_COMPOUND})",
    re.IGNORECASE,
)
_AT_END: Final = re.compile(
    rf"(?:{_OPEN}\s*(?P<bracketed>{_LEVEL})\s*{_CLOSE}|{_DASH}+\s*(?P<level>{_LEVEL}))\s*[.!]?\s*$",
    re.IGNORECASE,
)
_SPACED: Final = re.compile(r"(?<!\w)(?:\w\s+){2,}\w(?!\w)")
"""Letters set apart: «M Ậ T»."""
_NO_LETTERS: Final = re.compile(r"[\W_]+")

MAX_END_CHARS: Final = 100
"""How much of a line's two ends is looked at for a marking and what makes it one."""

MAX_LINES: Final = 200
"""Lines of a text that are looked at: two pages."""

MAX_TEXT_CHARS: Final = 10_000
"""The same in characters."""


def marking_of_field(text: str) -> str | None:
    """Return the marking that a field of the header or a file's name bears, or None."""
    return _first_marking(text, strict=False) if _may_bear_one(text) else None


def marking_of_text(text: str) -> str | None:
    """Return the marking on the first lines of a text, or None.

    Stricter than for a field, because a text's lines are pieces of sentences: dashes and
    brackets count only around capitals.
    """
    start = text[:MAX_TEXT_CHARS]
    return _first_marking(start, strict=True) if _may_bear_one(start) else None


def _first_marking(text: str, *, strict: bool) -> str | None:
    for line in unicodedata.normalize("NFKC", text).splitlines()[:MAX_LINES]:
        if ("ậ" in line or "Ậ" in line) and (found := _marking(_visible(line), strict=strict)):
            return found
    return None


def _marking(line: str, *, strict: bool) -> str | None:
    alone = _NO_LETTERS.sub("", line)
    if level := _LEVELS.get(alone.lower()):
        return level if alone[0].isupper() else None
    line = _SPACED.sub(lambda spaced: "".join(spaced[0].split()), line)
    if found := _LABELLED.search(line):
        return _name(found["level"])
    if len(line) > 2 * MAX_END_CHARS:
        line = f"{line[:MAX_END_CHARS]} {line[-MAX_END_CHARS:]}"
    for pattern in (_AT_START, _AT_END):
        found = pattern.search(line)
        if found and _stands_out(found, line, strict=strict):
            return _name(found["bracketed"] or found["level"])
    return None


def _stands_out(found: re.Match[str], line: str, *, strict: bool) -> bool:
    word = found["bracketed"] or found["level"]
    before = line[: found.start()]
    if _OTHER_LEVEL_BEHIND.search(before) or _WORD_BEHIND.search(before):
        return False
    if strict:
        return word.isupper()
    return bool(found["bracketed"]) or word[0].isupper()


def _name(level: str) -> str:
    return _LEVELS["".join(level.lower().split())]


def _may_bear_one(text: str) -> bool:
    """Say whether the letter of every marking is there, whole or as combining marks.

    Few other words have it, so that most texts need no closer look.
    """
    if text.isascii():
        return False
    return "ậ" in text or "Ậ" in text or "\u0302" in text or "\u0323" in text


def _visible(line: str) -> str:
    if line.isprintable():
        return line.strip()
    return "".join(char for char in line if unicodedata.category(char) != "Cf").strip()
