"""A keeper's world in memory: a store, responders that are a demo PKI, and a clock to turn."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from axis.local.pki import DemoPki
from axis.local.pki_services import PkiServices
from axis.revocation.ports import Evidence, ResponderError, Revoked, Survey
from axis.revocation.questions import Question, Subject, find_subjects
from axis.revocation.schedule import Pace
from axis.revocation.term import Means, Term
from axis.trust.certificates import Certificate
from axis.trust.policy import SignaturePolicy
from axis.trust.standing import Source, Standing, supersede

VALIDITY = timedelta(hours=1)
PACE = Pace(every=timedelta(hours=12), retry=timedelta(seconds=30))
KEPT = timedelta(days=30)


class Hands:
    """A clock that stands until it is turned."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


class MemoryStore:
    """A `KeeperStore` that keeps everything in lists."""

    def __init__(self, certificates: Sequence[Certificate] = ()) -> None:
        self.registered = list(certificates)
        self.brought: list[Certificate] = []
        self.evidence: list[Evidence] = []
        self.known: dict[tuple[str, Source], Standing] = {}
        self.woken = 0
        self.pruned: list[datetime] = []

    @asynccontextmanager
    async def lead(self) -> AsyncIterator["MemoryStore"]:
        yield self

    async def mark(self) -> object:
        return (len(self.registered), len(self.brought))

    async def certificates(self, at: datetime) -> Sequence[Certificate]:
        return [one for one in self.registered if one.not_after > at]

    async def authorities(self) -> Sequence[Certificate]:
        return self.brought

    async def standings(self) -> Sequence[Standing]:
        return list(self.known.values())

    async def record(self, learnt: Sequence[Evidence], at: datetime) -> bool:
        before = dict(self.known)
        for evidence in learnt:
            self.evidence.append(evidence)
            for one in evidence.standings:
                key = (one.fingerprint, one.source)
                old = self.known.get(key)
                self.known[key] = one if old is None else supersede(old, one)
        return self.known != before

    async def wake_held(self, at: datetime) -> None:
        self.woken += 1

    async def review(self, at: datetime) -> Sequence[Revoked]:
        return []

    async def prune(self, before: datetime) -> int:
        self.pruned.append(before)
        return 0


class PkiResponders:
    """`Responders` that are a demo PKI's authorities, without HTTP; they count who asks."""

    def __init__(self, pki: DemoPki, clock: Hands, validity: timedelta = VALIDITY) -> None:
        self.services = PkiServices(pki.folder, validity)
        self.asked: list[str] = []
        self.down = False
        self.instead: bytes | None = None
        """What is answered in place of everything."""
        self._clock = clock

    async def fetch_list(self, url: str) -> bytes:
        self._ask(url)
        authority = urlsplit(url).path.split("/")[-2]
        return self.instead or self.services.revocation_list(authority, self._clock())

    async def fetch_response(self, url: str, request: bytes) -> bytes:
        self._ask(url)
        authority = urlsplit(url).path.split("/")[-1]
        return self.instead or self.services.status(authority, request, self._clock())

    def _ask(self, url: str) -> None:
        self.asked.append(urlsplit(url).path)
        if self.down:
            raise ResponderError("away", down=True)


class InlineReader:
    """A `Reader` without a process."""

    def __init__(self, policy: SignaturePolicy) -> None:
        self._policy = policy

    async def find(
        self, certificates: Sequence[Certificate], authorities: Sequence[Certificate], at: datetime
    ) -> Sequence[Subject]:
        return find_subjects(certificates, authorities, self._policy, at)

    async def read(
        self, question: Question, answer: bytes, nonce: bytes | None
    ) -> Sequence[Standing]:
        try:
            return question.read(answer, self._policy, nonce)
        except Exception as error:
            raise ResponderError(type(error).__name__) from error


class Notes:
    """A `KeeperObserver` that writes everything down."""

    def __init__(self) -> None:
        self.failures: list[tuple[Source, str]] = []
        self.revocations: list[Revoked] = []
        self.survey: Survey | None = None

    def failed(self, host: str, source: Source, detail: str) -> None:
        self.failures.append((source, detail))

    def revoked(self, one: Revoked) -> None:
        self.revocations.append(one)

    def surveyed(self, survey: Survey) -> None:
        self.survey = survey


class Keeping:
    """A term of keeping in memory."""

    def __init__(self, pki: DemoPki, at: datetime, *codes: str) -> None:
        self.clock = Hands(at)
        self.policy = pki.policy().with_trust(pki.anchors, [pki.intermediate.certificate])
        self.store = MemoryStore([pki.seal(code).certificate for code in codes])
        self.responders = PkiResponders(pki, self.clock)
        self.notes = Notes()
        self.means = Means(
            store=self.store,
            responders=self.responders,
            reader=InlineReader(self.policy),
            observer=self.notes,
            clock=self.clock,
            rules=self.policy.revocation,
            pace=PACE,
            keep_evidence=KEPT,
        )
        self.term: Term | None = None

    async def round(self) -> list[str]:
        """Do one round to its end and return which addresses were asked."""
        self.responders.asked.clear()
        if self.term is None:
            self.term = await Term.begin(self.means)
        await self.term.round(await self.store.mark())
        await self.term.settle()
        return sorted(self.responders.asked)
