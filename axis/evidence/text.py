"""What a receipt may repeat of hostile input: characters that XML can carry, bounded."""

import re
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import force_setattr

MAX_TEXT_CHARS = 1000
"""Longest single text in a receipt: a finding's text with its facts stays below; a sender's
reason for a refusal is cut, the status message itself is kept whole elsewhere."""

_UNFIT = re.compile(
    "[^\t\n\r\u0020-\u007e\u00a0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""Everything outside XML 1.0's production 2 (Char); control characters that XML could carry but
that drive a terminal; and the marks that turn the reading direction, which disguise texts."""


def clean(text: str) -> str:
    """Return the text bounded, with U+FFFD for what a receipt cannot or must not hold."""
    if len(text) > MAX_TEXT_CHARS:
        text = text[: MAX_TEXT_CHARS - 1] + "…"
    if text.isascii() and text.isprintable():  # codes and ids: nothing to look for
        return text
    return _UNFIT.sub("\ufffd", text)


def clean_moment(moment: datetime) -> datetime:
    """Return the moment in UTC with the milliseconds that a receipt states."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone proves nothing")
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


class Clean(Struct, frozen=True, kw_only=True):
    """Base of a receipt's values: they hold from the start exactly what the XML will say.

    A broadcast's receipt has thousands of them.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            cleaned = _cleaned(value)
            if cleaned is not value:
                force_setattr(self, name, cleaned)


def _cleaned(value: Any) -> Any:
    kind = type(value)
    if kind is str:  # not an enum member that is also a string
        return clean(value)
    if kind is tuple:
        return tuple([_cleaned(part) for part in value])
    return clean_moment(value) if isinstance(value, datetime) else value
