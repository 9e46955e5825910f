"""Groups: who belongs to one on a day, and what a document that names it is told."""

from dataclasses import replace
from datetime import date

import pytest

from axis.reasons import Reason
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.groups import MAX_UNREACHED_NAMED, Group

DAY = date(2026, 3, 2)
BEFORE = date(2025, 6, 30)

AGENCIES = (
    Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL, endpoint="g22"),
    Agency("G22.01", "Vụ", Level.CENTRAL, "G22"),
    Agency("H26", "Thành phố", Level.PROVINCE, aliases=("000.00.00.H26",), endpoint="h26"),
    Agency("H37", "Tỉnh", Level.PROVINCE, endpoint="h37"),
    Agency("H37.02", "Sở", Level.PROVINCE, "H37"),
    Agency("H37.02.01", "Chi cục", Level.PROVINCE, "H37.02"),
    Agency("H37.51", "Huyện", Level.DISTRICT, "H37", valid_to=BEFORE, successor="H37.101"),
    Agency("H37.51.01", "Xã dưới huyện cũ", Level.COMMUNE, "H37.51"),
    Agency("H37.101", "Xã", Level.COMMUNE, "H37", valid_from=date(2025, 7, 1)),
    Agency("H37.101.1", "Trạm", Level.COMMUNE, "H37.101"),
    Agency("H38", "Tỉnh cũ", Level.PROVINCE, valid_to=BEFORE, successor="H37"),
    Agency("K10", "Tỉnh chưa kết nối", Level.PROVINCE),
)
PROVINCES = Group("NHOM.TINH", "Các tỉnh", Level.PROVINCE)
COMMUNES = Group("NHOM.XA.H37", "Các xã của H37", Level.COMMUNE, "H37")
NAMED = Group("NHOM.X", "Nhóm chọn", members=("000.00.00.H26", "H37.51", "H38", "G22"))
GROUPS = (PROVINCES, COMMUNES, NAMED)


def directory(*extra: Agency, groups: tuple[Group, ...] = GROUPS) -> Directory:
    endpoints = [Endpoint(name, name) for name in ("g22", "h26", "h37")]
    return Directory([*AGENCIES, *extra], endpoints, groups=groups)


def members(group: Group, at: date = DAY) -> list[str]:
    found = directory(groups=(group,)).members(group, at)
    return [one.agency.code for one in found.reached]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (PROVINCES, ["H26", "H37"]),
        (COMMUNES, ["H37.51.01", "H37.101"]),
        (replace(COMMUNES, below="H38"), ["H37.51.01", "H37.101"]),
        (replace(COMMUNES, below=None), ["H37.51.01", "H37.101"]),
        (Group("NHOM.SO", "Các sở của H37", Level.PROVINCE, "H37"), ["H37.02"]),
        (NAMED, ["H26", "H37.101", "H37", "G22"]),
        (replace(PROVINCES, members=("G22", "H26")), ["H26", "H37", "G22"]),
        (replace(COMMUNES, below="H99"), []),
    ],
)
def test_members_of_a_group_are_the_highest_of_its_level_and_those_named(
    group: Group, expected: list[str]
) -> None:
    assert members(group) == expected


def test_members_are_those_that_act_on_the_day() -> None:
    assert members(PROVINCES, BEFORE) == ["H26", "H37"]  # H38 acts, and nothing serves it
    assert members(COMMUNES, BEFORE) == ["H37.51.01"]
    assert members(Group("N", "n", members=("H37.51",)), BEFORE) == ["H37.51"]


def test_members_that_nothing_serves_are_named_apart() -> None:
    assert directory().members(PROVINCES, DAY).unreached == ("K10",)
    assert directory().members(PROVINCES, BEFORE).unreached == ("H38", "K10")


def test_members_are_worked_out_once_a_day() -> None:
    registry = directory()
    first = registry.members(PROVINCES, DAY)
    assert registry.members(PROVINCES, DAY) is first
    assert registry.members(PROVINCES, BEFORE) is not first


def test_members_of_agencies_above_each_other_in_a_circle_end() -> None:
    group = Group("N", "n", Level.COMMUNE, "A")
    circle = [
        Agency("A", "a", Level.PROVINCE, "B", endpoint="g22"),
        Agency("B", "b", Level.PROVINCE, "A"),
        Agency("C", "c", Level.COMMUNE, "B"),
    ]
    found = directory(*circle, groups=(group,)).members(group, DAY)
    assert [one.agency.code for one in found.reached] == ["C"]


def test_route_of_a_group_makes_one_delivery_a_member_under_the_groups_code() -> None:
    routing = directory().route(["NHOM.XA.H37"], DAY)
    assert routing.by_endpoint == {"h37": ("H37.51.01", "H37.101")}
    assert routing.names == {"H37.51.01": ("NHOM.XA.H37",), "H37.101": ("NHOM.XA.H37",)}
    assert routing.findings == ()


def test_route_of_a_member_named_itself_too_makes_one_delivery_with_both_names() -> None:
    routing = directory().route(["H37.101", "NHOM.XA.H37", "NHOM.X"], DAY)
    assert routing.names["H37.101"] == ("H37.101", "NHOM.XA.H37", "NHOM.X")
    assert [one.agency.code for one in routing.resolved].count("H37.101") == 1
    assert routing.findings == ()  # it is no mistake to name it twice


def test_route_of_a_group_leaves_the_sender_out() -> None:
    routing = directory().route(["NHOM.X"], DAY, sender="G22")
    assert [one.agency.code for one in routing.resolved] == ["H26", "H37.101", "H37"]


def test_route_of_a_group_and_the_sender_itself_keeps_what_was_written() -> None:
    routing = directory().route(["NHOM.X", "G22"], DAY, sender="G22")
    assert routing.names["G22"] == ("G22",)


def test_route_warns_of_members_that_nothing_serves() -> None:
    (finding,) = directory().route(["NHOM.TINH"], DAY, {"NHOM.TINH": "/To"}).findings
    assert (finding.reason, finding.place) == (Reason.GROUP_MEMBERS_UNREACHED, "/To")
    assert finding.facts == {"group": "NHOM.TINH", "count": 1, "codes": "K10"}


def test_route_names_only_so_many_members_that_nothing_serves() -> None:
    lonely = [
        Agency(f"K{number}", "Tỉnh chưa kết nối", Level.PROVINCE)
        for number in range(20, 20 + MAX_UNREACHED_NAMED)
    ]
    (finding,) = directory(*lonely).route(["NHOM.TINH"], DAY).findings
    assert finding.facts["count"] == MAX_UNREACHED_NAMED + 1
    assert str(finding.facts["codes"]).endswith(", …")
    assert "?" not in finding.text_vi() + finding.text_en()


@pytest.mark.parametrize(("members", "sender"), [((), None), (("H38.X",), None), (("G22",), "G22")])
def test_route_of_a_group_that_reaches_nobody_else_is_refused(
    members: tuple[str, ...], sender: str | None
) -> None:
    empty = Group("NHOM.KHONG", "Không ai", members=members)
    routing = directory(groups=(empty,)).route(["NHOM.KHONG", "H26"], DAY, sender=sender)
    assert [finding.reason for finding in routing.findings] == [Reason.GROUP_EMPTY]


def test_group_with_an_agencys_code_names_the_agency() -> None:
    shadowed = Group("H26", "Trùng mã", Level.COMMUNE)
    registry = directory(groups=(shadowed,))
    assert registry.group("H26") is None
    assert [one.agency.code for one in registry.route(["H26"], DAY).resolved] == ["H26"]
