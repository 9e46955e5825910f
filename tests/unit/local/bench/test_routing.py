"""The benchmark of routing measures what it says, on a registry that is sound."""

from collections import Counter

from axis.local.bench.country import (
    AGENCIES,
    COMMUNES,
    COMMUNES_GROUP,
    ENDPOINTS,
    PROVINCES,
    alias,
    commune,
    former_commune,
    make_country,
    unit,
)
from axis.local.bench.routing import DAY, RECEIVERS, STEPS, measure_routing, routing_tables
from axis.registry.consistency import check_directory
from axis.registry.routing import Resolved, StepKind

COUNTRY = make_country()
DIRECTORY = COUNTRY.directory()


def kinds(code: str) -> Counter[StepKind]:
    found = DIRECTORY.resolve(code, DAY)
    assert isinstance(found, Resolved)
    return Counter(step.kind for step in found.via)


def test_country_is_of_full_size_and_fits_together() -> None:
    assert (len(COUNTRY.agencies), len(COUNTRY.endpoints)) == (AGENCIES, ENDPOINTS)
    assert check_directory(COUNTRY.agencies, COUNTRY.endpoints) == []


def test_country_has_every_way_that_a_route_can_take() -> None:
    assert kinds(commune(0)) == {}
    assert kinds(commune(1)) == {StepKind.ANCESTOR: 1}
    assert kinds(alias(commune(0))) == {StepKind.ALIAS: 1}
    assert kinds(former_commune(2_001))[StepKind.SUCCESSOR] == 1
    assert kinds(former_commune(1))[StepKind.SUCCESSOR] == 2
    assert kinds(unit(1)) == {StepKind.ANCESTOR: 1}


def test_country_has_all_communes_and_those_of_each_province_as_groups() -> None:
    sizes = {}
    for group in DIRECTORY.groups:
        members = DIRECTORY.members(group, DAY)
        assert members.unreached == ()
        sizes[group.code] = len(members.reached)
    assert sizes.pop(COMMUNES_GROUP) == COMMUNES
    assert sizes.pop("NHOM.TINH") == PROVINCES
    assert sum(sizes.values()) == COMMUNES


def test_routing_is_measured_against_as_many_bare_reads() -> None:
    done: list[int] = []
    costs, snapshot = measure_routing(0.01, done.append)
    assert done == list(range(1, STEPS + 1))
    assert {cost.receivers for cost in costs} == {RECEIVERS, COMMUNES}
    assert all(cost.route_ms > 0 < cost.bare_ms for cost in costs)
    assert (snapshot.agencies, snapshot.endpoints) == (AGENCIES, ENDPOINTS)
    assert [table.row_count for table in routing_tables(costs, snapshot)] == [len(costs), 5]
