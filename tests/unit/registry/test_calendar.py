"""What ends soon, and which agencies then have nothing left to sign with."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from axis.facts import Capacity
from axis.ids import new_id
from axis.registry.administration import CertificateLine
from axis.registry.calendar import Ending, endings
from axis.registry.mandates import MessageKind

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MONTH = timedelta(days=30)
ENDLESS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def line(fingerprint: str = "ab12", agency: str | None = "G12", **facts: Any) -> CertificateLine:
    known: dict[str, Any] = {
        "subject": f"CN={fingerprint}",
        "issuer": "CN=CA",
        "serial": "1",
        "not_before": NOW - timedelta(days=365),
        "not_after": ENDLESS,
        "mandate": new_id(),
        "agency_name": agency,
        "capacity": Capacity.SEAL,
        "kinds": tuple(MessageKind),
        "act": "",
        "valid_from": None,
        "valid_to": None,
        "revoked_at": None,
    }
    return CertificateLine(**{**known, "fingerprint": fingerprint, "agency": agency, **facts})


def ends(*lines: CertificateLine, within: timedelta = MONTH) -> list[tuple[date, str, bool]]:
    return [(one.day, one.fingerprint, one.bare) for one in endings(lines, NOW, within)]


@pytest.mark.parametrize("days", [0, 1, 30])
def test_mandate_that_ends_soon_is_told_and_leaves_its_agency_bare(days: int) -> None:
    day = TODAY + timedelta(days=days)
    assert ends(line(valid_to=day)) == [(day, "ab12", True)]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"valid_to": TODAY + timedelta(days=31)},
        {"valid_to": TODAY - timedelta(days=1)},
        {"valid_to": TODAY, "revoked_at": NOW},
        {"valid_to": TODAY, "capacity": Capacity.CARRIER},
        {"not_after": NOW, "agency": None, "mandate": None, "capacity": None},
    ],
)
def test_what_ends_later_ended_before_or_never_signed_is_not_told(facts: dict[str, Any]) -> None:
    assert ends(line(**facts)) == []


def test_certificate_ends_on_its_last_day_in_vietnam_or_with_its_mandate() -> None:
    evening = datetime(2026, 3, 10, 17, 30, tzinfo=UTC)
    assert ends(line(not_after=evening)) == [(date(2026, 3, 11), "ab12", True)]
    earlier = line(not_after=evening, valid_to=date(2026, 3, 5))
    assert ends(earlier) == [(date(2026, 3, 5), "ab12", True)]


def test_agency_that_has_another_certificate_the_next_day_is_not_bare() -> None:
    ending = line(valid_to=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    assert ends(ending, line("cd34", valid_from=tomorrow)) == [(TODAY, "ab12", False)]
    later = line("cd34", valid_from=tomorrow + timedelta(days=1))
    assert ends(ending, later) == [(TODAY, "ab12", True)]
    assert ends(ending, line("cd34", agency="G22")) == [(TODAY, "ab12", True)]
    unissued = line("cd34", not_before=NOW + MONTH)
    assert ends(ending, unissued) == [(TODAY, "ab12", True)]


def test_two_that_end_on_one_day_leave_the_agency_bare_together() -> None:
    found = ends(line(valid_to=TODAY), line("cd34", valid_to=TODAY))
    assert found == [(TODAY, "ab12", True), (TODAY, "cd34", True)]


def test_parents_mandate_ends_with_the_seal_that_it_signs_with() -> None:
    day = TODAY + timedelta(days=5)
    seal = line(agency="H37", valid_to=day)
    on_behalf = line(agency="H37.02", capacity=Capacity.PARENT, act="1/QĐ")
    assert [(one.agency, one.day) for one in endings([seal, on_behalf], NOW, MONTH)] == [
        ("H37", day),
        ("H37.02", day),
    ]


def test_ending_says_whose_it_is_by_day_and_agency() -> None:
    later = line(agency="G09", valid_to=TODAY + timedelta(days=2))
    person = line("cd34", agency="G22", capacity=Capacity.PERSON, act="7/QĐ", valid_to=TODAY)
    first, second = endings([later, person], NOW, MONTH)
    assert second.agency == "G09"
    assert first == Ending(
        day=TODAY,
        agency="G22",
        agency_name="G22",
        fingerprint="cd34",
        subject="CN=cd34",
        capacity=Capacity.PERSON,
        act="7/QĐ",
        bare=True,
    )
