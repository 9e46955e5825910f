"""Who may sign for whom: each capacity, each obstacle, and what holds for all mandates at once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.clock import in_vietnam
from axis.facts import Capacity, Right
from axis.reasons import Reason
from axis.registry.agency import Agency, Level
from axis.registry.mandates import (
    ALL_KINDS,
    Mandate,
    MessageKind,
    Signing,
    in_order,
    judge,
    names_another,
    seal_above,
)
from axis.verdict import Finding
from tests.support.signers import Signer, signer

NOON = datetime(2025, 10, 1, 5, 0, tzinfo=UTC)
TODAY = date(2025, 10, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
FINANCE = Agency("G12", "Bộ Tài chính", Level.CENTRAL, aliases=("000.00.00.G12",))
PROVINCE = Agency("H37", "UBND tỉnh Lạng Sơn", Level.PROVINCE, aliases=("000.00.00.H37",))
UNIT = Agency("H37.02", "Sở Nội vụ", Level.PROVINCE, parent="H37")
ON_BEHALF = Mandate("ab12", "H37.02", Capacity.PARENT, act="125/QĐ-UBND")
OWN_SEAL = Mandate("ab12", "H37")


def signing(
    agency: Agency = FINANCE,
    above: tuple[Agency, ...] = (),
    kind: MessageKind = MessageKind.NEW,
    at: datetime = NOON,
    by: Signer | None = None,
) -> Signing:
    return Signing(by or signer(), agency, above, kind, at)


def reason(found: Mandate | Finding) -> Reason | None:
    """The reason that was found; its texts have all their facts."""
    if isinstance(found, Mandate):
        return None
    assert "?" not in found.text_vi() + found.text_en()
    return found.reason


# -- seals and persons -----------------------------------------------------------------------------
@pytest.mark.parametrize("capacity", [Capacity.SEAL, Capacity.PERSON])
def test_certificate_with_a_mandate_signs_and_the_right_is_told(capacity: Capacity) -> None:
    mandate = Mandate("ab12", "G12", capacity, act="7/QĐ-BTC", valid_to=TOMORROW)
    assert judge([mandate], signing()) == mandate
    assert mandate.right == Right(
        capacity=capacity, agency="G12", act="7/QĐ-BTC", first=None, last=TOMORROW
    )


def test_certificate_that_nobody_enrolled_signs_for_nobody() -> None:
    found = judge([], signing())
    assert found == Finding(Reason.CERTIFICATE_NOT_ENROLLED, facts={"subject": "CN=ab12"})
    nameless = judge([], signing(by=Signer("ab12", "", None)))
    assert nameless == Finding(Reason.CERTIFICATE_NOT_ENROLLED, facts={"subject": "SHA-256 ab12"})


def test_certificate_of_another_agency_never_signs() -> None:
    assert reason(judge([Mandate("ab12", "G22")], signing())) is Reason.CERTIFICATE_OF_OTHER_AGENCY


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"valid_to": TODAY}, None),
        ({"valid_from": TODAY}, None),
        ({"valid_to": YESTERDAY}, Reason.CERTIFICATE_OUT_OF_TERM),
        ({"valid_from": TOMORROW}, Reason.CERTIFICATE_OUT_OF_TERM),
        ({"revoked_at": NOON}, Reason.CERTIFICATE_REVOKED),
        ({"revoked_at": NOON + timedelta(seconds=1)}, None),
        ({"kinds": frozenset({MessageKind.STATUS})}, Reason.MANDATE_KIND),
    ],
)
def test_mandate_counts_as_of_the_signing_and_for_its_kinds(
    changes: dict[str, object], expected: Reason | None
) -> None:
    mandate = Mandate("ab12", "G12", **changes)  # type: ignore[arg-type]
    assert reason(judge([mandate], signing())) is expected


def test_day_of_the_term_is_the_one_on_vietnams_calendar() -> None:
    midnight = datetime(2025, 9, 30, 17, 0, tzinfo=UTC)
    mandate = Mandate("ab12", "G12", valid_from=TODAY)
    assert reason(judge([mandate], signing(at=midnight))) is None
    before = signing(at=midnight - timedelta(seconds=1))
    assert reason(judge([mandate], before)) is Reason.CERTIFICATE_OUT_OF_TERM


@pytest.mark.parametrize("capacity", [Capacity.SEAL, Capacity.PERSON])
@pytest.mark.parametrize(
    ("organization", "fits"),
    [(None, True), ("G12", True), ("000.00.00.G12", True), ("G22", False), ("", False)],
)
def test_organisation_in_the_subject_must_be_the_agency_or_absent(
    capacity: Capacity, organization: str | None, fits: bool
) -> None:
    mandate = Mandate("ab12", "G12", capacity, act="1/QĐ")
    found = judge([mandate], signing(by=signer("ab12", organization)))
    assert reason(found) is (None if fits else Reason.CERTIFICATE_OF_OTHER_ORGANISATION)


def test_one_mandate_that_holds_is_enough_and_a_seal_is_told_before_a_person() -> None:
    lapsed = Mandate("ab12", "G12", act="1/QĐ", valid_to=YESTERDAY)
    person = Mandate("ab12", "G12", Capacity.PERSON, act="2/QĐ")
    seal = Mandate("ab12", "G12", act="3/QĐ")
    assert judge([lapsed, person], signing()) == person
    assert judge([lapsed, person, seal], signing()) == seal


def test_of_several_obstacles_the_nearest_to_success_is_named() -> None:
    lapsed = Mandate("ab12", "G12", Capacity.PERSON, act="1/QĐ", valid_to=YESTERDAY)
    other_kind = Mandate("ab12", "G12", kinds=frozenset({MessageKind.STATUS}))
    found = judge([lapsed, other_kind], signing())
    assert found == Finding(
        Reason.MANDATE_KIND,
        facts={"subject": "CN=ab12", "code": "G12", "kind": "new", "kinds": "status"},
    )


# -- an agency above, on behalf of a unit ----------------------------------------------------------
def test_seal_of_an_agency_above_signs_on_an_act_for_a_unit() -> None:
    assert judge([ON_BEHALF, OWN_SEAL], signing(UNIT, (PROVINCE,))) == ON_BEHALF


@pytest.mark.parametrize(
    ("mandates", "above"),
    [
        ([ON_BEHALF], (PROVINCE,)),
        ([ON_BEHALF, Mandate("ab12", "G12")], (PROVINCE,)),
        ([ON_BEHALF, OWN_SEAL], ()),
        ([ON_BEHALF, OWN_SEAL], (FINANCE,)),
        ([ON_BEHALF, Mandate("ab12", "H37", Capacity.PERSON, act="1/QĐ")], (PROVINCE,)),
        ([ON_BEHALF, Mandate("ab12", "H37", valid_to=YESTERDAY)], (PROVINCE,)),
        ([ON_BEHALF, Mandate("ab12", "H37", revoked_at=NOON)], (PROVINCE,)),
    ],
)
def test_what_is_no_seal_in_force_of_an_agency_above_does_not_sign_for_the_unit(
    mandates: list[Mandate], above: tuple[Agency, ...]
) -> None:
    found = judge(mandates, signing(UNIT, above))
    assert reason(found) is Reason.MANDATE_OUTSIDE_HIERARCHY


@pytest.mark.parametrize(
    ("organization", "fits"),
    [("H37", True), ("000.00.00.H37", True), ("H37.02", False), ("G12", False)],
)
def test_organisation_of_a_parents_seal_must_be_the_parent(organization: str, fits: bool) -> None:
    found = judge(
        [ON_BEHALF, OWN_SEAL], signing(UNIT, (PROVINCE,), by=signer("ab12", organization))
    )
    assert reason(found) is (None if fits else Reason.MANDATE_OUTSIDE_HIERARCHY)


# -- carriers --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "others",
    [
        (),
        (Mandate("ab12", "G12"),),
        (Mandate("ab12", "G12", Capacity.PERSON, act="1/QĐ"),),
    ],
)
def test_carriers_certificate_never_signs(others: tuple[Mandate, ...]) -> None:
    carrier = Mandate("ab12", "G12", Capacity.CARRIER)
    assert reason(judge([carrier, *others], signing())) is Reason.CARRIER_ONLY


def test_carrier_whose_term_is_over_stands_in_the_way_of_no_later_mandate() -> None:
    carrier = Mandate("ab12", "G12", Capacity.CARRIER, valid_to=YESTERDAY)
    seal = Mandate("ab12", "G12", valid_from=TODAY)
    assert judge([carrier, seal], signing()) == seal
    assert reason(judge([carrier], signing())) is Reason.CARRIER_ONLY


# -- for all mandates at once ----------------------------------------------------------------------
days = st.none() | st.integers(-2, 2).map(lambda offset: TODAY + timedelta(days=offset))
moments = st.integers(-2, 2).map(lambda offset: NOON + timedelta(days=offset))
all_mandates = st.builds(
    Mandate,
    fingerprint=st.just("ab12"),
    agency=st.sampled_from(["G12", "H37", "H37.02"]),
    capacity=st.sampled_from(Capacity),
    kinds=st.frozensets(st.sampled_from(MessageKind)),
    act=st.sampled_from(["", "1/QĐ"]),
    valid_from=days,
    valid_to=days,
    revoked_at=st.none() | moments,
)


@given(
    mandates=st.lists(all_mandates, max_size=5),
    agency=st.sampled_from([FINANCE, PROVINCE, UNIT]),
    organization=st.sampled_from([None, "G12", "H37", "H37.02", "X99"]),
    kind=st.sampled_from(MessageKind),
    at=moments,
)
def test_no_certificate_signs_without_a_holding_mandate_for_agency_day_and_kind(
    mandates: list[Mandate],
    agency: Agency,
    organization: str | None,
    kind: MessageKind,
    at: datetime,
) -> None:
    above = (PROVINCE,) if agency is UNIT else ()
    found = judge(mandates, signing(agency, above, kind, at, signer("ab12", organization)))
    if isinstance(found, Finding):
        assert "?" not in found.text_vi() + found.text_en()
        return
    day = in_vietnam(at).date()
    assert found in mandates
    assert found.agency == agency.code
    assert found.capacity is not Capacity.CARRIER
    assert kind in found.kinds
    assert (found.valid_from or day) <= day <= (found.valid_to or day)
    assert found.revoked_at is None or at < found.revoked_at
    whose = agency
    if found.capacity is Capacity.PARENT:
        assert agency is UNIT
        whose = PROVINCE
        assert any(one.agency == "H37" and one.capacity is Capacity.SEAL for one in mandates)
    assert organization is None or organization in whose.codes


@given(st.lists(all_mandates, max_size=4), st.sampled_from(MessageKind), moments)
def test_order_of_the_registry_does_not_decide_whether_a_certificate_signs(
    mandates: list[Mandate], kind: MessageKind, at: datetime
) -> None:
    asked = signing(UNIT, (PROVINCE,), kind, at)
    assert reason(judge(mandates, asked)) is reason(judge(mandates[::-1], asked))


@given(all_mandates, all_mandates)
def test_terms_overlap_where_a_day_is_in_both(one: Mandate, other: Mandate) -> None:
    shared = [
        day
        for day in (TODAY + timedelta(days=offset) for offset in range(-4, 5))
        if one.covers(day) and other.covers(day)
    ]
    assert one.overlaps(other) is bool(shared)


# -- parts -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("capacity", [Capacity.PARENT, Capacity.CARRIER])
def test_organisation_of_a_parent_or_a_carrier_is_not_the_agencys_to_name(
    capacity: Capacity,
) -> None:
    assert not names_another(capacity, signer("ab12", "X99"), FINANCE)


def test_seal_above_without_a_moment_is_whose_it_ever_was() -> None:
    lapsed = Mandate("ab12", "H37", valid_to=YESTERDAY)
    assert seal_above([lapsed], signer(), [PROVINCE]) is PROVINCE
    assert seal_above([lapsed], signer(), [PROVINCE], NOON) is None


def test_kinds_are_told_in_one_order() -> None:
    assert in_order(ALL_KINDS) == ["new", "recall", "update", "replace", "status"]
