"""An axis without RabbitMQ: real checks, real receipts, real database; every copy is confirmed.

What people see of documents is made the way the router makes it, at moments that a test chooses.
"""

import itertools
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from axis.clock import in_vietnam
from axis.content.scanner import Scanner, ScannerAwayError
from axis.edxml.build import File, new_document, recall_of, status_for
from axis.edxml.codes import Priority, StatusCode
from axis.edxml.values import Document
from axis.edxml.write import write_document, write_status
from axis.examination import Examination, Rules, examine
from axis.exchange.decision.case import Decision
from axis.exchange.dispatch.outbox import Dispatch, DispatchLimits
from axis.exchange.intake.batches import Intake
from axis.exchange.lanes import Lane
from axis.exchange.outgoing.receipts import Notary
from axis.exchange.ports import Publication
from axis.exchange.submission import Submission
from axis.ids import new_id
from axis.local.installation import DEMO
from axis.local.pdf import make_pdf
from axis.local.pki import DemoPki, make_demo_pki
from axis.registry.administration import EndpointAccount
from axis.registry.csvfile import read_agencies, read_endpoints
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.passwords import rabbit_hash
from axis.store.exchange import PostgresStore
from axis.store.pool import Pool
from axis.store.registry import PostgresAdministration
from axis.trust.location import RECEIPT
from axis.trust.sign import sign

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""08:00 of a Friday in Việt Nam: when the stories of these tests begin."""

ENROLLED = ("G22", "G09", "G12", "H26", "H37", "H37.01", "H37.02", "H37.09", "H37.103")
"""Agencies of the demo registry that have a seal."""


class AwayScanner:
    """A malware scanner that does not answer."""

    def scan(self, data: bytes) -> str | None:
        raise ScannerAwayError


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def password_of(endpoint: str) -> str:
    """Return the password of an endpoint's account."""
    return f"password of {endpoint}"


def make_pki(folder: Path) -> DemoPki:
    """Make the seals of the enrolled agencies."""
    names = {agency.code: agency.name for agency in demo_agencies()}
    return make_demo_pki(
        folder, [(code, names[code]) for code in ENROLLED], MORNING, rsa_agencies=()
    )


def demo_agencies() -> list:
    return read_agencies((DEMO / "agencies.csv").read_bytes())


class Desk:
    """Sends documents and statuses through the exchange."""

    def __init__(self, pool: Pool, pki: DemoPki, clock: Hands, first_number: int = 7801) -> None:
        self.pool = pool
        self.pki = pki
        self.clock = clock
        self.administration = PostgresAdministration(pool, clock)
        self.decisions: list[Decision] = []
        self.full: set[str] = set()
        """Queues that take nothing now."""
        self.scanner: Scanner | None = None
        """Looks through attached files."""
        self._numbers = itertools.count(first_number)
        self._policy = pki.policy()
        self._key = pki.receipts.load()
        self._keys = {code: pki.seal(code).load() for code in ENROLLED}
        notary = Notary("Trục liên thông văn bản (thử nghiệm)")
        store = PostgresStore(pool)
        self._intake = Intake(store, self, notary, self, clock)
        self._lanes = [
            Dispatch(store, self, self, notary, clock, urgent=urgent, limits=DispatchLimits())
            for urgent in (True, False)
        ]

    async def open(self) -> None:
        """Load the demo registry and enrol the seals."""
        endpoints = read_endpoints((DEMO / "endpoints.csv").read_bytes())
        await self.administration.put_endpoints(
            [
                EndpointAccount(
                    id=one.id, name=one.name, password_hash=rabbit_hash(password_of(one.id))
                )
                for one in endpoints
            ],
            "test",
        )
        await self.administration.put_agencies(demo_agencies(), "test")
        for code in ENROLLED:
            seal = NewCertificate.of(self.pki.seal(code).certificate)
            await self.administration.enrol([NewEnrolment(certificate=seal, agency=code)], "test")

    # -- what agencies do --------------------------------------------------------------------

    def letter(
        self,
        sender: str,
        receivers: Sequence[str],
        subject: str,
        *,
        notation: str = "VPCP-TTĐT",
        type_name: str = "Công văn",
        priority: Priority = Priority.NORMAL,
        due_days: int | None = None,
    ) -> Document:
        """Return an unsigned document of today."""
        today = in_vietnam(self.clock()).date()
        number = next(self._numbers)
        return new_document(
            sender=sender,
            receivers=receivers,
            number=number,
            notation=notation,
            date=today,
            at=self.clock(),
            subject=subject,
            type_name=type_name,
            priority=priority,
            due_date=None if due_days is None else today + timedelta(days=due_days),
            files=[File(f"{number}.pdf", make_pdf([f"Văn bản số {number}"]))],
        )

    async def send(self, document: Document, endpoint: str, *, sealed_by: str = "") -> UUID:
        """Submit a document, deliver it if accepted, and return its id or its refusal's."""
        key = self._keys[sealed_by or document.sender]
        return await self.submit(sign(write_document(document), key), endpoint, "document")

    async def recall(self, document: Document, endpoint: str, reason: str) -> UUID:
        """Submit a recall."""
        return await self.send(recall_of(document, reason=reason, at=self.clock()), endpoint)

    async def report(
        self,
        document: Document,
        code: StatusCode,
        reporter: str,
        endpoint: str,
        description: str = "",
        addressee: str | None = None,
    ) -> UUID:
        """Submit a status."""
        status = status_for(
            document,
            code,
            reporter=reporter,
            at=self.clock(),
            description=description,
            addressee=addressee,
        )
        body = sign(write_status(status), self._keys[reporter])
        return await self.submit(body, endpoint, "status")

    async def submit(self, body: bytes, endpoint: str | None, routing_key: str) -> UUID:
        """Hand bytes in as an endpoint; return the document's id, else the submission's."""
        submission = Submission(
            new_id(), body, routing_key, endpoint, f"{routing_key}-{new_id()}", self.clock()
        )
        await self._intake.handle([submission])
        await self.deliver()
        decision = self.decisions[-1]
        return decision.document or decision.submission

    async def deliver(self) -> None:
        """Publish what is due."""
        for lane in self._lanes:
            while (await lane.round()).confirmed:
                pass

    # -- the parts of the exchange that need no broker ------------------------------------------

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> list[Examination]:
        return [examine(body, Rules(self._policy), at, self.scanner) for body in bodies]

    async def sign(self, receipts: Sequence[bytes]) -> list[bytes]:
        return [sign(receipt, self._key, location=RECEIPT) for receipt in receipts]

    async def publish(self, messages: Sequence[Publication]) -> list[bool]:
        return [message.queue not in self.full for message in messages]

    def doubtful(self, queue: str) -> bool:
        return False

    def decided(self, decisions: Sequence[Decision], _lanes: Collection[Lane]) -> None:
        self.decisions += decisions
