import pytest

from axis.edxml.codes import (
    DocumentKind,
    Priority,
    StatusCode,
    is_agency_code,
    is_document_id,
)


def test_kind_labels_are_the_words_of_the_contract():
    assert [kind.label for kind in DocumentKind] == ["new", "recall", "update", "replace"]


def test_kind_names_are_the_legal_terms():
    assert DocumentKind.RECALL.name_vi == "thu hồi"


def test_priority_is_urgent_from_khan_upwards():
    assert [level.urgent for level in Priority] == [False, True, True, True, True]
    assert Priority.EXPRESS.name_vi == "hỏa tốc"


def test_status_codes_are_those_of_the_standard_each_with_both_names():
    assert [code.value for code in StatusCode] == [
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "13",
        "15",
        "16",
    ]
    assert all(code.name_vi and code.name_en for code in StatusCode)


def test_only_take_back_comes_from_the_documents_sender():
    assert [code for code in StatusCode if code.from_sender] == [StatusCode.TAKE_BACK]


@pytest.mark.parametrize(
    "code",
    [
        "G22",
        "H37.02.02",
        "H37.DN.002",
        "000.00.00.G22",
        "002.00.20.H13",
        "020100107370",
        "02.29.W00",
        "28.22.H17",
        "H26.101.3",
        "A" * 35,
    ],
)
def test_agency_code_of_any_age_is_accepted(code):
    assert is_agency_code(code)


@pytest.mark.parametrize(
    "code", ["", "G22,G09", "G 22", "G22\n", "a/b", "A" * 65, "<G22>", "G22;G09", "G\u00a022"]
)
def test_agency_code_that_would_break_lists_and_paths_is_refused(code):
    assert not is_agency_code(code)


@pytest.mark.parametrize(
    "text", ["G22,2025/10/01,101/VPCP-KSTT", "1e0c6d3a-uuid", "có dấu Đ", "A\u00a01", "A" * 255]
)
def test_document_id_of_one_line_is_accepted(text):
    assert is_document_id(text)


@pytest.mark.parametrize("text", ["", "a\nb", "a\x00", "A" * 256, "\u00a0" * 256, "a\x85b"])
def test_document_id_with_control_characters_or_too_long_is_refused(text):
    assert not is_document_id(text)
