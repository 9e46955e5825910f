"""Small files of every kind, for fuzzed messages to carry."""

from typing import Final

from tests.support import office_files as office
from tests.vectors.recipes.pdfs import PDF, pdf

FILES: Final = (
    ("a.pdf", PDF),
    ("a.pdf", pdf("/OpenAction << /S /JavaScript /JS (x) >>", "/AA << /O << /S /Launch >> >>")),
    ("a.docx", office.docx("Thử nghiệm")),
    ("a.docm", office.docm()),
    ("a.xlsx", office.xlsx_with_macro_sheet()),
    ("a.pptx", office.pptx()),
    ("a.odt", office.opendocument("text", "Thử nghiệm", parts={"Basic/a/b.xml": b"<x/>"})),
    ("a.doc", office.doc(macros=True)),
    ("a.xls", office.xls((0x85, b"\0\0\0\0\0\1"))),
    ("a.ppt", office.ppt()),
    ("a.docx", office.encrypted_docx()),
    ("a.png", office.PNG),
    ("a.bmp", office.BMP),
    ("a.txt", "Thử nghiệm\r\n".encode()),
    ("a.txt", "Độ mật: Tối mật".encode("utf-16")),
    ("a.xml", b'<?xml version="1.0"?><x xmlns="http://www.w3.org/2000/svg"/>'),
    ("a.zip", office.make_zip(("b.txt", b"x"), ("c.zip", office.make_zip(("d.pdf", PDF))))),
    ("a.zip", office.zip64(("a.txt", b"x"))),
    ("a.rtf", b"{\\rtf1 x}"),
    ("a.exe", office.EXE),
    ("a.pdf", b""),
)
"""Name and content."""
