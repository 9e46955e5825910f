"""What the exchange needs from the world; the store, the broker and the workers provide it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from axis.examination import Examination
from axis.exchange.records import MessageType, OutboxRow, Records
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

MessageKey = tuple[str, str]
"""(endpoint, idempotency key within the endpoint)."""


class IntakeWork(Protocol):
    """One transaction of the intake."""

    async def lock(self, keys: Collection[str]) -> None:
        """Keep other routers off these idempotency and business keys until the end."""

    async def directory(self) -> Directory:
        """Return the registry as it is now; it does not change until the transaction ends."""

    async def earlier_submissions(
        self, keys: Collection[MessageKey]
    ) -> Mapping[MessageKey, EarlierSubmission]:
        """Return what was decided before under these keys."""

    async def documents_named(self, document_ids: Collection[str]) -> Sequence[KnownDocument]:
        """Return stored documents with one of these DocumentIds: new ones, then the oldest."""

    async def family_of(self, documents: Collection[UUID]) -> Family:
        """Return the versions before and after these documents, and the recalls about them all.

        A bounded number of them; see `axis.exchange.versions`.
        """

    async def deliveries_of(
        self, pairs: Collection[tuple[UUID, str]], whole: Collection[UUID] = ()
    ) -> Sequence[KnownDelivery]:
        """Lock and return the deliveries of (document, receiver code), and all of whole documents.

        Whoever locks deliveries does it once a transaction and in the order of their ids, after the
        keys of documents and submissions; who holds deliveries waits for no row of the outbox.
        """

    async def gone(self, copies: Collection[UUID]) -> Collection[UUID]:
        """Return those copies of which a receiver has told that they have left their inbox."""

    async def held(self, pairs: Collection[tuple[UUID, str]]) -> Collection[tuple[UUID, str]]:
        """Return those (document, receiver code) pairs where the receiver got the document.

        It got it too with an update of it, or with a replacement under the same DocumentId.
        """

    async def addressed(
        self, names: Collection[tuple[UUID, str]]
    ) -> Collection[tuple[UUID, str, str]]:
        """Return (document, code, receiver) of those who got a document, or a later version of it
        as in `held`, by a code: a group's, for example. Asked for (document, code) pairs.
        """

    async def statuses_of(
        self, deliveries: Collection[UUID], digests: Collection[str]
    ) -> Sequence[KnownStatus]:
        """Return the statuses stored for these deliveries with one of these digests: of their bytes
        or of what is signed. However many a system reports, only those that come again count.
        """

    async def held_load(self) -> HeldLoad:
        """Return how much waits."""

    async def on_hold(self, document_ids: Collection[str]) -> Mapping[str, datetime]:
        """Return those DocumentIds under which a document waits for a check, and until when."""

    async def claim_held(
        self, *, at: datetime, leased_until: datetime, limit: int, max_bytes: int
    ) -> Sequence[HeldSubmission]:
        """Take held submissions that are due, longest due first, passing over what others hold.

        At least one and at most `max_bytes` in all. The lease counts once this transaction ends; a
        router that dies afterwards costs the time that it runs for.
        """

    async def standings(self, fingerprints: Collection[str]) -> Mapping[str, Sequence[Standing]]:
        """Return what is known of these certificates' revocation, by fingerprint.

        A revocation that comes to be known meanwhile waits for the end of the transaction.
        """

    async def save(self, records: Records) -> bool:
        """Add everything that was decided; tell whether something that waited is due now."""


class DispatchWork(Protocol):
    """One transaction of the dispatch: claim, publish, mark."""

    async def directory(self) -> Directory:
        """Return the registry as it is now; it does not change until the transaction ends, or it
        is let go.
        """

    async def let_go(self) -> None:
        """Let the registry change again; nothing has been written since it was held."""

    async def claim(
        self, *, urgent: bool, at: datetime, limit: int, max_bytes: int
    ) -> Sequence[OutboxMessage]:
        """Lock and return due messages, oldest first, skipping what others hold.

        At least one and at most `max_bytes` in all.
        """

    async def bodies(self, rows: Sequence[OutboxRow]) -> Mapping[UUID, bytes]:
        """Return the bytes of messages, by the `subject` of each."""

    async def copies_of(self, outbox_ids: Collection[UUID]) -> Sequence[CopyArrived]:
        """Lock and return the deliveries that these confirmed copies carry."""

    async def confirm(self, outbox_ids: Collection[UUID], at: datetime) -> None:
        """Mark messages as published and confirmed."""

    async def postpone(self, outbox_ids: Collection[UUID], due_at: datetime) -> None:
        """Count a failed attempt and try these again later."""

    async def save(self, records: Records) -> None:
        """Add what the confirmations brought about."""


class Store(Protocol):
    """Where the truth is kept; every unit of work is one transaction, committed at its end.

    Both raise StoreUnavailableError when the database is away; nothing is then committed, or it
    is unknown whether it was, and the work has to be done again (it is idempotent).
    """

    def intake(self) -> AbstractAsyncContextManager[IntakeWork]:
        """Open the intake's transaction."""

    def dispatch(self) -> AbstractAsyncContextManager[DispatchWork]:
        """Open the dispatch's transaction."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One AMQP message to publish to a queue."""

    message_id: str
    queue: str
    type: MessageType
    body: bytes
    correlation_id: str | None
    headers: Mapping[str, str | int]
    timestamp: datetime


class Publisher(Protocol):
    """Publishes bursts of messages and waits for the broker's confirms."""

    async def publish(self, messages: Sequence[Publication]) -> Sequence[bool]:
        """Publish all and return for each whether the broker has taken it into its queue.

        Raises BrokerUnavailableError when nothing was sent, BrokerLostError when the outcome is
        unknown.
        """

    def doubtful(self, queue: str) -> bool:
        """Tell whether a queue did not take the last message, or gave no answer to it."""


class Workbench(Protocol):
    """Processor work, kept off the event loop.

    Both raise WorkbenchUnavailableError when there is nobody to do it.
    """

    async def examine(self, bodies: Sequence[bytes], at: datetime) -> Sequence[Examination]:
        """Examine submissions; one that a check fails or a worker dies of is F-UNCHECKABLE."""

    async def sign(self, receipts: Sequence[bytes]) -> Sequence[bytes]:
        """Sign receipts with the axis's key."""
