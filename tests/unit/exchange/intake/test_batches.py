"""The intake's order, which is its guarantee: nothing is told before it is committed."""

import asyncio

import pytest

from axis.edxml.codes import StatusCode
from axis.exchange import pace
from axis.exchange.decision.case import Case, Decision, Ending
from axis.exchange.decision.decider import Decider
from axis.exchange.faults import StoreUnavailableError, WorkbenchUnavailableError
from axis.exchange.intake.batches import Intake
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.pace import Walk
from tests.support.exchange import ISSUER, NOW, case, document, reported
from tests.support.memory import SIGNATURE, MemoryStore, MemoryWorkbench, Observed


class Bench:
    """An intake on ports in memory that share one log."""

    def __init__(self, *cases: Case) -> None:
        self.log: list[str] = []
        self.store = MemoryStore(log=self.log)
        self.workbench = MemoryWorkbench(
            {one.submission.body: one.examination for one in cases}, self.log
        )
        self.observed = Observed(self.log)
        self.intake = Intake(self.store, self.workbench, Notary(ISSUER), self.observed, lambda: NOW)
        self.submissions = [one.submission for one in cases]


async def test_batch_is_told_after_it_is_committed_and_examined_before_it_locks_anything() -> None:
    bench = Bench(case(document()), case(document()))
    await bench.intake.handle(bench.submissions)
    assert bench.log == [
        "examine",
        "directory",
        "lock",
        "earlier_submissions",
        "documents_named",
        "sign",
        "save",
        "commit",
        "decided",
    ]
    assert [decision.ending for decision in bench.observed.decisions] == [Ending.ACCEPTED] * 2


async def test_how_much_waits_is_looked_up_once_and_only_where_something_has_to_wait() -> None:
    early = [reported("G09", StatusCode.ARRIVED, document(), "g09") for _ in range(2)]
    bench = Bench(case(document()), *early)
    await bench.intake.handle(bench.submissions)
    assert bench.log.count("held_load") == 1
    endings = [decision.ending for decision in bench.observed.decisions]
    assert endings == [Ending.ACCEPTED, Ending.HELD, Ending.HELD]
    (records,) = bench.store.committed
    assert (len(records.submissions), len(records.evidence)) == (3, 3)


class Onlookers:
    """Somebody else on the event loop: has a turn whenever the intake lets them."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = bench.log
        walk = Decider.walk

        def noting(decider: Decider, one: Case) -> Walk[Decision]:
            self.log.append("decide")
            decision = yield from walk(decider, one)
            self.log.append("decision")
            return decision

        monkeypatch.setattr(Decider, "walk", noting)

    async def have_turns(self) -> None:
        while "decided" not in self.log:
            self.log.append("turn")
            await asyncio.sleep(0)


async def test_others_have_a_turn_between_the_documents_of_a_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch of broadcasts would keep urgent documents and heartbeats waiting for seconds."""
    bench = Bench(*(case(document()) for _ in range(3)))
    onlookers = Onlookers(bench, monkeypatch)
    await asyncio.gather(bench.intake.handle(bench.submissions), onlookers.have_turns())
    first = bench.log.index("decide")
    one = ["decide", "decision", "turn"]
    assert bench.log[first : first + 9] == one * 3


async def test_others_have_turns_while_a_document_to_many_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One broadcast, or a recall of it, would keep them waiting for tenths of a second."""
    monkeypatch.setattr(pace, "STRETCH", 1)
    bench = Bench(case(document("G22", ["G09", "H37"])))
    onlookers = Onlookers(bench, monkeypatch)
    await asyncio.gather(bench.intake.handle(bench.submissions), onlookers.have_turns())
    begin, end = bench.log.index("decide"), bench.log.index("decision")
    pauses = ["turn"] * 4  # after the checks, after each of two copies, after the receipt
    assert bench.log[begin : end + 1] == ["decide", *pauses, "decision"]


async def test_status_about_an_unknown_document_locks_no_delivery() -> None:
    bench = Bench(reported("G09", StatusCode.ARRIVED, document(), "g09"))
    await bench.intake.handle(bench.submissions)
    assert "deliveries_of" not in bench.log
    assert [decision.ending for decision in bench.observed.decisions] == [Ending.HELD]


async def test_receipts_are_stored_signed_and_their_size_is_known_to_the_outbox() -> None:
    bench = Bench(case(document()))
    await bench.intake.handle(bench.submissions)
    (records,) = bench.store.committed
    (evidence,) = records.evidence
    assert evidence.receipt.endswith(SIGNATURE)
    copy, answer = records.outbox
    assert answer.size == len(evidence.receipt)
    assert copy.size == len(records.documents[0].body)


@pytest.mark.parametrize("step", ["directory", "lock", "documents_named", "save", "commit"])
async def test_fault_of_the_store_at_any_step_is_told_to_nobody_but_the_caller(step: str) -> None:
    bench = Bench(case(document()))
    bench.store.faults[step] = StoreUnavailableError("away")
    with pytest.raises(StoreUnavailableError):
        await bench.intake.handle(bench.submissions)
    assert bench.store.committed == []
    assert bench.observed.decisions == []


async def test_batch_waits_when_nobody_can_examine_it() -> None:
    bench = Bench(case(document()))

    async def examine(*_: object) -> None:
        raise WorkbenchUnavailableError("no worker")

    bench.workbench.examine = examine  # type: ignore[method-assign, assignment]
    with pytest.raises(WorkbenchUnavailableError):
        await bench.intake.handle(bench.submissions)
    assert bench.log == []
