"""Texts that name things: what looks the same is the same, what only looks like it is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.identity import Naming, read_identity
from axis.edxml.parse import read

CODE, FILE_NAME = Naming.CODE, Naming.FILE_NAME
NFD = unicodedata.normalize("NFD", "VPCP-TTĐT ỗ")


@pytest.mark.parametrize(
    "text",
    [
        "G22",
        "000.00.00.G22",
        "G22,2025/10/01,101/VPCP-KSTT",
        "H37.DN.002",
        "7816/VPCP-TTĐT",
        "QyĐ-ĐHQGHN",
        "b8a1f3c0-0000-4000-8000-000000000001",
        "Ỷ ỹ ắ ằ ẳ ẵ ặ ư ơ ệ",
    ],
)
def test_code_of_ascii_and_vietnamese_letters_is_read_as_it_is(text):
    identity = read_identity(text, CODE)
    assert (identity.text, identity.invisible, identity.foreign) == (text, None, None)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (NFD, "VPCP-TTĐT ỗ"),
        ("12/QĐ\u2013BNV", "12/QĐ-BNV"),
        ("12/QĐ\u2011BNV", "12/QĐ-BNV"),
        ("12\u00a0/QĐ", "12 /QĐ"),
        ("\u3000G22\u00a0", "G22"),
    ],
)
def test_code_that_looks_the_same_is_read_the_same(text, read_as):
    identity = read_identity(text, CODE)
    assert (identity.text, identity.invisible, identity.foreign) == (read_as, None, None)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("\u041d37", "U+041D CYRILLIC CAPITAL LETTER EN"),
        ("\u039237", "U+0392 GREEK CAPITAL LETTER BETA"),
        ("\uff2837", "U+FF28 FULLWIDTH LATIN CAPITAL LETTER H"),
        ("H\uff13", "U+FF13 FULLWIDTH DIGIT THREE"),
        ("\U0001d40737", "U+1D407 MATHEMATICAL BOLD CAPITAL H"),
        ("12\u2044QĐ", "U+2044 FRACTION SLASH"),
        ("G22\uff0c2025", "U+FF0C FULLWIDTH COMMA"),
        ("\u00d022", "U+00D0 LATIN CAPITAL LETTER ETH"),
        ("\u018922", "U+0189 LATIN CAPITAL LETTER AFRICAN D"),
        ("H\u0337", "U+0337 COMBINING SHORT SOLIDUS OVERLAY"),
    ],
)
def test_code_with_a_letter_that_only_looks_vietnamese_is_named_by_it(text, named):
    assert read_identity(text, CODE).foreign == named


@pytest.mark.parametrize(
    "char",
    [
        *"\u200b\u200d\u202e\u2066\ufeff\u00ad\u034f\u3164\u2800\ufe0f",
        "\x7f",
        "\x85",
        "\ue000",
        "\U000e0041",
        "\u2028",
    ],
)
def test_code_with_a_character_that_nobody_sees_is_named_by_it(char):
    identity = read_identity(f"G{char}22", CODE)
    assert identity.invisible is not None
    assert identity.invisible.startswith(f"U+{ord(char):04X}")
    assert identity.foreign is None


def test_file_name_of_any_alphabet_is_only_composed():
    assert read_identity("\u5de5\u4f5c.pdf", FILE_NAME).text == "\u5de5\u4f5c.pdf"
    assert read_identity(NFD, FILE_NAME).text == "VPCP-TTĐT ỗ"
    assert read_identity("a\u202efdp.exe", FILE_NAME).invisible is None


@given(st.text(), st.sampled_from(Naming))
def test_reading_an_identity_twice_gives_the_same(text, naming):
    once = read_identity(text, naming)
    assert read_identity(once.text, naming) == once


@given(st.text(alphabet="aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐ0-9./,", max_size=20))
def test_composed_and_decomposed_vietnamese_are_read_the_same(text):
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert read_identity(composed, CODE).text == read_identity(apart, CODE).text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (">G22<", ">G\u200b22<", "F-INVISIBLE"),
        (">G22<", ">\u010022<", "F-CONFUSABLE"),
        (">VPCP-KSTT<", ">VPCP\u2013KSTT<", "F-NORMALISED"),
        ("101-VPCP.pdf", unicodedata.normalize("NFD", "Báo cáo.pdf"), "F-NORMALISED"),
    ],
)
def test_odd_identity_in_a_message_has_its_finding_with_place_and_line(sample, old, new, code):
    data = sample("new_single_pdf").replace(old.encode(), new.encode(), 1)
    (finding,) = read(data).findings
    assert finding.reason.code == code
    assert finding.place
    assert finding.line == data[: data.index(new.encode())].count(b"\n") + 1


def test_decomposed_document_id_is_the_same_document(sample):
    plain = read(sample("new_single_pdf").replace(b"VPCP-KSTT", "VPCP-TTĐẾ".encode())).message
    apart = unicodedata.normalize("NFD", "VPCP-TTĐẾ").encode()
    other = read(sample("new_single_pdf").replace(b"VPCP-KSTT", apart)).message
    assert other.document_id == plain.document_id
