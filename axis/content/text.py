"""Plain text: told from binary data, in the encodings that Vietnamese offices write."""

import codecs
from collections.abc import Iterator
from typing import Final

START_CHARS: Final = 8_192
"""Characters in which a text is recognised, and in which its marking would stand: two pages."""


_START_BYTES: Final = 4 * START_CHARS
_BLOCK_BYTES: Final = 1 << 20
_BOM: Final = "\ufeff"

_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\f\r") + b"\x7f"
"""Signs that no text has; a page break is one that it may have."""

_HIGH: Final = bytes(range(0x80, 0x100))
_NOT_IN_1258: Final = bytes(
    code for code in _HIGH if bytes([code]).decode("cp1258", "replace") == "\ufffd"
)
_MAX_HIGH_SHARE: Final = 0.4
"""Letters with marks in a text of one byte a sign. Vietnamese has 25 %, random data 50 %."""

_MAX_UNPRINTABLE_SHARE: Final = 0.05
"""Signs of a UTF-16 text that no screen shows; random data has over 15 %."""

_SHOWN_SPACE: Final = dict.fromkeys(map(ord, "\t\n\f\r\ufeff\u00ad\u200b\u200c\u200d\u200e\u200f"))


def start_of_text(data: bytes) -> str | None:
    """Return how a text begins, or None when the bytes are no text.

    Text is UTF-8, UTF-16 with a byte order mark, or one byte a sign as in Windows-1258 and TCVN3
    (read as the former).
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _start_of_utf16(data)
    # All of it is looked at: what ends in binary data is no text.
    if _count(data, _CONTROLS):
        return None
    start = _start_in(data, "utf-8")
    if start is not None:
        return start.removeprefix(_BOM)
    return _start_of_single_bytes(data)


def _start_of_single_bytes(data: bytes) -> str | None:
    if _count(data, _HIGH) > _MAX_HIGH_SHARE * len(data) or _count(data, _NOT_IN_1258):
        return None
    return data[:START_CHARS].decode("cp1258")


def _start_of_utf16(data: bytes) -> str | None:
    start = _start_in(data, "utf-16")
    if start is None:
        return None
    visible = start.translate(_SHOWN_SPACE)
    unprintable = sum(not char.isprintable() for char in visible)
    return None if unprintable > _MAX_UNPRINTABLE_SHARE * len(visible) else start


def _start_in(data: bytes, encoding: str) -> str | None:
    """Return how a text begins, or None when not all of it is in this encoding."""
    try:
        if len(data) <= _BLOCK_BYTES:
            return data.decode(encoding)[:START_CHARS]
        decoder = codecs.getincrementaldecoder(encoding)()
        for block in _blocks(data):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return data[:_START_BYTES].decode(encoding, "ignore")[:START_CHARS]


def _count(data: bytes, signs: bytes) -> int:
    if len(data) <= _BLOCK_BYTES:
        return len(data) - len(data.translate(None, signs))
    return sum(len(block) - len(block.translate(None, signs)) for block in _blocks(data))


def _blocks(data: bytes) -> Iterator[bytes]:
    """Cut long data, so that looking at them takes no second copy."""
    for start in range(0, len(data), _BLOCK_BYTES):
        yield data[start : start + _BLOCK_BYTES]
