"""Loads the registry into a `Directory` and keeps the last one for as long as it is current."""

from axis.registry.agency import Agency, Endpoint, EnrolledCertificate, Level
from axis.registry.directory import Directory
from axis.store.pool import Connection
from axis.store.sql import load_queries

_SQL = load_queries("registry")


class DirectoryCache:
    """The newest snapshot of the registry that this process has read."""

    def __init__(self) -> None:
        self._current: Directory | None = None

    async def at(self, version: int, connection: Connection) -> Directory:
        """Return the snapshot of this version, reading it when another one is held."""
        if self._current is None or self._current.version != version:
            self._current = await load_directory(connection, version)
        return self._current


async def load_directory(connection: Connection, version: int) -> Directory:
    """Read the whole registry; certificates without their DER bytes."""
    agencies = await connection.fetch(_SQL["agencies"])
    endpoints = await connection.fetch(_SQL["endpoints"])
    enrolments = await connection.fetch(_SQL["enrolments"])
    return Directory(
        (
            Agency(
                code=row["code"],
                name=row["name"],
                level=Level(row["level"]),
                parent=row["parent"],
                aliases=tuple(row["aliases"]),
                endpoint=row["endpoint"],
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                successor=row["successor"],
            )
            for row in agencies
        ),
        (Endpoint(row["id"], row["name"]) for row in endpoints),
        (EnrolledCertificate(**row) for row in map(dict, enrolments)),
        version,
    )
