"""What a viewer sees of a PDF: whether it opens, and the text of its first page, by PDFium."""

import threading
from collections.abc import Callable
from typing import Any, Final

MAX_TEXT_CHARS: Final = 4_000
"""A secrecy marking stands at the head of the first page; a full page has 3,000 characters."""

_PASSWORD_ERROR: Final = 4
"""FPDF_ERR_PASSWORD, fpdfview.h."""

_lock = threading.Lock()
"""PDFium must not be called from two threads at once."""


class UnreadableByViewerError(Exception):
    """PDFium cannot open the file or its first page."""


class ViewerPasswordError(UnreadableByViewerError):
    """PDFium asks for a password."""


def first_page_text(data: bytes) -> str:
    """Return the beginning of the first page's text, in the order of the file.

    Raises UnreadableByViewerError. PDFium reads a page without bounds: `pdf_page.is_light` first.
    """
    return _opened(data, _text_of_page)


def open_only(data: bytes) -> str:
    """Open a file whose first page is not to be read, and return no text.

    Raises UnreadableByViewerError.
    """
    return _opened(data, lambda document: "")


def _opened(data: bytes, read: Callable[[Any], str]) -> str:
    # Loading the library takes a tenth of a second: commands that see no PDF do without.
    import pypdfium2

    with _lock:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == _PASSWORD_ERROR:
                raise ViewerPasswordError(str(error)) from None
            raise UnreadableByViewerError(str(error)) from None
        try:
            if len(document) < 1:
                raise UnreadableByViewerError("không có trang nào (no pages)")
            return read(document)
        except pypdfium2.PdfiumError as error:
            raise UnreadableByViewerError(str(error)) from None
        finally:
            document.close()


def _text_of_page(document: Any) -> str:
    page = document[0]
    try:
        text = page.get_textpage()
        try:
            count = min(text.count_chars(), MAX_TEXT_CHARS)
            return str(text.get_text_range(0, count)) if count > 0 else ""
        finally:
            text.close()
    finally:
        page.close()
