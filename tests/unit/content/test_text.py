"""Plain text is told from binary data."""

import codecs
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.content.text import START_CHARS, start_of_text

VIETNAMESE = (
    "Căn cứ Luật Tổ chức chính quyền địa phương, Ủy ban nhân dân xã Thử Nghiệm báo cáo:\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_vietnamese_text_is_read_in_unicode(encoding):
    assert start_of_text(VIETNAMESE.encode(encoding)).lstrip("\ufeff") == VIETNAMESE


def test_big_endian_text_with_its_mark_is_read():
    data = codecs.BOM_UTF16_BE + VIETNAMESE.encode("utf-16-be")
    assert start_of_text(data).lstrip("\ufeff") == VIETNAMESE


@pytest.mark.parametrize(
    "data",
    [
        "Cộng hòa".replace("ộ", "ô\u0323").replace("ò", "o\u0300").encode("cp1258"),
        # «Cộng hòa xã hội chủ nghĩa Việt Nam» as TCVN3 fonts write it.
        b"C\xe9ng h\xdfa x\xb7 h\xe9i ch\xf1 ngh\xdca Vi\xd6t Nam",
        "“Báo giá” – 100 €".encode("cp1252"),
    ],
)
def test_text_of_one_byte_a_sign_is_text(data):
    assert start_of_text(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"text\0text",
        b"text\x1b[0m",
        VIETNAMESE.encode("utf-16-le"),
        VIETNAMESE.encode("utf-32"),
        bytes(range(0x80, 0x100)),
        "Báo cáo".encode() + b"\x8d\x8e",
        codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00",
        codecs.BOM_UTF16_LE + b"abc",
        b"text " * 500_000 + b"\0",
        "ộ".encode() * 600_000 + b"\xff" * 3_000_000,
    ],
)
def test_binary_data_is_no_text(data):
    assert start_of_text(data) is None


@pytest.mark.parametrize("size", [100, 1_000, 100_000])
@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF16_LE, b"xin "])
def test_random_data_never_pass_as_text(size, start):
    source = random.Random(size)
    assert not [n for n in range(50) if start_of_text(start + source.randbytes(size))]


def test_long_text_is_looked_at_to_its_end_and_only_its_beginning_is_kept():
    text = "xin chào " * 400_000
    assert start_of_text(text.encode()) == text[:START_CHARS]


def test_sign_cut_by_a_block_boundary_is_whole():
    text = "a" + "ộ" * 700_000
    assert start_of_text(text.encode()) == text[:START_CHARS]
    assert start_of_text(text.encode("utf-16")) is not None


@pytest.mark.parametrize("code", range(0x80, 0x100))
def test_every_byte_is_a_letter_or_makes_the_text_none(code):
    data = b"Bao cao so " + bytes([code])
    assert start_of_text(data) in (None, data.decode("cp1258", "replace"))


@given(st.binary(max_size=300))
def test_any_bytes_are_judged(data):
    found = start_of_text(data)
    assert found is None or "\0" not in found
