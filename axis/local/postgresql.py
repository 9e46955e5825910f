"""A private PostgreSQL in a folder: own data and port, loopback only, passwords only."""

import asyncio
import re
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import asyncpg

from axis.local.place import Place
from axis.local.ports import reserved_block
from axis.local.postgresql_setup import configuration, programs
from axis.local.processes import (
    APPEAR_SECONDS,
    POLL_SECONDS,
    LocalServerError,
    clean_environment,
    consecutive,
    end,
    find,
    log_tail,
    until,
    wait_gone,
)

SUPERUSER = "postgres"
INIT_SECONDS = 120.0
START_SECONDS = 120.0
"""A start takes 0.3 s; after a crash the write-ahead log is replayed first."""
STOP_SECONDS = 60.0

_DATABASE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_STARTING_UP = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)


class PrivatePostgreSQL:
    """One PostgreSQL server of our own; it touches no other one on the machine."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, "postgresql")

    async def start(self) -> None:
        """Start the server unless it runs already, and wait until it answers a query.

        Raises `LocalServerError` when PostgreSQL is not installed or does not come up.
        """
        async with self.place.exclusive():
            await self.place.prepare()
            if self._server():
                await self._wait_ready()
                return
            # Orphans of a killed server still hold its shared memory until they notice.
            await wait_gone(self.pids(), STOP_SECONDS)
            folder = programs(self._major())
            if not self._cluster.exists():
                await self._create(folder)
            self._forget_dead_server()
            with reserved_block(self.place.state.first_port) as port:
                self.place.remember_port(port)
                self.place.write("axis.conf", configuration(self._cluster, port))
                await self.place.spawn(
                    folder / "postgres",
                    *("-D", self._cluster, "-c", f"config_file={self.place.home}/axis.conf"),
                    *("-c", f"cluster_name={self.place.state.name}"),
                    environment=clean_environment(),
                )
                await self._wait_ready()

    async def stop(self, *, immediate: bool = False) -> None:
        """Stop the server; sessions are ended, their transactions rolled back.

        With `immediate` nothing is written any more: the next start replays the write-ahead log.
        """
        async with self.place.exclusive():
            if self.place.exists:
                # PostgreSQL's fast and its immediate shutdown.
                number = signal.SIGQUIT if immediate else signal.SIGINT
                await end(self._server(), number, STOP_SECONDS)

    async def kill(self) -> None:
        """End everything at once with SIGKILL, as a crash would."""
        async with self.place.exclusive():
            # Not the parent alone: its children would finish their queries first.
            await end(self.pids(), signal.SIGKILL, STOP_SECONDS)

    async def restart(self) -> None:
        """Stop and start."""
        await self.stop()
        await self.start()

    async def is_ready(self) -> bool:
        """Tell whether the server answers a query."""
        if not self._server():
            return False
        try:
            connection = await asyncpg.connect(self.dsn(), timeout=START_SECONDS)
        except _STARTING_UP:
            return False
        try:
            return bool(await connection.fetchval("SELECT 1") == 1)
        finally:
            await connection.close()

    def pids(self) -> list[int]:
        """Return the pids of the server and its children: what its CPU time is counted over."""
        if not self.place.exists:
            return []
        name = self.place.state.name
        is_server = _is_server(name)
        title = f"postgres: {name}: "
        return find(
            "postgres", lambda arguments: is_server(arguments) or arguments[0].startswith(title)
        )

    @property
    def port(self) -> int:
        """Port on 127.0.0.1."""
        port = self.place.state.first_port
        if port is None:
            raise LocalServerError(
                "PostgreSQL chưa từng được khởi động trong thư mục này. ·"
                " PostgreSQL has not been started in this folder."
            )
        return port

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.place.output

    def dsn(self, database: str = "postgres") -> str:
        """Return the address of a database for the superuser."""
        password = quote(self.place.secret("superuser.password"), safe="")
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{quote(database)}"

    async def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database, as a copy of `template` if one is named, and return its address."""
        await self._execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}")
        return self.dsn(name)

    async def drop_database(self, name: str) -> None:
        """Delete a database and end every session in it; nothing happens when it is gone."""
        await self._execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn(), timeout=START_SECONDS)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    # -- processes ---------------------------------------------------------------------------

    @property
    def _cluster(self) -> Path:
        return self.place.data / "cluster"

    def _server(self) -> list[int]:
        return find("postgres", _is_server(self.place.state.name))

    def _major(self) -> str | None:
        """Major version that wrote the data, None when there is none yet."""
        try:
            return (self._cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return None

    async def _create(self, folder: Path) -> None:
        """Make the cluster under another name, so that half of one is never started."""
        draft = self.place.data / "cluster.new"
        password = self.place.write("initdb.password", self.place.secret("superuser.password"))
        try:
            await self.place.run("rm", "-rf", draft, timeout=INIT_SECONDS)
            await self.place.run(
                folder / "initdb",
                *("--pgdata", draft, "--username", SUPERUSER, "--pwfile", password),
                *("--auth", "scram-sha-256", "--no-locale", "--encoding", "UTF8"),
                "--data-checksums",
                timeout=INIT_SECONDS,
            )
            await self.place.run("mv", draft, self._cluster, timeout=INIT_SECONDS)
        finally:
            password.unlink()

    def _forget_dead_server(self) -> None:
        """Remove the pid file that a killed server left behind.

        After a restart of the machine its number may belong to another process of the same
        account; PostgreSQL would take that one for a running server and refuse to start.
        """
        pid_file = self._cluster / "postmaster.pid"
        try:
            pid = pid_file.read_text().partition("\n")[0]
        except FileNotFoundError:
            return
        if pid not in map(str, find("postgres", lambda _: True)):
            pid_file.unlink()

    async def _wait_ready(self) -> None:
        if not await until(lambda: bool(self._server()), APPEAR_SECONDS):
            raise self._failure("PostgreSQL không khởi động. · PostgreSQL did not start.")
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self.is_ready():
                    if not self._server():
                        raise self._failure(
                            "PostgreSQL dừng khi đang khởi động. · PostgreSQL ended while starting."
                        )
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise self._failure(
                f"PostgreSQL chưa sẵn sàng sau {START_SECONDS:g} giây. ·"
                f" PostgreSQL was not ready after {START_SECONDS:g} s."
            ) from None

    def _failure(self, what: str) -> LocalServerError:
        return LocalServerError(f"{what}\n{log_tail(self.log)}")


def _is_server(name: str) -> Callable[[Sequence[str]], bool]:
    return consecutive("-c", f"cluster_name={name}")


def _quoted(name: str) -> str:
    if not _DATABASE_NAME.fullmatch(name):
        raise LocalServerError(f"not a database name: {name!r}")
    return f'"{name}"'
