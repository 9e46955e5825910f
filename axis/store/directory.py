"""Loads the registry into a `Directory` and keeps the last one for as long as it is current.

A change of a few agencies reads only those: the snapshot before is taken on.
"""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import asyncpg

from axis.errors import InvalidInputError
from axis.exchange.faults import StoreUnavailableError
from axis.facts import Capacity
from axis.registry.agency import Agency, Endpoint, Level
from axis.registry.directory import Directory, DirectoryChange
from axis.registry.groups import Group
from axis.registry.mandates import Mandate, MessageKind
from axis.store.pool import Connection
from axis.store.registry_log import Mark, touched
from axis.store.sql import load_queries

_SQL = load_queries("registry")
_HOLDING = load_queries("intake")

LARGE: Final = 10_000
"""Agencies from which on a registry is kept from the garbage collector: with fewer it costs less
than a hundredth of a second."""


class DirectoryCache:
    """The newest snapshot of the registry that this process has read."""

    def __init__(self) -> None:
        self._current: tuple[Mark, Directory] | None = None
        self._loading = asyncio.Lock()

    async def held(self, connection: Connection) -> Directory:
        """Return the registry as it is now, holding changes back until the transaction ends.

        Raises StoreUnavailableError for a registry that contradicts itself or comes from a newer
        program: no message is to blame for it.
        """
        await connection.execute(_HOLDING["hold_registry"])
        mark = await current_mark(connection)
        try:
            return await self.at(mark, connection)
        except (InvalidInputError, ValueError) as error:
            raise StoreUnavailableError(f"the registry is not sound: {error}") from error

    async def seen(self, connection: Connection) -> Directory:
        """Return the registry as it is now; it may change at once. Raises as `held` does."""
        await connection.execute(_HOLDING["before_registry"])
        found = await self.held(connection)
        await connection.execute(_HOLDING["let_go"])
        return found

    async def at(self, mark: Mark, connection: Connection) -> Directory:
        """Return the snapshot of this state, reading it when another one is held.

        Of several batches that need it at once, one reads it for all: the whole country's takes
        more than a second, where it cannot be made from the snapshot before.
        """
        async with self._loading:
            if self._current is None or self._current[0] != mark:
                self._current = mark, await _later(self._current, connection, mark)
            return self._current[1]


def _keep_from_collection(directory: Directory) -> None:
    """Have Python's garbage collector pass over a large registry, which stays.

    It would look at each of its objects whenever a broadcast makes it look at all of them: a tenth
    of a second in which the process does nothing else.
    """
    if len(directory) >= LARGE:
        gc.collect()
        gc.freeze()


async def current_mark(connection: Connection) -> Mark:
    """Return the registry's state; unless it is held, it may change at once."""
    (row,) = await connection.fetch(_SQL["version"])
    return Mark(*row)


async def _later(
    current: tuple[Mark, Directory] | None, connection: Connection, mark: Mark
) -> Directory:
    """Read what has changed since a snapshot, or everything."""
    changed = None if current is None else await touched(connection, current[0], mark)
    if current is None or changed is None:
        return await load_directory(connection, mark.version)
    _, before = current
    agencies = await connection.fetch(_SQL["agencies_named"], list(changed.agencies))
    aliases = await connection.fetch(_SQL["aliases_of"], list(changed.agencies))
    mandates: dict[str, tuple[Mandate, ...]] = dict.fromkeys(changed.certificates, ())
    for row in await connection.fetch(_SQL["mandates_of"], list(changed.certificates)):
        mandates[row["fingerprint"]] = (*mandates[row["fingerprint"]], _mandate(row))
    change = DirectoryChange(
        version=mark.version,
        agencies=tuple(_agencies(agencies, aliases)),
        endpoints=tuple(map(_endpoint, await connection.fetch(_SQL["endpoints"]))),
        groups=tuple(map(_group, await connection.fetch(_SQL["groups"]))),
        mandates=mandates,
    )
    return await asyncio.to_thread(before.changed, change)


async def load_directory(connection: Connection, version: int) -> Directory:
    """Read the whole registry."""
    agencies = await connection.fetch(_SQL["agencies"])
    aliases = await connection.fetch(_SQL["aliases"])
    endpoints = await connection.fetch(_SQL["endpoints"])
    mandates = await connection.fetch(_SQL["mandates"])
    groups = await connection.fetch(_SQL["groups"])
    # in a thread, so that the event loop goes on with what needs no registry
    directory = await asyncio.to_thread(
        lambda: Directory(
            _agencies(agencies, aliases),
            map(_endpoint, endpoints),
            map(_mandate, mandates),
            version,
            map(_group, groups),
        )
    )
    _keep_from_collection(directory)
    return directory


def _agencies(
    agencies: Sequence[asyncpg.Record], aliases: Sequence[asyncpg.Record]
) -> Iterator[Agency]:
    aliases_of: dict[str, tuple[str, ...]] = {}
    for row in aliases:
        aliases_of[row["code"]] = (*aliases_of.get(row["code"], ()), row["alias"])
    for row in agencies:
        yield Agency(
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


def _endpoint(row: asyncpg.Record) -> Endpoint:
    return Endpoint(row["id"], row["name"])


def _group(row: asyncpg.Record) -> Group:
    level = row["level"]
    return Group(
        code=row["code"],
        name=row["name"],
        level=None if level is None else Level(level),
        below=row["below"],
        members=tuple(row["members"]),
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
