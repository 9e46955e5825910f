"""PDF files that are the same bytes every time, whatever is in them."""

from typing import Final

from axis.local.pdf import make_pdf

PDF: Final = make_pdf(["Tra 10 trieu dong"])


def pdf(catalog: str = "", page: str = "", *objects: str) -> bytes:
    """Return a PDF of one empty page, with more in its catalog and page; objects from 4 on."""
    numbered = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {page} >>",
        *objects,
    ]
    data, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(numbered, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = len(data)
    data += f"xref\n0 {len(numbered) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += f"trailer\n<< /Size {len(numbered) + 1} /Root 1 0 R >>\n".encode()
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % table)
