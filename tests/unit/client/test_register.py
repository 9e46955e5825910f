"""The journal as a register: what was sent with its proof, what was taken over."""

import csv
import io
from dataclasses import replace
from uuid import UUID

import pytest

from axis.client import register
from axis.client.contract import Route
from axis.client.journal import AnswerRecord, DeliveryRecord, Journal
from axis.client.register import sent_csv, sent_lines, taken_csv, taken_lines
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, Subject, SubjectKind
from axis.evidence.xml import write_receipt
from axis.exchange.comparison.register import Standing, read_sent, read_taken
from tests.support.exchange import NOW


def receipt(number: int, event: Event) -> bytes:
    subject = Subject(kind=SubjectKind.UNREADABLE, sha256="0" * 64, size=1)
    return write_receipt(
        Receipt(id=UUID(int=number), event=event, at=NOW, issuer="Trục", subject=subject)
    )


def answer(number: int, to: str, event: Event, body: bytes | None = None) -> AnswerRecord:
    return AnswerRecord(
        message_id=f"answer-{number}",
        type="receipt",
        correlation_id=to,
        document=None,
        body=receipt(number, event) if body is None else body,
        received_at=NOW,
        event=event.value,
    )


def taken(number: int) -> DeliveryRecord:
    return DeliveryRecord(
        message_id=f"copy-{number}",
        document=str(UUID(int=number)),
        sha256=f"{number:064x}",
        sender="G22",
        receivers=("H37.02",),
        document_id=f"D-{number}",
        number="1",
        notation="VP",
        promulgated=None,
        acknowledged_at=NOW,
    )


async def filled(journal: Journal) -> None:
    """Submissions accepted, held and then refused, without an answer, and a status."""
    for number in (1, 2, 3):
        await journal.submissions.add(
            f"m-{number}", Route.DOCUMENT, b"%d" % number, NOW, f"D-{number}"
        )
    await journal.submissions.add("m-4", Route.STATUS, b"status", NOW, "D-1")
    await journal.answers.add(
        [
            answer(1, "m-1", Event.SUBMISSION_ACCEPTANCE),
            answer(2, "m-1", Event.CONTENT_CONSIGNMENT),
            answer(3, "m-2", Event.SUBMISSION_HELD),
            answer(4, "m-2", Event.SUBMISSION_REJECTION),
            answer(5, "m-3", Event.SUBMISSION_HELD),
            answer(6, "m-3", Event.SUBMISSION_ACCEPTANCE, b"what cannot be read"),
        ]
    )


async def test_submissions_come_with_the_receipt_that_ended_them(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "PAGE", 2)
    await filled(journal)
    lines = [one async for one in sent_lines(journal)]
    assert [(one.message_id, one.document_id, one.receipt, one.refused) for one in lines] == [
        ("m-1", "D-1", str(UUID(int=1)), False),
        ("m-2", "D-2", str(UUID(int=4)), True),
        ("m-3", "D-3", "", False),
        ("m-4", None, "", False),
    ]


async def test_deliveries_come_each_once(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "PAGE", 2)
    for number in range(1, 6):
        await journal.deliveries.add(taken(number))
    lines = [one async for one in taken_lines(journal)]
    assert [one.message_id for one in lines] == [f"copy-{number}" for number in range(1, 6)]


async def test_tables_are_what_the_axis_reads(journal: Journal) -> None:
    await filled(journal)
    odd = replace(taken(1), document_id='G22;"2026",\n=1+1')
    await journal.deliveries.add(odd)
    first, refused, unanswered, status = read_sent(await sent_csv(journal))
    assert (first.message_id, first.document_id) == ("m-1", "D-1")
    assert (first.receipt, first.standing) == (str(UUID(int=1)), Standing.VALID)
    assert refused.standing is Standing.REFUSED
    assert (unanswered.receipt, status.document_id) == ("", None)
    (line,) = read_taken(await taken_csv(journal))
    assert (line.message_id, line.document, line.sender) == ("copy-1", UUID(int=1), "G22")
    assert (line.sha256, line.status) == (odd.sha256, None)
    text = io.StringIO((await taken_csv(journal)).decode(), newline="")
    assert list(csv.reader(text))[1][3] == odd.document_id


async def test_empty_journal_is_an_empty_register(journal: Journal) -> None:
    assert read_sent(await sent_csv(journal)) == []
    assert read_taken(await taken_csv(journal)) == []
