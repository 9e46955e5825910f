"""Office files: macros, passwords, links and objects that run or load by themselves."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axis.content import compound
from axis.content.inspection import inspect
from axis.content.policy import ContentPolicy
from axis.edxml.build import File
from axis.reasons import Severity
from tests.support import office_files as made
from tests.unit.content.conftest import letter

SOUND = [
    made.docm(),
    made.doc(macros=True),
    made.xls((0x85, bytes(9))),
    made.ppt(),
    made.opendocument("text", "x"),
]
VBA_TYPE = "application/vnd.ms-office.vbaProject"


@pytest.mark.parametrize(
    ("name", "data", "detail"),
    [
        ("a.docm", made.docm(), "VBA"),
        ("a.docx", made.docm(), "VBA"),
        ("a.docx", made.docx("x", types={"/word/x.bin": VBA_TYPE}), "VBA"),
        ("a.docx", made.docx("x", parts={"word/vbaProject.bin": b"x"}), "VBA"),
        ("a.docx", made.docx("x", main=made.DOCM_MAIN), "VBA"),
        ("a.docx", made.docx("x", links=[("vbaProject", "x.bin")]), "VBA"),
        ("a.xlsx", made.xlsx_with_macro_sheet(), "Excel 4.0"),
        ("a.doc", made.doc(macros=True), "VBA"),
        ("a.xls", made.compound("_VBA_PROJECT_CUR/VBA/dir", "Workbook"), "VBA"),
        ("a.xls", made.xls((0x85, struct.pack("<LBB", 0, 0, 1) + b"\1\0m")), "Excel 4.0"),
        ("a.ppt", made.ppt(macros=True), "VBA"),
        ("a.odt", made.opendocument("text", parts={"Basic/Standard/M.xml": b"<m/>"}), "Basic"),
        ("a.odt", made.opendocument("text", parts={"Scripts/python/m.py": b"x"}), "Basic"),
    ],
)
def test_macros_are_found_and_ruled_by_policy(said, name, data, detail):
    found = [one for one in said(name, data) if one[0] == "C-MACRO"]
    assert found == [("C-MACRO", "refuse", detail)]
    warned = said(name, data, ContentPolicy(macros=Severity.WARN))
    assert ("C-MACRO", "warn", detail) in warned


@pytest.mark.parametrize(
    "data",
    [
        made.opendocument("text", parts={"Basic/Standard/script-lb.xml": b"<x/>"}),
        made.opendocument("text", parts={"Basic/script-lc.xml": b"<x/>"}),
        made.opendocument("text", parts={"Basic/": b"", "Scripts/": b""}),
    ],
)
def test_empty_lists_of_macros_that_programs_always_write_are_none(said, data):
    assert said("a.odt", data) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", made.encrypted_docx()),
        ("a.doc", made.doc(encrypted=True)),
        ("a.xls", made.xls((0x2F, b"\1\0" + bytes(52)))),
        ("a.ppt", made.ppt(encrypted=True)),
        ("a.odt", made.opendocument("text", manifest="<manifest:encryption-data/>")),
    ],
)
def test_file_with_a_password_is_refused(said, name, data):
    assert [found[:2] for found in said(name, data)] == [("C-ENCRYPTED", "refuse")]


@pytest.mark.parametrize(
    ("kind", "target", "severity"),
    [
        ("attachedTemplate", "http://mau.example/t.dotm", "refuse"),
        ("attachedTemplate", "\\\\may.example\\chung\\t.dotm", "refuse"),
        ("attachedTemplate", "file://may.example/t.dotm", "refuse"),
        ("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm", None),
        ("attachedTemplate", "Normal.dotm", None),
        ("oleObject", "https://x.example/a.hta", "refuse"),
        ("oleObject", "mhtml:http://x.example/a.html!x-usc:http://x.example/a", "refuse"),
        ("oleObject", "file:///D:\\so lieu.xls", "warn"),
        ("frame", "http://x.example/", "refuse"),
        ("image", "http://x.example/a.png", "warn"),
        ("image", "file:///C:\\anh.png", None),
        ("externalLinkPath", "file:///C:\\so lieu.xlsx", None),
        ("externalLinkPath", "https://x.example/so lieu.xlsx", "warn"),
        ("hyperlink", "https://x.example/", None),
        ("hyperlink", "mailto:a@x.example", None),
    ],
)
def test_links_to_elsewhere_are_judged_by_what_they_load(said, kind, target, severity):
    found = said("a.docx", made.docx("x", links=[(kind, target)]))
    assert [one[1] for one in found] == ([severity] if severity else [])
    assert all(one[0] == "C-ACTIVE-CONTENT" and target in one[2] for one in found)


@pytest.mark.parametrize(
    ("name", "data", "detail"),
    [
        (
            "a.docx",
            made.docx(
                "x",
                parts={"word/embeddings/oleObject1.bin": made.compound("\x01Ole10Native")},
            ),
            "OLE Package",
        ),
        ("a.docx", made.docx("x", parts={"word/embeddings/a.exe": made.EXE}), "OLE Package"),
        (
            "a.docx",
            made.docx("x", types={"/word/a.bin": "application/vnd.ms-office.activeX"}),
            "ActiveX",
        ),
        ("a.doc", made.doc(package=True), "OLE Package"),
        ("a.odt", made.opendocument("text", "vnd.sun.star.script:a$b?location=share"), "script"),
    ],
)
def test_objects_that_run_are_found_and_ruled_by_policy(said, name, data, detail):
    assert said(name, data) == [("C-ACTIVE-CONTENT", "refuse", detail)]
    warned = said(name, data, ContentPolicy(active_content=Severity.WARN))
    assert warned == [("C-ACTIVE-CONTENT", "warn", detail)]


def test_embedded_equation_is_no_package(said):
    equation = made.compound("Equation Native")
    assert said("a.docx", made.docx("x", parts={"word/embeddings/o1.bin": equation})) == []


@pytest.mark.parametrize(
    "data",
    [
        made.docx("x")[:-40],
        made.docx("x").replace(b"word/document.xml", b"../././ument.xml"),
        made.docx("x", parts={"WORD/document.xml": b"<x/>"}),
        made.make_zip(("[Content_Types].xml", b"<Types"), ("a", b"")),
        made.make_zip(
            ("[Content_Types].xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), ("a", b"")
        ),
        made.make_zip(
            ("[Content_Types].xml", b"<?xml version='1.0' encoding='x'?><a/>"), ("a", b"")
        ),
        made.doc()[:300],
        made.doc()[:1000],
        made.doc()[:30] + b"\x20" + made.doc()[31:],
    ],
)
def test_office_file_that_cannot_be_read_is_refused(said, data):
    assert [found[:2] for found in said("a.docx", data)] == [("C-BAD-OFFICE", "refuse")]


@pytest.mark.parametrize("name", ["a.docx", "a.odt"])
def test_marking_in_the_first_paragraphs_is_found(said, name):
    data = (
        made.docx("BỘ THỬ NGHIỆM", "TỐI MẬT")
        if name == "a.docx"
        else made.opendocument("text", "BỘ THỬ NGHIỆM", "TỐI MẬT")
    )
    assert [found[0] for found in said(name, data)] == ["C-SECRET"]


def test_marking_whose_letters_stand_in_several_runs_is_found(said):
    runs = "M</w:t></w:r><w:r><w:t>Ậ</w:t></w:r><w:r><w:t>T"
    assert [found[0] for found in said("a.docx", made.docx("x", runs))] == ["C-SECRET"]


def test_long_list_of_relationships_costs_no_more_than_the_document_may(look):
    part = b"<Relationships>" + b" " * 1_000_000 + b"</Relationships>"
    data = made.docx("x", parts={f"word/_rels/{n}.rels": part for n in range(120)})
    codes = [finding.reason.code for finding in look("a.docx", data).findings]
    assert codes == ["C-TOO-COMPLEX"]


def test_compound_file_of_too_many_streams_is_refused(said, monkeypatch):
    data = made.compound("WordDocument", "1Table", "Data")
    assert said("a.doc", data) == []
    monkeypatch.setattr(compound, "MAX_COMPOUND_ENTRIES", 3)
    assert said("a.doc", data) == [("C-BAD-OFFICE", "refuse", "> 3 streams")]


@pytest.mark.parametrize("size", [0x7FFFFFFE, 0xFFFFFFFF])
def test_stream_that_claims_gigabytes_in_a_loop_is_refused_at_once(said, size):
    data = bytearray(made.doc())
    entry = data.index("WordDocument".encode("utf-16-le"))
    start = struct.unpack_from("<L", data, entry + 116)[0]
    struct.pack_into("<L", data, entry + 120, size)
    struct.pack_into("<L", data, 512 + 4 * start, start)
    assert said("a.doc", bytes(data))[0][0] == "C-BAD-OFFICE"


@pytest.mark.parametrize("count", [200, 0xFFFFFFFF])
def test_table_of_sectors_that_cannot_fit_the_file_is_refused_at_once(said, count):
    data = bytearray(made.doc())
    struct.pack_into("<L", data, 44, count)
    struct.pack_into("<LL", data, 68, 0, (count - 109 + 126) // 127)
    assert said("a.doc", bytes(data))[0][0] == "C-BAD-OFFICE"


@settings(max_examples=150)
@given(
    st.sampled_from(SOUND),
    st.lists(st.tuples(st.integers(0, 6_000), st.integers(0, 255)), max_size=12),
    st.integers(0, 9_000),
)
def test_any_spoiled_office_file_is_judged(data, changes, cut):
    spoiled = bytearray(data)
    for position, byte in changes:
        spoiled[position % len(spoiled)] = byte
    spoiled = spoiled[: max(1, len(spoiled) - cut)] if cut < 4_000 else spoiled
    inspect(letter(File("a.docx", bytes(spoiled))), ContentPolicy())
