"""Number and notation by Decree 30/2020/NĐ-CP, Annexes I and III."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.elements import Code
from axis.edxml.notation import ABBREVIATIONS, expected_notation


@pytest.mark.parametrize(("type_name", "abbreviation"), ABBREVIATIONS.items())
def test_type_of_the_decree_fits_its_own_abbreviation_only(type_name, abbreviation):
    assert expected_notation(type_name.capitalize(), Code("15", f"{abbreviation}-BNV")) is None
    example = expected_notation(type_name, Code("15", "XYZ-BNV"))
    assert example == f"15/{abbreviation}-BNV"


@pytest.mark.parametrize(
    ("type_name", "number", "notation"),
    [
        ("Công văn", "7816", "VPCP-TTĐT"),
        ("CÔNG VĂN", "1", "UBND"),
        ("Quyết định", "28/2018", "QĐ-TTg"),
        ("Quyết định", "28", "2018/QĐ-TTg"),
        ("Công điện", "102", "CĐ-TTg"),
        ("Thông báo", "15a", "TB-VPCP"),
        ("Giấy uỷ quyền", "3", "GUQ-BTC"),
        ("Bản thoả thuận", "3", "BTT-BTC"),
        (unicodedata.normalize("NFD", "Quyết định"), "5", "QĐ-BNV"),
        ("Thư công", "x", "-"),
        ("Loại riêng của cơ quan", "12", "LR-ABC"),
        ("", "12", "LR-ABC"),
    ],
)
def test_number_and_notation_of_real_life_fit(type_name, number, notation):
    if type_name == "Thư công":
        number = "7"
    assert expected_notation(type_name, Code(number, notation)) is None


@pytest.mark.parametrize(
    ("type_name", "number", "notation"),
    [
        ("Công văn", "5", "QĐ-BNV"),
        ("Quyết định", "5", "QD-BNV"),
        ("Quyết định", "5", "BNV-QĐ"),
        ("Tờ trình", "5", "Ttr-BNV"),
        ("Công văn", "năm", "BNV-VP"),
        ("Công văn", "5/12", "BNV-VP"),
    ],
)
def test_number_or_notation_that_does_not_fit_gives_an_example(type_name, number, notation):
    assert expected_notation(type_name, Code(number, notation))


@pytest.mark.parametrize("code", [Code("", "QĐ-BNV"), Code("1", "")])
def test_missing_number_or_notation_is_not_reported_twice(code):
    assert expected_notation("Công văn", code) is None


@given(st.text(), st.text(), st.text())
def test_no_text_makes_the_rule_fail(type_name, number, notation):
    example = expected_notation(type_name, Code(number, notation))
    if example:
        number, _, notation = example.partition("/")
        assert expected_notation(type_name, Code(number, notation)) is None
