"""Checks before sending: who examines, how many at once, and for whom.

Every check holds a whole document in memory and a worker for as long as it takes, so both are
bounded, for everybody together and for each caller.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from axis.errors import AxisError
from axis.exchange.admission.known import Known
from axis.exchange.intake.preview import Grounds, Preview, known_about, preview
from axis.exchange.ports import Store, Workbench
from axis.trust.policy import RevocationRules
from axis.web.context import Viewer

CHECKS_AT_ONCE = 4
"""Each may hold the largest allowed document, 72 MB, and a copy or two on its way to a worker."""

CHECKS_OF_ONE = 2
"""So that one caller leaves the others room."""


class TooManyChecksError(AxisError):
    """This caller has as many checks running as it may."""


class ChecksBusyError(AxisError):
    """As many checks are running as there is room for."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an agency's system, or somebody who is signed in."""

    endpoint: str | None = None
    viewer: Viewer | None = None

    @property
    def name(self) -> str:
        """Under what its checks are counted and logged."""
        return self.endpoint or (self.viewer.actor if self.viewer else "")

    def may_know(self, known: Known, sender: str) -> bool:
        """Return whether the answer may draw on what is stored of this sender.

        An endpoint learns what submitting would tell it, which admission sees to. A person has
        submitted nothing, and learns of documents of own agencies only.
        """
        if self.viewer is None:
            return True
        agency = known.directory.find(sender)
        scope = self.viewer.scope
        return scope.everything or (agency is not None and agency.code in scope.agencies)


@dataclass(frozen=True, slots=True)
class Checks:
    """The parts that checks are made with."""

    workbench: Workbench
    store: Store
    max_bytes: int
    """The longest document that the axis takes."""
    revocation: RevocationRules | None = None
    """How the axis judges certificates' revocation; None: not at all."""
    running: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def place(self, caller: Caller) -> Iterator[None]:
        """Take a place for one check; raises TooManyChecksError or ChecksBusyError."""
        if self.running[caller.name] >= CHECKS_OF_ONE:
            raise TooManyChecksError
        if self.running.total() >= CHECKS_AT_ONCE:
            raise ChecksBusyError
        self.running[caller.name] += 1
        try:
            yield
        finally:
            self.running[caller.name] -= 1
            if not self.running[caller.name]:
                del self.running[caller.name]

    async def check(
        self, body: bytes, caller: Caller, endpoint: str | None, at: datetime
    ) -> Preview:
        """Return what the axis would say of these bytes.

        Raises WorkbenchUnavailableError or StoreUnavailableError.
        """
        (examination,) = await self.workbench.examine([body], at)
        known = await known_about(self.store, [examination], at, self.revocation)
        message = examination.message
        if message is not None and not caller.may_know(known, message.sender):
            known = Known(known.directory, stored_known=False)
        return preview(examination, Grounds(known, endpoint), at)
