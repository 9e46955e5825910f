"""Small files of every kind, for fuzzed messages to carry."""

import base64
import io
import zipfile
from typing import Final

from axis.local.pdf import make_pdf

PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/'
    '2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_TEXT: Final = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>Thử nghiệm</w:t></w:r></w:p></w:body></w:document>"
)


def archive(*entries: tuple[str, str | bytes]) -> bytes:
    """Return a ZIP archive of these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries:
            packed.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


DOCX: Final = archive(("[Content_Types].xml", _TYPES), ("word/document.xml", _TEXT))
ODT: Final = archive(
    ("mimetype", "application/vnd.oasis.opendocument.text"),
    ("content.xml", "<office:document-content xmlns:office='urn:oasis:x'/>"),
)

FILES: Final = (
    ("a.pdf", make_pdf(["Thử nghiệm"])),
    ("a.docx", DOCX),
    (
        "a.docm",
        archive(("[Content_Types].xml", _TYPES), ("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")),
    ),
    ("a.odt", ODT),
    ("a.png", PNG),
    ("a.txt", "Thử nghiệm\r\n".encode()),
    ("a.xml", b"<x/>"),
    ("a.zip", archive(("b.txt", "x"), ("c.pdf", make_pdf(["x"])))),
    ("a.rtf", b"{\\rtf1 x}"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504),
    ("a.exe", b"MZ\x90\0"),
    ("a.pdf", b""),
)
"""Name and content."""
