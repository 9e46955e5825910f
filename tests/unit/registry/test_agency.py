"""Agencies and endpoints as values: what counts as a code, a day, a binding."""

from datetime import date

import pytest

from axis.registry.agency import (
    Agency,
    Level,
    is_agency_code,
    is_endpoint_id,
)

FINANCE = Agency("G12", "Bộ Tài chính", Level.CENTRAL, aliases=("000.00.00.G12",))


@pytest.mark.parametrize(
    "code",
    ["G22", "H37.02.02", "H37.DN.002", "000.00.00.G12", "02.29.W00", "020100107370", "h37.2"],
)
def test_agency_code_seen_in_the_field_is_accepted(code: str) -> None:
    assert is_agency_code(code)


@pytest.mark.parametrize(
    "code", ["", " ", "G22,G12", "G22;G12", "G 22", "G22\n", ".G22", "G22.", "G" * 36, "Đ01"]
)
def test_agency_code_that_would_break_a_list_or_a_header_is_refused(code: str) -> None:
    assert not is_agency_code(code)


@pytest.mark.parametrize("endpoint", ["g22", "lgsp-h37", "h26", "a-1-b"])
def test_endpoint_id_of_lower_case_letters_digits_and_hyphens_is_accepted(endpoint: str) -> None:
    assert is_endpoint_id(endpoint)


@pytest.mark.parametrize(
    "endpoint", ["", "G22", "h37.02", "-h37", "h37-", "a--b", "hà-nội", "x" * 64, "h37\n"]
)
def test_endpoint_id_of_other_characters_is_refused(endpoint: str) -> None:
    assert not is_endpoint_id(endpoint)


@pytest.mark.parametrize("endpoint", ["axis", "axis-router", "guest"])
def test_endpoint_id_of_an_account_of_the_axis_is_refused(endpoint: str) -> None:
    assert not is_endpoint_id(endpoint)


def test_agency_is_open_on_its_first_and_last_day_and_not_outside() -> None:
    agency = Agency(
        "H37.51",
        "UBND huyện",
        Level.DISTRICT,
        valid_from=date(2004, 7, 1),
        valid_to=date(2025, 6, 30),
    )
    assert agency.open_on(date(2004, 7, 1))
    assert agency.open_on(date(2025, 6, 30))
    assert not agency.open_on(date(2004, 6, 30))
    assert not agency.open_on(date(2025, 7, 1))
