"""Applies the numbered ``.sql`` files of `migrations/`, each once, in order.

An advisory lock lets several processes start at once; a checksum shows when a file that was
applied has been edited since. Each file runs in its own transaction together with its record.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from axis.errors import AxisError

_LOCK = 0x61786973
"""The letters «axis»; any constant works as long as nothing else in the database uses it."""

_LOCK_TIMEOUT = "5s"
"""A migration that waits for a table lock blocks all traffic behind it: give up early instead."""


class MigrationError(AxisError):
    """The database does not fit this program: an applied migration differs from its file."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name (which orders it), text and SHA-256."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, lower-case hexadecimal."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations() -> list[Migration]:
    """Return the migrations shipped with this program, in order."""
    folder = files("axis.store") / "migrations"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return [Migration(name, (folder / name).read_text(encoding="utf-8")) for name in names]


async def migrate(connection: asyncpg.Connection) -> list[str]:
    """Bring the schema up to date and return the names of the files applied now.

    Raises MigrationError when an applied file has changed or is unknown to this program.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration ("
            " name text PRIMARY KEY, checksum text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        rows = await connection.fetch("SELECT name, checksum FROM schema_migration")
        applied = {row["name"]: row["checksum"] for row in rows}
        known = known_migrations()
        _compare(applied, known)
        pending = [migration for migration in known if migration.name not in applied]
        for migration in pending:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)",
                    migration.name,
                    migration.checksum,
                )
        return [migration.name for migration in pending]
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


def _compare(applied: dict[str, str], known: list[Migration]) -> None:
    checksums = {migration.name: migration.checksum for migration in known}
    for name, checksum in applied.items():
        if checksums.get(name) != checksum:
            raise MigrationError(
                f"Cơ sở dữ liệu có bước nâng cấp «{name}» khác với chương trình này; hãy dùng đúng"
                f" phiên bản. / The database holds migration «{name}» that differs from this"
                " program's; use the version that applied it, or a newer one."
            )
