"""Agencies and endpoints as values: what counts as a code, a day, a binding."""

from datetime import UTC, date, datetime

import pytest

from axis.registry.agency import (
    Agency,
    EnrolledCertificate,
    EnrolmentError,
    Level,
    check_enrolment,
    is_agency_code,
    is_endpoint_id,
    legal_day,
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


def test_binding_without_dates_holds_on_every_day() -> None:
    assert EnrolledCertificate("00", "G22").bound_on(date(1975, 4, 30))


@pytest.mark.parametrize("identifier", [None, "G12", "000.00.00.G12"])
def test_enrolment_of_a_certificate_naming_the_agency_or_nobody_is_accepted(
    identifier: str | None,
) -> None:
    check_enrolment(FINANCE, identifier)


@pytest.mark.parametrize("identifier", ["G22", "", "g12", "VATVN-0100109106"])
def test_enrolment_of_a_certificate_naming_another_organisation_is_refused(identifier: str) -> None:
    with pytest.raises(EnrolmentError, match="«G12»"):
        check_enrolment(FINANCE, identifier)


def test_legal_day_of_a_moment_is_the_day_in_viet_nam() -> None:
    assert legal_day(datetime(2025, 6, 30, 17, 0, tzinfo=UTC)) == date(2025, 7, 1)
    assert legal_day(datetime(2025, 6, 30, 16, 59, tzinfo=UTC)) == date(2025, 6, 30)
    assert legal_day(date(2025, 6, 30)) == date(2025, 6, 30)
