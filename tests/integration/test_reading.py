"""Answers about revocation are read in a process of their own, which hostile bytes may kill."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from axis.examination import Rules
from axis.facts import RevocationState
from axis.local.pki import DemoPki, make_demo_pki
from axis.local.pki_services import PkiServices
from axis.revocation.ports import ResponderError
from axis.revocation.questions import Question, questions_about
from axis.trust.standing import Source
from axis.workers import Bounds, ProcessWorkbench, Tools
from axis.workers.reading import ProcessReader

AT = datetime(2025, 10, 6, 3, 0, tzinfo=UTC)
MIB = 1024 * 1024


@pytest.fixture
def pki(tmp_path: Path) -> DemoPki:
    before = AT - timedelta(hours=2)
    agencies = [("G22", "Văn phòng Chính phủ")]
    return make_demo_pki(tmp_path / "pki", agencies, before, rsa_agencies=(), port=1024)


@pytest.fixture
async def reader(pki: DemoPki) -> AsyncIterator[ProcessReader]:
    policy = pki.policy()
    bench = ProcessWorkbench(Tools(Rules(policy), bounds=Bounds(memory=300 * MIB)), 1)
    yield ProcessReader(bench, policy)
    bench.close()


async def seals_list(reader: ProcessReader, pki: DemoPki) -> Question:
    """Find whom to ask and return the question about the seal's list."""
    seal, authority = pki.seal("G22").certificate, pki.intermediate.certificate
    questions = questions_about(await reader.find([seal], [authority], AT))
    assert len(questions) == 4
    (found,) = [
        one
        for one in questions
        if one.source is Source.CRL and one.subjects[0].fingerprint == seal.fingerprint
    ]
    return found


async def test_paths_are_found_and_lists_are_read(reader: ProcessReader, pki: DemoPki) -> None:
    question = await seals_list(reader, pki)
    answer = PkiServices(pki.folder).revocation_list("intermediate", AT)
    (standing,) = await reader.read(question, answer, None)
    assert (standing.state, standing.this_update) == (RevocationState.GOOD, AT)


async def test_bytes_that_are_no_list_fail_and_the_reader_goes_on(
    reader: ProcessReader, pki: DemoPki
) -> None:
    question = await seals_list(reader, pki)
    with pytest.raises(ResponderError, match="InvalidInputError"):
        await reader.read(question, b"<html>", None)
    answer = PkiServices(pki.folder).revocation_list("intermediate", AT)
    assert await reader.read(question, answer, None)
