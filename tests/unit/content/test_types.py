"""What a file is, by its bytes; what may travel and what may not."""

import pytest

from axis.content.kinds import word_of_active_text
from axis.local.pdf import make_pdf
from tests.support import office_files as made

PDF = make_pdf(["Văn bản thử nghiệm"])
TEXT = "Kính gửi: Ủy ban nhân dân xã Thử Nghiệm\r\n".encode()
EXECUTABLE = ("exe", "com", "bat", "cmd", "js", "vbs", "wsf", "hta", "ps1", "lnk", "reg", "svg")
ALLOWED = [
    ("a.pdf", PDF, "application/pdf"),
    ("a.docx", made.docx("Thử"), "openxmlformats-officedocument.wordprocessingml.document"),
    ("a.xlsx", made.xlsx(), "openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.xlsb", made.xlsx(main=made.XLSB_MAIN), "vnd.ms-excel.sheet.binary.macroenabled.12"),
    ("a.pptx", made.pptx(), "openxmlformats-officedocument.presentationml.presentation"),
    ("a.doc", made.doc(), "application/msword"),
    ("a.xls", made.xls(), "application/vnd.ms-excel"),
    ("a.ppt", made.ppt(), "application/vnd.ms-powerpoint"),
    ("a.odt", made.opendocument("text", "Thử"), "opendocument.text"),
    ("a.ott", made.opendocument("text-template"), "opendocument.text"),
    ("a.ods", made.opendocument("spreadsheet"), "opendocument.spreadsheet"),
    ("a.odp", made.opendocument("presentation"), "opendocument.presentation"),
    ("a.odg", made.opendocument("graphics"), "opendocument.graphics"),
    ("a.png", made.PNG, "image/png"),
    ("a.jpg", made.JPEG, "image/jpeg"),
    ("a.gif", made.GIF, "image/gif"),
    ("a.tif", made.TIFF, "image/tiff"),
    ("a.bmp", made.BMP, "image/bmp"),
    ("a.webp", made.WEBP, "image/webp"),
    ("a.txt", TEXT, "text/plain"),
    ("a.csv", b"a;b\r\n1;2\r\n", "text/plain"),
    ("a.sql", b"select 1", "text/plain"),
    ("a.xml", b"<?xml version='1.0'?><a><b/></a>", "application/xml"),
    ("a.xml", '<?xml version="1.0"?><a>ậ</a>'.encode("utf-16"), "application/xml"),
    ("a.zip", made.make_zip(("1.txt", TEXT), ("2.pdf", PDF)), "application/zip"),
]


@pytest.mark.parametrize(("name", "data", "media_type"), ALLOWED)
@pytest.mark.parametrize("wrapped", [False, True])
def test_allowed_kind_passes_and_is_known_by_its_bytes(look, name, data, media_type, wrapped):
    inspection = look(name, data, wrapped=wrapped and not name.endswith("zip"))
    assert inspection.findings == ()
    assert inspection.files[0].media_type.endswith(media_type)
    assert inspection.files[0].size == len(data)


@pytest.mark.parametrize(("name", "data", "media_type"), ALLOWED)
def test_allowed_kind_is_known_without_an_extension(look, name, data, media_type):
    inspection = look("tep-thu", data)
    assert inspection.files[0].media_type.endswith(media_type)
    assert inspection.findings == ()


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.exe", made.EXE, "EXE (Windows)"),
        ("a.pdf", made.EXE, "EXE (Windows)"),
        ("a", b"\x7fELF\x02\x01\x01" + bytes(60), "ELF (Linux)"),
        ("a.rar", b"Rar!\x1a\x07\x01\0" + bytes(20), "RAR"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(20), "7-Zip"),
        ("a.gz", b"\x1f\x8b\x08" + bytes(20), "GZIP"),
        ("a.mp4", b"\0\0\0\x20ftypisom" + bytes(20), "MP4/HEIC"),
        ("a.tar", bytes(257) + b"ustar\x0000" + bytes(250), "TAR"),
        ("a.bin", bytes(range(256)), "không rõ · unknown"),
        ("a.rtf", b"{\\rtf1\\ansi Hello}", "RTF"),
        ("a.doc", b"{\\rt\\object}", "RTF"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n", "script (#!)"),
        ("a.txt", b"\xef\xbb\xbf  <!DOCTYPE html><p>", "HTML"),
        ("a", b"<!-- a --> <!-- b --><HTML><body>", "HTML"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
        ("a.doc", b"MIME-Version: 1.0\nContent-Type: multipart/related\n", "MHTML, EML"),
        ("thu.eml", b"Return-Path: <a@x.example>\nReceived: from x.example\n", "MHTML, EML"),
        ("a", b"<?php system('id');", "script (PHP, ASP)"),
        ("a.xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG"),
        ("a.xml", b"<a><s:script xmlns:s='http://www.w3.org/1999/xhtml'/></a>", "HTML"),
        ("a.xml", b"<a><s xmlns='http&#58;//www.w3.org/1999/xhtml'/></a>", "HTML"),
        ("a.xml", b"<a><s xmlns='http://www.w3.org/1999/xhtml'/><broken", "HTML"),
        ("a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML (DTD)"),
        ("a.xml", b"<a>" * 300 + b"</a>" * 300, "XML (> 256 levels)"),
        (
            "a.doc",
            b"<w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'/>",
            "Word XML",
        ),
        ("a.msi", made.compound("Tables", "Columns"), "OLE2 (MSI, MSG …)"),
        ("a.appx", made.ooxml("application/vnd.ms-appx.manifest+xml", "a/b", "<a/>"), "OPC"),
        ("a.epub", made.opendocument("x").replace(b"vnd.oasis.opendocument.x", b"epub"), "EPUB"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_any_other_kind_is_refused_in_a_word_that_a_clerk_knows(said, name, data, word, wrapped):
    refusals = said(name, data, wrapped=wrapped)
    assert refusals[0][:2] == ("C-TYPE-NOT-ALLOWED", "refuse")
    assert word in refusals[0][2]
    assert len(refusals) == 1


@pytest.mark.parametrize(
    "extension",
    ["exe", "com", "bat", "cmd", "js", "vbs", "wsf", "hta", "ps1", "lnk", "reg", "scr", "svg"],
)
@pytest.mark.parametrize("data", [TEXT, PDF, b"<a/>", made.PNG])
def test_extension_that_a_double_click_runs_is_refused_whatever_the_bytes_are(
    said, extension, data
):
    assert said(f"a.{extension.upper()}", data) == [
        ("C-TYPE-NOT-ALLOWED", "refuse", f".{extension}")
    ]


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.pdf", made.docx("Thử"), "Word (.docx)"),
        ("a.docx", PDF, "PDF"),
        ("a.doc", made.docx("Thử"), "Word (.docx)"),
        ("a.jpg", made.PNG, "PNG"),
        ("a.pdf", TEXT, "văn bản thuần (.txt)"),
        ("a.xls", b"a\tb\n1\t2\n", "văn bản thuần (.txt)"),
        ("a.xml", b"<a><b></a>", "văn bản thuần (.txt)"),
        ("a.pdf", made.make_zip(("1.txt", TEXT), ("2.txt", TEXT)), "ZIP"),
    ],
)
def test_extension_that_promises_another_kind_is_a_warning(said, name, data, word):
    assert said(name, data) == [("C-TYPE-MISMATCH", "warn", word)]


@pytest.mark.parametrize("name", ["a", "a.bak", "Công văn số 12.2025", "Kế hoạch v1.2"])
def test_name_that_promises_nothing_is_no_mismatch(said, name):
    assert said(name, PDF) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.pdf", "C-BAD-PDF"),
        ("a.docx", "C-BAD-OFFICE"),
        ("a.xls", "C-BAD-OFFICE"),
        ("a.odt", "C-BAD-OFFICE"),
        ("a.zip", "C-BAD-ARCHIVE"),
        ("a.png", "C-TYPE-NOT-ALLOWED"),
    ],
)
def test_bytes_that_are_nothing_are_refused_as_what_the_name_claims(said, name, code):
    assert [found[:2] for found in said(name, bytes(range(256)) * 10)] == [(code, "refuse")]


def test_stylesheet_of_an_xml_file_is_mentioned(said):
    data = b"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='a.xsl'?><a/>"
    assert said("a.xml", data) == [("C-ACTIVE-CONTENT", "warn", "xml-stylesheet")]


def test_xml_of_many_tags_is_refused_beyond_the_limit(said):
    data = b"<a>" + b"<b/>" * (5 << 20) + b"</a>"
    assert [found[0] for found in said("a.xml", data)] == ["C-TOO-COMPLEX"]


def test_declared_type_that_contradicts_is_ignored(look):
    assert look("a.pdf", PDF).files[0].media_type == "application/pdf"


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
@pytest.mark.parametrize(
    "start",
    [
        *("<?php", "<%", "<!doctype html", "<html>", "<script>"),
        *("mime-version:", "content-type :", "x-mimeole:", "received:", "return-path:"),
    ],
)
def test_text_that_is_run_is_known_in_any_case(start, case):
    assert word_of_active_text(f" {case(start)}") is not None
    assert word_of_active_text(f"a {case(start)}") is None
