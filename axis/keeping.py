"""Puts the keeper of revocation information together, from the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from prometheus_client import CollectorRegistry

from axis.clock import Clock
from axis.examination import Rules
from axis.metrics.background import KeeperFigures
from axis.responders import HttpResponders
from axis.revocation.keeper import Keeper
from axis.revocation.schedule import Pace
from axis.revocation.term import Means
from axis.settings import KeeperSettings
from axis.store.pool import Pool
from axis.store.revocation import PostgresRevocation
from axis.trust.policy import RevocationMode
from axis.workers import ProcessWorkbench, Tools
from axis.workers.reading import ProcessReader


@asynccontextmanager
async def revocation_keeper(
    settings: KeeperSettings,
    rules: Rules,
    pool: Pool,
    registry: CollectorRegistry,
    clock: Clock,
) -> AsyncIterator[Keeper | None]:
    """Return the keeper of this process; None where revocation is not judged."""
    if rules.signature.revocation.mode is RevocationMode.NOT_CHECKED:
        yield None
        return
    responders = HttpResponders(timedelta(seconds=settings.timeout_seconds), settings.hosts)
    workbench = ProcessWorkbench(Tools(rules), 1)
    try:
        yield Keeper(
            Means(
                store=PostgresRevocation(pool),
                responders=responders,
                reader=ProcessReader(workbench, rules.signature),
                observer=KeeperFigures(registry),
                clock=clock,
                rules=rules.signature.revocation,
                pace=Pace(
                    every=timedelta(seconds=settings.every_seconds),
                    retry=timedelta(seconds=settings.retry_seconds),
                ),
                keep_evidence=timedelta(days=settings.evidence_days),
            )
        )
    finally:
        workbench.close()
        await responders.close()
