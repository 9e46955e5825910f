"""What each version of the registry changed: written with the change, read by those that have an
earlier version at hand and need not read everything again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from axis.store.pool import Connection
from axis.store.sql import load_queries

MAX_LISTED: Final = 2_000
"""Agencies or certificates of one change that are listed. Reading more of them by key would gain
little on reading everything."""

MAX_VERSIONS: Final = 1_000
"""Versions that are kept; a router reads within minutes what has changed."""

_SQL = load_queries("registry")


class Mark(NamedTuple):
    """One state of the registry. A server that takes over without the last changes of the one
    before, or one that was restored, gives their numbers to others: the time tells them apart.
    """

    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Touched:
    """What lies between two versions of the registry, beside endpoints and groups."""

    agencies: frozenset[str]
    """Codes."""
    certificates: frozenset[str]
    """Fingerprints."""


async def raise_version(
    connection: Connection, agencies: Collection[str], certificates: Collection[str]
) -> None:
    """Tell every router that the registry has changed, and what; waits for running batches."""
    ((version, changed_at),) = await connection.fetch(_SQL["raise_version"])
    whole = max(len(agencies), len(certificates)) > MAX_LISTED
    listed = ([], []) if whole else (list(agencies), list(certificates))
    await connection.execute(_SQL["log_change"], version, changed_at, whole, *listed)
    await connection.execute(_SQL["forget_changes"], version - MAX_VERSIONS)


async def touched(connection: Connection, before: Mark, after: Mark) -> Touched | None:
    """Return what changed between two versions; None where that is not known, or too much."""
    if not before.version < after.version <= before.version + MAX_VERSIONS:
        return None
    if await connection.fetchval(_SQL["change"], before.version) != before.changed_at:
        return None
    rows = await connection.fetch(_SQL["changes"], before.version, after.version)
    if len(rows) != after.version - before.version or any(row["whole"] for row in rows):
        return None
    agencies = frozenset(code for row in rows for code in row["agencies"])
    certificates = frozenset(one for row in rows for one in row["certificates"])
    if max(len(agencies), len(certificates)) > MAX_LISTED:
        return None
    return Touched(agencies, certificates)
