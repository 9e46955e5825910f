"""What a catalogue entry is made of."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OUR_LIMIT: Final = "axis"
"""The source of a rule that protects the axis itself."""


class Check(StrEnum):
    """The five admission checks that the country set."""

    FORMAT = "format"
    """Thể thức."""
    AUTHENTICATION = "authentication"
    """Xác thực."""
    SIGNATURE = "signature"
    """Ký số."""
    AUTHORITY = "authority"
    """Thẩm quyền."""
    CONTENT = "content"
    """Nội dung."""


class Severity(StrEnum):
    """What a finding does to the document."""

    REFUSE = "refuse"
    HOLD = "hold"
    """Something needed for the decision is not available now."""
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A catalogue entry's content; ``{name}`` in a text is filled from the finding's facts."""

    check: Check
    code: str
    vi: str
    en: str
    source: str
    severity: Severity = Severity.REFUSE
