"""What holds for every registry, however tangled: routes end, are stable, and never double."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from axis.reasons import Severity
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory, DirectoryChange
from axis.registry.groups import Group
from axis.registry.routing import Resolved
from axis.verdict import Finding

DAY = date(2025, 7, 1)
CODES = [f"H{number:02}" for number in range(12)]
ENDPOINTS = [Endpoint(f"e{number}", f"Hệ thống {number}") for number in range(3)]

GROUP = Group("NHOM", "Nhóm", Level.COMMUNE, members=("H00", "000.00.00.H01"))

days = st.none() | st.integers(-3, 3).map(lambda offset: DAY + timedelta(days=offset))
codes = st.sampled_from(CODES)
maybe_codes = st.none() | codes


@st.composite
def agencies(draw: st.DrawFn) -> list[Agency]:
    """Any parents and successors at all: circles, dangling codes and self-references included."""
    return [
        Agency(
            code,
            f"Cơ quan {code}",
            draw(st.sampled_from(list(Level))),
            parent=draw(maybe_codes),
            aliases=(f"000.00.00.{code}",),
            endpoint=draw(st.none() | st.sampled_from(["e0", "e1", "e2", "unregistered"])),
            valid_from=draw(days),
            valid_to=draw(days),
            successor=draw(maybe_codes),
        )
        for code in draw(st.lists(codes, unique=True))
    ]


@given(agencies(), codes)
def test_resolve_any_hierarchy_ends_at_an_open_agency_or_a_reason(
    registry: list[Agency], code: str
) -> None:
    outcome = Directory(registry, ENDPOINTS).resolve(code, DAY)
    if isinstance(outcome, Resolved):
        assert outcome.agency.open_on(DAY)
        assert outcome.endpoint in {endpoint.id for endpoint in ENDPOINTS}
    else:
        assert "?" not in outcome.text_vi() + outcome.text_en()


@given(agencies(), codes, st.randoms())
def test_resolve_does_not_depend_on_the_order_of_the_registry(
    registry: list[Agency], code: str, random: object
) -> None:
    shuffled = list(registry)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = Directory(registry, ENDPOINTS).resolve(code, DAY)
    assert Directory(shuffled, ENDPOINTS).resolve(code, DAY) == first


@given(agencies(), codes)
def test_resolve_alias_leads_where_the_code_leads(registry: list[Agency], code: str) -> None:
    directory = Directory(registry, ENDPOINTS)
    by_code = directory.resolve(code, DAY)
    by_alias = directory.resolve(f"000.00.00.{code}", DAY)
    if isinstance(by_code, Resolved):
        assert isinstance(by_alias, Resolved)
        assert (by_alias.agency, by_alias.endpoint) == (by_code.agency, by_code.endpoint)
        assert by_alias.via[1:] == by_code.via
    else:
        assert isinstance(by_alias, Finding)
        assert by_alias.reason is by_code.reason


@given(agencies(), st.lists(st.sampled_from([*CODES, *(f"000.00.00.{c}" for c in CODES)])))
def test_route_gives_each_agency_one_line_and_each_code_one_answer(
    registry: list[Agency], receivers: list[str]
) -> None:
    routing = Directory(registry, ENDPOINTS).route(receivers, DAY)
    lines = [code for copy in routing.by_endpoint.values() for code in copy]
    assert len(lines) == len(set(lines)) == len(routing.resolved)
    assert set(lines) == {resolved.agency.code for resolved in routing.named.values()}
    refused = [one for one in routing.findings if one.severity is Severity.REFUSE]
    assert len(routing.named) + len(refused) == len(set(receivers)) + (not receivers)
    for note in (one for one in routing.findings if one.severity is Severity.WARN):
        assert note.facts["code"] in {*lines, *routing.named}


@given(agencies(), codes)
def test_lineage_of_an_open_agency_is_all_the_codes_that_lead_to_it_today(
    registry: list[Agency], code: str
) -> None:
    directory = Directory(registry, ENDPOINTS)
    present = directory.present(code, DAY)
    if present is not None:
        assert code in directory.lineage(present, DAY)
        for earlier in directory.lineage(present, DAY):
            if not present.closed_before(DAY):
                assert directory.present(earlier, DAY) is present


@given(agencies(), codes)
def test_sender_is_accepted_at_one_endpoint_at_most(registry: list[Agency], code: str) -> None:
    directory = Directory(registry, ENDPOINTS)
    accepting = [
        endpoint.id
        for endpoint in ENDPOINTS
        if isinstance(directory.sender(code, endpoint.id, DAY), Agency)
    ]
    assert len(accepting) <= 1
    outcome = directory.resolve(code, DAY)
    if isinstance(outcome, Resolved) and outcome.agency.code == code:
        assert accepting == [outcome.endpoint]
        assert directory.serves(outcome.endpoint, code, DAY)


@given(agencies(), agencies(), codes)
def test_snapshot_made_from_the_one_before_answers_as_one_made_anew(
    registry: list[Agency], later: list[Agency], code: str
) -> None:
    whole = {**{one.code: one for one in registry}, **{one.code: one for one in later}}
    change = DirectoryChange(
        version=1, agencies=tuple(later), endpoints=tuple(ENDPOINTS), groups=(GROUP,), mandates={}
    )
    made = Directory(registry, ENDPOINTS).changed(change)
    anew = Directory(whole.values(), ENDPOINTS, groups=[GROUP])
    for asked in (code, f"000.00.00.{code}"):
        assert made.resolve(asked, DAY) == anew.resolve(asked, DAY)
        assert made.present(asked, DAY) == anew.present(asked, DAY)
    present = anew.present(code, DAY)
    if present is not None:
        assert set(made.lineage(present, DAY)) == set(anew.lineage(present, DAY))
    assert made.members(GROUP, DAY) == anew.members(GROUP, DAY)
    assert made.version == 1


@given(agencies())
def test_group_has_only_open_members_none_twice(registry: list[Agency]) -> None:
    members = Directory(registry, ENDPOINTS, groups=[GROUP]).members(GROUP, DAY)
    found = [one.agency for one in members.reached]
    assert all(agency.open_on(DAY) for agency in found)
    assert len({*(one.code for one in found), *members.unreached}) == len(found) + len(
        members.unreached
    )
