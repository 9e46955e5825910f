"""The door for a malware scanner, which is optional."""

from typing import Protocol

from axis.errors import AxisError


class ScannerAwayError(AxisError):
    """The scanner did not answer; whether the file is clean is not known."""


class UnscannableError(AxisError):
    """The scanner is there and does not look through this file: not now, and not later."""


class Scanner(Protocol):
    """Looks for malware in a file (quét mã độc)."""

    def scan(self, data: bytes) -> str | None:
        """Return the name of what was found, None for a clean file.

        Raises ScannerAwayError, or UnscannableError for a file beyond what the scanner looks into.
        """
