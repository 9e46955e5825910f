"""Which receipt ends which submission."""

import pytest

from axis.client.answers import AnswerReader
from axis.client.contract import Route
from axis.client.errors import UnprovenReceiptError
from axis.client.journal import AnswerRecord, Journal, SubmissionRecord
from axis.evidence.events import Event
from tests.unit.client.conftest import BODY, NOW, Axis


@pytest.fixture
def reader(journal: Journal, axis: Axis) -> AnswerReader:
    return AnswerReader(journal, axis.trust, lambda: NOW)


@pytest.fixture
async def submission(journal: Journal) -> SubmissionRecord:
    return await journal.submissions.add("m-1", Route.DOCUMENT, BODY, NOW)


async def receive(journal: Journal, *bodies: bytes, kind: str = "receipt") -> None:
    for number, body in enumerate(bodies):
        record = AnswerRecord(
            message_id=f"{kind}-{number}",
            type=kind,
            correlation_id="m-1",
            document=None,
            body=body,
            received_at=NOW,
        )
        await journal.answers.add([record])


async def test_no_answer_is_no_receipt(reader: AnswerReader, submission: SubmissionRecord) -> None:
    assert await reader.receipt_of(submission) is None


async def test_acceptance_of_the_same_bytes_is_the_receipt(
    journal: Journal, reader: AnswerReader, submission: SubmissionRecord, axis: Axis
) -> None:
    await receive(journal, axis.receipt())
    found = await reader.receipt_of(submission)
    assert found is not None
    assert found.accepted


async def test_receipt_about_other_bytes_is_not_the_submissions(
    journal: Journal, reader: AnswerReader, submission: SubmissionRecord, axis: Axis
) -> None:
    await receive(journal, axis.receipt(Event.SUBMISSION_REJECTION, body=b"other"))
    assert await reader.receipt_of(submission) is None


async def test_unproven_receipt_is_an_error_and_never_the_receipt(
    journal: Journal, reader: AnswerReader, submission: SubmissionRecord, axis: Axis
) -> None:
    await receive(journal, axis.receipt(key=axis.pki.seal("G22").load()))
    with pytest.raises(UnprovenReceiptError, match="m-1"):
        await reader.receipt_of(submission)


async def test_proven_receipt_counts_whatever_else_came(
    journal: Journal, reader: AnswerReader, submission: SubmissionRecord, axis: Axis
) -> None:
    forged = axis.receipt(Event.SUBMISSION_REJECTION, key=axis.pki.seal("G22").load())
    await receive(journal, axis.receipt(), b"garbage", forged)
    found = await reader.receipt_of(submission)
    assert found is not None
    assert found.accepted


@pytest.mark.parametrize("final", [Event.SUBMISSION_ACCEPTANCE, Event.SUBMISSION_REJECTION])
async def test_notice_that_a_submission_is_held_is_no_receipt_in_whatever_order_they_come(
    journal: Journal,
    reader: AnswerReader,
    submission: SubmissionRecord,
    axis: Axis,
    final: Event,
) -> None:
    receipts = [axis.receipt(final), axis.receipt(Event.SUBMISSION_HELD)]
    await receive(journal, *receipts)
    found = await reader.receipt_of(submission)
    assert found is not None
    assert found.receipt is not None
    assert found.receipt.event is final


async def test_held_submission_has_its_notice_and_no_receipt(
    journal: Journal, reader: AnswerReader, submission: SubmissionRecord, axis: Axis
) -> None:
    assert await reader.notice_of(submission) is None
    await receive(journal, axis.receipt(Event.SUBMISSION_HELD, body=b"other"))
    assert await reader.notice_of(submission) is None
    await receive(journal, b"", axis.receipt(Event.SUBMISSION_HELD))
    notice = await reader.notice_of(submission)
    assert notice is not None
    assert (notice.held, notice.accepted, notice.answers_submission) == (True, False, False)
    assert await reader.receipt_of(submission) is None


async def test_notice_that_the_axis_did_not_sign_is_none(
    journal: Journal, reader: AnswerReader, submission: SubmissionRecord, axis: Axis
) -> None:
    forged = axis.receipt(Event.SUBMISSION_HELD, key=axis.pki.seal("G22").load())
    await receive(journal, forged)
    assert await reader.notice_of(submission) is None


async def test_page_shows_receipts_checked_and_statuses_read(
    journal: Journal, reader: AnswerReader, axis: Axis, sample_status: bytes
) -> None:
    await receive(journal, axis.receipt())
    await receive(journal, sample_status, b"garbage", kind="status")
    receipt, status, garbage = await reader.page(0)
    assert receipt.receipt is not None
    assert receipt.receipt.proof
    assert status.status is not None
    assert status.status.code == "03"
    assert (garbage.receipt, garbage.status) == (None, None)


async def test_acknowledged_answer_is_not_on_the_next_page(
    journal: Journal, reader: AnswerReader, axis: Axis
) -> None:
    await receive(journal, axis.receipt(), axis.receipt())
    first, second = await reader.page(0)
    await first.acknowledge()
    assert [one.record for one in await reader.page(0)] == [second.record]
    assert await reader.page(second.record.sequence) == []
