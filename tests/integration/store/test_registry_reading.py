"""The registry as administrators search it."""

from datetime import timedelta

import pytest

from axis.facts import Capacity
from axis.registry.agency import Level
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.views import (
    EXPIRY_WARNING,
    NO_MANDATE,
    AgencyFilter,
    CertificateFilter,
    Standing,
)
from axis.store.registry_reading import PostgresRegistryReader
from tests.support.desk import ENROLLED
from tests.support.stage import Stage


async def codes(stage: Stage, **wanted: object) -> list[str]:
    reader = PostgresRegistryReader(stage.pool)
    return [one.code for one in await reader.agencies(AgencyFilter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("đồng đăng", ["H37.103"]),
        ("DONG DANG", ["H37.103"]),
        ("000.00.02.h37", ["H37.02"]),
        ("h37.09", ["H37.09", "H37.09.01"]),
        ("%", []),
    ],
)
async def test_agency_is_found_by_name_code_and_old_code(
    stage: Stage, text: str, expected: list[str]
) -> None:
    assert await codes(stage, text=text) == expected


async def test_agencies_are_narrowed_by_level_and_parent(stage: Stage) -> None:
    assert await codes(stage, parent="H37.54") == ["H37.54.01", "H37.54.02", "H37.54.03"]
    assert await codes(stage, level=Level.DISTRICT, text="lạng sơn") == ["H37.51"]


async def test_agencies_follow_each_other_page_by_page(stage: Stage) -> None:
    everything = await codes(stage, limit=100)
    pages: list[str] = []
    while page := await codes(stage, limit=7, after=pages[-1] if pages else None):
        pages += page
    assert pages == everything
    assert len(pages) == 47


async def test_agency_is_told_with_what_belongs_to_it(stage: Stage) -> None:
    reader = PostgresRegistryReader(stage.pool)
    agency = await reader.agency("000.00.04.H37")
    assert agency is not None
    assert agency.code == "H37.04"
    assert agency.parent_name == "Ủy ban nhân dân tỉnh Lạng Sơn"
    assert (agency.successor, agency.successor_name) == ("H37.03", "Sở Tài chính tỉnh Lạng Sơn")
    assert agency.certificates == 0
    assert (await reader.agency("H37")).certificates == 1
    assert await reader.agency("X99") is None


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ("valid_to = NULL", Standing.GOOD),
        ("valid_to = $1::date + 31", Standing.GOOD),
        ("valid_to = $1::date + 29", Standing.EXPIRING),
        ("valid_to = $1::date", Standing.EXPIRING),
        ("valid_to = $1::date - 1", Standing.EXPIRED),
        ("valid_from = $1::date + 1", Standing.NOT_YET_VALID),
        ("valid_from = $1::date", Standing.GOOD),
        ("revoked_at = now(), valid_to = $1::date - 1", Standing.REVOKED),
    ],
)
async def test_standing_of_a_binding_follows_its_term(
    stage: Stage, change: str, standing: Standing
) -> None:
    now = stage.clock()
    today = now.date()
    query = f"UPDATE enrolment SET {change} WHERE agency = 'G22'"
    await stage.pool.execute(query, *([today] if "$1" in change else []))
    reader = PostgresRegistryReader(stage.pool)
    entries = await reader.certificates(CertificateFilter(agency="G22"), now)
    assert [entry.standing for entry in entries] == [standing]
    again = await reader.certificates(CertificateFilter(standing=standing, agency="G22"), now)
    assert list(again) == list(entries)


async def test_standing_follows_the_certificates_own_end(stage: Stage) -> None:
    reader = PostgresRegistryReader(stage.pool)
    wanted = CertificateFilter(agency="G22")
    end = (await reader.certificates(wanted, stage.clock()))[0].line.not_after

    async def standing(at):
        return (await reader.certificates(wanted, at))[0].standing

    assert await standing(end - EXPIRY_WARNING - timedelta(seconds=1)) is Standing.GOOD
    assert await standing(end - EXPIRY_WARNING + timedelta(seconds=1)) is Standing.EXPIRING
    assert await standing(end + timedelta(seconds=1)) is Standing.EXPIRED


async def test_certificate_without_a_binding_is_listed_as_such(stage: Stage) -> None:
    await stage.pool.execute("DELETE FROM enrolment WHERE agency = 'H37.01'")
    reader = PostgresRegistryReader(stage.pool)
    wanted = CertificateFilter(standing=Standing.UNBOUND)
    (entry,) = await reader.certificates(wanted, stage.clock())
    assert entry.line.agency is None


async def test_certificates_are_found_by_agency_subject_and_fingerprint(stage: Stage) -> None:
    reader = PostgresRegistryReader(stage.pool)
    every = await reader.certificates(CertificateFilter(), stage.clock())
    assert [entry.line.agency for entry in every] == sorted(ENROLLED)
    for entry in every:
        line = entry.line
        for text in (line.fingerprint[:20], line.serial, f"2.5.4.97={line.agency}"):
            found = await reader.certificates(CertificateFilter(text=text), stage.clock())
            assert line.fingerprint in {one.line.fingerprint for one in found}
    found = await reader.certificates(CertificateFilter(text="so y te"), stage.clock())
    assert [entry.line.agency for entry in found] == ["H37.09"]


async def test_certificates_follow_each_other_page_by_page(stage: Stage) -> None:
    reader = PostgresRegistryReader(stage.pool)
    seen: list[str | None] = []
    after = None
    while page := await reader.certificates(CertificateFilter(limit=2, after=after), stage.clock()):
        seen += [entry.line.agency for entry in page]
        last = page[-1].line
        after = (last.agency or "", last.fingerprint, last.mandate or NO_MANDATE)
    assert seen == sorted(ENROLLED)


async def test_mandates_of_one_certificate_are_lines_of_their_own_over_page_ends(
    stage: Stage,
) -> None:
    seal = NewCertificate.of(stage.desk.pki.seal("H37").certificate)
    acts = [f"{number}/QĐ" for number in range(1, 6)]
    enrolments = [
        NewEnrolment(certificate=seal, agency="H37.103", capacity=Capacity.PARENT, act=act)
        for act in acts
    ]
    await stage.desk.administration.enrol(enrolments, "test")
    reader = PostgresRegistryReader(stage.pool)
    found: list[str] = []
    after = None
    while page := await reader.certificates(
        CertificateFilter(agency="H37.103", limit=2, after=after), stage.clock()
    ):
        found += [entry.line.act for entry in page]
        last = page[-1].line
        after = (last.agency or "", last.fingerprint, last.mandate or NO_MANDATE)
    assert sorted(found) == ["", *acts]
