"""The small registry in a database, and an exchange that works on it without keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from axis.clock import Clock
from axis.edxml.values import Document
from axis.examination import Examination
from axis.exchange.decision.case import Case, Decision
from axis.exchange.dispatch.outbox import Dispatch, DispatchLimits
from axis.exchange.intake.batches import Intake
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Publisher, Store, Workbench
from axis.registry.administration import EndpointAccount
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from tests.support.exchange import AGENCIES, ENDPOINTS, ISSUER, NOW, certificate, fingerprint
from tests.support.memory import MemoryPublisher, MemoryWorkbench, Observed


async def stock(pool: Pool) -> None:
    """Put the small registry into an empty database."""
    administration = PostgresAdministration(pool, lambda: NOW)
    await administration.put_endpoints(
        [
            EndpointAccount(id=name, name=f"Hệ thống {name}", password_hash="hash")
            for name in ENDPOINTS
        ],
        "test",
    )
    await administration.put_agencies(AGENCIES, "test")
    await administration.enrol([enrolment(agency.code) for agency in AGENCIES], "test")


def enrolment(code: str) -> NewEnrolment:
    """An agency's seal as it is enrolled."""
    seal = certificate(code)
    return NewEnrolment(
        certificate=NewCertificate(
            fingerprint=fingerprint(code),
            der=seal.der,
            subject=seal.subject,
            issuer=seal.issuer,
            serial="1",
            not_before=seal.not_before,
            not_after=seal.not_after,
            organization_identifier=None,
        ),
        agency=code,
    )


@dataclass
class Exchange:
    """Intake and dispatch of one router on a real store, with examinations given beforehand."""

    store: Store
    publisher: Publisher = field(default_factory=MemoryPublisher)
    clock: Clock = lambda: NOW
    workbench: Workbench | None = None

    def __post_init__(self) -> None:
        self.observed = Observed()

    async def handle(self, *cases: Case) -> list[Decision]:
        """Take these submissions in as one batch and return what was decided."""
        examinations: dict[bytes, Examination] = {
            one.submission.body: one.examination for one in cases
        }
        observed = Observed()
        workbench = self.workbench or MemoryWorkbench(examinations)
        intake = Intake(self.store, workbench, Notary(ISSUER), observed, self.clock)
        await intake.handle([one.submission for one in cases])
        self.observed.decisions += observed.decisions
        return observed.decisions

    def lane(self, *, urgent: bool = False, limits: DispatchLimits | None = None) -> Dispatch:
        """A dispatcher of one lane."""
        return Dispatch(
            self.store,
            self.publisher,
            self.workbench or MemoryWorkbench(),
            Notary(ISSUER),
            self.clock,
            urgent=urgent,
            limits=limits or DispatchLimits(),
        )


def exchange_on(pool: Pool, **facts: Any) -> Exchange:
    """A router's exchange on this pool."""
    return Exchange(PostgresStore(pool), **facts)


def later(seconds: float) -> datetime:
    """A moment after `NOW`."""
    return NOW + timedelta(seconds=seconds)


async def all_of(pool: Pool, table: str, columns: str = "*") -> Sequence[asyncpg.Record]:
    """The rows of a table in the order of their ids."""
    return await pool.fetch(f"SELECT {columns} FROM {table} ORDER BY id")


async def counts(pool: Pool, *tables: str) -> list[int]:
    """How many rows these tables have."""
    return [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables]


def bodies(*messages: Document) -> list[bytes]:
    """Different bytes for each of these messages."""
    return [f"<edXML>{number}</edXML>".encode() for number, _ in enumerate(messages)]
