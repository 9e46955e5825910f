"""The ground of adversity tests: one installation, one ledger of all that it was ever given."""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axis.local.installation import Installation
from tests.adversity import report
from tests.adversity.compare import compare
from tests.adversity.fleet import Fleet
from tests.adversity.ledger import Ledger
from tests.adversity.load import Load, under_load
from tests.adversity.nursery import Nursery
from tests.adversity.outcome import Outcome
from tests.adversity.stored import stored_by

FOLDER_PREFIX = "axis-test-"
"""The prefix of every test's folder; the general conftest clears away what was left behind."""


@dataclass
class Ground:
    """Shared by the tests of a module as long as nothing is found wrong on it.

    Each test's reconciliation looks at everything since the beginning: a fault may not undo what
    was right before it.
    """

    installation: Installation
    seed: int
    ledger: Ledger = field(default_factory=Ledger)
    sound: bool = True
    _before: Counter[str] = field(default_factory=Counter)

    @classmethod
    async def prepared(cls, seed: int) -> "Ground":
        """Return new ground: a prepared axis without a router."""
        folder = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-")
        os.chmod(folder, 0o711)  # noqa: PTH101 - the servers' account must be able to pass
        ground = cls(Installation(Path(folder)), seed)
        try:
            await ground.installation.prepare()
        except BaseException:
            await ground.delete()
            raise
        return ground

    @asynccontextmanager
    async def routers(
        self, count: int = 2, name: str = "router", **settings: str
    ) -> AsyncIterator[Fleet]:
        """Run routers from the nursery for as long as the block lasts; fleets have other names."""
        self.sound = False  # until a reconciliation says otherwise
        # Health pages are no part of this: each takes whatever port there is.
        settings = {"AXIS_ROUTER__METRICS_PORT": "0", **settings}
        async with Nursery.of(self.installation, settings) as nursery:
            fleet = Fleet(nursery, count, name)
            await fleet.start()
            try:
                yield fleet
            finally:
                await fleet.end()

    @asynccontextmanager
    async def load(self, urls: Mapping[str, str] | None = None) -> AsyncIterator[Load]:
        """Keep the axis under load, then let it settle."""
        self.seed += 1  # other contents than the test before
        async with under_load(self.installation, self.seed, self.ledger, urls) as load:
            yield load

    async def reconcile(self, fault: str, times: int) -> Outcome:
        """Compare everything that there ever was, and add a line to the run's table."""
        stored = await stored_by(self.installation, self.ledger.contents)
        outcome = await asyncio.to_thread(compare, self.ledger, stored)
        self.sound = outcome.clean
        counts = Counter(outcome.counts)
        counts.subtract(self._before)
        self._before = outcome.counts
        report.lines.append(
            report.Line(
                fault, times, counts, len(outcome.lost), len(outcome.doubled), len(outcome.wrong)
            )
        )
        return outcome

    async def delete(self) -> None:
        """End everything and delete all data."""
        await self.installation.delete()
