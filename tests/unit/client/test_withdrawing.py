"""Copies that are withdrawn while they wait: shown to nobody, unless somebody has seen them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from axis.client.collector import AnswerCollector
from axis.client.deliveries import Delivery
from axis.client.inbox import Inbox
from axis.client.journal import AnswerRecord, Journal, WithdrawalRecord
from axis.client.receipts import ReceiptTrust
from axis.client.withdrawing import withdrawals_in
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, ReceiverLine, Subject, SubjectKind
from axis.evidence.xml import write_receipt
from axis.ids import new_id
from axis.trust.keys import SigningKey
from axis.trust.location import RECEIPT
from axis.trust.sign import sign
from tests.unit.client.conftest import NOW, Axis
from tests.unit.client.test_deliveries import Message

ORIGINAL = UUID("018f0000-0000-7000-8000-000000000001")
RECALL = UUID("018f0000-0000-7000-8000-000000000002")
COPY = UUID("018f0000-0000-7000-8000-00000000000a")
OTHER_COPY = UUID("018f0000-0000-7000-8000-00000000000b")


def notice(
    key: SigningKey,
    *receivers: str,
    copy: UUID | None = COPY,
    event: Event = Event.DELIVERY_WITHDRAWN,
) -> AnswerRecord:
    """A notice of the axis that a copy is withdrawn for these receivers."""
    receipt = Receipt(
        id=new_id(),
        event=event,
        at=NOW,
        issuer="Trục thử nghiệm",
        subject=Subject(
            kind=SubjectKind.DOCUMENT, sha256="ab" * 32, size=1, axis_id=ORIGINAL, sender="G22"
        ),
        receivers=tuple(
            ReceiverLine(named=(code,), code=code, endpoint="lgsp-h37", copy=copy)
            for code in receivers
        ),
    )
    return AnswerRecord(
        message_id=str(receipt.id),
        type="receipt",
        correlation_id=None,
        document=str(ORIGINAL),
        body=sign(write_receipt(receipt), key, location=RECEIPT),
        received_at=NOW,
        event=event.value,
    )


@dataclass
class Desk:
    """An inbox on a journal, into which copies come."""

    journal: Journal
    inbox: Inbox
    messages: list[Message] = field(default_factory=list)

    async def gets(
        self, copy: UUID = COPY, to: str = "H37.02", kind: str = "new", targets: str = ""
    ) -> Delivery | None:
        """A copy comes in; return what is shown of it."""
        document = RECALL if kind == "recall" else ORIGINAL
        headers: dict[str, object] = {
            "axis-document": str(document),
            "axis-to": to,
            "axis-kind": kind,
            "axis-targets": targets,
        }
        self.messages.append(Message(b"<edXML/>", message_id=str(copy), headers=headers))
        delivery = await self.inbox._admit(self.messages[-1])  # type: ignore[arg-type]
        if delivery is None or not await self.inbox._to_show(delivery):
            return None
        return delivery

    async def gets_recall(self) -> Delivery:
        delivery = await self.gets(OTHER_COPY, kind="recall", targets=str(ORIGINAL))
        assert delivery is not None
        return delivery

    async def is_told(self, *receivers: str, copy: UUID = COPY) -> None:
        records = [
            WithdrawalRecord(
                message_id=str(copy), receiver=code, document=str(ORIGINAL), noted_at=NOW
            )
            for code in receivers
        ]
        await self.journal.withdrawals.note(records)

    def crashes(self) -> None:
        """Lose all that is only in memory; the broker gives again what was not acknowledged."""
        self.inbox = inbox_on(self.journal)


def inbox_on(journal: Journal) -> Inbox:
    collector = AnswerCollector("amqp://unused", "lgsp-h37", journal, None, lambda: NOW)
    return Inbox("amqp://unused", "lgsp-h37", journal, collector, lambda: NOW)


@pytest.fixture
def desk(journal: Journal) -> Desk:
    return Desk(journal, inbox_on(journal))


# -- what is shown --------------------------------------------------------------------------------
async def test_copy_that_is_withdrawn_while_it_waits_is_acknowledged_and_shown_to_nobody(
    desk: Desk,
) -> None:
    await desk.is_told("H37.02")
    assert await desk.gets() is None
    assert desk.messages[0].settled == ["ack"]
    (noted,) = await desk.journal.withdrawals.of_document(str(ORIGINAL))
    assert (noted.receiver, noted.passed_at) == ("H37.02", NOW)


async def test_recall_of_what_was_withdrawn_says_that_it_was_never_shown_here(desk: Desk) -> None:
    await desk.is_told("H37.02")
    await desk.gets()
    recall = await desk.gets_recall()
    assert recall.withdrawn_here
    assert recall.targets == (str(ORIGINAL),)


async def test_recall_of_a_copy_that_never_even_came_says_so_too(desk: Desk) -> None:
    await desk.is_told("H37.02")
    assert (await desk.gets_recall()).withdrawn_here


async def test_copy_that_was_shown_before_its_notice_came_stays_shown(desk: Desk) -> None:
    delivery = await desk.gets()
    assert delivery is not None
    await desk.is_told("H37.02")
    await delivery.acknowledge()
    assert not (await desk.gets_recall()).withdrawn_here


async def test_copy_that_somebody_has_seen_and_not_acknowledged_is_shown_again_after_a_crash(
    desk: Desk,
) -> None:
    assert await desk.gets() is not None
    await desk.is_told("H37.02")
    desk.crashes()
    assert await desk.gets() is not None
    assert not (await desk.gets_recall()).withdrawn_here


async def test_crash_before_the_copy_is_acknowledged_leaves_it_withdrawn(desk: Desk) -> None:
    await desk.is_told("H37.02")
    for _ in range(2):
        assert await desk.gets() is None
        desk.crashes()
    assert [one.settled for one in desk.messages] == [["ack"], ["ack"]]


async def test_copy_withdrawn_for_some_of_its_receivers_is_shown_for_the_others(desk: Desk) -> None:
    await desk.is_told("H37.02")
    delivery = await desk.gets(to="H37.02,H37.101")
    assert delivery is not None
    assert delivery.receivers == ("H37.101",)


async def test_copy_that_is_given_again_is_shown_to_those_who_were_shown_it_and_nobody_else(
    desk: Desk,
) -> None:
    await desk.is_told("H37.02")
    await desk.gets(to="H37.02,H37.101")
    await desk.is_told("H37.101")  # too late: it has been shown
    desk.crashes()
    delivery = await desk.gets(to="H37.02,H37.101")
    assert delivery is not None
    assert delivery.receivers == ("H37.101",)


async def test_copy_withdrawn_for_one_receiver_after_the_other_is_shown_to_nobody(
    desk: Desk,
) -> None:
    await desk.is_told("H37.02")
    await desk.is_told("H37.101")
    assert await desk.gets(to="H37.02,H37.101") is None


async def test_another_copy_of_the_same_document_is_not_withdrawn(desk: Desk) -> None:
    await desk.is_told("H37.02")
    assert await desk.gets(OTHER_COPY) is not None


async def test_recall_without_anything_withdrawn_is_an_ordinary_one(desk: Desk) -> None:
    assert not (await desk.gets_recall()).withdrawn_here


async def test_notes_of_long_ago_are_forgotten(desk: Desk) -> None:
    await desk.is_told("H37.02")
    await desk.journal.forget(NOW.replace(year=NOW.year + 1))
    assert await desk.journal.withdrawals.of_document(str(ORIGINAL)) == []


# -- what a notice is worth -----------------------------------------------------------------------
def by_the_axis(axis: Axis) -> SigningKey:
    return axis.key


def by_an_agency(axis: Axis) -> SigningKey:
    return axis.pki.seal("G22").load()


@pytest.mark.parametrize(
    ("signed", "trusting", "believed"),
    [
        (by_the_axis, True, True),
        (by_an_agency, True, False),
        (by_an_agency, False, True),  # without trust, whoever fills the queue is believed
    ],
)
def test_notice_counts_as_far_as_it_is_proven(
    axis: Axis, signed: Callable[[Axis], SigningKey], trusting: bool, believed: bool
) -> None:
    trust: ReceiptTrust | None = axis.trust if trusting else None
    found = withdrawals_in([notice(signed(axis), "H37.02", "H37.101")], trust)
    expected = [(str(COPY), "H37.02", str(ORIGINAL)), (str(COPY), "H37.101", str(ORIGINAL))]
    assert [(one.message_id, one.receiver, one.document) for one in found] == (
        expected if believed else []
    )


def test_notice_that_names_no_copy_and_receipts_of_other_events_withdraw_nothing(
    axis: Axis,
) -> None:
    others = [
        notice(axis.key, "H37.02", copy=None),
        notice(axis.key, "H37.02", event=Event.CONTENT_CONSIGNMENT),
    ]
    assert withdrawals_in(others, axis.trust) == []


def test_bytes_that_only_pretend_to_be_a_notice_withdraw_nothing(axis: Axis) -> None:
    genuine = notice(axis.key, "H37.02")
    broken = AnswerRecord(
        message_id="x",
        type="receipt",
        correlation_id=None,
        document=None,
        body=genuine.body[:-20],
        received_at=NOW,
        event=Event.DELIVERY_WITHDRAWN.value,
    )
    assert withdrawals_in([broken], axis.trust) == []
    assert withdrawals_in([broken], None) == []
