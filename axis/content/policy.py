"""What an installation asks of attached files, as data."""

from dataclasses import dataclass

from axis.edxml.limits import MAX_UNPACKED_BYTES
from axis.reasons import Severity


@dataclass(frozen=True, slots=True)
class ContentPolicy:
    """Rules for the files of one document; immutable and picklable.

    What may travel is fixed (`axis.content.kinds`); here stands what installations judge
    differently. Each severity is REFUSE or WARN.
    """

    macros: Severity = Severity.REFUSE
    """Office files with macros."""
    active_content: Severity = Severity.REFUSE
    """PDF scripts and programs that start by themselves; Office links to foreign templates."""
    broken_pdf_signatures: Severity = Severity.REFUSE
    """PDF signatures over bytes that have changed."""
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES
    """All files of a document together, taken out of their archives."""
