"""Routes, senders and certificates, told on a small registry with a merger in it."""

import pickle
from datetime import UTC, date, datetime

import pytest

from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.reasons import Reason
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.mandates import Mandate, MessageKind
from axis.registry.routing import Resolved, Step, StepKind
from axis.verdict import Finding
from tests.support.signers import signer

MERGER = date(2025, 7, 1)
LAST_DAY = date(2025, 6, 30)
NOON = datetime(2025, 10, 1, 5, 0, tzinfo=UTC)

AGENCIES = (
    Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL, endpoint="g22"),
    Agency("G12", "Bộ Tài chính", Level.CENTRAL, aliases=("000.00.00.G12",), endpoint="g12"),
    Agency(
        "G05",
        "Bộ Kế hoạch và Đầu tư",
        Level.CENTRAL,
        endpoint="g05",
        valid_to=date(2025, 2, 28),
        successor="000.00.00.G12",
    ),
    Agency("H37", "UBND tỉnh Lạng Sơn", Level.PROVINCE, endpoint="lgsp-h37"),
    Agency("H37.02", "Sở Nội vụ", Level.PROVINCE, parent="H37"),
    Agency("H37.02.02", "Chi cục", Level.PROVINCE, parent="H37.02"),
    Agency("H37.09", "Sở có hệ thống riêng", Level.PROVINCE, parent="H37", endpoint="h37-09"),
    Agency(
        "H37.51",
        "UBND huyện",
        Level.DISTRICT,
        parent="H37",
        aliases=("000.00.51.H37",),
        valid_to=LAST_DAY,
        successor="H37.101",
    ),
    Agency("H37.101", "UBND xã", Level.COMMUNE, parent="H37", valid_from=MERGER),
    Agency("H37.90", "Ban đã giải thể", Level.PROVINCE, parent="H37", valid_to=LAST_DAY),
    Agency("K99", "Cơ quan chưa kết nối", Level.CENTRAL),
)
ENDPOINTS = tuple(Endpoint(name, name) for name in ("g22", "g12", "lgsp-h37", "h37-09"))
DIRECTORY = Directory(AGENCIES, ENDPOINTS, version=7)


def resolved(code: str, at: date = MERGER) -> Resolved:
    outcome = DIRECTORY.resolve(code, at)
    assert isinstance(outcome, Resolved), outcome
    return outcome


def refused(code: str, at: date = MERGER) -> Finding:
    outcome = DIRECTORY.resolve(code, at)
    assert isinstance(outcome, Finding), outcome
    return outcome


def test_directory_knows_its_version_and_size() -> None:
    assert DIRECTORY.version == 7
    assert len(DIRECTORY) == len(AGENCIES) == len(list(DIRECTORY))
    assert {endpoint.id for endpoint in DIRECTORY.endpoints} == {e.id for e in ENDPOINTS}
    assert DIRECTORY.endpoint("g22") == ENDPOINTS[0]
    assert DIRECTORY.endpoint("g05") is None


def test_directory_with_a_code_twice_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="G22"):
        Directory([AGENCIES[0], AGENCIES[0], Agency("G22", "khác", Level.CENTRAL)], ENDPOINTS)


def test_directory_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(DIRECTORY))
    assert copy.resolve("H37.51", MERGER) == DIRECTORY.resolve("H37.51", MERGER)


def test_resolve_agency_with_own_endpoint_takes_no_step() -> None:
    assert resolved("G22") == Resolved("G22", AGENCIES[0], "g22")


def test_resolve_old_code_leads_to_the_agency() -> None:
    outcome = resolved("000.00.00.G12")
    assert outcome.agency.code == "G12"
    assert outcome.via == (Step(StepKind.ALIAS, "000.00.00.G12", "G12"),)


def test_resolve_sub_unit_leads_to_the_nearest_ancestors_endpoint() -> None:
    outcome = resolved("H37.02.02")
    assert outcome.agency.code == "H37.02.02"
    assert outcome.endpoint == "lgsp-h37"
    assert outcome.via == (Step(StepKind.ANCESTOR, "H37.02.02", "H37"),)


def test_resolve_closed_district_leads_to_its_successor_and_says_how() -> None:
    outcome = resolved("000.00.51.H37")
    assert outcome.named == "000.00.51.H37"
    assert outcome.agency.code == "H37.101"
    assert outcome.via == (
        Step(StepKind.ALIAS, "000.00.51.H37", "H37.51"),
        Step(StepKind.SUCCESSOR, "H37.51", "H37.101"),
        Step(StepKind.ANCESTOR, "H37.101", "H37"),
    )


def test_resolve_district_on_its_last_day_still_reaches_it() -> None:
    assert resolved("H37.51", LAST_DAY).agency.code == "H37.51"


def test_resolve_closing_day_is_counted_in_viet_nam() -> None:
    evening = datetime(2025, 6, 30, 16, 59, tzinfo=UTC)
    midnight = datetime(2025, 6, 30, 17, 0, tzinfo=UTC)
    assert resolved("H37.51", evening).agency.code == "H37.51"
    assert resolved("H37.51", midnight).agency.code == "H37.101"


def test_resolve_successor_named_by_its_alias_is_found() -> None:
    assert resolved("G05").agency.code == "G12"


def test_resolve_unknown_code_is_refused() -> None:
    assert refused("H99") == Finding(Reason.RECEIVER_UNKNOWN, facts={"code": "H99"})


def test_resolve_closed_agency_without_successor_is_refused_with_the_day() -> None:
    facts = {"code": "H37.90", "date": "2025-07-01"}
    assert refused("H37.90") == Finding(Reason.RECEIVER_CLOSED, facts=facts)


def test_resolve_agency_before_its_first_day_is_refused() -> None:
    facts = {"code": "H37.101", "date": "2025-07-01"}
    assert refused("H37.101", LAST_DAY) == Finding(Reason.RECEIVER_NOT_YET_OPEN, facts=facts)


def test_resolve_agency_without_endpoint_up_the_hierarchy_is_refused() -> None:
    assert refused("K99") == Finding(Reason.RECEIVER_UNREACHABLE, facts={"code": "K99"})


def test_resolve_agency_whose_endpoint_is_not_registered_is_refused() -> None:
    assert refused("G05", date(2025, 2, 28)).reason is Reason.RECEIVER_UNREACHABLE


def test_resolve_closed_ancestor_is_passed_over() -> None:
    directory = Directory(
        [
            Agency("H37", "tỉnh", Level.PROVINCE, endpoint="lgsp-h37"),
            Agency("H37.51", "huyện", Level.DISTRICT, "H37", endpoint="h37-51", valid_to=LAST_DAY),
            Agency("H37.51.01", "xã", Level.COMMUNE, "H37.51"),
        ],
        [Endpoint("lgsp-h37", ""), Endpoint("h37-51", "")],
    )
    before = directory.resolve("H37.51.01", LAST_DAY)
    after = directory.resolve("H37.51.01", MERGER)
    assert isinstance(before, Resolved)
    assert isinstance(after, Resolved)
    assert (before.endpoint, after.endpoint) == ("h37-51", "lgsp-h37")


def test_resolve_merger_in_a_circle_ends_as_closed() -> None:
    directory = Directory(
        [
            Agency("A", "a", Level.CENTRAL, valid_to=LAST_DAY, successor="B"),
            Agency("B", "b", Level.CENTRAL, valid_to=LAST_DAY, successor="A"),
        ],
        [],
    )
    outcome = directory.resolve("A", MERGER)
    assert isinstance(outcome, Finding)
    assert outcome.reason is Reason.RECEIVER_CLOSED
    assert outcome.facts["code"] == "A"


def test_resolve_alias_claimed_by_two_agencies_names_nobody() -> None:
    agencies = [
        Agency("A", "a", Level.CENTRAL, aliases=("X", "B"), endpoint="e"),
        Agency("B", "b", Level.CENTRAL, aliases=("X",), endpoint="e"),
        Agency("C", "c", Level.CENTRAL, aliases=("X",), endpoint="e"),
    ]
    directory = Directory(agencies, [Endpoint("e", "")])
    assert directory.find("X") is None
    assert directory.find("B") is agencies[1]


def test_route_old_and_new_code_of_one_agency_make_one_receiver() -> None:
    routing = DIRECTORY.route(["G12", "000.00.00.G12", "G05", "G22"], MERGER)
    assert [receiver.agency.code for receiver in routing.resolved] == ["G12", "G22"]
    assert routing.by_endpoint == {"g12": ("G12",), "g22": ("G22",)}
    assert {code: r.agency.code for code, r in routing.named.items()} == {
        "G12": "G12",
        "000.00.00.G12": "G12",
        "G05": "G12",
        "G22": "G22",
    }


def test_route_warns_of_agencies_that_are_named_twice_or_have_a_successor() -> None:
    places = {code: f"/To/{code}" for code in ("G12", "000.00.00.G12", "G05")}
    routing = DIRECTORY.route(["G12", "000.00.00.G12", "G22", "G05"], MERGER, places)
    succeeded, doubled = routing.findings
    assert (succeeded.reason, succeeded.place) == (Reason.RECEIVER_SUCCEEDED, "/To/G05")
    assert succeeded.facts == {"code": "G05", "successor": "G12"}
    assert (doubled.reason, doubled.place) == (Reason.RECEIVER_DOUBLED, "/To/000.00.00.G12")
    assert doubled.facts == {"codes": "G12, 000.00.00.G12, G05", "code": "G12"}


def test_route_has_nothing_to_say_about_one_code_twice_or_an_alias_alone() -> None:
    assert DIRECTORY.route(["G22", "G22", "000.00.00.G12"], MERGER).findings == ()


def test_route_says_where_the_code_stands_that_leads_nowhere() -> None:
    (finding,) = DIRECTORY.route(["G22", "H99"], MERGER, {"H99": "/To[2]"}).findings
    assert (finding.reason, finding.place) == (Reason.RECEIVER_UNKNOWN, "/To[2]")


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("000.00.00.G12", MERGER, "G12"),
        ("G05", MERGER, "G12"),
        ("G05", date(2025, 2, 28), "G05"),
        ("H37.51", MERGER, "H37.101"),
        ("H37.90", MERGER, "H37.90"),
        ("K99", MERGER, "K99"),
        ("H99", MERGER, None),
    ],
)
def test_present_agency_of_a_code_is_the_last_successor(
    code: str, day: date, expected: str | None
) -> None:
    agency = DIRECTORY.present(code, day)
    assert (agency and agency.code) == expected


def test_lineage_goes_back_over_every_merger_that_has_happened() -> None:
    grandchild = Agency("A1", "Phòng", Level.COMMUNE, valid_to=LAST_DAY, successor="H37.51")
    directory = Directory([*AGENCIES, grandchild], ENDPOINTS)
    agency = directory.find("H37.101")
    assert agency is not None
    assert set(directory.lineage(agency, MERGER)) == {"H37.101", "H37.51", "A1"}
    assert directory.lineage(agency, LAST_DAY) == ("H37.101",)


def test_route_agencies_of_one_platform_share_one_copy() -> None:
    routing = DIRECTORY.route(["H37.02", "H37.51", "H37.09", "H37.101"], MERGER)
    assert routing.by_endpoint == {"lgsp-h37": ("H37.02", "H37.101"), "h37-09": ("H37.09",)}


def test_route_every_wrong_receiver_is_named_once() -> None:
    routing = DIRECTORY.route(["H99", "G22", "H37.90", "K99", "H99"], MERGER)
    assert [(f.reason, f.facts["code"]) for f in routing.findings] == [
        (Reason.RECEIVER_UNKNOWN, "H99"),
        (Reason.RECEIVER_CLOSED, "H37.90"),
        (Reason.RECEIVER_UNREACHABLE, "K99"),
    ]
    assert routing.by_endpoint == {"g22": ("G22",)}


def test_route_without_receivers_is_refused() -> None:
    assert DIRECTORY.route([], MERGER).findings == (Finding(Reason.NO_RECEIVER),)


@pytest.mark.parametrize(
    ("endpoint", "code", "expected"),
    [
        ("g22", "G22", True),
        ("lgsp-h37", "H37.02.02", True),
        ("lgsp-h37", "H37.09", False),
        ("h37-09", "H37.09", True),
        ("h37-09", "H37", False),
        ("lgsp-h37", "H37.51", True),
        ("g12", "G05", True),
        ("g05", "G05", False),
        ("g12", "000.00.00.G12", True),
        ("g22", "H99", False),
        ("nowhere", "G22", False),
    ],
)
def test_serves_own_endpoint_and_end_of_the_route(endpoint: str, code: str, expected: bool) -> None:
    assert DIRECTORY.serves(endpoint, code, MERGER) is expected


def reasons(outcome: Agency | tuple[Finding, ...]) -> list[Reason]:
    return [] if isinstance(outcome, Agency) else [finding.reason for finding in outcome]


def test_sender_at_its_route_is_accepted_under_any_of_its_codes() -> None:
    assert DIRECTORY.sender("000.00.00.G12", "g12", MERGER) is DIRECTORY.find("G12")
    assert DIRECTORY.sender("H37.02.02", "lgsp-h37", MERGER) is DIRECTORY.find("H37.02.02")


def test_sender_unknown_is_refused() -> None:
    assert reasons(DIRECTORY.sender("H99", "g22", MERGER)) == [Reason.SENDER_UNKNOWN]


def test_sender_with_its_own_endpoint_is_refused_at_the_platform() -> None:
    outcome = DIRECTORY.sender("H37.09", "lgsp-h37", MERGER)
    facts = {"code": "H37.09", "endpoint": "lgsp-h37"}
    assert outcome == (Finding(Reason.SENDER_NOT_AT_ENDPOINT, facts=facts),)


def test_sender_closed_and_elsewhere_is_told_both() -> None:
    outcome = DIRECTORY.sender("H37.51", "g22", MERGER)
    assert reasons(outcome) == [Reason.SENDER_CLOSED, Reason.SENDER_NOT_AT_ENDPOINT]


def test_sender_closed_may_not_send_through_its_successor() -> None:
    assert reasons(DIRECTORY.sender("H37.51", "lgsp-h37", MERGER)) == [Reason.SENDER_CLOSED]


def test_sender_before_its_first_day_is_refused() -> None:
    outcome = DIRECTORY.sender("H37.101", "lgsp-h37", LAST_DAY)
    assert reasons(outcome) == [Reason.SENDER_NOT_YET_OPEN]


def test_sender_at_no_endpoint_need_only_exist_and_be_open() -> None:
    assert DIRECTORY.sender("000.00.00.G12", None, MERGER) is DIRECTORY.find("G12")
    assert reasons(DIRECTORY.sender("H37.51", None, MERGER)) == [Reason.SENDER_CLOSED]
    assert reasons(DIRECTORY.sender("H99", None, MERGER)) == [Reason.SENDER_UNKNOWN]


def test_agencies_above_are_the_nearest_first_and_only_those_that_act_on_the_day() -> None:
    branch = Agency("H37.90.1", "Trạm", Level.COMMUNE, parent="H37.90")
    directory = Directory([*AGENCIES, branch], ENDPOINTS)
    assert [one.code for one in directory.above(branch)] == ["H37.90", "H37"]
    assert [one.code for one in directory.above(branch, MERGER)] == ["H37"]


def test_agencies_above_end_where_the_circle_closes() -> None:
    one = Agency("A1", "Một", Level.CENTRAL, parent="A2")
    directory = Directory([one, Agency("A2", "Hai", Level.CENTRAL, parent="A1")], [])
    assert [agency.code for agency in directory.above(one)] == ["A2"]


def test_mandate_under_an_alias_is_the_agencys() -> None:
    directory = Directory(AGENCIES, ENDPOINTS, [Mandate("ab12", "000.00.00.G12")])
    (mandate,) = directory.mandates("ab12")
    assert mandate.agency == "G12"
    agency = directory.find("G12")
    assert agency is not None
    assert directory.seals(agency) == (mandate,)
    found = directory.authorize(signer("ab12"), agency, MessageKind.NEW, NOON)
    assert found == mandate


def test_authorize_counts_an_agency_above_only_while_it_acts() -> None:
    branch = Agency("H37.90.1", "Trạm", Level.COMMUNE, parent="H37.90")
    mandates = [
        Mandate("ab12", "H37.90"),
        Mandate("ab12", "H37.90.1", Capacity.PARENT, act="1/QĐ"),
    ]
    directory = Directory([*AGENCIES, branch], ENDPOINTS, mandates)
    kind, seal = MessageKind.NEW, signer("ab12")
    before = directory.authorize(seal, branch, kind, datetime(2025, 6, 30, 5, tzinfo=UTC))
    assert before == mandates[1]
    after = directory.authorize(seal, branch, kind, NOON)
    assert isinstance(after, Finding)
    assert after.reason is Reason.MANDATE_OUTSIDE_HIERARCHY


def test_agency_of_a_seal_is_named_by_its_present_code_even_when_the_seal_is_revoked() -> None:
    under_alias = Mandate("ab12", "000.00.00.G12", revoked_at=NOON)
    directory = Directory(AGENCIES, ENDPOINTS, [under_alias])
    assert directory.agency_of_seal("ab12") == "G12"


def test_agency_of_a_seal_that_is_only_a_persons_or_nobodys_is_none() -> None:
    person = Mandate("ab12", "G12", Capacity.PERSON, act="1/QĐ")
    directory = Directory(AGENCIES, ENDPOINTS, [person])
    assert directory.agency_of_seal("ab12") is None
    assert directory.agency_of_seal("ffff") is None
