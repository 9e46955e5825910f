import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.edxml.base64text import decode, encode, is_base64


@given(st.binary())
def test_bytes_encoded_and_decoded_are_the_same(data):
    assert is_base64(encode(data))
    assert decode(encode(data)) == data


@given(st.text("AQ=/+ \n-é", max_size=12))
def test_text_that_passes_the_check_decodes_and_no_other(text):
    if is_base64(text):
        assert isinstance(decode(text), bytes)
    else:
        with pytest.raises(ValueError):
            decode(text)


@pytest.mark.parametrize("text", ["eGlu\r\nIGNow6Bv", " eGluIGNow6Bv\n", "eGlu\tIGNow6Bv"])
def test_text_broken_into_lines_decodes(text):
    assert decode(text) == "xin chào".encode()


@pytest.mark.parametrize("text", ["Q", "QQ", "QQ=", "QQ==QQ==", "=QUI", "QUJD====", "Q-_=", "é==="])
def test_text_that_is_not_base64_is_refused(text):
    assert not is_base64(text)
