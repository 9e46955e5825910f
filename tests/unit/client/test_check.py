"""Before it submits, an agency's system learns what every axis would refuse."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.client import AgencySystem, CheckFailedError, check
from axis.client.journal import Journal
from axis.edxml.build import File, new_document
from axis.edxml.write import write_document
from axis.local.pdf import make_pdf
from axis.reasons import Reason
from axis.trust.sign import sign
from axis.verdict import Outcome
from tests.unit.client.conftest import NOW, Axis

UNSIGNED = write_document(
    new_document(
        sender="G22",
        receivers=["G09"],
        number=1,
        notation="VPCP-TH",
        date=NOW.date(),
        at=NOW,
        subject="V/v thử nghiệm",
        files=[File("1.pdf", make_pdf(["Văn bản số 1"]))],
    )
)


class SentError(Exception):
    """Raised where the broker would be."""


@pytest.fixture
def signed(axis: Axis) -> bytes:
    return sign(UNSIGNED, axis.pki.seal("G22").load())


@pytest.fixture
def system(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> AgencySystem:
    """A system whose broker is never reached."""
    system = AgencySystem("amqp://g22@127.0.0.1:1/axis", "g22", journal, None, lambda: NOW, 1)

    async def publish(*_: Any) -> None:
        raise SentError

    monkeypatch.setattr(system, "_start_answers", lambda: None)
    monkeypatch.setattr(system._submitter, "send", publish)
    return system


def reasons(found: CheckFailedError) -> set[Reason]:
    return {finding.reason for finding in found.verdict.findings}


def test_signed_document_passes_with_anchors(axis: Axis, signed: bytes) -> None:
    assert check(signed, axis.pki.policy(), at=NOW).findings == ()


def test_certificate_without_anchors_is_not_judged(signed: bytes) -> None:
    verdict = check(signed, at=NOW)
    assert verdict.outcome is Outcome.INDETERMINATE
    assert [finding.reason for finding in verdict.findings] == [Reason.SIGNER_NOT_CHECKED]


def test_altered_document_fails_without_anchors(signed: bytes) -> None:
    verdict = check(signed.replace("thử".encode(), "thừ".encode()), at=NOW)
    assert verdict.outcome is Outcome.FAILED
    assert Reason.ALTERED in {finding.reason for finding in verdict.findings}


@given(st.binary(max_size=300))
def test_any_bytes_have_a_verdict(data: bytes) -> None:
    assert check(data, at=NOW).outcome is Outcome.FAILED


async def test_document_in_order_is_submitted(system: AgencySystem, signed: bytes) -> None:
    with pytest.raises(SentError):
        await system.submit(signed, message_id="m-1")
    record = await system.journal.submissions.get("m-1")
    assert await system.journal.submissions.body(record.message_id) == signed


async def test_message_that_any_axis_refuses_is_neither_kept_nor_sent(
    system: AgencySystem,
) -> None:
    with pytest.raises(CheckFailedError) as refused:
        await system.submit(UNSIGNED, message_id="m-1")
    assert reasons(refused.value) == {Reason.UNSIGNED}
    assert await system.journal.submissions.unanswered(NOW) == []
    for part in ("Chưa gửi", "Nothing was sent", Reason.UNSIGNED.code):
        assert part in refused.value.diagnostics()
    for text in (finding.text_vi() for finding in refused.value.verdict.findings):
        assert text in str(refused.value)


async def test_every_reason_is_told_at_once(system: AgencySystem, signed: bytes) -> None:
    spoilt = signed.replace(b"2026/03/02<", b"2026/02/30<")
    with pytest.raises(CheckFailedError) as refused:
        await system.submit(spoilt)
    assert reasons(refused.value) >= {Reason.ALTERED, Reason.BAD_VALUE}


async def test_message_is_sent_as_it_is_without_the_check(system: AgencySystem) -> None:
    with pytest.raises(SentError):
        await system.submit(b"not XML at all", message_id="m-1", check=False)
    assert await system.journal.submissions.body("m-1") == b"not XML at all"


async def test_status_in_order_is_submitted_as_a_status(
    system: AgencySystem, axis: Axis, sample_status: bytes
) -> None:
    with pytest.raises(SentError):
        await system.submit(sign(sample_status, axis.pki.seal("G22").load()), message_id="m-1")
    assert (await system.journal.submissions.get("m-1")).route == "status"


def test_sample_of_the_field_is_no_reason_to_raise() -> None:
    for file in sorted((Path(__file__).parents[2] / "vectors" / "edxml").glob("*.edxml")):
        assert check(file.read_bytes(), at=NOW).findings
