"""Workers that die, hang or stumble: one document is refused, every other one is examined."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from axis import workers
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, Subject, SubjectKind
from axis.evidence.xml import read_receipt, write_receipt
from axis.examination import Examination, Rules
from axis.exchange.ports import WorkbenchUnavailableError
from axis.ids import new_id
from axis.local.pki import make_demo_pki
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.policy import FIELD
from axis.workers import ProcessWorkbench, Tools
from tests.support.deadly import DIES, HANGS, RAISES, DeadlyLimit, document_of
from tests.support.eventually import until

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SOUND = [document_of(length) for length in range(1, 7)]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return make_demo_pki(tmp_path_factory.mktemp("pki"), [], NOW).receipts.load()


@pytest.fixture
async def workbench(key: SigningKey) -> AsyncIterator[ProcessWorkbench]:
    bench = ProcessWorkbench(Tools(Rules(FIELD, max_bytes=DeadlyLimit(10_000)), key), workers=2)
    await bench.warm_up()
    yield bench
    bench.close()


def reasons(examinations: list[Examination]) -> list[Reason]:
    return [one.findings[0].reason for one in examinations]


async def examined(workbench: ProcessWorkbench, *bodies: bytes) -> list[Examination]:
    return list(await workbench.examine(bodies, NOW))


async def test_batch_comes_back_in_its_order(workbench: ProcessWorkbench) -> None:
    done = await examined(workbench, *SOUND)
    assert [one.size for one in done] == [len(body) for body in SOUND]
    assert reasons(done) == [Reason.NOT_XML] * len(SOUND)


async def test_empty_batch_is_nothing_to_do(workbench: ProcessWorkbench) -> None:
    assert await examined(workbench) == []
    assert await workbench.sign([]) == []


async def test_document_that_a_worker_dies_of_is_refused_alone(
    workbench: ProcessWorkbench,
) -> None:
    done = await examined(workbench, *SOUND[:3], document_of(DIES), *SOUND[3:])
    assert [one.size for one in done] == [1, 2, 3, DIES, 4, 5, 6]
    assert reasons(done) == [
        *[Reason.NOT_XML] * 3,
        Reason.UNCHECKABLE,
        *[Reason.NOT_XML] * 3,
    ]


async def test_document_that_a_check_fails_on_is_refused_alone(
    workbench: ProcessWorkbench,
) -> None:
    done = await examined(workbench, SOUND[0], document_of(RAISES), SOUND[1])
    assert reasons(done) == [Reason.NOT_XML, Reason.UNCHECKABLE, Reason.NOT_XML]
    assert done[1].findings[0].facts == {"detail": "RecursionError"}


async def test_documents_that_hang_every_worker_are_refused_and_no_other(
    workbench: ProcessWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "TIMEOUT_SECONDS", 2.0)
    done = await examined(workbench, document_of(HANGS), SOUND[0], document_of(HANGS), SOUND[1])
    assert reasons(done) == [
        Reason.UNCHECKABLE,
        Reason.NOT_XML,
        Reason.UNCHECKABLE,
        Reason.NOT_XML,
    ]
    monkeypatch.undo()
    assert reasons(await examined(workbench, *SOUND)) == [Reason.NOT_XML] * len(SOUND)


async def test_batches_beside_a_deadly_one_lose_no_document(workbench: ProcessWorkbench) -> None:
    """Their workers die under them, again and again, of documents that are not theirs."""
    deadly, *batches = await asyncio.gather(
        examined(workbench, document_of(DIES), SOUND[0]),
        *(examined(workbench, *SOUND) for _ in range(3)),
    )
    assert reasons(deadly) == [Reason.UNCHECKABLE, Reason.NOT_XML]
    for sound in batches:
        assert reasons(sound) == [Reason.NOT_XML] * len(SOUND)


# -- signing -----------------------------------------------------------------------------------


def unsigned() -> bytes:
    subject = Subject(kind=SubjectKind.UNREADABLE, sha256="0" * 64, size=1)
    return write_receipt(
        Receipt(
            id=new_id(), event=Event.SUBMISSION_REJECTION, at=NOW, issuer="Trục", subject=subject
        )
    )


async def test_receipts_come_back_signed_in_their_order(workbench: ProcessWorkbench) -> None:
    receipts = [unsigned() for _ in range(5)]
    signed = await workbench.sign(receipts)
    assert [read_receipt(one) for one in signed] == [read_receipt(one) for one in receipts]
    assert all(b"SignatureValue" in one for one in signed)


async def test_receipts_are_signed_although_the_workers_were_killed(
    workbench: ProcessWorkbench,
) -> None:
    for worker in worker_ids(workbench):
        os.kill(worker, signal.SIGKILL)
    assert len(await workbench.sign([unsigned()])) == 1


async def test_receipts_are_signed_although_the_workers_hang(
    workbench: ProcessWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "TIMEOUT_SECONDS", 2.0)
    for worker in worker_ids(workbench):
        os.kill(worker, signal.SIGSTOP)
    assert len(await workbench.sign([unsigned()])) == 1


# -- no worker at all --------------------------------------------------------------------------


class Unloadable:
    """Something that no worker can take over: each one fails when it starts."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os._exit, (1,))


async def test_documents_wait_when_no_worker_starts(key: SigningKey) -> None:
    bench = ProcessWorkbench(Tools(Unloadable(), key), workers=2)  # type: ignore[arg-type]
    try:
        with pytest.raises(WorkbenchUnavailableError):
            await bench.examine(SOUND, NOW)
        with pytest.raises(WorkbenchUnavailableError):
            await bench.sign([unsigned()])
    finally:
        bench.close()


async def test_workers_leave_with_their_workbench(workbench: ProcessWorkbench) -> None:
    ids = worker_ids(workbench)
    workbench.close()

    async def all_gone() -> bool:
        return not {str(worker) for worker in ids} & set(os.listdir("/proc"))  # noqa: PTH208

    await until(all_gone)


def worker_ids(workbench: ProcessWorkbench) -> list[int]:
    return list(workbench._pool._processes)
