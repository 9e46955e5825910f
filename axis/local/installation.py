"""A whole axis in a folder: private servers, test PKI, registry, settings, and its processes.

The quick start, the acceptance and crash tests and the benchmark all run this one thing; it uses
the same parts and the same settings file as an installation in a ministry.
"""

import asyncio
import csv
import io
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import asyncpg

from axis.broker.management import Management
from axis.broker.passwords import new_password, rabbit_hash
from axis.broker.topology import Account
from axis.clock import system_clock
from axis.errors import AxisError
from axis.local.pki import RSA_AGENCIES, DemoPki, make_demo_pki
from axis.local.ports import free_port, port_is_free
from axis.local.processes import (
    POLL_SECONDS,
    consecutive,
    end,
    find,
    is_alive,
    log_tail,
    spawn,
    until,
    with_descendants,
)
from axis.local.rabbitmq import VHOST, Credentials
from axis.local.servers import LocalServers
from axis.registry.administration import EndpointAccount, NewCertificate, NewEnrolment
from axis.registry.agency import Agency, Endpoint
from axis.registry.csvfile import read_agencies, read_endpoints
from axis.store.migrate import migrate
from axis.store.pool import open_pool
from axis.store.registry import PostgresAdministration
from axis.trust.certificates import Certificate

DEMO = Path(__file__).resolve().parents[2] / "deploy" / "demo"
"""The demonstration's registry; it comes with the checkout, not with the package."""

ROUTER_ACCOUNT = "axis-router"
ROLE = "axis"
"""The role that owns the database; it is no superuser."""
DATABASE = "axis"
ACTOR = "axis-demo"
"""Who the audit log says made the demonstration."""

_PYTHON = Path(sys.executable).name

START_SECONDS = 10.0
"""A process shows up in the process list within milliseconds."""

READY_SECONDS = 60.0
"""A router starts in two seconds, and far slower beside a full test run."""

STOP_SECONDS = 20.0
"""A process that does not end by then is killed; nothing is lost by it."""


class InstallationError(AxisError):
    """The installation could not be made or did not start."""


@dataclass(frozen=True, slots=True)
class ProcessHandle:
    """A running process of the axis; it outlives the program that started it."""

    pid: int
    url: str
    """Where it shows health and metrics, and the web view its pages."""
    log: Path

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return is_alive(self.pid)

    def pids(self) -> list[int]:
        """Return its pid and those of its workers."""
        return with_descendants([self.pid])

    async def stop(self) -> None:
        """End it in an orderly way."""
        await end([self.pid], signal.SIGTERM, STOP_SECONDS)

    async def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would; its workers notice and leave."""
        await end([self.pid], signal.SIGKILL, STOP_SECONDS)


class Installation:
    """Everything below one folder; `prepare` is safe to repeat."""

    def __init__(self, folder: Path, servers: LocalServers | None = None) -> None:
        self.folder = folder.absolute()
        self.servers = servers or LocalServers(self.folder)
        self.database = DATABASE
        self.vhost = VHOST

    # -- what it holds ---------------------------------------------------------------------------

    @property
    def config(self) -> Path:
        """The settings file that every process reads."""
        return self.folder / "axis.toml"

    @property
    def passwords_file(self) -> Path:
        """Endpoint accounts and their passwords, mode 600."""
        return self.folder / "secrets" / "endpoints.csv"

    @property
    def pki(self) -> DemoPki:
        """The test PKI."""
        return DemoPki(self.folder / "pki")

    @property
    def dsn(self) -> str:
        """Address of the database for the axis's own role, password included."""
        password = self._secret("store.password")
        return f"postgresql://{ROLE}:{password}@{self._database_place}"

    @property
    def _database_place(self) -> str:
        return f"127.0.0.1:{self.servers.postgresql.port}/{quote(self.database)}"

    def endpoint_url(self, endpoint: str) -> str:
        """Return the AMQP address with which an endpoint connects."""
        account = Credentials(endpoint, self.passwords()[endpoint])
        return self.servers.rabbitmq.amqp_url(self.vhost, account)

    def passwords(self) -> dict[str, str]:
        """Return the endpoints' passwords; empty before the first preparation."""
        if not self.passwords_file.exists():
            return {}
        text = self.passwords_file.read_text(encoding="utf-8")
        return {row["endpoint"]: row["password"] for row in csv.DictReader(io.StringIO(text))}

    # -- making it -------------------------------------------------------------------------------

    async def prepare(self, registry: Path = DEMO) -> None:
        """Start the servers and make what is missing: PKI, schema, registry, accounts, settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.servers.start()
        await self._create_database()
        await self.register(
            read_agencies((registry / "agencies.csv").read_bytes()),
            read_endpoints((registry / "endpoints.csv").read_bytes()),
        )
        self._write_settings()

    async def register(
        self,
        agencies: Sequence[Agency],
        endpoints: Sequence[Endpoint],
        *,
        rsa_agencies: Collection[str] = RSA_AGENCIES,
    ) -> None:
        """Add endpoints with their accounts, and agencies with their seals; safe to repeat.

        The seals of `rsa_agencies` are RSA-2048, the others EC P-256.
        """
        pki = await asyncio.to_thread(
            make_demo_pki,
            self.folder / "pki",
            [(agency.code, agency.name) for agency in agencies],
            system_clock(),
            rsa_agencies=rsa_agencies,
        )
        passwords = self._new_passwords(endpoint.id for endpoint in endpoints)
        async with await open_pool(self.dsn, max_size=2) as pool:
            administration = PostgresAdministration(pool, system_clock)
            await administration.put_endpoints(
                [
                    EndpointAccount(
                        id=endpoint.id,
                        name=endpoint.name,
                        password_hash=rabbit_hash(passwords[endpoint.id]),
                    )
                    for endpoint in endpoints
                ],
                ACTOR,
            )
            await administration.put_agencies(agencies, ACTOR)
            known = {line.fingerprint for line in await administration.certificates()}
            seals = [(agency.code, pki.seal(agency.code).certificate) for agency in agencies]
            missing = [
                NewEnrolment(
                    certificate=new_certificate(certificate),
                    agency=code,
                    valid_from=None,
                    valid_to=None,
                )
                for code, certificate in seals
                if certificate.fingerprint not in known
            ]
            if missing:
                await administration.enrol_all(missing, ACTOR)
            accounts = [
                Account(one.id, one.password_hash)
                for one in await administration.endpoint_accounts()
            ]
        await self._sync_broker(accounts)

    async def _create_database(self) -> None:
        postgresql = self.servers.postgresql
        connection = await asyncpg.connect(postgresql.dsn())
        try:
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", ROLE):
                await connection.execute(f"CREATE ROLE {ROLE} LOGIN")
            await connection.execute(
                f"ALTER ROLE {ROLE} PASSWORD '{self._secret('store.password')}'"
            )
            exists = await connection.fetchval(
                "SELECT true FROM pg_database WHERE datname = $1", self.database
            )
            if not exists:
                await connection.execute(f'CREATE DATABASE "{self.database}" OWNER {ROLE}')
        finally:
            await connection.close()
        connection = await asyncpg.connect(self.dsn)
        try:
            await migrate(connection)
        finally:
            await connection.close()

    def _new_passwords(self, endpoints: Iterable[str]) -> dict[str, str]:
        """Make the passwords that are missing and keep them all in the one file."""
        passwords = self.passwords()
        missing = [endpoint for endpoint in endpoints if endpoint not in passwords]
        passwords |= {endpoint: new_password() for endpoint in missing}
        if missing:
            lines = [f"{endpoint},{password}" for endpoint, password in passwords.items()]
            self.write_secret(self.passwords_file, "\n".join(["endpoint,password", *lines]) + "\n")
        return passwords

    async def _sync_broker(self, accounts: list[Account]) -> None:
        rabbitmq = self.servers.rabbitmq
        router = self._secret("router.password")
        login = {"Authorization": rabbitmq.admin.basic_auth()}
        async with aiohttp.ClientSession(headers=login, raise_for_status=True) as session:
            await session.put(
                f"{rabbitmq.management_url}/api/users/{ROUTER_ACCOUNT}",
                json={"password": router, "tags": ""},
            )
        management = Management(
            rabbitmq.management_url, rabbitmq.admin.user, rabbitmq.admin.password
        )
        await management.sync(self.vhost, accounts, router=ROUTER_ACCOUNT)

    def _write_settings(self) -> None:
        rabbitmq = self.servers.rabbitmq
        secrets_folder = self.folder / "secrets"
        self.write_secret(secrets_folder / "management.password", rabbitmq.admin.password)
        receipts = self.pki.receipts
        vhost = quote(self.vhost, safe="")
        self.config.write_text(
            f"""\
[broker]
url = "amqp://{ROUTER_ACCOUNT}@127.0.0.1:{rabbitmq.port}/{vhost}"
password_file = "{secrets_folder / "router.password"}"
management_url = "{rabbitmq.management_url}"
management_user = "{rabbitmq.admin.user}"
management_password_file = "{secrets_folder / "management.password"}"

[store]
dsn = "postgresql://{ROLE}@{self._database_place}"
password_file = "{secrets_folder / "store.password"}"

[receipts]
issuer = "Trục liên thông văn bản (bản trình diễn)"
key_file = "{receipts.key_file}"
certificate_file = "{receipts.chain_file}"

[trust]
anchors = "{self.pki.anchor_file.parent}"
""",
            encoding="utf-8",
        )

    def _secret(self, name: str) -> str:
        file = self.folder / "secrets" / name
        if not file.exists():
            self.write_secret(file, secrets.token_urlsafe(32))
        return file.read_text(encoding="utf-8")

    def write_secret(self, file: Path, text: str) -> None:
        """Write a file that only its owner may read."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)

    # -- processes -------------------------------------------------------------------------------

    def running(self, name: str) -> ProcessHandle | None:
        """Return the process that was started under this name, if it runs."""
        pids = find(_PYTHON, consecutive("--config", str(self.config), *_command(name)))
        if not pids:
            return None
        port = int(self._port_file(name).read_text())
        return ProcessHandle(pids[0], f"http://127.0.0.1:{port}", self._log(name))

    async def start_router(self, name: str = "router", **settings: str) -> ProcessHandle:
        """Start a router unless one of this name runs, and wait until it is ready.

        `settings` are environment variables of the settings tree, such as
        ``AXIS_ROUTER__WORKERS``.
        """
        return await self._start(name, "AXIS_ROUTER__METRICS_PORT", settings)

    async def start_web(self, name: str = "web", **settings: str) -> ProcessHandle:
        """Start the web view unless one of this name runs, and wait until it is ready."""
        return await self._start(name, "AXIS_WEB__PORT", settings)

    async def stop(self) -> None:
        """Stop every process of this installation, then its servers."""
        await end(self._processes(), signal.SIGTERM, STOP_SECONDS)
        await self.servers.stop()

    async def delete(self) -> None:
        """End everything at once and delete all data."""
        await end(self._processes(), signal.SIGKILL, STOP_SECONDS)
        await self.servers.delete()
        shutil.rmtree(self.folder, ignore_errors=True)

    def routers(self) -> list[int]:
        """Return the pids of all its routers and of their workers."""
        wanted = consecutive("--config", str(self.config), "router", "run")
        return with_descendants(find(_PYTHON, wanted))

    def _processes(self) -> list[int]:
        pids = find(_PYTHON, consecutive("--config", str(self.config)))
        return [pid for pid in pids if pid != os.getpid()]

    async def _start(
        self, name: str, port_variable: str, settings: Mapping[str, str]
    ) -> ProcessHandle:
        found = self.running(name)
        if found is not None:
            return found
        self._log(name).parent.mkdir(parents=True, exist_ok=True)
        port = self._port(name)
        with self._log(name).open("ab") as log:
            await spawn(
                sys.executable,
                "-m",
                "axis",
                "--config",
                str(self.config),
                *_command(name),
                cwd=Path("/"),
                account=None,
                environment={**os.environ, port_variable: str(port), **settings},
                log=log,
            )
        if not await until(lambda: self.running(name) is not None, START_SECONDS):
            raise InstallationError(f"{name} did not start:\n{log_tail(self._log(name))}")
        handle = self.running(name)
        assert handle is not None
        await _wait_ready(name, handle)
        return handle

    def _log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def _port(self, name: str) -> int:
        """Return the port that this process had, so that its address stays, or a free one."""
        file = self._port_file(name)
        if not file.exists() or not port_is_free(int(file.read_text())):
            file.write_text(str(free_port()))
        return int(file.read_text())

    def _port_file(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.port"


def _command(name: str) -> tuple[str, ...]:
    """Return the command that runs a process of this name: ``web…`` or ``router…``."""
    noun = "web" if name.startswith("web") else "router"
    return noun, "run", "--name", name


def new_certificate(certificate: Certificate) -> NewCertificate:
    """Return a certificate as the registry keeps it."""
    return NewCertificate(
        fingerprint=certificate.fingerprint,
        der=certificate.der,
        subject=certificate.subject,
        issuer=certificate.issuer,
        serial=format(certificate.serial, "x"),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        organization_identifier=certificate.organization_identifier,
    )


async def _wait_ready(name: str, handle: ProcessHandle) -> None:
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await _is_ready(session, handle.url):
                    if not handle.running:
                        break
                    await asyncio.sleep(POLL_SECONDS)
                else:
                    return
        except TimeoutError:
            await handle.kill()
    raise InstallationError(f"{name} did not get ready:\n{log_tail(handle.log)}")


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/readyz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
