"""What a file is, by its bytes: the kinds that may travel, and names for those that may not."""

import re
from dataclasses import dataclass
from typing import Final

from axis.edxml.files import PDF_MAGIC, PDF_MAGIC_WITHIN

_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that may travel."""

    media_type: str
    word: str
    """What a clerk calls it."""
    extensions: frozenset[str]
    """Those that fit; the usual one is in the word."""


def _kind(media_type: str, word: str, *extensions: str) -> Kind:
    return Kind(media_type, word, frozenset(extensions))


PDF: Final = _kind("application/pdf", "PDF", "pdf")
ZIP: Final = _kind("application/zip", "ZIP", "zip")
TEXT: Final = _kind("text/plain", "văn bản thuần (.txt)", "txt", "csv", "tsv", "log", "md", "json")
XML: Final = _kind(
    "application/xml", "XML", "xml", "xsd", "edxml", "xbrl", "kml", "gml", "rdf", "txt", "log"
)

DOCX: Final = _kind(
    f"{_OOXML}wordprocessingml.document", "Word (.docx)", "docx", "docm", "dotx", "dotm"
)
XLSX: Final = _kind(
    f"{_OOXML}spreadsheetml.sheet", "Excel (.xlsx)", "xlsx", "xlsm", "xltx", "xltm", "xlam"
)
XLSB: Final = _kind(
    "application/vnd.ms-excel.sheet.binary.macroenabled.12", "Excel (.xlsb)", "xlsb"
)
PPTX: Final = _kind(
    f"{_OOXML}presentationml.presentation",
    "PowerPoint (.pptx)",
    *("pptx", "pptm", "ppsx", "ppsm", "potx", "potm", "ppam"),
)
DOC: Final = _kind("application/msword", "Word (.doc)", "doc", "dot")
XLS: Final = _kind("application/vnd.ms-excel", "Excel (.xls)", "xls", "xlt", "xla")
PPT: Final = _kind("application/vnd.ms-powerpoint", "PowerPoint (.ppt)", "ppt", "pps", "pot")

ODT: Final = _kind(f"{_ODF}text", "OpenDocument (.odt)", "odt", "ott", "odm")
ODS: Final = _kind(f"{_ODF}spreadsheet", "OpenDocument (.ods)", "ods", "ots")
ODP: Final = _kind(f"{_ODF}presentation", "OpenDocument (.odp)", "odp", "otp")
ODG: Final = _kind(f"{_ODF}graphics", "OpenDocument (.odg)", "odg", "otg")

PNG: Final = _kind("image/png", "PNG", "png")
JPEG: Final = _kind("image/jpeg", "JPEG (.jpg)", "jpg", "jpeg", "jpe", "jfif")
GIF: Final = _kind("image/gif", "GIF", "gif")
TIFF: Final = _kind("image/tiff", "TIFF (.tif)", "tif", "tiff")
BMP: Final = _kind("image/bmp", "BMP", "bmp", "dib")
WEBP: Final = _kind("image/webp", "WebP", "webp")

OFFICE: Final = (DOCX, XLSX, XLSB, PPTX, DOC, XLS, PPT, ODT, ODS, ODP, ODG)
OFFICE_EXTENSIONS: Final = frozenset[str]().union(*(kind.extensions for kind in OFFICE))
KNOWN_EXTENSIONS: Final = OFFICE_EXTENSIONS.union(
    *(kind.extensions for kind in (PDF, ZIP, TEXT, XML, PNG, JPEG, GIF, TIFF, BMP, WEBP))
)
"""Extensions that promise a kind; any other promises nothing."""

_EXECUTABLE: Final = """
    ade adp apk app appinstaller application appref-ms appx asp aspx asx bas bat bgi cab chm
    cla class cmd com cpl crt crx deb desktop diagcab dll dmg elf exe gadget grp hlp hpj hta
    htm html img inf ins inx iqy iso isp isu jar jnlp job js jse ksh library-ms lnk mcf mda
    mdb mde mdt mdw mdz mht mhtml mof ms msc msh msh1 msh1xml msh2 msh2xml mshxml msi msix msp
    mst msu ocx ops osd pcd php pif pkg pl plg prf prg printerexport ps1 ps1xml ps2 ps2xml
    psc1 psc2 psd1 psdm1 psm1 py pyc pyo pyw pyz pyzw rb reg rpm scf scr sct search-ms
    settingcontent-ms sh shb shs slk svg svgz swf sys theme udl url vb vbe vbp vbs vhd vhdx
    vsmacros vsw vxd webpnp website wll ws wsb wsc wsf wsh xbap xht xhtm xhtml xll xnk xsl
    xslt
"""

EXECUTABLE_EXTENSIONS: Final = frozenset(_EXECUTABLE.split())
"""What Windows or a browser runs at a double click, whatever the bytes are: the list of
extensions that Outlook blocks, without those that are no programs, and with the browsers' own."""

PROGRAM_EXTENSIONS: Final = EXECUTABLE_EXTENSIONS.difference(
    ("htm", "html", "mht", "mhtml", "svg", "svgz", "xht", "xhtm", "xhtml", "xsl", "xslt")
)
"""Those that no office file has among its parts: drawings and web pages it may have."""

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
)
_MAGIC_STARTS: Final = tuple(magic for magic, _ in _MAGIC)

_FOREIGN: Final = (
    (b"\x7fELF", "ELF (Linux)"),
    (b"\xca\xfe\xba\xbe", "Java class"),
    (b"\xcf\xfa\xed\xfe", "Mach-O (macOS)"),
    (b"\xce\xfa\xed\xfe", "Mach-O (macOS)"),
    (b"L\0\0\0\x01\x14\x02\0", "LNK (Windows)"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ\0", "XZ"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"MSCF", "CAB"),
    (b"ITSF", "CHM"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\0\x01\0\0Standard ", "Access"),
    (b"8BPS", "Photoshop"),
    (b"\0asm", "WebAssembly"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"fLaC", "FLAC"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"FWS", "Flash"),
    (b"CWS", "Flash"),
    (b"MZ", "EXE (Windows)"),
)
"""Asked only of bytes that are no text, so that short marks deceive nobody."""

_SPOKEN: Final = (
    (re.compile(r"\{\\rt"), "RTF"),
    (re.compile(r"#!"), "script (#!)"),
    (re.compile(r"%!PS"), "PostScript"),
    (re.compile(r"(?i:<\?php|<%)"), "script (PHP, ASP)"),
    (re.compile(r"(?i:<(!doctype\s+html|html|head|body|script|iframe)\b)"), "HTML"),
    (
        re.compile(r"(?i:(mime-version|content-type|x-mimeole|received|return-path)\s*:)"),
        "MHTML, EML",
    ),
)
"""Texts that programs run or open as more than text. RTF carries objects in so many disguises that
no look through it could be relied on."""

_SPOKEN_SIGNS: Final = frozenset("{#%<mcxrMCXR")
"""What one of them begins with."""
_ANY_SPOKEN: Final = re.compile("|".join(pattern.pattern for pattern, _ in _SPOKEN))

UNKNOWN: Final = "không rõ · unknown"
_BMP_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)
"""Lengths of the header that follows the 14 bytes of a BMP's first one."""
_TAR_AT: Final = 257
_MP4_AT: Final = 4


def kind_of_binary(data: bytes) -> Kind | None:
    """Return the kind that a file's first bytes say, archives and texts left aside."""
    if PDF_MAGIC in data[:PDF_MAGIC_WITHIN]:
        return PDF
    if data.startswith(_MAGIC_STARTS):
        return next(kind for magic, kind in _MAGIC if data.startswith(magic))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return BMP
    return None


def word_of_binary(data: bytes) -> str:
    """Return what to call bytes that are nothing that may travel."""
    for magic, word in _FOREIGN:
        if data.startswith(magic):
            return word
    if data[_MP4_AT : _MP4_AT + 4] == b"ftyp":
        return "MP4/HEIC"
    if data[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "TAR"
    return UNKNOWN


def word_of_active_text(start: str) -> str | None:
    """Return what to call a text that is run or rendered; None for a text as such."""
    start = start.lstrip()
    while start.startswith("<!--") and (end := start.find("-->")) > 0:
        start = start[end + 3 :].lstrip()
    if start[:1] not in _SPOKEN_SIGNS or not _ANY_SPOKEN.match(start):
        return None
    return next(word for pattern, word in _SPOKEN if pattern.match(start))
