"""A delivery: what it says, what it is worth, how it is taken over."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from axis.client.collector import AnswerCollector
from axis.client.deliveries import Delivery, UnreadableDeliveryError
from axis.client.inbox import Inbox
from axis.client.journal import Journal
from axis.edxml.build import File, new_document
from axis.edxml.write import write_document
from axis.local.pdf import make_pdf
from axis.reasons import Reason
from axis.trust.profiles import FIELD
from axis.trust.sign import sign
from tests.unit.client.conftest import NOW, Axis

PDF = make_pdf(["one"])


@dataclass
class Message:
    """What aio-pika hands in, as far as a delivery looks at it."""

    body: bytes
    message_id: str | None = "d-1"
    redelivered: bool = False
    headers: dict[str, object] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    fault: Exception | None = None

    async def ack(self) -> None:
        await self._settle("ack")

    async def nack(self, requeue: bool) -> None:
        await self._settle(f"nack {requeue}")

    async def _settle(self, how: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.settled.append(how)


@pytest.fixture
def document(axis: Axis) -> bytes:
    unsigned = new_document(
        sender="G22",
        receivers=["H37.02"],
        number=1,
        notation="VPCP-VT",
        date=date(2026, 3, 2),
        subject="V/v thử nghiệm",
        at=NOW,
        files=[File("1.pdf", PDF)],
    )
    return sign(write_document(unsigned), axis.pki.seal("G22").load())


def inbox_on(journal: Journal) -> Inbox:
    collector = AnswerCollector("amqp://unused", "lgsp-h37", journal, None, lambda: NOW)
    return Inbox("amqp://unused", "lgsp-h37", journal, collector, lambda: NOW)


@pytest.fixture
def inbox(journal: Journal) -> Inbox:
    return inbox_on(journal)


def headers(body: bytes) -> dict[str, object]:
    return {
        "axis-document": "018f0000-0000-7000-8000-000000000001",
        "axis-from": "G22",
        "axis-to": "H37.02,H37.101",
        "axis-kind": "new",
        "axis-priority": 2,
        "axis-sha256": hashlib.sha256(body).hexdigest(),
    }


def test_headers_of_the_contract_are_read(document: bytes, inbox: Inbox) -> None:
    delivery = Delivery(Message(document, headers=headers(document)), inbox)  # type: ignore[arg-type]
    assert delivery.axis_id == "018f0000-0000-7000-8000-000000000001"
    assert (delivery.sender, delivery.receivers) == ("G22", ("H37.02", "H37.101"))
    assert (delivery.kind, delivery.priority) == ("new", 2)
    assert delivery.intact


def test_missing_and_foreign_headers_do_no_harm(document: bytes, inbox: Inbox) -> None:
    strange = {"axis-priority": "x", "axis-to": ["list"], "axis-document": b"\xff"}
    delivery = Delivery(Message(document, message_id=None, headers=strange), inbox)  # type: ignore[arg-type]
    assert (delivery.priority, delivery.receivers, delivery.axis_id) == (0, (), None)
    assert delivery.message_id == f"sha256:{delivery.sha256}"
    assert not delivery.intact


def test_document_and_its_files_are_read(document: bytes, inbox: Inbox) -> None:
    delivery = Delivery(Message(document), inbox)  # type: ignore[arg-type]
    assert delivery.document.subject == "V/v thử nghiệm"
    assert [(file.name, file.data) for file in delivery.attachments] == [("1.pdf", PDF)]
    assert delivery.attachment_findings == ()


def test_bytes_that_are_no_document_are_named(inbox: Inbox) -> None:
    delivery = Delivery(Message(b"<a/>"), inbox)  # type: ignore[arg-type]
    with pytest.raises(UnreadableDeliveryError):
        _ = delivery.document
    with pytest.raises(UnreadableDeliveryError):
        _ = delivery.attachments


def test_verified_document_is_read_from_what_was_signed(
    document: bytes, inbox: Inbox, axis: Axis
) -> None:
    policy = FIELD.with_trust(axis.pki.anchors)
    checked = Delivery(Message(document), inbox).verify(policy, NOW)  # type: ignore[arg-type]
    assert checked.verdict.passed
    assert checked.document is not None
    assert checked.document.sender == "G22"
    assert checked.certificate == axis.pki.seal("G22").certificate


def test_altered_document_is_not_handed_out_as_verified(
    document: bytes, inbox: Inbox, axis: Axis
) -> None:
    policy = FIELD.with_trust(axis.pki.anchors)
    altered = document.replace("thử nghiệm".encode(), "sửa đổi nè".encode())
    checked = Delivery(Message(altered), inbox).verify(policy, NOW)  # type: ignore[arg-type]
    assert {finding.reason for finding in checked.verdict.findings} == {Reason.ALTERED}
    assert checked.document is None


async def test_acknowledging_writes_the_journal_and_tells_the_broker(
    document: bytes, inbox: Inbox, journal: Journal
) -> None:
    message = Message(document, headers=headers(document))
    assert await Delivery(message, inbox).acknowledge()  # type: ignore[arg-type]
    assert message.settled == ["ack"]
    record = await journal.deliveries.of_document("G22,2026/03/02,1/VPCP-VT")
    assert record is not None
    assert (record.sender, record.number, record.notation) == ("G22", "1", "VPCP-VT")
    assert record.receivers == ("H37.02", "H37.101")


async def test_acknowledging_counts_although_the_connection_is_lost(
    document: bytes, inbox: Inbox, journal: Journal
) -> None:
    message = Message(document, fault=ConnectionResetError())
    assert await Delivery(message, inbox).acknowledge()  # type: ignore[arg-type]
    assert await journal.deliveries.taken(["d-1"]) == {"d-1"}


async def test_second_process_learns_that_the_copy_was_taken_before(
    document: bytes, inbox: Inbox, journal: Journal, tmp_path: Path
) -> None:
    await Delivery(Message(document), inbox).acknowledge()  # type: ignore[arg-type]
    other = await Journal.open(tmp_path / "g22.journal")
    second = inbox_on(other)
    message = Message(document)
    assert not await Delivery(message, second).acknowledge()  # type: ignore[arg-type]
    assert message.settled == ["ack"]
    await other.close()


async def test_all_copies_of_a_delivery_are_settled_with_it(document: bytes, inbox: Inbox) -> None:
    first, second = Message(document), Message(document)
    delivery = Delivery(first, inbox)  # type: ignore[arg-type]
    delivery.add_copy(second)  # type: ignore[arg-type]
    await delivery.acknowledge()
    assert (first.settled, second.settled) == (["ack"], ["ack"])


async def test_released_delivery_goes_back_and_is_not_in_the_journal(
    document: bytes, inbox: Inbox, journal: Journal
) -> None:
    message = Message(document)
    await Delivery(message, inbox).release()  # type: ignore[arg-type]
    assert message.settled == ["nack True"]
    assert await journal.deliveries.taken(["d-1"]) == set()


async def test_unreadable_delivery_can_be_acknowledged(inbox: Inbox, journal: Journal) -> None:
    assert await Delivery(Message(b"no xml"), inbox).acknowledge()  # type: ignore[arg-type]
    assert await journal.deliveries.taken(["d-1"]) == {"d-1"}
