"""The exchange's ports in memory: what was asked of them, in order, and faults on demand."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from axis.examination import Examination
from axis.exchange.decision.case import Decision
from axis.exchange.lanes import Lane
from axis.exchange.ports import MessageKey, Publication
from axis.exchange.records import OutboxRow, Records
from axis.exchange.stored import (
    CopyArrived,
    EarlierSubmission,
    Family,
    HeldLoad,
    HeldSubmission,
    KnownDelivery,
    KnownDocument,
    KnownStatus,
    OutboxMessage,
)
from axis.registry.directory import Directory
from axis.trust.standing import Standing
from tests.support.exchange import directory

SIGNATURE = b"<!--signed-->"


@dataclass
class MemoryStore:
    """Implements `Store`; `log` tells what happened, `committed` what stayed."""

    log: list[str] = field(default_factory=list)
    committed: list[Records] = field(default_factory=list)
    waiting: list[OutboxMessage] = field(default_factory=list)
    bodies: dict[UUID, bytes] = field(default_factory=dict)
    """What `waiting` carries, by the subject of each."""
    read: list[UUID] = field(default_factory=list)
    """Messages whose bytes were read."""
    copies: list[CopyArrived] = field(default_factory=list)
    directories: list[Directory] = field(default_factory=list)
    """What the registry is each time that the dispatch holds it; as usual once they run out."""
    confirmed: list[UUID] = field(default_factory=list)
    postponed: dict[UUID, datetime] = field(default_factory=dict)
    earlier: dict[MessageKey, EarlierSubmission] = field(default_factory=dict)
    due: list[HeldSubmission] = field(default_factory=list)
    """Held submissions that wait to be claimed."""
    held_load: HeldLoad = field(default_factory=HeldLoad)
    standings: dict[str, Sequence[Standing]] = field(default_factory=dict)
    faults: dict[str, Exception] = field(default_factory=dict)
    """What to raise at a step of `log`."""

    @asynccontextmanager
    async def intake(self) -> AsyncIterator["MemoryIntakeWork"]:
        work = MemoryIntakeWork(self)
        yield work
        self.step("commit")
        self.committed += work.saved

    @asynccontextmanager
    async def dispatch(self) -> AsyncIterator["MemoryDispatchWork"]:
        work = MemoryDispatchWork(self)
        yield work
        self.step("commit")
        self.committed += work.saved
        self.confirmed += work.confirmed
        self.postponed |= work.postponed

    def step(self, name: str) -> None:
        self.log.append(name)
        if name in self.faults:
            raise self.faults[name]


class MemoryIntakeWork:
    """Implements `IntakeWork`: nothing was there before but what the store is told."""

    def __init__(self, store: MemoryStore) -> None:
        self.saved: list[Records] = []
        self._store = store

    async def lock(self, keys: Collection[str]) -> None:
        self._store.step("lock")

    async def directory(self) -> Directory:
        self._store.step("directory")
        return directory()

    async def earlier_submissions(
        self, keys: Collection[MessageKey]
    ) -> Mapping[MessageKey, EarlierSubmission]:
        self._store.step("earlier_submissions")
        return {key: self._store.earlier[key] for key in keys if key in self._store.earlier}

    async def documents_named(self, document_ids: Collection[str]) -> Sequence[KnownDocument]:
        self._store.step("documents_named")
        return []

    async def family_of(self, documents: Collection[UUID]) -> Family:
        self._store.step("family_of")
        return Family()

    async def deliveries_of(
        self, pairs: Collection[tuple[UUID, str]], whole: Collection[UUID] = ()
    ) -> Sequence[KnownDelivery]:
        self._store.step("deliveries_of")
        return []

    async def gone(self, copies: Collection[UUID]) -> Collection[UUID]:
        self._store.step("gone")
        return []

    async def held(self, pairs: Collection[tuple[UUID, str]]) -> Collection[tuple[UUID, str]]:
        self._store.step("held")
        return []

    async def addressed(
        self, names: Collection[tuple[UUID, str]]
    ) -> Collection[tuple[UUID, str, str]]:
        self._store.step("addressed")
        return []

    async def held_load(self) -> HeldLoad:
        self._store.step("held_load")
        return self._store.held_load

    async def on_hold(self, document_ids: Collection[str]) -> Mapping[str, datetime]:
        self._store.step("on_hold")
        return {}

    async def claim_held(
        self, *, at: datetime, leased_until: datetime, limit: int, max_bytes: int
    ) -> Sequence[HeldSubmission]:
        self._store.step("claim_held")
        claimed, self._store.due = self._store.due[:limit], self._store.due[limit:]
        return claimed

    async def statuses_of(
        self, deliveries: Collection[UUID], digests: Collection[str]
    ) -> Sequence[KnownStatus]:
        self._store.step("statuses_of")
        return []

    async def standings(self, fingerprints: Collection[str]) -> Mapping[str, Sequence[Standing]]:
        self._store.step("standings")
        return self._store.standings

    async def save(self, records: Records) -> bool:
        self._store.step("save")
        self.saved.append(records)
        return False


class MemoryDispatchWork:
    """Implements `DispatchWork` on the store's `waiting`, `copies` and `directories`."""

    def __init__(self, store: MemoryStore) -> None:
        self.saved: list[Records] = []
        self.confirmed: list[UUID] = []
        self.postponed: dict[UUID, datetime] = {}
        self._store = store

    async def directory(self) -> Directory:
        held = self._store.directories
        return held.pop(0) if held else directory()

    async def let_go(self) -> None:
        self._store.step("let_go")

    async def claim(
        self, *, urgent: bool, at: datetime, limit: int, max_bytes: int
    ) -> Sequence[OutboxMessage]:
        self._store.step("claim")
        done = {*self._store.confirmed, *self._store.postponed}
        due = [one for one in self._store.waiting if one.row.urgent is urgent]
        return [one for one in due if one.row.id not in done][:limit]

    async def bodies(self, rows: Sequence[OutboxRow]) -> Mapping[UUID, bytes]:
        self._store.read += [row.id for row in rows]
        return {row.subject: self._store.bodies[row.subject] for row in rows}

    async def copies_of(self, outbox_ids: Collection[UUID]) -> Sequence[CopyArrived]:
        self._store.step("copies_of")
        return [copy for copy in self._store.copies if copy.copy in outbox_ids]

    async def confirm(self, outbox_ids: Collection[UUID], at: datetime) -> None:
        self._store.step("confirm")
        self.confirmed += outbox_ids

    async def postpone(self, outbox_ids: Collection[UUID], due_at: datetime) -> None:
        self._store.step("postpone")
        self.postponed |= dict.fromkeys(outbox_ids, due_at)

    async def save(self, records: Records) -> None:
        self._store.step("save")
        self.saved.append(records)


@dataclass
class MemoryWorkbench:
    """Implements `Workbench`: examinations by body, a mark for a signature."""

    examinations: dict[bytes, Examination] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        self.log.append("examine")
        return [self.examinations[body] for body in bodies]

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        self.log.append("sign")
        return [receipt + SIGNATURE for receipt in receipts]


@dataclass
class MemoryPublisher:
    """Implements `Publisher`: takes everything that no fault or refusal is set for."""

    bursts: list[list[Publication]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Queues that do not exist or are full."""
    fault: Exception | None = None
    fault_at: str | None = None
    """The message that the fault comes with; None: every one."""
    in_doubt: set[str] = field(default_factory=set)
    """Queues that did not take the last message."""

    async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
        self.bursts.append(list(messages))
        hit = any(self.fault_at in (None, message.message_id) for message in messages)
        if self.fault is not None and hit:
            raise self.fault
        asked = {message.queue for message in messages}
        self.in_doubt = self.in_doubt - asked | asked & self.refused
        return [message.queue not in self.refused for message in messages]

    def doubtful(self, queue: str) -> bool:
        return queue in self.in_doubt


@dataclass
class Observed:
    """Implements `IntakeObserver`."""

    log: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    lanes: set[Lane] = field(default_factory=set)

    def decided(self, decisions: Sequence[Decision], lanes: Collection[Lane]) -> None:
        self.log.append("decided")
        self.decisions += decisions
        self.lanes |= set(lanes)

    def woken(self) -> None:
        self.log.append("woken")
