"""The keeper: fetches information about revocation before it lapses, and keeps what it says.

One router at a time does this for all; when it dies, another one takes over.
"""

import asyncio
from typing import Final

import structlog

from axis.exchange.faults import UnavailableError
from axis.revocation.ports import Lead
from axis.revocation.term import Means, Term

ROUND_SECONDS: Final = 1.0
"""Between looks at what is due; a look costs two small queries."""

TAKEOVER_SECONDS: Final = 5.0
"""Between attempts to become the keeper, while another router is or the database is away."""

_log = structlog.get_logger(__name__)


class Keeper:
    """Keeps the information of all certificates that can sign, and of the authorities above."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                async with self._means.store.lead() as lead:
                    if lead is not None:
                        _log.info("keeper.leads")
                        await self._keep(lead)
            except UnavailableError as error:
                _log.warning("keeper.fault", error=str(error)[:200])
            except Exception as error:  # noqa: BLE001 - a bug must not end the keeping for good
                _log.exception("keeper.failed", error=type(error).__name__)
            await asyncio.sleep(TAKEOVER_SECONDS)

    async def _keep(self, lead: Lead) -> None:
        term = await Term.begin(self._means)
        try:
            while True:
                await term.round(await lead.mark())
                await asyncio.sleep(ROUND_SECONDS)
        finally:
            await term.end()
