"""Small real files of the kinds that documents carry, and what may be wrong with them."""

import base64
import io
import zipfile
from typing import Final

from axis.local.pdf import make_pdf

_DATE: Final = (2026, 3, 2, 0, 0, 0)

PNG: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
PDF: Final = make_pdf(["Van ban thu nghiem"])

_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORD_TYPE: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
)
_SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ODT: Final = "application/vnd.oasis.opendocument.text"
_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:"


def archive(*entries: tuple[str, str | bytes], stored: bool = False) -> bytes:
    """Return a ZIP archive of these entries, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in entries:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
    return stream.getvalue()


def docx(
    text: str = "Văn bản thử nghiệm",
    *more: tuple[str, str | bytes],
    types: str = "",
    links: str = "",
) -> bytes:
    """Return a Word document of one paragraph, with further parts, types and relationships."""
    main = _part("/word/document.xml", _WORD_TYPE)
    document = (
        f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>'
        "</w:document>"
    )
    return archive(
        ("[Content_Types].xml", _types(main + types)),
        ("_rels/.rels", _relationships(link("officeDocument", "word/document.xml"))),
        ("word/_rels/document.xml.rels", _relationships(links)),
        ("word/document.xml", document),
        *more,
    )


def docm() -> bytes:
    """Return a Word document with a VBA project."""
    types = _part("/word/vbaProject.bin", "application/vnd.ms-office.vbaProject")
    return docx("Macro", ("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), types=types)


def xlsx() -> bytes:
    """Return an Excel workbook of one cell."""
    types = _part("/xl/workbook.xml", f"{_SHEET_TYPE}.sheet.main+xml")
    types += _part("/xl/worksheets/sheet1.xml", f"{_SHEET_TYPE}.worksheet+xml")
    workbook = (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    sheet = (
        f'<worksheet xmlns="{_SHEET}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    )
    return archive(
        ("[Content_Types].xml", _types(types)),
        ("_rels/.rels", _relationships(link("officeDocument", "xl/workbook.xml"))),
        (
            "xl/_rels/workbook.xml.rels",
            _relationships(link("worksheet", "worksheets/sheet1.xml")),
        ),
        ("xl/workbook.xml", workbook),
        ("xl/worksheets/sheet1.xml", sheet),
    )


def odt(*, encrypted: bool = False) -> bytes:
    """Return an OpenDocument text, or one that says it is encrypted."""
    secret = "<manifest:encryption-data/>" if encrypted else ""
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODT}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
        f"{secret}</manifest:file-entry></manifest:manifest>"
    )
    content = (
        f'<office:document-content xmlns:office="{_ODF}office:1.0" xmlns:text="{_ODF}text:1.0">'
        "<office:body><office:text><text:p>Văn bản</text:p></office:text></office:body>"
        "</office:document-content>"
    )
    return archive(
        ("mimetype", _ODT),
        ("content.xml", content),
        ("META-INF/manifest.xml", manifest),
        stored=True,
    )


def link(kind: str, target: str, *, outside: bool = False) -> str:
    """Return a relationship of an office document."""
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>'


def _types(parts: str) -> str:
    return (
        f'<Types xmlns="{_PACKAGE}content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def _part(name: str, media_type: str) -> str:
    return f'<Override PartName="{name}" ContentType="{media_type}"/>'


def _relationships(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}relationships">{links}</Relationships>'
