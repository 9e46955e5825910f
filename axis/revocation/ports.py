"""What the keeper needs from the world: the store, the responders, a place to read answers."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from axis.errors import AxisError
from axis.facts import RevocationState
from axis.revocation.questions import Question, Subject
from axis.trust.certificates import Certificate
from axis.trust.standing import Source, Standing


class ResponderError(AxisError):
    """A responder gave nothing usable; `down` says that it was not there at all."""

    def __init__(self, detail: str, *, down: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.down = down


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A verified list or OCSP response, and what it says of the certificates asked about."""

    kind: Source
    der: bytes
    issuer: str
    """Subject of the authority that it speaks for."""
    url: str
    fetched_at: datetime
    standings: tuple[Standing, ...]

    @property
    def sha256(self) -> str:
        """Digest of the bytes, lower-case hexadecimal."""
        return sha256(self.der).hexdigest()


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate of which the axis has just learnt that it was revoked."""

    fingerprint: str
    revoked_at: datetime | None
    documents: int
    """Documents accepted since, which people have to look at."""


@dataclass(frozen=True, slots=True)
class Survey:
    """How things stand, for metrics."""

    counts: Mapping[str, int]
    """Certificates by state: good, revoked, stale, unknown."""
    oldest: timedelta | None
    """Age of the oldest information in use; None without any."""


class Lead(Protocol):
    """The right to be the one keeper, for as long as its connection lasts."""

    async def mark(self) -> object:
        """Return something that changes when a certificate may have joined.

        Raises StoreUnavailableError when the right is lost.
        """


class KeeperStore(Protocol):
    """Where information about revocation is kept; all raise StoreUnavailableError."""

    def lead(self) -> AbstractAsyncContextManager[Lead | None]:
        """Become the one keeper of all routers; None while another one is."""

    async def certificates(self, at: datetime) -> Sequence[Certificate]:
        """Return the registry's certificates that have not expired."""

    async def authorities(self) -> Sequence[Certificate]:
        """Return the authorities that signatures brought along."""

    async def standings(self) -> Sequence[Standing]:
        """Return all that is known."""

    async def record(self, learnt: Sequence[Evidence], at: datetime) -> bool:
        """Keep evidence and what it says, as far as it is newer; return whether anything changed.

        A revocation counts for every document that is committed after this has returned.
        """

    async def wake_held(self, at: datetime) -> None:
        """Let documents that wait for information be tried again now."""

    async def review(self, at: datetime) -> Sequence[Revoked]:
        """List the documents accepted since certificates were revoked that this is not yet done
        for, leave a line in the audit for each, and return them.
        """

    async def prune(self, before: datetime) -> int:
        """Delete evidence fetched before a moment that nothing rests on any more; return how
        much.
        """


class Responders(Protocol):
    """Who answers over the network; all raise ResponderError."""

    async def fetch_list(self, url: str) -> bytes:
        """Fetch a revocation list."""

    async def fetch_response(self, url: str, request: bytes) -> bytes:
        """Ask an OCSP responder."""


class Reader(Protocol):
    """Reads what may be long and hostile, away from the event loop."""

    async def find(
        self, certificates: Sequence[Certificate], authorities: Sequence[Certificate], at: datetime
    ) -> Sequence[Subject]:
        """Return whom to ask about these certificates, as `find_subjects` does.

        Raises WorkbenchUnavailableError.
        """

    async def read(
        self, question: Question, answer: bytes, nonce: bytes | None
    ) -> Sequence[Standing]:
        """Return what an answer says, verified.

        Raises ResponderError for bytes that are no answer or that kill or stall the reader, and
        WorkbenchUnavailableError.
        """


class KeeperObserver(Protocol):
    """Is told how the keeping goes: logs and metrics."""

    def failed(self, host: str, source: Source, detail: str) -> None:
        """Something could not be fetched, or not be used."""

    def revoked(self, one: Revoked) -> None:
        """A revocation came to be known, and its documents were listed."""

    def surveyed(self, survey: Survey) -> None:
        """How things stand."""


USED: frozenset[RevocationState] = frozenset({RevocationState.GOOD, RevocationState.REVOKED})
"""States worth keeping; that nothing is known needs no keeping."""
