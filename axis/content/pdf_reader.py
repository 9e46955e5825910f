"""pyHanko's reader of PDF files, held to what a file of our size can need.

Imported only where a PDF is at hand: pyHanko takes a quarter of a second to load.
"""

import io
from typing import Final

from pyhanko.pdf_utils.decode_limits import (
    DecodeContext,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko.pdf_utils.reader import PdfFileReader

_MIB: Final = 1024 * 1024

_MAX_STREAM_BYTES: Final = 32 * _MIB
"""One decoded stream of objects or references: a file of 50 MB with 100,000 objects has 10 MB."""

_MAX_DECODED_BYTES: Final = 128 * _MIB
"""All decoded streams of one file together."""

_MAX_REFERENCE_BYTES: Final = 2 * _MIB
"""What streams of references say they hold, all of one file together: 200,000 objects."""

_LIMITS: Final = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=_MAX_STREAM_BYTES),
    document_budget=DocumentDecodeBudget(base_allowance=_MAX_DECODED_BYTES, max_ratio=1),
)


class _Context(DecodeContext):
    """Refuses streams of references by what they announce, before they are unpacked.

    pyHanko makes as many entries as /Index names, whether the stream holds them or not: a file of
    300 bytes can announce a billion.
    """

    def __init__(self, limits: DecodeLimits, input_size: int | None) -> None:
        super().__init__(limits, input_size)
        self._references_left = _MAX_REFERENCE_BYTES

    def stream_output_cap(
        self,
        encoded_size: int,
        purpose: DecodePurpose = DecodePurpose.GENERIC,
        expected_size: int | None = None,
    ) -> int | None:
        if purpose is DecodePurpose.XREF_STREAM:
            # With widths below zero the product says nothing of the number of entries.
            if expected_size is None or expected_size <= 0:
                raise PdfDecodeLimitError("/Index, /W")
            self._references_left -= expected_size
            if self._references_left < 0:
                raise PdfDecodeLimitError(f"/Index > {_MAX_REFERENCE_BYTES} byte")
        return super().stream_output_cap(encoded_size, purpose, expected_size)


class _Reader(PdfFileReader):
    _bounds: _Context | None = None

    @property
    def decode_context(self) -> DecodeContext:
        if self._bounds is None:
            context = super().decode_context
            self._bounds = _Context(context.limits, context.input_size)
        return self._bounds


def read_pdf(data: bytes) -> PdfFileReader:
    """Open a file; raises every kind of exception for broken ones."""
    return _Reader(io.BytesIO(data), strict=False, decode_limits=_LIMITS)
