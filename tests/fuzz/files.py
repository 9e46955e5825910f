"""Small files of every kind, for fuzzed messages to carry."""

from typing import Final

from tests.vectors.recipes.files import PDF, PNG, archive, docm, docx, odt, xlsx

FILES: Final = (
    ("a.pdf", PDF),
    ("a.docx", docx()),
    ("a.docm", docm()),
    ("a.xlsx", xlsx()),
    ("a.odt", odt()),
    ("a.png", PNG),
    ("a.txt", "Thử nghiệm\r\n".encode()),
    ("a.xml", b"<x/>"),
    ("a.zip", archive(("b.txt", "x"), ("c.pdf", PDF))),
    ("a.rtf", b"{\\rtf1 x}"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504),
    ("a.exe", b"MZ\x90\0"),
    ("a.pdf", b""),
)
"""Name and content."""
