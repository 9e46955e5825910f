"""PDF files: they open, hold nothing that starts by itself, and say who signed them.

pyHanko reads the structure, PDFium (what a viewer in the field would do) opens the same bytes and
gives the first page's text. Both run only on files that were recognised as PDF by their header.
"""

from typing import TYPE_CHECKING, Any, Final

from axis.content.findings import Look, Subject
from axis.content.kinds import PDF
from axis.content.pdf_actions import Activity, TooManyObjectsError, find_activity
from axis.content.pdf_page import NoPageError, is_light
from axis.content.pdf_signatures import MAX_SIGNATURES, read_signatures
from axis.content.pdf_text import (
    UnreadableByViewerError,
    ViewerPasswordError,
    first_page_text,
    open_only,
)
from axis.content.policy import ContentPolicy
from axis.reasons import Reason, Severity
from axis.verdict import FileSignature, Finding

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader


_NO_PAGE: Final = "không có trang nào (no pages)"


class _RefusedError(Exception):
    """The file cannot be looked through; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.reason.code)
        self.finding = finding


def load_libraries() -> None:
    """Load what reads PDF files now, in half a second, instead of with the first file."""
    import pypdfium2  # noqa: F401

    import axis.content.pdf_reader  # noqa: F401


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
    activity = _activity(reader, subject)
    try:
        with_text = is_light(reader.root)
    except NoPageError:
        raise _RefusedError(subject.finding(Reason.BAD_PDF, detail=_NO_PAGE)) from None
    text = _seen_by_a_viewer(data, subject, with_text=with_text)
    signatures, found = _signatures(reader, activity.signature_fields, subject, policy)
    return Look(PDF, _active(activity, subject, policy) + found, text, signatures)


def _seen_by_a_viewer(data: bytes, subject: Subject, *, with_text: bool) -> str:
    try:
        return first_page_text(data) if with_text else open_only(data)
    except ViewerPasswordError:
        raise _RefusedError(subject.finding(Reason.ENCRYPTED)) from None
    except UnreadableByViewerError as error:
        raise _RefusedError(subject.finding(Reason.BAD_PDF, detail=str(error))) from None


def _activity(reader: "PdfFileReader", subject: Subject) -> Activity:
    try:
        return find_activity(reader.root)
    except TooManyObjectsError as error:
        what, count, limit = "đối tượng · objects", error.count, error.limit
        finding = subject.finding(Reason.FILE_TOO_COMPLEX, what=what, count=count, limit=limit)
        raise _RefusedError(finding) from None


def _active(activity: Activity, subject: Subject, policy: ContentPolicy) -> list[Finding]:
    return [
        subject.finding(Reason.ACTIVE_CONTENT, ruling, detail=", ".join(sorted(kinds)))
        for kinds, ruling in (
            (activity.dangerous, policy.active_content),
            (activity.notable, Severity.WARN),
        )
        if kinds
    ]


def _signatures(
    reader: "PdfFileReader", fields: list[Any], subject: Subject, policy: ContentPolicy
) -> tuple[tuple[FileSignature, ...], list[Finding]]:
    if not fields:
        return (), []
    if (count := len(fields)) > MAX_SIGNATURES:
        what, limit = "chữ ký số · signatures", MAX_SIGNATURES
        finding = subject.finding(Reason.FILE_TOO_COMPLEX, what=what, count=count, limit=limit)
        raise _RefusedError(finding)
    findings = []
    read = read_signatures(reader, fields)
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

    from axis.content.pdf_reader import read_pdf

    reader = read_pdf(data)
    if reader.encrypted:
        try:
            opened = reader.decrypt("").status is not AuthStatus.FAILED
        except Exception:  # noqa: BLE001 - a handler that takes no password, or a broken one
            opened = False
        if not opened:
            raise _RefusedError(subject.finding(Reason.ENCRYPTED))
    return reader
