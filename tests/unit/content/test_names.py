"""Names of files: refused where a disk, a screen or an archive program would be deceived."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.content.names import MAX_NAME_BYTES, fault_of_name, fault_of_path, shown


@pytest.mark.parametrize(
    "name",
    [
        "Báo cáo số 12.pdf",
        "a",
        "a.b.c.docx",
        "báo cáo..pdf",
        ".htaccess",
        "Kế hoạch (bản 2) - đã ký [1].pdf",
        "Nguyễn Văn A & B, 50%.xlsx",
        "console.txt",
        "comment.txt",
        "ký tự 漢字.pdf",
        "x" * (MAX_NAME_BYTES - 4) + ".pdf",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_usual_name_is_sound(name, form):
    assert fault_of_name(unicodedata.normalize(form, name)) is None


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("../a.pdf", "/"),
        ("a/b.pdf", "/"),
        ("a\\b.pdf", "\\"),
        ("..", ".."),
        ("C:a.pdf", "C:"),
        ("a\tb.pdf", "U+0009"),
        ("a\nb.pdf", "U+000A"),
        ("a\x7f.pdf", "U+007F"),
        ("cv\u202efdp.exe", "U+202E"),
        ("a\u2066b.pdf", "U+2066"),
        ("a\u200bb.pdf", "U+200B"),
        ("a\ufeff.pdf", "U+FEFF"),
        ("a\u2028b.pdf", "U+2028"),
        ("a\u2029b.pdf", "U+2029"),
        ("CON", "CON"),
        ("nul.pdf", "NUL"),
        ("Com1.docx", "COM1"),
        ("LPT9.tar.gz", "LPT9"),
        ("ＣＯＮ.pdf", "CON"),
        ("aux .txt", "AUX"),
        ("a.pdf.", "«.»"),
        ("a.pdf ", "« »"),
        ("ậ" * 86 + ".pdf", "262 byte"),
    ],
)
def test_deceiving_name_is_refused_with_what_is_wrong(name, detail):
    assert detail in fault_of_name(name)


@pytest.mark.parametrize("path", ["a.pdf", "thư mục/a.pdf", "a/b/c.pdf", "folder/", "a\\b.pdf"])
def test_path_inside_an_archive_may_have_folders(path):
    assert fault_of_path(path) is None


@pytest.mark.parametrize(
    "path",
    [
        *("../a.pdf", "a/../../b.pdf", "a\\..\\b.pdf", "/etc/passwd", "\\a.pdf", "C:\\a.pdf"),
        *("C:/a.pdf", "a//b.pdf", "a/b\x01.pdf", "a/nul/b.pdf", "a/ /b.pdf", "/", "", "a./b.pdf"),
    ],
)
def test_path_that_leads_out_of_the_folder_or_deceives_is_refused(path):
    assert fault_of_path(path)


@given(st.text())
def test_any_name_is_judged_and_can_be_shown(name):
    assert fault_of_name(name) is None or isinstance(fault_of_name(name), str)
    assert fault_of_path(name) is None or isinstance(fault_of_path(name), str)
    kept = shown(name)
    assert len(kept) == len(name)
    assert not {unicodedata.category(char) for char in kept} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
