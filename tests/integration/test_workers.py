"""Workers that die, hang or stumble: one document is refused, every other one is examined."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from axis.edxml.build import File, new_document
from axis.edxml.limits import MAX_DOCUMENT_BYTES, MAX_MARKUP
from axis.edxml.write import write_document
from axis.edxml.xml import NAMESPACE
from axis.evidence.events import Event
from axis.evidence.receipt import Receipt, Subject, SubjectKind
from axis.evidence.xml import read_receipt, write_receipt
from axis.examination import Examination, Rules
from axis.exchange.faults import WorkbenchUnavailableError
from axis.ids import new_id
from axis.local.pdf import make_pdf
from axis.local.pki import DemoPki, make_demo_pki
from axis.reasons import Reason
from axis.trust.keys import SigningKey
from axis.trust.profiles import FIELD
from axis.trust.sign import sign
from axis.workers import Bounds, ProcessWorkbench, Tools, worker
from axis.workers.process import MEMORY_BYTES, WORN_BYTES
from tests.support.deadly import (
    DEVOURS,
    DIES,
    GROWS,
    GROWTH_BYTES,
    HANGS,
    LINGERS,
    RAISES,
    DeadlyLimit,
    document_of,
)
from tests.support.eventually import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AGENCY = "G22"
DEADLY = Rules(FIELD, max_bytes=DeadlyLimit(10_000))
MEGABYTE = 1024 * 1024
SOUND = [document_of(length) for length in range(1, 7)]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    agencies = [(AGENCY, "Bộ Thử nghiệm")]
    return make_demo_pki(tmp_path_factory.mktemp("pki"), agencies, NOW, rsa_agencies=())


@pytest.fixture(scope="module")
def key(pki: DemoPki) -> SigningKey:
    return pki.receipts.load()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting(key: SigningKey) -> AsyncIterator[ProcessWorkbench]:
    async with bench_of(key, Bounds(), workers=2) as bench:
        yield bench


@pytest_asyncio.fixture(loop_scope="module")
async def workbench(lasting: ProcessWorkbench) -> ProcessWorkbench:
    """A workbench whose workers all run; it outlasts whatever a test does to them."""
    await rested(lasting)
    await lasting.warm_up()
    return lasting


async def rested(bench: ProcessWorkbench) -> None:
    """Wait until every lost worker has been replaced."""
    while bench._restoring:
        await asyncio.gather(*bench._restoring)


@asynccontextmanager
async def bench_of(
    key: SigningKey, bounds: Bounds, workers: int, rules: Rules = DEADLY
) -> AsyncIterator[ProcessWorkbench]:
    bench = ProcessWorkbench(Tools(rules, key, bounds=bounds), workers)
    try:
        await bench.warm_up()
        yield bench
    finally:
        bench.close()


def largest_document(pki: DemoPki) -> bytes:
    """A sealed document with one PDF that does not compress, as long as the axis takes."""
    room = MAX_DOCUMENT_BYTES * 3 // 4 - MEGABYTE // 2
    document = new_document(
        sender=AGENCY,
        receivers=["H37.02"],
        number=1,
        notation="VP-TT",
        date=NOW.date(),
        at=NOW,
        place="Hà Nội",
        subject="V/v gửi tệp lớn nhất được phép",
        files=[File("lon.pdf", make_pdf(["Lớn"], filling=Random(1).randbytes(room)))],
        wrapped=False,
    )
    return sign(write_document(document), pki.seal(AGENCY).load())


def document_of_names(number: int, size: int) -> bytes:
    """A message of as many different element names as are allowed, filling this many bytes."""
    count = MAX_MARKUP // 2
    filling = "x" * (size // count)
    names = "".join(f"<n{number}.{index}.{filling}/>" for index in range(count))
    return f'<edXML xmlns="{NAMESPACE}">{names}</edXML>'.encode()


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


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
    monkeypatch.setattr(worker, "DOCUMENT_SECONDS", 2.0)
    done = await examined(workbench, document_of(HANGS), SOUND[0], document_of(HANGS), SOUND[1])
    assert reasons(done) == [
        Reason.UNCHECKABLE,
        Reason.NOT_XML,
        Reason.UNCHECKABLE,
        Reason.NOT_XML,
    ]
    assert done[0].findings[0].facts == {"detail": "time"}
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


async def test_document_that_takes_all_memory_is_refused_alone(key: SigningKey) -> None:
    async with bench_of(key, Bounds(memory=400 * MEGABYTE), workers=1) as bench:
        done = await examined(bench, SOUND[0], document_of(DEVOURS), SOUND[1])
    assert reasons(done) == [Reason.NOT_XML, Reason.UNCHECKABLE, Reason.NOT_XML]
    assert done[1].findings[0].facts == {"detail": "MemoryError"}


async def test_largest_allowed_document_fits_a_worker_that_is_about_to_leave(
    pki: DemoPki, key: SigningKey
) -> None:
    body = largest_document(pki)
    assert 0 <= MAX_DOCUMENT_BYTES - len(body) < MEGABYTE
    rules = Rules(pki.policy())
    nearly_worn = Bounds(memory=MEMORY_BYTES - WORN_BYTES)
    async with bench_of(key, nearly_worn, workers=1, rules=rules) as bench:
        (done,) = await examined(bench, body)
    assert done.findings == ()
    assert done.certificate == pki.seal(AGENCY).certificate


async def test_worker_that_has_grown_is_replaced_and_no_document_is_lost(key: SigningKey) -> None:
    bounds = Bounds(worn=3 * GROWTH_BYTES)
    async with bench_of(key, bounds, workers=1) as bench:
        before = worker_ids(bench)
        done = await examined(bench, *[document_of(GROWS)] * 4, *SOUND)
        await rested(bench)
        assert not set(before) <= set(worker_ids(bench))
        assert all(resident(pid) <= bounds.worn for pid in worker_ids(bench))
    assert [one.size for one in done] == [GROWS] * 4 + [len(body) for body in SOUND]
    assert reasons(done) == [Reason.NOT_XML] * 10


async def test_names_that_libxml2_keeps_for_ever_do_not_fill_a_worker(key: SigningKey) -> None:
    bounds = Bounds(worn=150 * MEGABYTE)
    hostile = [document_of_names(number, 20 * MEGABYTE) for number in range(6)]
    async with bench_of(key, bounds, workers=1, rules=Rules(FIELD)) as bench:
        before = worker_ids(bench)
        done = await examined(bench, *hostile)
        await rested(bench)
        assert not set(before) <= set(worker_ids(bench))
        assert all(resident(pid) <= bounds.worn for pid in worker_ids(bench))
    assert [one.size for one in done] == [len(body) for body in hostile]
    assert Reason.UNCHECKABLE not in reasons(done)


async def test_neighbours_of_slow_documents_are_examined_once(
    workbench: ProcessWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together they take longer than one may; each has its own time."""
    monkeypatch.setattr(worker, "DOCUMENT_SECONDS", 1.9)
    before = worker_ids(workbench)
    done = await examined(workbench, *[document_of(LINGERS)] * 3, *SOUND[:3])
    assert reasons(done) == [Reason.NOT_XML] * 6
    assert worker_ids(workbench) == before


async def test_order_that_has_taken_long_is_in_a_hurry(
    key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PATIENT_SECONDS", 1.5)
    monkeypatch.setattr(worker, "HURRIED_SECONDS", 0.2)
    async with bench_of(key, Bounds(), workers=1) as bench:
        done = await examined(bench, document_of(LINGERS), document_of(LINGERS), SOUND[0])
    assert reasons(done) == [Reason.NOT_XML, Reason.UNCHECKABLE, Reason.NOT_XML]


async def test_receipts_do_not_wait_for_slow_documents(workbench: ProcessWorkbench) -> None:
    slow = asyncio.create_task(examined(workbench, *[document_of(LINGERS)] * 4))
    await asyncio.sleep(0.1)
    assert len(await workbench.sign([unsigned()])) == 1
    assert not slow.done()
    await slow


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
    for pid in worker_ids(workbench):
        os.kill(pid, signal.SIGKILL)
    assert len(await workbench.sign([unsigned()])) == 1


async def test_receipts_are_signed_although_the_workers_hang(
    workbench: ProcessWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ORDER_SECONDS", 1.0)
    for pid in worker_ids(workbench):
        os.kill(pid, signal.SIGSTOP)
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


async def test_workers_leave_with_their_workbench(key: SigningKey) -> None:
    async with bench_of(key, Bounds(), workers=1) as bench:
        ids = worker_ids(bench)

    async def all_gone() -> bool:
        return not {str(pid) for pid in ids} & set(os.listdir("/proc"))  # noqa: PTH208

    await until(all_gone)


async def test_workbench_that_was_closed_starts_no_worker_again(key: SigningKey) -> None:
    async with bench_of(key, Bounds(), workers=1) as bench:
        ids = worker_ids(bench)
        busy = asyncio.create_task(examined(bench, document_of(HANGS)))
        await asyncio.sleep(0.1)
        bench.close()
        with pytest.raises(WorkbenchUnavailableError):
            await busy
        await rested(bench)
        assert set(worker_ids(bench)) <= set(ids)


def worker_ids(workbench: ProcessWorkbench) -> list[int]:
    return [one.pid for one in workbench._all if one.pid is not None and one.usable]
