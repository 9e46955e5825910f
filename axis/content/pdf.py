"""PDF files: they open, hold nothing that starts by itself, and say who signed them.

pyHanko reads the structure, PDFium (what a viewer in the field would do) opens the same bytes and
gives the first page's text. Both run only on files that were recognised as PDF by their header.
"""

import io
from typing import TYPE_CHECKING, Final

from axis.content.findings import Look, Subject
from axis.content.kinds import PDF
from axis.content.pdf_actions import TooManyObjectsError, find_activity
from axis.content.pdf_signatures import MAX_SIGNATURES, read_signatures
from axis.content.pdf_text import UnreadableByViewerError, ViewerPasswordError, first_page_text
from axis.content.policy import ContentPolicy
from axis.reasons import Reason, Severity
from axis.verdict import FileSignature, Finding

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_MIB: Final = 1024 * 1024
_MAX_STREAM_BYTES: Final = 32 * _MIB
"""One decoded stream of objects or references: a file of 50 MB with 100,000 objects has 10 MB."""

_MAX_DECODED_BYTES: Final = 128 * _MIB
"""All decoded streams of one file together."""

_SIGNATURE_MARK: Final = b"/ByteRange"
"""Every signature dictionary has one, in the clear: the signer needs its position in the file."""


class _RefusedError(Exception):
    """The file cannot be looked through; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.reason.code)
        self.finding = finding


def look_through_pdf(data: bytes, subject: Subject, policy: ContentPolicy) -> Look:
    """Look through a PDF file; never raises for any bytes but out of memory."""
    try:
        return _look_through(data, subject, policy)
    except _RefusedError as error:
        return Look(PDF, [error.finding])
    except MemoryError:
        raise  # the worker's own: it says which document it dies of
    except (Exception, RecursionError) as error:  # noqa: BLE001
        # The one door. For broken files pyHanko leaks its own errors, and KeyError, TypeError,
        # AttributeError, ValueError, AssertionError, struct.error and more.
        detail = str(error).strip().partition("\n")[0] or type(error).__name__
        return Look(PDF, [subject.finding(Reason.BAD_PDF, detail=detail)])


def _look_through(data: bytes, subject: Subject, policy: ContentPolicy) -> Look:
    reader = _open(data, subject)
    text = _seen_by_a_viewer(data, subject)
    findings = _activity(reader, subject, policy)
    signatures, found = _signatures(reader, data.count(_SIGNATURE_MARK), subject, policy)
    return Look(PDF, findings + found, text, signatures)


def _seen_by_a_viewer(data: bytes, subject: Subject) -> str:
    try:
        return first_page_text(data)
    except ViewerPasswordError:
        raise _RefusedError(subject.finding(Reason.ENCRYPTED)) from None
    except UnreadableByViewerError as error:
        raise _RefusedError(subject.finding(Reason.BAD_PDF, detail=str(error))) from None


def _activity(reader: "PdfFileReader", subject: Subject, policy: ContentPolicy) -> list[Finding]:
    try:
        activity = find_activity(reader.root)
    except TooManyObjectsError as error:
        what, count, limit = "đối tượng · objects", error.count, error.limit
        finding = subject.finding(Reason.FILE_TOO_COMPLEX, what=what, count=count, limit=limit)
        raise _RefusedError(finding) from None
    return [
        subject.finding(Reason.ACTIVE_CONTENT, ruling, detail=", ".join(sorted(kinds)))
        for kinds, ruling in (
            (activity.dangerous, policy.active_content),
            (activity.notable, Severity.WARN),
        )
        if kinds
    ]


def _signatures(
    reader: "PdfFileReader", count: int, subject: Subject, policy: ContentPolicy
) -> tuple[tuple[FileSignature, ...], list[Finding]]:
    if count == 0:
        return (), []
    if count > MAX_SIGNATURES:
        what, limit = "chữ ký số · signatures", MAX_SIGNATURES
        finding = subject.finding(Reason.FILE_TOO_COMPLEX, what=what, count=count, limit=limit)
        raise _RefusedError(finding)
    findings = []
    read = read_signatures(reader)
    for one in read:
        signer = one.facts.signer
        if one.facts.intact is False:
            ruling = policy.broken_pdf_signatures
            findings.append(subject.finding(Reason.PDF_SIGNATURE_BROKEN, ruling, signer=signer))
        elif one.changed:
            findings.append(subject.finding(Reason.PDF_CHANGED_AFTER_SIGNING, signer=signer))
    return tuple(one.facts for one in read), findings


def _open(data: bytes, subject: Subject) -> "PdfFileReader":
    """Open a file with pyHanko; one that only restricts its owner's rights opens too."""
    # pyHanko takes a quarter of a second to import: commands that see no PDF do without.
    from pyhanko.pdf_utils.crypt import AuthStatus
    from pyhanko.pdf_utils.decode_limits import (
        DecodeLimits,
        DocumentDecodeBudget,
        StreamDecodeLimits,
    )
    from pyhanko.pdf_utils.reader import PdfFileReader

    limits = DecodeLimits(
        per_stream=StreamDecodeLimits(max_output_size=_MAX_STREAM_BYTES),
        document_budget=DocumentDecodeBudget(base_allowance=_MAX_DECODED_BYTES, max_ratio=1),
    )
    reader = PdfFileReader(io.BytesIO(data), strict=False, decode_limits=limits)
    if reader.encrypted:
        try:
            opened = reader.decrypt("").status is not AuthStatus.FAILED
        except Exception:  # noqa: BLE001 - a handler that takes no password, or a broken one
            opened = False
        if not opened:
            raise _RefusedError(subject.finding(Reason.ENCRYPTED))
    return reader
