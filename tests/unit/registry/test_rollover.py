"""A new seal beside the old: what it gets, when the old one ends; nothing is refused between."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.clock import VIETNAM
from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.registry.agency import Agency, Level
from axis.registry.directory import Directory
from axis.registry.enrolment import check_enrolments
from axis.registry.mandates import Mandate, MessageKind
from axis.registry.rollover import (
    MAX_AHEAD,
    MAX_OVERLAP_DAYS,
    Switch,
    WantedSwitch,
    plan_switch,
)
from tests.support.signers import new_certificate, signer

TODAY = date(2026, 3, 2)
ON = date(2026, 4, 1)
LAST = date(2026, 5, 1)
OLD = Mandate("0ld1", "H37")
ON_BEHALF = Mandate("0ld1", "H37.02", Capacity.PARENT, act="1/QĐ", valid_to=date(2026, 12, 31))
AGENCIES = (
    Agency("H37", "UBND tỉnh Lạng Sơn", Level.PROVINCE, aliases=("000.00.00.H37",)),
    Agency("H37.02", "Sở Nội vụ", Level.PROVINCE, parent="H37"),
)


def plan(*mandates: Mandate, **wanted: Any) -> Switch:
    facts = {"certificate": new_certificate("4e31"), "agency": "H37", "on": ON, **wanted}
    return plan_switch(Directory(AGENCIES, [], mandates), WantedSwitch(**facts), TODAY)


def test_new_seal_signs_from_today_and_the_old_one_until_the_overlap_is_over() -> None:
    switch = plan(OLD, agency="000.00.00.H37")
    (enrolment,) = switch.enrolments
    assert enrolment.mandate == Mandate("4e31", "H37", valid_from=TODAY)
    (ending,) = switch.ending
    assert ending == Mandate("0ld1", "H37", valid_to=LAST)
    assert (switch.agency, switch.old, switch.last) == ("H37", "0ld1", LAST)


def test_first_day_and_overlap_can_be_chosen() -> None:
    switch = plan(OLD, first=date(2026, 3, 15), overlap_days=0)
    assert switch.enrolments[0].valid_from == date(2026, 3, 15)
    assert switch.last == ON


def test_old_seal_that_ends_earlier_keeps_its_last_day() -> None:
    early = Mandate("0ld1", "H37", valid_to=date(2026, 4, 10))
    switch = plan(early)
    assert switch.ending == ()
    assert switch.last == date(2026, 4, 10)
    assert switch.enrolments[0].valid_to is None


def test_new_seal_takes_over_kinds_acts_and_what_is_signed_for_units_below() -> None:
    kinds = frozenset({MessageKind.NEW})
    switch = plan(Mandate("0ld1", "H37", kinds=kinds, act="9/QĐ"), ON_BEHALF)
    own, on_behalf = (enrolment.mandate for enrolment in switch.enrolments)
    assert (own.kinds, own.act) == (kinds, "9/QĐ")
    assert (on_behalf.fingerprint, on_behalf.agency) == ("4e31", "H37.02")
    assert (on_behalf.act, on_behalf.valid_to) == (ON_BEHALF.act, ON_BEHALF.valid_to)
    assert [mandate.agency for mandate in switch.ending] == ["H37"]


@pytest.mark.parametrize(
    "other",
    [
        Mandate("dead", "H37", revoked_at=datetime(2026, 1, 1, tzinfo=UTC)),
        Mandate("dead", "H37", valid_to=TODAY - timedelta(days=1)),
        Mandate("dead", "H37", valid_from=LAST + timedelta(days=1)),
        Mandate("dead", "H37", Capacity.PERSON, act="1/QĐ"),
        Mandate("dead", "H37.02"),
        Mandate("4e31", "H37"),
    ],
)
def test_what_is_no_other_seal_in_use_is_left_alone(other: Mandate) -> None:
    switch = plan(OLD, other)
    assert switch.old == "0ld1"
    assert [mandate.fingerprint for mandate in switch.ending] == ["0ld1"]


def test_old_one_must_be_named_where_there_are_several() -> None:
    second = Mandate("5ec0", "H37")
    with pytest.raises(InvalidInputError, match="--old"):
        plan(OLD, second)
    assert plan(OLD, second, old="5e").old == "5ec0"
    with pytest.raises(InvalidInputError, match="axis cert add"):
        plan(OLD, second, old="ff")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"agency": "X99"}, "«X99» is not in the registry"),
        ({"agency": "H37.02"}, "no certificate in use to replace"),
        ({"on": TODAY - timedelta(days=1)}, "must not be before today"),
        ({"on": TODAY + MAX_AHEAD + timedelta(days=1)}, "days ahead"),
        ({"on": date.max}, "days ahead"),
        ({"first": ON + timedelta(days=1)}, "first day"),
        ({"overlap_days": -1}, "overlap"),
        ({"overlap_days": MAX_OVERLAP_DAYS + 1}, "overlap"),
        (
            {"certificate": new_certificate("4e31", not_before=datetime(2026, 4, 2, tzinfo=UTC))},
            "must be valid on 2026-04-01",
        ),
        (
            {"certificate": new_certificate("4e31", not_after=datetime(2026, 5, 1, tzinfo=UTC))},
            "after 2026-05-01",
        ),
    ],
)
def test_switch_that_would_leave_the_agency_without_a_seal_is_refused(
    wanted: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        plan(OLD, **wanted)
    assert said in caught.value.diagnostics()


def test_certificate_without_an_end_can_take_over() -> None:
    endless = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert plan(OLD, certificate=new_certificate("4e31", not_after=endless)).last == LAST


@given(
    ahead=st.integers(0, 40),
    overlap=st.integers(0, 40),
    delay=st.integers(0, 40),
    day=st.integers(0, 120),
    kind=st.sampled_from(MessageKind),
)
def test_one_of_the_two_signs_on_every_day_and_both_in_the_overlap(
    ahead: int, overlap: int, delay: int, day: int, kind: MessageKind
) -> None:
    on, first = TODAY + timedelta(days=ahead), TODAY + timedelta(days=min(delay, ahead))
    switch = plan(OLD, ON_BEHALF, on=on, overlap_days=overlap, first=first)
    directory = Directory(AGENCIES, [], [OLD, ON_BEHALF])
    check_enrolments(directory, switch.enrolments, {})
    new = {enrolment.mandate.key: enrolment.mandate for enrolment in switch.enrolments}
    changed = {mandate.key: mandate for mandate in switch.ending}
    before = {OLD.key: OLD, ON_BEHALF.key: ON_BEHALF}
    after = Directory(AGENCIES, [], (before | changed | new).values())
    today = TODAY + timedelta(days=day)
    at = datetime.combine(today, datetime.min.time(), VIETNAM)
    for agency in AGENCIES:
        signs = {
            name: isinstance(after.authorize(signer(name), agency, kind, at), Mandate)
            for name in ("0ld1", "4e31")
        }
        assert signs == {"0ld1": today <= switch.last, "4e31": first <= today}
        assert any(signs.values())
