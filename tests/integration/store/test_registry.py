"""The registry on a real PostgreSQL: what administrators change, and what it may not become."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from axis.errors import InvalidInputError
from axis.facts import Capacity
from axis.registry.administration import EndpointAccount
from axis.registry.agency import Agency, Level
from axis.registry.directory import Directory
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.groups import MAX_MEMBERS, Group
from axis.registry.mandates import Mandate, MessageKind
from axis.registry.problems import RegistryFileError
from axis.registry.rollover import WantedSwitch
from axis.store.pool import Pool, open_pool
from axis.store.registry import PostgresAdministration

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
G22 = Agency("G22", "Văn phòng Chính phủ", Level.CENTRAL, endpoint="g22")
H37 = Agency("H37", "UBND tỉnh Lạng Sơn", Level.PROVINCE, endpoint="lgsp-h37")
H37_02 = Agency("H37.02", "Sở Nội vụ", Level.PROVINCE, parent="H37", aliases=("000.00.02.H37",))


@pytest.fixture
async def pool(migrated_database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(migrated_database, max_size=4)
    yield pool
    await pool.close()


@pytest.fixture
def registry(pool: Pool) -> PostgresAdministration:
    return PostgresAdministration(pool, lambda: NOW)


@pytest.fixture
async def filled(registry: PostgresAdministration) -> PostgresAdministration:
    await registry.put_endpoints([endpoint("g22"), endpoint("lgsp-h37")], "test")
    await registry.put_agencies([G22, H37, H37_02], "test")
    return registry


def endpoint(name: str, *, password_hash: str = "hash") -> EndpointAccount:
    return EndpointAccount(id=name, name=f"Hệ thống {name}", password_hash=password_hash)


def certificate(letter: str = "a", organization: str | None = None) -> NewCertificate:
    return NewCertificate(
        fingerprint=letter * 64,
        der=letter.encode(),
        subject=f"CN={letter}",
        issuer="CN=CA",
        serial="1",
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=365),
        organization_identifier=organization,
    )


async def enrol(
    registry: PostgresAdministration,
    code: str,
    wanted: NewCertificate | None = None,
    **mandate: Any,
) -> None:
    """Enrol one certificate, `a` unless another is given."""
    enrolment = NewEnrolment(certificate=wanted or certificate(), agency=code, **mandate)
    await registry.enrol([enrolment], "test")


def may_sign(directory: Directory, code: str, kind: MessageKind = MessageKind.NEW) -> bool:
    """Return whether certificate `a` may sign for an agency now."""
    agency = directory.find(code)
    assert agency is not None
    return isinstance(directory.authorize(certificate(), agency, kind, NOW), Mandate)


async def audited(pool: Pool) -> list[dict[str, Any]]:
    return [
        dict(row)
        for row in await pool.fetch("SELECT at, actor, action, facts FROM audit ORDER BY id")
    ]


async def test_agencies_put_are_in_the_directory_with_their_aliases(
    filled: PostgresAdministration,
) -> None:
    directory = await filled.directory()
    assert directory.find("H37.02") == H37_02
    assert directory.find("000.00.02.H37") == H37_02
    assert {agency.code for agency in directory} == {"G22", "H37", "H37.02"}


async def test_agency_put_again_is_changed_and_loses_dropped_aliases(
    filled: PostgresAdministration,
) -> None:
    renamed = replace(H37_02, name="Sở Nội vụ và Lao động", aliases=("H37.2",))
    await filled.put_agencies([renamed], "test")
    directory = await filled.directory()
    assert directory.find("H37.02") == renamed
    assert directory.find("000.00.02.H37") is None


async def test_alias_that_moves_between_agencies_of_one_change_is_taken_over(
    filled: PostgresAdministration,
) -> None:
    await filled.put_agencies(
        [replace(H37_02, aliases=()), replace(G22, aliases=("000.00.02.H37",))], "test"
    )
    found = (await filled.directory()).find("000.00.02.H37")
    assert found is not None
    assert found.code == "G22"


async def test_each_change_raises_the_version_once(filled: PostgresAdministration) -> None:
    before = (await filled.directory()).version
    await filled.put_agencies([replace(G22, name="VPCP"), replace(H37, name="Lạng Sơn")], "test")
    assert (await filled.directory()).version == before + 1


async def test_each_change_is_audited_with_actor_and_facts(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await filled.put_agencies([replace(G22, name="VPCP")], "lan@example")
    last = (await audited(pool))[-1]
    assert (last["at"], last["actor"]) == (NOW, "lan@example")
    assert last["action"] == "registry:agency:put"
    assert last["facts"]["added"] == 0
    assert last["facts"]["changed"] == 1
    assert last["facts"]["agencies"][0]["name"] == "VPCP"


async def test_unsound_registry_is_refused_whole_with_every_problem(
    filled: PostgresAdministration, pool: Pool
) -> None:
    before = (await filled.directory()).version
    wrong = [
        Agency("X1", "Không cha", Level.COMMUNE, parent="NONE"),
        Agency("X2", "Không hệ thống", Level.COMMUNE, endpoint="nowhere"),
        Agency("X3", "Trùng", Level.COMMUNE, aliases=("000.00.02.H37",)),
        replace(G22, name="không được ghi"),
    ]
    with pytest.raises(RegistryFileError) as refused:
        await filled.put_agencies(wrong, "test")
    text = refused.value.diagnostics()
    assert "NONE" in text
    assert "nowhere" in text
    assert "000.00.02.H37" in text
    directory = await filled.directory()
    assert directory.version == before
    assert directory.find("G22") == G22
    assert [line["action"] for line in await audited(pool)].count("registry:agency:put") == 1


async def test_same_code_twice_in_one_change_is_refused(filled: PostgresAdministration) -> None:
    with pytest.raises(RegistryFileError, match="G22"):
        await filled.put_agencies([G22, replace(G22, name="Khác")], "test")


async def test_circle_closed_by_two_changes_at_once_is_refused(
    filled: PostgresAdministration,
) -> None:
    results = await asyncio.gather(
        filled.put_agencies([replace(G22, parent="H37")], "one"),
        filled.put_agencies([replace(H37, parent="G22")], "two"),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "RegistryFileError"]


async def test_text_that_postgresql_cannot_hold_is_invalid_input(
    filled: PostgresAdministration,
) -> None:
    with pytest.raises(InvalidInputError, match="không có gì được ghi"):
        await filled.put_agencies([replace(G22, name="nul \0")], "test")


async def test_endpoints_put_again_are_renamed_and_keep_their_passwords(
    registry: PostgresAdministration,
) -> None:
    assert await registry.put_endpoints([endpoint("g22", password_hash="one")], "test") == ["g22"]
    again = [endpoint("g22", password_hash="two"), endpoint("g09", password_hash="three")]
    assert await registry.put_endpoints(again, "test") == ["g09"]
    accounts = {account.id: account for account in await registry.endpoint_accounts()}
    assert accounts["g22"].password_hash == "one"
    assert accounts["g09"].name == "Hệ thống g09"


@pytest.mark.parametrize("name", ["", "G22", "axis-router", "guest", "a--b", "a" * 64, "ă"])
async def test_endpoint_id_that_the_broker_could_misread_is_refused(
    registry: PostgresAdministration, name: str
) -> None:
    with pytest.raises(InvalidInputError):
        await registry.put_endpoints([endpoint(name)], "test")


async def test_new_password_counts_and_is_not_in_the_audit(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await filled.set_password("g22", "secret-hash", "test")
    accounts = {account.id: account.password_hash for account in await filled.endpoint_accounts()}
    assert accounts["g22"] == "secret-hash"
    last = (await audited(pool))[-1]
    assert (last["action"], last["facts"]) == ("registry:endpoint:password", {"endpoint": "g22"})


async def test_password_for_an_unknown_endpoint_is_refused(
    registry: PostgresAdministration, pool: Pool
) -> None:
    with pytest.raises(InvalidInputError, match="nowhere"):
        await registry.set_password("nowhere", "hash", "test")
    assert await audited(pool) == []


async def test_enrolled_certificate_may_sign_for_its_agency_only(
    filled: PostgresAdministration,
) -> None:
    await enrol(filled, "000.00.02.H37", valid_from=date(2026, 1, 1))
    directory = await filled.directory()
    assert may_sign(directory, "H37.02")
    assert not may_sign(directory, "G22")
    assert await filled.certificate("a" * 64) == b"a"
    (line,) = await filled.certificates()
    assert (line.agency, line.agency_name, line.valid_from) == (
        "H37.02",
        "Sở Nội vụ",
        date(2026, 1, 1),
    )


async def test_certificate_naming_another_organisation_is_refused(
    filled: PostgresAdministration,
) -> None:
    with pytest.raises(InvalidInputError, match="G22"):
        await enrol(filled, "H37", certificate(organization="G22"))
    await enrol(filled, "H37.02", certificate(organization="000.00.02.H37"))


async def test_many_enrolments_are_taken_whole_or_not_with_their_lines(
    filled: PostgresAdministration,
) -> None:
    enrolments = [
        NewEnrolment(certificate=certificate("a"), agency="G22", line=2),
        NewEnrolment(certificate=certificate("b"), agency="NONE", line=3),
        NewEnrolment(
            certificate=certificate("c"),
            agency="H37",
            valid_from=date(2026, 2, 2),
            valid_to=date(2026, 2, 1),
            line=4,
        ),
    ]
    with pytest.raises(RegistryFileError) as refused:
        await filled.enrol(enrolments, "test")
    assert [problem.line for problem in refused.value.problems] == [3, 4]
    assert await filled.certificates() == []


async def test_enrolling_again_changes_the_term_of_the_binding(
    filled: PostgresAdministration,
) -> None:
    await enrol(filled, "G22", valid_to=date(2026, 2, 1))
    await enrol(filled, "G22", valid_to=date(2027, 2, 1))
    (line,) = await filled.certificates()
    assert line.valid_to == date(2027, 2, 1)


async def test_revoked_certificate_ends_all_bindings_and_cannot_come_back(
    filled: PostgresAdministration, pool: Pool
) -> None:
    for code in ("G22", "H37"):
        await enrol(filled, code, capacity=Capacity.PERSON, act="1/QĐ")
    assert await filled.revoke("a" * 64, NOW, "mất khóa", "lan") == ["G22", "H37"]
    directory = await filled.directory()
    assert not may_sign(directory, "G22")
    assert not may_sign(directory, "H37")
    assert (await audited(pool))[-1]["facts"]["reason"] == "mất khóa"
    assert await filled.revoke("a" * 64, NOW, "lần nữa", "lan") == []
    with pytest.raises(InvalidInputError, match="thu hồi"):
        await enrol(filled, "H37.02")


async def test_revoking_an_unknown_certificate_is_refused(
    registry: PostgresAdministration,
) -> None:
    with pytest.raises(InvalidInputError, match="f" * 64):
        await registry.revoke("f" * 64, NOW, "lý do", "lan")
    assert await registry.certificate("f" * 64) is None


# -- groups ----------------------------------------------------------------------------------------
COMMUNES = Group("NHOM.XA.H37", "Các xã của H37", Level.COMMUNE, "H37")
CHOSEN = Group("NHOM.X", "Nhóm chọn", members=("000.00.02.H37", "G22"))


async def test_groups_put_are_in_the_directory_with_their_members_own_codes(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await filled.put_groups([COMMUNES, CHOSEN], "lan")
    directory = await filled.directory()
    assert list(directory.groups) == [replace(CHOSEN, members=("G22", "H37.02")), COMMUNES]
    await filled.put_groups([replace(CHOSEN, name="Tên mới", members=("G22",))], "lan")
    changed = await filled.directory()
    assert changed.group("NHOM.X") == replace(CHOSEN, name="Tên mới", members=("G22",))
    assert changed.version == directory.version + 1
    facts = (await audited(pool))[-1]["facts"]
    assert facts["groups"][0]["members"] == ["G22"]


async def test_group_removed_is_gone_and_unknown_the_next_time(
    filled: PostgresAdministration,
) -> None:
    await filled.put_groups([CHOSEN], "lan")
    await filled.remove_group("NHOM.X", "lan")
    assert (await filled.directory()).group("NHOM.X") is None
    with pytest.raises(InvalidInputError, match=r"NHOM\.X"):
        await filled.remove_group("NHOM.X", "lan")


@pytest.mark.parametrize(
    ("group", "part"),
    [
        (Group("H37", "Trùng", Level.COMMUNE), "an agency has this code"),
        (Group("000.00.02.H37", "Trùng", Level.COMMUNE), "an agency has this code"),
        (Group("nhóm một", "Sai mã", Level.COMMUNE), "the code is not valid"),
        (Group("N", " ", Level.COMMUNE), "the name must have"),
        (Group("N", "n"), "give a level or members"),
        (Group("N", "n", below="H37", members=("G22",)), "«below» needs a level"),
        (Group("N", "n", Level.COMMUNE, "H99"), "«H99» is not in the registry"),
        (Group("N", "n", members=("H98",)), "«H98» is not in the registry"),
        (Group("N", "n", members=("G22",) * (MAX_MEMBERS + 1)), "over the limit"),
    ],
)
async def test_group_that_does_not_fit_is_refused(
    filled: PostgresAdministration, group: Group, part: str
) -> None:
    with pytest.raises(RegistryFileError, match=part):
        await filled.put_groups([COMMUNES, group], "lan")
    assert list((await filled.directory()).groups) == []


async def test_agency_with_the_code_of_a_group_is_refused(filled: PostgresAdministration) -> None:
    await filled.put_groups([CHOSEN], "lan")
    for taken in (Agency("NHOM.X", "Trùng", Level.COMMUNE), replace(G22, aliases=("NHOM.X",))):
        with pytest.raises(RegistryFileError, match=r"NHOM\.X"):
            await filled.put_agencies([taken], "lan")


# -- snapshots -------------------------------------------------------------------------------------
async def test_snapshot_after_small_changes_is_the_one_that_reading_everything_gives(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await filled.directory()  # from which the next are made
    await enrol(filled, "H37.02")
    await filled.put_groups([CHOSEN], "lan")
    await filled.put_agencies([replace(H37_02, aliases=("000.09.02.H37",), endpoint="g22")], "lan")
    await filled.put_endpoints([endpoint("g99")], "lan")
    await filled.revoke("a" * 64, NOW, "mất khóa", "lan")
    await filled.put_agencies([Agency("000.00.02.H37", "Mã cũ dùng lại", Level.PROVINCE)], "lan")
    made, read = (
        await filled.directory(),
        await PostgresAdministration(pool, lambda: NOW).directory(),
    )
    assert same(made, read)
    assert made.find("000.09.02.H37") is made.find("H37.02")


async def test_snapshot_after_a_change_of_one_agency_reads_only_that(
    filled: PostgresAdministration, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await filled.directory()
    monkeypatch.setattr("axis.store.directory.load_directory", None)
    await filled.put_agencies([replace(H37, name="Tên mới")], "lan")
    after = await filled.directory()
    assert after.find("H37") == replace(H37, name="Tên mới")
    assert after.find("G22") is before.find("G22")


async def test_snapshot_after_changes_that_nobody_listed_is_read_anew(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await filled.directory()
    await pool.execute("UPDATE agency SET name = 'Sửa tay' WHERE code = 'G22'")
    await pool.execute("UPDATE registry_version SET version = version + 1")
    await filled.put_agencies([replace(H37, name="Tên mới")], "lan")
    directory = await filled.directory()
    assert directory.find("G22") == replace(G22, name="Sửa tay")
    assert directory.find("H37") == replace(H37, name="Tên mới")


@pytest.mark.parametrize("more", [0, 1])
async def test_snapshot_of_a_history_that_a_failover_has_lost_is_read_anew(
    filled: PostgresAdministration, pool: Pool, more: int
) -> None:
    """The server that takes over lacks the last change; its number then goes to another one."""
    before = await pool.fetchrow("SELECT version, changed_at FROM registry_version")
    assert before is not None
    await filled.put_agencies([replace(H37, name="Không còn nữa")], "lan")
    assert (await filled.directory()).find("H37") == replace(H37, name="Không còn nữa")

    await pool.execute("UPDATE agency SET name = $1 WHERE code = 'H37'", H37.name)
    await pool.execute("DELETE FROM registry_change WHERE version > $1", before["version"])
    await pool.execute("UPDATE registry_version SET version = $1, changed_at = $2", *before)
    other = PostgresAdministration(pool, lambda: NOW)
    for name in ("Tên mới", "Tên mới hơn")[: more + 1]:
        await other.put_agencies([replace(G22, name=name)], "lan")

    directory = await filled.directory()
    assert directory.find("H37") == H37
    assert directory.find("G22") == replace(G22, name=name)


def same(left: Directory, right: Directory) -> bool:
    """Whether two snapshots answer alike, with what they are made of."""
    codes = {code for agency in left for code in agency.codes}
    return (
        left.version == right.version
        and {one.code: one for one in left} == {one.code: one for one in right}
        and list(left.endpoints) == list(right.endpoints)
        and list(left.groups) == list(right.groups)
        and all(left.find(code) == right.find(code) for code in codes)
        and left.mandates("a" * 64) == right.mandates("a" * 64)
    )


# -- mandates --------------------------------------------------------------------------------------
async def test_mandate_comes_back_as_it_was_enrolled(filled: PostgresAdministration) -> None:
    kinds = frozenset({MessageKind.NEW, MessageKind.STATUS})
    await enrol(
        filled, "H37.02", capacity=Capacity.PERSON, kinds=kinds, act="125/QĐ-UBND ngày 05/01/2026"
    )
    (mandate,) = (await filled.directory()).mandates("a" * 64)
    assert mandate == Mandate(
        "a" * 64, "H37.02", Capacity.PERSON, kinds, "125/QĐ-UBND ngày 05/01/2026"
    )
    (line,) = await filled.certificates()
    assert (line.capacity, line.kinds, line.act) == (
        Capacity.PERSON,
        (MessageKind.NEW, MessageKind.STATUS),
        "125/QĐ-UBND ngày 05/01/2026",
    )


async def test_mandate_for_some_kinds_lets_only_these_be_signed(
    filled: PostgresAdministration,
) -> None:
    await enrol(filled, "G22", kinds=frozenset({MessageKind.STATUS}))
    directory = await filled.directory()
    assert may_sign(directory, "G22", MessageKind.STATUS)
    assert not may_sign(directory, "G22", MessageKind.RECALL)


async def test_parents_seal_signs_for_units_and_a_person_on_several_acts(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await enrol(filled, "H37")
    await enrol(filled, "H37.02", capacity=Capacity.PARENT, act="1/QĐ")
    for act in ("2/QĐ", "3/QĐ"):
        await enrol(filled, "G22", certificate("b"), capacity=Capacity.PERSON, act=act)
    directory = await filled.directory()
    assert may_sign(directory, "H37.02")
    assert len(directory.mandates("b" * 64)) == 2
    ids = [row["id"] for row in await pool.fetch("SELECT id FROM enrolment")]
    assert len(set(ids)) == 4
    assert {identifier.version for identifier in ids} == {7}


async def test_mandate_is_told_in_the_audit(filled: PostgresAdministration, pool: Pool) -> None:
    await enrol(filled, "G22", capacity=Capacity.PERSON, act="7/QĐ", valid_to=date(2026, 12, 31))
    (facts,) = (await audited(pool))[-1]["facts"]["certificates"]
    assert facts["capacity"] == "person"
    assert facts["act"] == "7/QĐ"
    assert facts["kinds"] == ["new", "recall", "update", "replace", "status"]
    assert facts["valid_to"] == "2026-12-31"


@pytest.mark.parametrize(
    "change",
    [
        "capacity = 'king'",
        "kinds = '{}'",
        "kinds = '{new,letters}'",
        "act = repeat('x', 201)",
        "capacity = 'person'",
        "capacity = 'parent'",
    ],
)
async def test_row_that_no_mandate_can_be_is_refused_by_the_database(
    filled: PostgresAdministration, pool: Pool, change: str
) -> None:
    await enrol(filled, "G22")
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(f"UPDATE enrolment SET {change}")


async def test_certificate_revoked_while_it_is_enrolled_anew_signs_for_nobody(
    filled: PostgresAdministration, pool: Pool
) -> None:
    """Whichever comes first: revoked rows stay, and a revoked certificate is not enrolled."""
    await enrol(filled, "G22", capacity=Capacity.PERSON, act="1/QĐ")
    others = [PostgresAdministration(pool, lambda: NOW) for _ in range(3)]
    await asyncio.gather(
        enrol(others[0], "H37", capacity=Capacity.PERSON, act="1/QĐ"),
        others[1].revoke("a" * 64, NOW, "mất khóa", "lan"),
        enrol(others[2], "G22", capacity=Capacity.PERSON, act="1/QĐ", valid_to=date(2030, 1, 1)),
        return_exceptions=True,
    )
    directory = await filled.directory()
    assert not may_sign(directory, "G22")
    assert not may_sign(directory, "H37")
    assert await pool.fetchval("SELECT count(*) FROM enrolment WHERE revoked_at IS NULL") == 0


# -- key rollover ----------------------------------------------------------------------------------
def switching(**wanted: Any) -> WantedSwitch:
    facts = {"certificate": certificate("b"), "agency": "H37", "on": date(2026, 4, 1), **wanted}
    return WantedSwitch(**facts)


async def test_new_certificate_takes_over_with_an_overlap_in_one_audited_change(
    filled: PostgresAdministration, pool: Pool
) -> None:
    await enrol(filled, "H37")
    await enrol(filled, "H37.02", capacity=Capacity.PARENT, act="1/QĐ")
    before = (await filled.directory()).version
    switch = await filled.switch(switching(), "lan")
    directory = await filled.directory()
    assert directory.version == before + 1
    for code in ("H37", "H37.02"):
        agency = directory.find(code)
        assert agency is not None
        for day, signs in ((0, {"a", "b"}), (60, {"a", "b"}), (61, {"b"})):
            at = NOW + timedelta(days=day)
            found = {
                letter
                for letter in ("a", "b")
                if isinstance(
                    directory.authorize(certificate(letter), agency, MessageKind.NEW, at), Mandate
                )
            }
            assert found == signs, (code, day)
    assert switch.last == date(2026, 5, 1)
    last = (await audited(pool))[-1]
    assert (last["actor"], last["action"]) == ("lan", "registry:certificate:switch")
    assert last["facts"]["on"] == "2026-04-01"
    assert [one["valid_to"] for one in last["facts"]["ending"]] == ["2026-05-01"]
    assert [one["agency"] for one in last["facts"]["certificates"]] == ["H37", "H37.02"]


async def test_switch_to_a_certificate_that_may_not_sign_changes_nothing(
    filled: PostgresAdministration,
) -> None:
    await enrol(filled, "H37")
    for wanted in (
        switching(certificate=certificate("b", organization="G22")),
        switching(agency="G22"),
        switching(certificate=certificate("a")),
    ):
        with pytest.raises(InvalidInputError):
            await filled.switch(wanted, "lan")
    (line,) = await filled.certificates()
    assert line.valid_to is None
