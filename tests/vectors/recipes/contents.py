"""Vectors of the content check (nội dung): codes ``C-…``."""

import dataclasses
import zipfile
from collections.abc import Callable, Iterator
from typing import Final

from axis.content.scanner import Scanner, ScannerAwayError, UnscannableError
from axis.edxml.build import File
from axis.edxml.limits import MAX_ARCHIVE_ENTRIES
from axis.edxml.values import Document
from tests.support.changing import replace
from tests.support.office_files import (
    EXE,
    doc,
    docm,
    docx,
    encrypted_docx,
    encrypted_zip,
    forged_size_zip,
    make_zip,
    opendocument,
    overlap_zip,
    ppt,
    symlink_zip,
    xlsx_with_macro_sheet,
)
from tests.support.pdfs import add_page, alter_signed, encrypted, sign_pdf
from tests.vectors.recipes.messages import letter, xml
from tests.vectors.recipes.pdfs import PDF, pdf
from tests.vectors.recipes.vector import Sending, Vector, Waiting, reason_shown
from tests.vectors.recipes.workshop import Workshop

_TEST_VIRUS: Final = "Test.Signature"
_LETTER: Final = letter()


class _Found:
    """A scanner that finds malware in everything."""

    def scan(self, data: bytes) -> str | None:
        return _TEST_VIRUS


class _Short:
    """A scanner whose limits every file exceeds."""

    def scan(self, data: bytes) -> str | None:
        raise UnscannableError


class _Away:
    """A scanner that does not answer."""

    def scan(self, data: bytes) -> str | None:
        raise ScannerAwayError


def content_vectors() -> Iterator[Vector]:
    """Yield at least one vector a reason, in the catalogue's order."""
    yield from _manifest()
    yield from _packing()
    yield from _markings()
    yield _vector("C-MALWARE", _LETTER, scanner=_Found())
    yield _vector("C-UNSCANNABLE", _LETTER, scanner=_Short())
    yield from _kinds()
    yield from _names()
    yield from _passwords()
    yield from _broken()
    yield from _signed_pdfs()
    yield from _active()
    yield _vector("C-SCANNER-AWAY", _LETTER, scanner=_Away())
    for variant, file in (
        ("pdf-as-docx", File("a.docx", PDF)),
        ("word-as-pdf", File("a.pdf", docx())),
    ):
        yield _files(f"C-TYPE-MISMATCH-{variant}", file)
    yield _files("C-EMPTY-FILE", File("a.pdf", b""))
    yield _files("C-NO-FILE")


def _manifest() -> Iterator[Vector]:
    (attachment,) = _LETTER.attachments
    other = replace(attachment, content_id="cid:other", name="b.pdf")
    yield _vector("C-ATTACHMENT-MISSING", replace(_LETTER, attachments=()))
    yield _vector("C-ATTACHMENT-UNLISTED", replace(_LETTER, attachments=(attachment, other)))
    yield _vector(
        "C-ATTACHMENT-MISSING-other-id",
        replace(_LETTER, attachments=(other,)),
        "C-ATTACHMENT-UNLISTED",
    )
    for variant, names in (
        ("same", ("a.pdf", "a.pdf")),
        ("capitals", ("a.pdf", "A.PDF")),
        ("composed-otherwise", ("vă.pdf", "va\u0306.pdf")),
    ):
        more = ("F-NORMALISED",) if variant == "composed-otherwise" else ()
        yield _files(f"C-DUPLICATE-NAME-{variant}", *(File(name, PDF) for name in names), more=more)


def _packing() -> Iterator[Vector]:
    packed = _LETTER.attachments[0].encoded
    for variant, encoded in (
        ("url-alphabet", packed[:4] + "-_-_" + packed[4:]),
        ("cut-off", packed[:-3]),
        ("padding-inside", "AA==" + packed),
        ("data-uri", "data:application/pdf;base64," + packed),
    ):
        yield _vector(f"C-BAD-BASE64-{variant}", _carrying(encoded))
    zipped = make_zip(("a.pdf", PDF))
    for variant, data in (
        ("cut-off", zipped[:-10]),
        ("checksum", zipped.replace(zipped[14:18], b"\0\0\0\0")),
        ("method-of-few-programs", _with_lzma(zipped)),
        ("size-forged", forged_size_zip("a.pdf", PDF, len(PDF) - 1)),
        ("entries-overlap", overlap_zip(3, 1000)),
    ):
        yield _files(f"C-BAD-ARCHIVE-{variant}", File("a.pdf", data), wrapped=False)
    linked = File("a.zip", symlink_zip("a.txt", "/etc/hostname"))
    yield _files("C-BAD-ARCHIVE-symbolic-link", linked)
    many = make_zip(*((f"{number}.txt", b"x") for number in range(MAX_ARCHIVE_ENTRIES + 1)))
    for variant, data in (
        ("entries", many),
        ("bomb", make_zip(("a.txt", b"x" * 20_000_000))),
        ("levels", make_zip(("1.zip", make_zip(("2.zip", make_zip(("3.txt", b"x"))))))),
    ):
        yield _files(f"C-TOO-COMPLEX-{variant}", File("a.zip", data))


def _with_lzma(zipped: bytes) -> bytes:
    """Return an archive that says its one entry is packed with LZMA."""
    data = bytearray(zipped)
    for start in (data.index(b"PK\x03\x04") + 8, data.rindex(b"PK\x01\x02") + 10):
        data[start] = zipfile.ZIP_LZMA
    return bytes(data)


def _markings() -> Iterator[Vector]:
    for variant, subject in (
        ("brackets", "V/v phòng thủ (TỐI MẬT)"),
        ("label", "Độ mật: Tuyệt mật. V/v phòng thủ"),
        ("alone", "MẬT"),
    ):
        yield _vector(f"C-SECRET-{variant}", replace(_LETTER, subject=subject))
    yield _files("C-SECRET-file-name", File("Kế hoạch (Mật).pdf", PDF))
    yield _files("C-SECRET-word-document", File("a.docx", docx("TUYỆT MẬT")))
    yield _files("C-SECRET-text-file", File("a.txt", "Độ mật: Tối mật\r\n".encode()))


def _kinds() -> Iterator[Vector]:
    for variant, file in (
        ("program", File("a.exe", EXE)),
        ("program-called-pdf", File("a.pdf", EXE)),
        ("script", File("a.sh", b"#!/bin/sh\n")),
        ("rtf", File("a.doc", b"{\\rtf1 x}")),
        ("rar", File("a.rar", b"Rar!\x1a\x07\x01\0" + b"\0" * 20)),
        ("html", File("a.html", b"<html><body>x</body></html>")),
        ("svg", File("a.xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>')),
        ("nothing-known", File("a.bin", bytes(range(256)))),
        ("in-an-archive", File("a.zip", make_zip(("b.js", b"x"), ("c.txt", b"x")))),
    ):
        yield _files(f"C-TYPE-NOT-ALLOWED-{variant}", file)


def _names() -> Iterator[Vector]:
    for variant, name in (
        ("path", "../a.pdf"),
        ("windows-path", "C:\\a.pdf"),
        ("direction-override", "a\u202efdp.pdf"),
        ("device", "con.pdf"),
        ("dot-at-the-end", "a.pdf."),
        ("endless", "đ" * 130 + ".pdf"),
    ):
        yield _files(f"C-BAD-NAME-{variant}", File(name, PDF))
    slipping = make_zip(("../../b.txt", b"x"), ("c.txt", b"x"))
    yield _files("C-BAD-ARCHIVE-nameless-entry", File("a.pdf", make_zip(("", PDF))))
    yield _files("C-BAD-NAME-entry", File("a.zip", slipping))


def _broken() -> Iterator[Vector]:
    yield _files("C-BAD-PDF-random-bytes", File("a.pdf", bytes(range(128, 256))))
    yield _files("C-BAD-PDF-cut-off", File("a.pdf", PDF[: len(PDF) // 2]))
    yield _files("C-BAD-PDF-header-only", File("a.pdf", b"%PDF-1.7\n"))
    yield _files("C-BAD-OFFICE-cut-off", File("a.docx", docx()[:-10]))
    yield _files("C-BAD-OFFICE-random-bytes", File("a.doc", bytes(range(128, 256))))
    doubled = docx("x", parts={"word/Document.xml": b"x"})
    yield _files("C-BAD-OFFICE-part-twice", File("a.docx", doubled))


def _active() -> Iterator[Vector]:
    yield _files("C-MACRO-word", File("a.docm", docm()))
    yield _files("C-MACRO-hidden-in-docx", File("a.docx", docm()))
    yield _files("C-MACRO-excel-4", File("a.xlsx", xlsx_with_macro_sheet()))
    yield _files("C-MACRO-word-97", File("a.doc", doc(macros=True)))
    yield _files("C-MACRO-powerpoint-97", File("a.ppt", ppt(macros=True)))
    template = ("attachedTemplate", "https://example.com/a.dotm")
    yield _files("C-ACTIVE-CONTENT-foreign-template", File("a.docx", docx("x", links=[template])))
    yield from _active_pdfs()


def _active_pdfs() -> Iterator[Vector]:
    script = "<< /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>"
    launch = "<< /Type /Action /S /Launch /F (a.exe) >>"
    for variant, data in (
        ("script-on-opening", pdf(f"/OpenAction {script}")),
        ("script-of-the-document", pdf(f"/Names << /JavaScript << /Names [(a) {script}] >> >>")),
        ("script-of-a-page", pdf("", f"/AA << /O {script} >>")),
        ("launches-a-program", pdf(f"/OpenAction {launch}")),
    ):
        yield _files(f"C-ACTIVE-CONTENT-pdf-{variant}", File("a.pdf", data))


def _signed_pdfs() -> Iterator[Vector]:
    yield _pdf("C-PDF-SIGNATURE-BROKEN", lambda shop: alter_signed(sign_pdf(PDF, shop.key("G22"))))
    yield _pdf("C-PDF-CHANGED", lambda shop: add_page(sign_pdf(PDF, shop.key("G22"))))


def _passwords() -> Iterator[Vector]:
    secret = "<manifest:encryption-data/>"
    for variant, file in (
        ("opendocument", File("a.odt", opendocument("text", "x", manifest=secret))),
        ("word", File("a.docx", encrypted_docx())),
        ("word-97", File("a.doc", doc(encrypted=True))),
        ("powerpoint-97", File("a.ppt", ppt(encrypted=True))),
    ):
        yield _files(f"C-ENCRYPTED-{variant}", file)
    locked = File("a.pdf", encrypted_zip("a.pdf", PDF))
    yield _files("C-ENCRYPTED-zip", locked, wrapped=False)
    yield _pdf("C-ENCRYPTED-pdf", lambda _: encrypted("mat-khau", "mat-khau"))


def _pdf(name: str, make: Callable[[Workshop], bytes]) -> Vector:
    """A vector whose file is made with keys, or is another one each time."""
    vector = _files(name)

    def sending(workshop: Workshop) -> Sending:
        return Sending(body=xml(letter(files=[File("a.pdf", make(workshop))])))

    return replace(vector, sending=sending)


def _carrying(encoded: str) -> Document:
    (attachment,) = _LETTER.attachments
    return replace(_LETTER, attachments=(replace(attachment, encoded=encoded),))


def waiting_vectors() -> Iterator[Vector]:
    """Yield what becomes of a message that waits for a check, the scanner's."""
    for code, waiting in (
        ("F-NO-ROOM-TO-WAIT", Waiting.NO_ROOM),
        ("F-WAITED-TOO-LONG", Waiting.TOO_LONG),
        ("A-REFUSED-BY-OPERATOR", Waiting.UNWANTED),
    ):
        vector = _vector(code, _LETTER, "C-SCANNER-AWAY", scanner=_Away())
        yield dataclasses.replace(vector, waiting=waiting)


def _files(name: str, *files: File, wrapped: bool = True, more: tuple[str, ...] = ()) -> Vector:
    return _vector(name, letter(files=files, wrapped=wrapped), *more)


def _vector(name: str, document: Document, *more: str, scanner: Scanner | None = None) -> Vector:
    shown = reason_shown(name)
    assert shown is not None
    return Vector(
        name=name,
        sending=Sending(body=xml(document)),
        expected=(shown.code, *more),
        scanner=scanner,
    )
