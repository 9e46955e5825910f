"""The demo registry fits together and holds every case that its README promises."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from axis.reasons import Reason
from axis.registry.agency import Level
from axis.registry.consistency import check_directory
from axis.registry.csvfile import read_agencies, read_endpoints, read_groups
from axis.registry.directory import Directory
from axis.registry.routing import Resolved, StepKind
from axis.verdict import Finding

FOLDER = Path(__file__).parents[3] / "deploy" / "demo"
AGENCIES = read_agencies((FOLDER / "agencies.csv").read_bytes())
ENDPOINTS = read_endpoints((FOLDER / "endpoints.csv").read_bytes())
GROUPS = read_groups((FOLDER / "groups.csv").read_bytes())
DIRECTORY = Directory(AGENCIES, ENDPOINTS, groups=GROUPS)
TODAY = date(2025, 10, 1)


def test_demo_registry_fits_together() -> None:
    assert check_directory(AGENCIES, ENDPOINTS) == []


def test_demo_registry_has_forty_agencies_over_four_levels() -> None:
    assert len(AGENCIES) >= 40
    assert min(Counter(agency.level for agency in AGENCIES)[level] for level in Level) >= 5


def test_demo_files_have_no_byte_order_mark() -> None:
    for path in FOLDER.glob("*.csv"):
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("code", "agency", "endpoint"),
    [
        ("G22", "G22", "g22"),
        ("000.00.00.G09", "G09", "g09"),
        ("000.00.00.G12", "G12", "g12"),
        ("G05", "G12", "g12"),
        ("G09.08", "G09.08", "g09"),
        ("H26", "H26", "h26"),
        ("H26.12", "H26.12", "h26"),
        ("H26.101.3", "H26.101.3", "h26"),
        ("H37", "H37", "lgsp-h37"),
        ("H37.02.02", "H37.02.02", "lgsp-h37"),
        ("H37.09.01", "H37.09.01", "h37-yte"),
        ("000.00.54.H37", "H37.105", "lgsp-h37"),
        ("H37.54.03", "H37.105", "lgsp-h37"),
        ("020100109106", "020100109106", "dn-thu-nghiem"),
    ],
)
def test_demo_receiver_is_reached_at_its_endpoint(code: str, agency: str, endpoint: str) -> None:
    outcome = DIRECTORY.resolve(code, TODAY)
    assert isinstance(outcome, Resolved)
    assert (outcome.agency.code, outcome.endpoint) == (agency, endpoint)


def test_demo_commune_merged_twice_keeps_both_steps() -> None:
    outcome = DIRECTORY.resolve("H37.54.03", TODAY)
    assert isinstance(outcome, Resolved)
    steps = [step.end for step in outcome.via if step.kind is StepKind.SUCCESSOR]
    assert steps == ["H37.54.02", "H37.105"]


def test_demo_platform_serves_departments_districts_and_communes() -> None:
    def served(level: Level) -> list[str]:
        return [a.code for a in AGENCIES if a.level is level and _served(a.code)]

    def _served(code: str) -> bool:
        return DIRECTORY.serves("lgsp-h37", code, TODAY)

    assert min(len(served(level)) for level in (Level.PROVINCE, Level.DISTRICT)) >= 5
    assert len(served(Level.COMMUNE)) >= 5
    assert served(Level.CENTRAL) == []


@pytest.mark.parametrize(
    ("code", "expected", "unreached"),
    [
        ("NHOM.TINH", {"H26", "H37"}, ("K37",)),
        ("NHOM.CHUYENDOISO", {"G22", "G06", "H26", "H37.05"}, ()),
    ],
)
def test_demo_group_reaches_its_members(
    code: str, expected: set[str], unreached: tuple[str, ...]
) -> None:
    group = DIRECTORY.group(code)
    assert group is not None
    members = DIRECTORY.members(group, TODAY)
    assert {one.agency.code for one in members.reached} == expected
    assert members.unreached == unreached


def test_demo_communes_of_the_platforms_province_are_a_group() -> None:
    group = DIRECTORY.group("NHOM.XA.H37")
    assert group is not None
    members = DIRECTORY.members(group, TODAY).reached
    assert len(members) >= 5
    assert {one.endpoint for one in members} == {"lgsp-h37"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [("H37.90", Reason.RECEIVER_CLOSED), ("K37", Reason.RECEIVER_UNREACHABLE)],
)
def test_demo_receiver_that_nobody_serves_is_refused(code: str, reason: Reason) -> None:
    outcome = DIRECTORY.resolve(code, TODAY)
    assert isinstance(outcome, Finding)
    assert outcome.reason is reason
