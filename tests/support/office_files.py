"""Small real files of every kind that agencies attach, sound and hostile, made in memory."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

_OOXML = "application/vnd.openxmlformats-officedocument."
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

DOCX_MAIN = f"{_OOXML}wordprocessingml.document.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
XLSX_MAIN = f"{_OOXML}spreadsheetml.sheet.main+xml"
XLSB_MAIN = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
PPTX_MAIN = f"{_OOXML}presentationml.presentation.main+xml"

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU"
    b"\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82"
)
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
BMP = (
    b"BM" + struct.pack("<LHHLLLLHH6L", 58, 0, 0, 54, 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + bytes(4)
)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"
TIFF = b"II*\0\x08\0\0\0\0\0\0\0\0\0"
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(48) + b"PE\0\0"


def make_zip(*entries: tuple[str, bytes]) -> bytes:
    """Return an archive of these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def zip64(
    *entries: tuple[str, bytes], directory_bytes: int | None = None, directory_at: int | None = None
) -> bytes:
    """Return an archive whose end is written in the ZIP64 way; what that says may be lies."""
    data = make_zip(*entries)
    end = data.rindex(b"PK\x05\x06")
    count, _, size, offset = struct.unpack_from("<HHLL", data, end + 8)
    size = size if directory_bytes is None else directory_bytes
    offset = offset if directory_at is None else directory_at
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    old = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + end64 + locator + old


def encrypted_zip(name: str, data: bytes) -> bytes:
    """Return an archive whose one entry says that it needs a password."""
    packed = bytearray(make_zip((name, data)))
    packed[6] |= 1
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def symlink_zip(name: str, target: str) -> bytes:
    """Return an archive that puts a symbolic link on the disk, and a file beside it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo(name)
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, target)
        archive.writestr(zipfile.ZipInfo("beside.txt"), "x")
    return stream.getvalue()


def overlap_zip(count: int, unpacked: int) -> bytes:
    """Return an archive whose entries all share the bytes of the first: an overlap bomb."""
    single = make_zip(("0", bytes(unpacked)))
    start = single.index(b"PK\x01\x02")
    end = single.rindex(b"PK\x05\x06")
    directory = single[start:end] * count
    tail = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return single[:start] + directory + tail


def forged_size_zip(name: str, data: bytes, size: int) -> bytes:
    """Return an archive whose directory lies about how long its entry is."""
    packed = bytearray(make_zip((name, data)))
    directory = packed.rindex(b"PK\x01\x02")
    struct.pack_into("<L", packed, directory + 24, size)
    return bytes(packed)


def ooxml(
    main: str,
    part: str,
    body: str,
    *,
    links: Sequence[tuple[str, str]] = (),
    types: Mapping[str, str] | None = None,
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return an Office Open XML file; ``links`` are external relationships (type, target)."""
    overrides = {f"/{part}": main, **(types or {})}
    listed = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    folder, _, file = part.rpartition("/")
    outside = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONSHIPS}/{kind}" Target="{target}"'
        ' TargetMode="External"/>'
        for n, (kind, target) in enumerate(links)
    )
    return make_zip(
        (
            "[Content_Types].xml",
            f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
            f'.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{listed}'
            "</Types>".encode(),
        ),
        (
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r"'
            f' Type="{_RELATIONSHIPS}/officeDocument" Target="{part}"/></Relationships>'.encode(),
        ),
        (part, body.encode()),
        (
            f"{folder}/_rels/{file}.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{outside}</Relationships>'.encode(),
        ),
        *(parts or {}).items(),
    )


def docx(
    *lines: str,
    main: str = DOCX_MAIN,
    links: Sequence[tuple[str, str]] = (),
    types: Mapping[str, str] | None = None,
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a Word file with these paragraphs."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    body = f'<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>'
    return ooxml(main, "word/document.xml", body, links=links, types=types, parts=parts)


def docm() -> bytes:
    """Return a Word file with a VBA project, as Word itself calls and places one."""
    return docx(
        "Thử",
        main=DOCM_MAIN,
        types={"/word/vbaProject.bin": "application/vnd.ms-office.vbaProject"},
        parts={"word/vbaProject.bin": compound("VBA/dir", "PROJECT")},
    )


def xlsx(*, links: Sequence[tuple[str, str]] = (), main: str = XLSX_MAIN) -> bytes:
    """Return an empty workbook."""
    return ooxml(main, "xl/workbook.xml", "<workbook/>", links=links)


def xlsx_with_macro_sheet() -> bytes:
    """Return a workbook with an Excel 4.0 macro sheet."""
    return ooxml(
        XLSX_MAIN,
        "xl/workbook.xml",
        "<workbook/>",
        types={"/xl/macrosheets/sheet1.xml": "application/vnd.ms-excel.macrosheet+xml"},
        parts={"xl/macrosheets/sheet1.xml": b"<macrosheet/>"},
    )


def pptx() -> bytes:
    """Return a presentation."""
    return ooxml(PPTX_MAIN, "ppt/presentation.xml", "<presentation/>")


def opendocument(
    kind: str, *lines: str, manifest: str = "", parts: Mapping[str, bytes] | None = None
) -> bytes:
    """Return an OpenDocument file: ``text``, ``spreadsheet``, ``presentation``, ``graphics``."""
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in lines)
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:text="{text}"><office:body>'
        f"<office:text>{paragraphs}</office:text></office:body></office:document-content>"
    )
    listed = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry>'
        "</manifest:manifest>"
    )
    return make_zip(
        ("mimetype", f"application/vnd.oasis.opendocument.{kind}".encode()),
        ("content.xml", content.encode()),
        ("META-INF/manifest.xml", listed.encode()),
        *(parts or {}).items(),
    )


def compound(*paths: str, contents: Mapping[str, bytes] | None = None) -> bytes:
    """Return a compound file (MS-CFB) with streams at these paths; folders become storages."""
    contents = contents or {}
    names: list[tuple[str, ...]] = [()]
    for path in (*paths, *contents):
        parts = tuple(path.split("/"))
        names += [parts[:n] for n in range(1, len(parts) + 1) if parts[:n] not in names]
    streams = {name for name in names if "/".join(name) in (*paths, *contents)}
    bodies = {
        name: contents.get("/".join(name), b"").ljust(4096, b"\0")
        for name in names
        if name in streams
    }
    directory_sectors = -(-len(names) // 4)
    starts, total = {}, 1 + directory_sectors
    for name, body in bodies.items():
        starts[name] = total
        total += -(-len(body) // 512)
    chains = [0xFFFFFFFD, *_chain(1, directory_sectors)]
    for name, body in bodies.items():
        chains += _chain(starts[name], -(-len(body) // 512))
    assert total <= 128, "one FAT sector"
    fat = struct.pack("<128L", *chains, *[0xFFFFFFFF] * (128 - total))
    entries = b"".join(_entry(name, names, bodies, starts) for name in names)
    header = struct.pack(
        "<8s16sHHHHH6sLLLLLLLLLL",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6)),
        *(0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0),
    )
    header = header.ljust(512, b"\xff")
    packed = b"".join(body.ljust(-(-len(body) // 512) * 512, b"\0") for body in bodies.values())
    return header + fat + entries.ljust(directory_sectors * 512, b"\0") + packed


def doc(*, encrypted: bool = False, macros: bool = False, package: bool = False) -> bytes:
    """Return a Word 97 file as far as a look from outside goes."""
    fib = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, 0x0100 if encrypted else 0)
    more = ["Macros/VBA/dir"] if macros else []
    more += ["ObjectPool/_1/\x01Ole10Native"] if package else []
    return compound("1Table", *more, contents={"WordDocument": fib})


def xls(*records: tuple[int, bytes]) -> bytes:
    """Return an Excel 97 workbook with these records in its globals."""
    body = b"".join(
        struct.pack("<HH", number, len(data)) + data
        for number, data in ((0x809, b"\0\6\5\0" + bytes(12)), *records, (0x0A, b""))
    )
    return compound(contents={"Workbook": body})


def ppt(*, macros: bool = False, encrypted: bool = False) -> bytes:
    """Return a PowerPoint 97 file as far as a look from outside goes."""
    vba = struct.pack("<HHLHHLLLL", 0x1F, 0x3FF, 20, 2, 0x400, 12, 1, 1, 2) if macros else b""
    token = 0xF3D1C4DF if encrypted else 0xE391C05F
    user = struct.pack("<HHLLL", 0, 0xFF6, 20, 20, token)
    return compound(contents={"PowerPoint Document": vba, "Current User": user})


def encrypted_docx() -> bytes:
    """Return a Word file with a password: Office hides the package in a compound file."""
    return compound("EncryptionInfo", "EncryptedPackage")


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), 0xFFFFFFFE] if count else []


def _entry(
    name: tuple[str, ...],
    names: list[tuple[str, ...]],
    bodies: Mapping[tuple[str, ...], bytes],
    starts: Mapping[tuple[str, ...], int],
) -> bytes:
    """Return a directory entry; siblings hang in a list, each the right one of the last."""
    siblings = [other for other in names if other and name and other[:-1] == name[:-1]]
    after = siblings[siblings.index(name) + 1 :] if name else []
    children = [other for other in names if other and other[:-1] == name]
    text = (name[-1] if name else "Root Entry").encode("utf-16-le") + b"\0\0"
    kind = 5 if not name else 2 if name in bodies else 1
    none = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBLLL16sLQQLQ",
        *(text, len(text), kind, 1, none, names.index(after[0]) if after else none),
        *(names.index(children[0]) if children else none, bytes(16), 0, 0, 0),
        *(starts.get(name, 0xFFFFFFFE if not name else 0), len(bodies.get(name, b""))),
    )
