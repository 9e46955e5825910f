"""Statuses of the journal: newest first, of one document, each with what its signature is worth."""

from datetime import timedelta

import pytest

from axis.client.journal import AnswerRecord, Journal
from axis.client.statuses import CheckedStatus, newest_statuses
from axis.edxml.build import status_for
from axis.edxml.codes import StatusCode
from axis.edxml.values import Document, Organization
from axis.edxml.write import write_status
from axis.reasons import Reason
from axis.trust.policy import SignaturePolicy
from axis.trust.profiles import FIELD
from axis.trust.sign import sign
from tests.unit.client.conftest import NOW, Axis

FIRST, SECOND = "H37.02,2026/03/02,1/SNV", "H37.02,2026/03/02,2/SNV"


@pytest.fixture
def policy(axis: Axis) -> SignaturePolicy:
    return FIELD.with_trust(axis.pki.anchors)


def signed(axis: Axis, document_id: str, code: StatusCode) -> bytes:
    document = Document(
        from_=Organization(organ_id="H37.02"),
        to=(Organization(organ_id="G22"),),
        document_id=document_id,
    )
    status = status_for(document, code, reporter="G22", at=NOW, description="Đã vào sổ")
    return sign(write_status(status), axis.pki.seal("G22").load())


def came(number: int, body: bytes, kind: str = "status", document: str = "axis-1") -> AnswerRecord:
    return AnswerRecord(
        message_id=f"s-{number}",
        type=kind,
        correlation_id=None,
        document=document,
        body=body,
        received_at=NOW + timedelta(minutes=number),
    )


def names(found: list[CheckedStatus]) -> list[str]:
    return [one.record.message_id for one in found]


async def test_statuses_are_newest_first_with_acknowledged_ones_and_no_receipts(
    journal: Journal, policy: SignaturePolicy, axis: Axis
) -> None:
    received = signed(axis, FIRST, StatusCode.ACCEPTED)
    await journal.answers.add([came(1, received), came(2, axis.receipt(), "receipt")])
    await journal.answers.add([came(3, signed(axis, FIRST, StatusCode.DONE))])
    (first, *_) = await journal.answers.open(0, 1)
    await journal.answers.acknowledge(first.sequence, NOW)
    found = await newest_statuses(journal, policy, 10)
    assert names(found) == ["s-3", "s-1"]
    assert [one.status.code for one in found if one.status] == ["06", "03"]
    assert names(await newest_statuses(journal, policy, 1)) == ["s-3"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [(FIRST, ["s-3", "s-1"]), (SECOND, ["s-2"]), ("axis-2", ["s-2"]), ("another", [])],
)
async def test_statuses_of_one_document_are_found_by_either_of_its_ids(
    journal: Journal, policy: SignaturePolicy, axis: Axis, document: str, expected: list[str]
) -> None:
    await journal.answers.add(
        [
            came(1, signed(axis, FIRST, StatusCode.ARRIVED)),
            came(2, signed(axis, SECOND, StatusCode.ARRIVED), document="axis-2"),
            came(3, signed(axis, FIRST, StatusCode.ACCEPTED)),
        ]
    )
    assert names(await newest_statuses(journal, policy, 10, document)) == expected


async def test_every_page_of_the_journal_is_looked_through(
    journal: Journal, policy: SignaturePolicy, axis: Axis
) -> None:
    body = signed(axis, FIRST, StatusCode.ACCEPTED)
    await journal.answers.add([came(0, body, document="axis-0")])
    await journal.answers.add([came(number, body) for number in range(1, 250)])
    assert names(await newest_statuses(journal, policy, 10, "axis-0")) == ["s-0"]
    assert names(await newest_statuses(journal, policy, 2)) == ["s-249", "s-248"]


@pytest.mark.parametrize("altered", [True, False])
async def test_status_whose_signature_fails_says_nothing(
    journal: Journal, policy: SignaturePolicy, axis: Axis, *, altered: bool
) -> None:
    body = signed(axis, FIRST, StatusCode.ACCEPTED)
    body = body.replace("Đã vào sổ".encode(), b"Never seen") if altered else b"garbage"
    await journal.answers.add([came(1, body)])
    (found,) = await newest_statuses(journal, policy, 10)
    assert found.status is None
    assert found.verdict.findings[0].reason is (Reason.ALTERED if altered else Reason.NOT_XML)
