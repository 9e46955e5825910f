import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from axis.web.forms import MAX_SEARCH_CHARS, query_id, query_text, read_day
from axis.web.problems import BadRequestError


def address(**query: str) -> str:
    return str(URL("/documents").with_query(query))


@given(st.text(st.characters(codec="utf-8"), max_size=2 * MAX_SEARCH_CHARS))
def test_search_text_is_taken_as_typed_or_refused(typed: str) -> None:
    request = make_mocked_request("GET", address(q=typed))
    try:
        found = query_text(request, "q")
    except BadRequestError:
        unfit = any(not letter.isprintable() for letter in typed)
        assert unfit or len(typed.strip()) > MAX_SEARCH_CHARS
    else:
        assert found == typed.strip()
        assert "\x00" not in found


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_id_in_an_address_is_a_canonical_uuid_or_refused(typed: str) -> None:
    request = make_mocked_request("GET", address(before=typed))
    try:
        found = query_id(request, "before")
    except BadRequestError:
        return
    assert found is None if not typed else str(found) == typed


@pytest.mark.parametrize("typed", ["2026-02-30", "30/11/2026", "x", "2026-11-3", "٢٠٢٦-11-30"])
def test_date_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(BadRequestError):
        read_day(typed)
