"""What a certificate must satisfy before it gets a mandate, each thing with its words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from axis.facts import Capacity
from axis.registry.agency import Agency, Level
from axis.registry.directory import Directory
from axis.registry.enrolment import NewEnrolment, check_enrolments
from axis.registry.mandates import MAX_ACT_CHARS, Mandate, MessageKind
from axis.registry.problems import RegistryFileError
from tests.support.signers import new_certificate

AGENCIES = (
    Agency("G12", "Bộ Tài chính", Level.CENTRAL, aliases=("000.00.00.G12",)),
    Agency("H37", "UBND tỉnh Lạng Sơn", Level.PROVINCE),
    Agency("H37.02", "Sở Nội vụ", Level.PROVINCE, parent="H37"),
)


def wanted(code: str = "G12", organization: str | None = None, **facts: Any) -> NewEnrolment:
    return NewEnrolment(certificate=new_certificate("ab12", organization), agency=code, **facts)


def accepted(*enrolments: NewEnrolment, kept: tuple[Mandate, ...] = ()) -> list[Mandate]:
    found = check_enrolments(Directory(AGENCIES, [], kept), enrolments, {})
    return [enrolment.mandate for enrolment in found]


def refused(
    *enrolments: NewEnrolment,
    kept: tuple[Mandate, ...] = (),
    revoked: dict[str, datetime] | None = None,
) -> str:
    with pytest.raises(RegistryFileError) as caught:
        check_enrolments(Directory(AGENCIES, [], kept), enrolments, revoked or {})
    (problem,) = caught.value.problems
    assert problem.text_vi() != problem.text_en()
    return problem.text_en()


def test_seal_gets_its_mandate_under_the_agencys_own_code() -> None:
    assert accepted(wanted("000.00.00.G12")) == [Mandate("ab12", "G12")]


@pytest.mark.parametrize("organization", [None, "G12", "000.00.00.G12"])
@pytest.mark.parametrize("capacity", [Capacity.SEAL, Capacity.PERSON])
def test_certificate_that_names_the_agency_or_nobody_is_accepted(
    organization: str | None, capacity: Capacity
) -> None:
    assert accepted(wanted("G12", organization, capacity=capacity, act="7/QĐ"))


@pytest.mark.parametrize("organization", ["G22", "", "g12", "VATVN-0100109106"])
@pytest.mark.parametrize("capacity", [Capacity.SEAL, Capacity.PERSON])
def test_certificate_that_names_another_organisation_is_refused(
    organization: str, capacity: Capacity
) -> None:
    text = refused(wanted("G12", organization, capacity=capacity, act="7/QĐ"))
    assert f"belongs to organisation «{organization}»" in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"code": "X99"}, "«X99» is not in the registry"),
        ({"valid_from": date(2025, 2, 1), "valid_to": date(2025, 1, 31)}, "would end"),
        ({"kinds": frozenset()}, "No kind"),
        ({"capacity": Capacity.PERSON}, "must name the act"),
        ({"act": "x" * (MAX_ACT_CHARS + 1)}, "at most"),
        ({"act": "1/QĐ\n2/QĐ"}, "printable"),
    ],
)
def test_mandate_that_cannot_be_meant_is_refused(facts: dict[str, Any], said: str) -> None:
    assert said in refused(wanted(**facts))


def test_revoked_certificate_stays_lost_whoever_it_is_to_sign_for() -> None:
    text = refused(wanted("H37"), revoked={"ab12": datetime(2025, 10, 1, tzinfo=UTC)})
    assert "was revoked on 2025-10-01" in text


def test_agency_above_signs_for_a_unit_once_its_seal_is_enrolled() -> None:
    on_behalf = wanted("H37.02", "H37", capacity=Capacity.PARENT, act="125/QĐ-UBND")
    assert accepted(on_behalf, kept=(Mandate("ab12", "H37"),)) == [on_behalf.mandate]
    assert len(accepted(on_behalf, wanted("H37", "H37"))) == 2


@pytest.mark.parametrize(
    ("organization", "kept"),
    [
        (None, ()),
        (None, (Mandate("ab12", "G12"),)),
        (None, (Mandate("ab12", "H37", Capacity.PERSON, act="1/QĐ"),)),
        ("H37.02", (Mandate("ab12", "H37"),)),
    ],
)
def test_what_is_no_seal_of_an_agency_above_gets_no_parents_mandate(
    organization: str | None, kept: tuple[Mandate, ...]
) -> None:
    on_behalf = wanted("H37.02", organization, capacity=Capacity.PARENT, act="125/QĐ-UBND")
    assert "is not the seal of any agency above" in refused(on_behalf, kept=kept)


def test_carrier_may_be_any_organisations_and_signs_for_nobody_beside() -> None:
    carrier = wanted("H37", "VATVN-0100109106", capacity=Capacity.CARRIER)
    assert accepted(carrier) == [carrier.mandate]
    assert "cannot both carry" in refused(carrier, kept=(Mandate("ab12", "H37"),))
    assert "cannot both carry" in refused(wanted("G12"), kept=(carrier.mandate,))


def test_carrier_may_become_a_seal_once_its_term_is_over() -> None:
    carrier = Mandate("ab12", "H37", Capacity.CARRIER, valid_to=date(2025, 9, 30))
    assert accepted(wanted("H37", valid_from=date(2025, 10, 1)), kept=(carrier,))


def test_seal_of_one_agency_is_not_anothers_on_the_same_day() -> None:
    kept = Mandate("ab12", "H37", valid_to=date(2025, 9, 30))
    assert "is the seal of «H37»" in refused(wanted("H37.02"), kept=(kept,))
    assert accepted(wanted("H37.02", valid_from=date(2025, 10, 1)), kept=(kept,))


def test_person_signs_for_several_units_on_several_acts() -> None:
    person = {"capacity": Capacity.PERSON}
    mandates = accepted(
        wanted("H37", act="1/QĐ", **person),
        wanted("H37.02", act="1/QĐ", **person),
        wanted("H37.02", act="2/QĐ", **person),
    )
    assert len({mandate.key for mandate in mandates}) == 3


def test_same_mandate_again_counts_as_it_was_asked_for_last() -> None:
    narrower = frozenset({MessageKind.STATUS})
    (mandate,) = accepted(wanted(), wanted("000.00.00.G12", kinds=narrower))
    assert mandate.kinds == narrower


def test_all_that_is_wrong_is_told_at_once_with_its_lines() -> None:
    enrolments = [
        wanted("X99", line=2),
        wanted("G12", "G22", capacity=Capacity.PERSON, line=3),
    ]
    with pytest.raises(RegistryFileError) as caught:
        check_enrolments(Directory(AGENCIES, []), enrolments, {})
    assert [problem.line for problem in caught.value.problems] == [2, 3, 3]
