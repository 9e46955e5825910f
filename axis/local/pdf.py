"""Small PDF files for demonstrations, benchmarks and tests: one page of text, valid throughout."""

import unicodedata
from collections.abc import Sequence
from typing import Final

_LINE_POINTS: Final = 18


def make_pdf(lines: Sequence[str], *, filling: bytes = b"") -> bytes:
    """Return a PDF of one A4 page with these lines of text.

    The standard fonts have no Vietnamese letters, so the page shows them without marks. ``filling``
    is carried along in a stream that no page shows: it makes a file as long as one wants.
    """
    shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    page = f"BT /F1 12 Tf {_LINE_POINTS} TL 72 770 Td\n{shown}ET\n".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        _stream(page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    if filling:
        objects.append(_stream(filling))
    return assemble(objects)


def assemble(objects: Sequence[bytes]) -> bytes:
    """Return the PDF of these objects, numbered from 1 on; the first is the catalog."""
    data = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % table)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _escaped(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    ascii_only = plain.encode("ascii", "ignore").decode("ascii")
    return ascii_only.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
