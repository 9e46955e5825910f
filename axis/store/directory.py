"""Loads the registry into a `Directory` and keeps the last one for as long as it is current."""

import asyncio
from collections.abc import Sequence
from functools import cache

import asyncpg

from axis.facts import Capacity
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory
from axis.registry.mandates import Mandate, MessageKind
from axis.store.pool import Connection
from axis.store.sql import load_queries

_SQL = load_queries("registry")


class DirectoryCache:
    """The newest snapshot of the registry that this process has read."""

    def __init__(self) -> None:
        self._current: Directory | None = None
        self._loading = asyncio.Lock()

    async def at(self, version: int, connection: Connection) -> Directory:
        """Return the snapshot of this version, reading it when another one is held.

        Of several batches that need it at once, one reads it for all: the whole country's takes
        more than a second.
        """
        async with self._loading:
            if self._current is None or self._current.version != version:
                self._current = await load_directory(connection, version)
            return self._current


async def load_directory(connection: Connection, version: int) -> Directory:
    """Read the whole registry."""
    agencies = await connection.fetch(_SQL["agencies"])
    aliases = await connection.fetch(_SQL["aliases"])
    endpoints = await connection.fetch(_SQL["endpoints"])
    mandates = await connection.fetch(_SQL["mandates"])
    # in a thread, so that the event loop goes on with what needs no registry
    return await asyncio.to_thread(_directory, agencies, aliases, endpoints, mandates, version)


def _directory(
    agencies: Sequence[asyncpg.Record],
    aliases: Sequence[asyncpg.Record],
    endpoints: Sequence[asyncpg.Record],
    mandates: Sequence[asyncpg.Record],
    version: int,
) -> Directory:
    aliases_of: dict[str, tuple[str, ...]] = {}
    for row in aliases:
        aliases_of[row["code"]] = (*aliases_of.get(row["code"], ()), row["alias"])
    return Directory(
        (
            Agency(
                code=row["code"],
                name=row["name"],
                level=Level(row["level"]),
                parent=row["parent"],
                aliases=aliases_of.get(row["code"], ()),
                endpoint=row["endpoint"],
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                successor=row["successor"],
            )
            for row in agencies
        ),
        (Endpoint(row["id"], row["name"]) for row in endpoints),
        map(_mandate, mandates),
        version,
    )


def _mandate(row: asyncpg.Record) -> Mandate:
    return Mandate(
        fingerprint=row["fingerprint"],
        agency=row["agency"],
        capacity=Capacity(row["capacity"]),
        kinds=_kinds(tuple(row["kinds"])),
        act=row["act"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        revoked_at=row["revoked_at"],
    )


@cache
def _kinds(names: tuple[str, ...]) -> frozenset[MessageKind]:
    """Return one set for all the mandates that share it."""
    return frozenset(map(MessageKind, names))
