"""What is committed goes out until it is confirmed, and no message holds up its lane."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from axis.edxml.codes import Priority
from axis.evidence.events import Event
from axis.evidence.xml import read_receipt
from axis.exchange.deliveries.states import RANK, DeliveryState
from axis.exchange.dispatch import outbox
from axis.exchange.dispatch.outbox import Dispatch, Dispatched, DispatchLimits
from axis.exchange.faults import (
    BrokerLostError,
    BrokerUnavailableError,
    StoreRefusedError,
    StoreUnavailableError,
)
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Publication
from axis.exchange.records import MessageType, OutboxRow
from axis.exchange.stored import CopyArrived, KnownDocument, OutboxMessage
from axis.ids import new_id
from axis.registry.directory import Directory
from tests.support.eventually import until
from tests.support.exchange import AGENCIES, ISSUER, NOW, case, decider, directory, document
from tests.support.memory import SIGNATURE, MemoryPublisher, MemoryStore, MemoryWorkbench


class Bench:
    """One lane on ports in memory, with the outbox of some accepted documents."""

    def __init__(self, *, urgent: bool = False, publisher: MemoryPublisher | None = None) -> None:
        self.store = MemoryStore()
        self.publisher = publisher or MemoryPublisher()
        self.dispatch = Dispatch(
            self.store,
            self.publisher,
            MemoryWorkbench(),
            Notary(ISSUER),
            lambda: NOW,
            urgent=urgent,
            limits=DispatchLimits(),
        )

    def add_document(
        self, *to: str, state: DeliveryState = DeliveryState.ACCEPTED, attempts: int = 0
    ) -> list[OutboxRow]:
        """Put the copies of a document into the outbox; the receivers are in this state."""
        deciding = decider()
        deciding.decide(case(document("G22", to, priority=Priority.NORMAL)))
        (row,) = deciding.records.documents
        known = KnownDocument(
            id=row.id,
            sender=row.sender,
            document_id=row.document_id,
            kind=row.kind,
            sha256=row.sha256,
            size=len(row.body),
            code="101/VPCP-TTĐT",
            endpoint=row.endpoint,
            urgent=False,
            accepted_at=NOW,
            receipt=new_id(),
            receipt_size=0,
        )
        copies = []
        for delivery in deciding.records.deliveries:
            (copy,) = [one for one in deciding.records.outbox if one.id == delivery.copy]
            copies.append(copy)
            self.store.bodies[copy.subject] = row.body
            self.store.waiting.append(OutboxMessage(copy, attempts))
            self.store.copies.append(
                CopyArrived(
                    delivery=delivery.id,
                    copy=copy.id,
                    state=state,
                    reached=state if state in RANK else DeliveryState.ARRIVED,
                    named=delivery.named,
                    receiver=delivery.receiver,
                    receiver_name="Bộ Nội vụ",
                    endpoint=delivery.endpoint,
                    document=known,
                    message_id="id-1",
                    received_at=NOW,
                )
            )
        return copies

    def delivery_of(self, copy: OutboxRow) -> UUID:
        """The one delivery that this copy carries."""
        (found,) = [one.delivery for one in self.store.copies if one.copy == copy.id]
        return found

    def add_receipt(self) -> UUID:
        deciding = decider()
        deciding.decide(case(document()))
        _, answer = deciding.records.outbox
        self.store.bodies[answer.subject] = b"<receipt/>"
        self.store.waiting.append(OutboxMessage(answer, 0))
        return answer.id


# -- confirmed ------------------------------------------------------------------------------------


async def test_confirmed_copy_is_marked_moved_and_proven_in_one_transaction() -> None:
    bench = Bench()
    (copy,) = bench.add_document("G09")
    assert await bench.dispatch.round() == Dispatched(confirmed=1)
    assert bench.store.log == ["claim", "confirm", "copies_of", "save", "commit"]
    assert bench.store.confirmed == [copy.id]
    (records,) = bench.store.committed
    (change,) = records.changes
    assert (change.delivery, change.state) == (bench.delivery_of(copy), DeliveryState.CONSIGNED)
    (evidence,) = records.evidence
    assert evidence.event is Event.CONTENT_CONSIGNMENT
    assert evidence.receipt.endswith(SIGNATURE)
    read = read_receipt(evidence.receipt.removesuffix(SIGNATURE))
    assert [(line.code, line.state) for line in read.receivers] == [
        ("G09", DeliveryState.CONSIGNED)
    ]
    (answer,) = records.outbox
    assert (answer.queue, answer.type, answer.correlation_id) == (
        "answers.g22",
        MessageType.RECEIPT,
        "id-1",
    )
    assert answer.size == len(evidence.receipt)


async def test_copies_of_one_document_in_a_round_are_proven_by_one_receipt() -> None:
    bench = Bench()
    bench.add_document("G09", "H37.02")
    bench.add_document("G09")
    await bench.dispatch.round()
    (records,) = bench.store.committed
    assert sorted(len(row.deliveries) for row in records.evidence) == [1, 2]
    assert len(records.outbox) == 2


@pytest.mark.parametrize(
    "state",
    [
        state
        for state in DeliveryState
        if RANK.get(state, 2) >= RANK[DeliveryState.CONSIGNED]
        and state is not DeliveryState.UNDELIVERABLE
    ],
)
async def test_consignment_is_proven_even_when_a_status_came_before_the_confirm(
    state: DeliveryState,
) -> None:
    bench = Bench()
    bench.add_document("G09", state=state)
    await bench.dispatch.round()
    (records,) = bench.store.committed
    assert records.changes == []
    (evidence,) = records.evidence
    assert evidence.event is Event.CONTENT_CONSIGNMENT
    read = read_receipt(evidence.receipt.removesuffix(SIGNATURE))
    assert read.receivers[0].state == state


async def test_confirmed_receipt_needs_no_further_receipt() -> None:
    bench = Bench()
    answer = bench.add_receipt()
    await bench.dispatch.round()
    assert bench.store.confirmed == [answer]
    assert bench.store.committed == []


async def test_lane_takes_only_its_own_messages() -> None:
    bench = Bench(urgent=True)
    bench.add_document("G09")
    assert await bench.dispatch.round() == Dispatched()
    assert bench.publisher.bursts == []


# -- given back -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "pause"), [(0, 1), (1, 2), (5, 32), (8, 256), (9, 300), (30_000, 300)]
)
async def test_returned_message_is_tried_again_after_a_growing_pause(
    attempts: int, pause: int
) -> None:
    bench = Bench()
    bench.publisher.refused.add("inbox.g09")
    (copy,) = bench.add_document("G09", attempts=attempts)
    assert await bench.dispatch.round() == Dispatched(returned=1)
    assert bench.store.postponed == {copy.id: NOW + timedelta(seconds=pause)}
    (change,) = bench.store.committed[0].changes
    assert (change.delivery, change.state) == (bench.delivery_of(copy), DeliveryState.DISPATCHED)
    assert bench.store.confirmed == []


async def test_returned_message_holds_up_no_other() -> None:
    bench = Bench()
    bench.publisher.refused.add("inbox.g09")
    _, reached = bench.add_document("G09", "H37.02")
    assert await bench.dispatch.round() == Dispatched(confirmed=1, returned=1)
    assert bench.store.confirmed == [reached.id]


async def test_full_queue_is_asked_with_one_message_and_no_other_is_read_for_it() -> None:
    """A hundred thousand large documents may wait for it."""
    bench = Bench()
    bench.publisher.refused.add("inbox.g09")
    bench.add_document("G09")
    await bench.dispatch.round()
    bench.store.read.clear()
    probe, *others = [bench.add_document("G09")[0] for _ in range(5)]
    (sound,) = bench.add_document("H37.02")
    assert await bench.dispatch.round() == Dispatched(confirmed=1, returned=5)
    assert bench.store.read == [probe.id, sound.id]
    assert {one.id for one in (probe, *others)} < bench.store.postponed.keys()
    assert bench.store.confirmed == [sound.id]


async def test_queue_that_takes_a_message_again_gets_its_others_in_the_next_round() -> None:
    bench = Bench()
    bench.publisher.in_doubt.add("inbox.g09")
    probe, *others = [bench.add_document("G09")[0] for _ in range(5)]
    assert await bench.dispatch.round() == Dispatched(confirmed=1)
    assert bench.store.confirmed == bench.store.read == [probe.id]
    assert bench.store.postponed == {}
    assert await bench.dispatch.round() == Dispatched(confirmed=4)
    assert bench.store.confirmed == [probe.id, *(one.id for one in others)]


async def test_copy_that_does_not_get_through_is_left_to_its_deadline() -> None:
    """The watch tells sender and receiver once the time is over, whatever the attempts."""
    bench = Bench()
    bench.publisher.refused.add("inbox.g09")
    for attempts in range(20):
        bench.add_document("G09", attempts=attempts)
    await bench.dispatch.round()
    assert [row for one in bench.store.committed for row in one.evidence] == []


# -- a slow broker --------------------------------------------------------------------------------


@dataclass
class SlowPublisher(MemoryPublisher):
    """Answers once it is told to."""

    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
        await self.go_on.wait()
        return await super().publish(messages)


def slow_bench(monkeypatch: pytest.MonkeyPatch, *registries: Directory) -> Bench:
    """A lane on a slow broker, which finds these registries one after the other."""
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", 0.001)
    bench = Bench(publisher=SlowPublisher())
    bench.store.directories = list(registries)
    return bench


async def round_of(bench: Bench) -> Dispatched:
    """A round in which the broker answers after the registry was let go."""
    going = asyncio.create_task(bench.dispatch.round())

    async def let_go() -> bool:
        return "let_go" in bench.store.log

    await until(let_go)
    assert isinstance(bench.publisher, SlowPublisher)
    bench.publisher.go_on.set()
    return await going


async def test_slow_broker_does_not_hold_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = slow_bench(monkeypatch)
    (copy,) = bench.add_document("G09")
    assert await round_of(bench) == Dispatched(confirmed=1)
    assert bench.store.log == ["claim", "let_go", "confirm", "copies_of", "save", "commit"]
    assert bench.store.confirmed == [copy.id]


@pytest.mark.parametrize("taken", [True, False])
async def test_copy_whose_receiver_moves_while_a_slow_broker_has_it_counts_as_not_published(
    monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    moved = [replace(one, endpoint="g22") if one.code == "G09" else one for one in AGENCIES]
    bench = slow_bench(monkeypatch, directory(), Directory(moved, directory().endpoints))
    if not taken:
        bench.publisher.refused.add("inbox.g09")
    strayed, stayed = bench.add_document("G09", "H37.02")
    assert await round_of(bench) == Dispatched(confirmed=1, redirected=1)
    assert bench.store.confirmed == [stayed.id]
    assert bench.store.postponed == {}
    first, _ = bench.store.committed
    (copy,) = [row for row in first.outbox if row.type is MessageType.DOCUMENT]
    assert (copy.queue, copy.headers["axis-to"]) == ("inbox.g22", "G09")
    assert [(one.copy, one.receivers) for one in first.narrowed] == [(strayed.id, ())]
    assert [row.event for row in first.evidence] == [Event.DELIVERY_WITHDRAWN]


async def test_round_that_is_cancelled_leaves_nobody_publishing() -> None:
    bench = Bench(publisher=SlowPublisher())
    bench.add_document("G09")
    before = asyncio.all_tasks()
    going = asyncio.create_task(bench.dispatch.round())

    async def publishing() -> bool:
        return len(asyncio.all_tasks() - before) == 2

    await until(publishing)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert asyncio.all_tasks() == before


# -- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [BrokerUnavailableError("away"), BrokerLostError("lost")])
async def test_fault_of_the_broker_marks_nothing(fault: Exception) -> None:
    bench = Bench()
    bench.add_document("G09")
    bench.publisher.fault = fault
    with pytest.raises(BrokerUnavailableError):
        await bench.dispatch.round()
    assert bench.store.log == ["claim"]


@pytest.mark.parametrize("step", ["confirm", "copies_of", "save", "commit"])
async def test_fault_of_the_store_after_publishing_sends_the_same_message_again(step: str) -> None:
    bench = Bench()
    bench.add_document("G09")
    bench.store.faults[step] = StoreUnavailableError("away")
    with pytest.raises(StoreUnavailableError):
        await bench.dispatch.round()
    assert bench.store.confirmed == []
    bench.store.faults.clear()
    await bench.dispatch.round()
    (first,), (second,) = bench.publisher.bursts
    assert first == second


async def test_message_that_breaks_the_connection_is_put_off_by_a_careful_round() -> None:
    bench = Bench()
    (poison,) = bench.add_document("G09")
    (sound,) = bench.add_document("G09")
    bench.publisher.fault = BrokerLostError("the channel was closed")
    bench.publisher.fault_at = str(poison.id)
    with pytest.raises(BrokerLostError):
        await bench.dispatch.round()
    assert await bench.dispatch.round(careful=True) == Dispatched(returned=1)
    assert await bench.dispatch.round() == Dispatched(confirmed=1)
    assert bench.store.postponed.keys() == {poison.id}
    assert bench.store.confirmed == [sound.id]


async def test_broker_that_is_away_counts_against_no_message() -> None:
    bench = Bench()
    bench.add_document("G09")
    bench.publisher.fault = BrokerUnavailableError("connection refused")
    with pytest.raises(BrokerUnavailableError):
        await bench.dispatch.round(careful=True)
    assert bench.store.postponed == {}


async def test_message_that_the_store_refuses_is_put_off_by_a_careful_round() -> None:
    bench = Bench()
    (copy,) = bench.add_document("G09")
    bench.store.faults["copies_of"] = StoreRefusedError("no such column")
    for careful in (False, True):
        with pytest.raises(StoreRefusedError):
            await bench.dispatch.round(careful=careful)
    assert bench.store.postponed == {copy.id: NOW + timedelta(seconds=1)}


async def test_message_that_brings_out_a_bug_is_put_off_by_a_careful_round() -> None:
    bench = Bench()
    (poison,) = bench.add_document("G09")
    (sound,) = bench.add_document("H37.02")
    bench.store.copies[0] = replace(
        bench.store.copies[0], received_at=NOW.replace(tzinfo=None)
    )  # no receipt can be written about it
    for careful in (False, True):
        with pytest.raises(ValueError, match="time zone"):
            await bench.dispatch.round(careful=careful)
    assert bench.store.postponed == {poison.id: NOW + timedelta(seconds=1)}
    await bench.dispatch.round()
    assert bench.store.confirmed == [sound.id]
