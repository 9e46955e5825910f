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
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import aiohttp
import asyncpg

from axis.broker.management import Management
from axis.broker.topology import Account
from axis.clock import system_clock
from axis.local.axis_processes import AxisProcesses
from axis.local.pki import RSA_AGENCIES, DemoPki, make_demo_pki
from axis.local.ports import lasting_port
from axis.local.profiles import write_profiles
from axis.local.rabbitmq import VHOST, Credentials
from axis.local.responders import Responders
from axis.local.servers import LocalServers
from axis.registry.administration import EndpointAccount
from axis.registry.agency import Agency, Endpoint
from axis.registry.csvfile import read_agencies, read_endpoints, read_groups
from axis.registry.directory import Directory
from axis.registry.enrolment import NewCertificate, NewEnrolment
from axis.registry.groups import Group
from axis.registry.passwords import new_password, rabbit_hash
from axis.registry.routing import Resolved
from axis.store.migrate import migrate
from axis.store.pool import open_pool
from axis.store.registry import PostgresAdministration

DEMO = Path(__file__).resolve().parents[2] / "deploy" / "demo"
"""The demonstration's registry; it comes with the checkout, not with the package."""

ROUTER_ACCOUNT = "axis-router"
ROLE = "axis"
"""The role that owns the database; it is no superuser."""
DATABASE = "axis"
ACTOR = "axis-demo"
"""Who the audit log says made the demonstration."""

INFORMED_SECONDS = 60.0
"""Asking about some tens of certificates takes seconds, and longer beside a full test run."""

_UNINFORMED = """
SELECT EXISTS (SELECT FROM certificate WHERE fingerprint NOT IN
               (SELECT fingerprint FROM revocation_standing))
"""


class Installation(AxisProcesses):
    """Everything below one folder; `prepare` is safe to repeat."""

    def __init__(self, folder: Path, servers: LocalServers | None = None) -> None:
        super().__init__(folder)
        self.servers = servers or LocalServers(self.folder)
        self.database = DATABASE
        self.vhost = VHOST

    # -- what it holds ---------------------------------------------------------------------------

    @property
    def passwords_file(self) -> Path:
        """Endpoint accounts and their passwords, mode 600."""
        return self.folder / "secrets" / "endpoints.csv"

    @property
    def pki(self) -> DemoPki:
        """The test PKI."""
        return DemoPki(self.folder / "pki")

    @property
    def responders(self) -> Responders:
        """Who answers for the test PKI, if it was prepared with responders."""
        return Responders(self.pki)

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

    async def prepare(self, registry: Path = DEMO, *, responders: bool = False) -> None:
        """Start the servers and make what is missing: PKI, schema, registry, accounts, settings.

        With `responders`, certificates name an address on loopback where `self.responders` answer,
        once they are started.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if responders:
            port = lasting_port()
            make_demo_pki(self.pki.folder, (), system_clock(), port=port)
        await self.servers.start()
        await self._create_database()
        await self.register(
            read_agencies((registry / "agencies.csv").read_bytes()),
            read_endpoints((registry / "endpoints.csv").read_bytes()),
        )
        groups = registry / "groups.csv"
        if groups.exists():
            await self._register_groups(read_groups(groups.read_bytes()))
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
                NewEnrolment(certificate=NewCertificate.of(certificate), agency=code)
                for code, certificate in seals
                if certificate.fingerprint not in known
            ]
            if missing:
                await administration.enrol(missing, ACTOR)
            accounts = [
                Account(one.id, one.password_hash)
                for one in await administration.endpoint_accounts()
            ]
            directory = await administration.directory()
        await self._sync_broker(accounts)
        self._write_profiles(directory, passwords)

    async def _register_groups(self, groups: Sequence[Group]) -> None:
        async with await open_pool(self.dsn, max_size=1) as pool:
            await PostgresAdministration(pool, system_clock).put_groups(groups, ACTOR)

    async def until_informed(self) -> None:
        """Wait until the axis knows of the revocation of every seal; the responders must run.

        Documents that come earlier wait, which nobody needs to see in a demonstration.
        """
        connection = await asyncpg.connect(self.dsn)
        try:
            async with asyncio.timeout(INFORMED_SECONDS):
                while await connection.fetchval(_UNINFORMED):  # noqa: ASYNC110 - another process's
                    await asyncio.sleep(0.1)
        finally:
            await connection.close()

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

    def _write_profiles(self, directory: Directory, passwords: Mapping[str, str]) -> None:
        at = system_clock()
        served: dict[str, list[Agency]] = {endpoint: [] for endpoint in passwords}
        for agency in directory:
            found = directory.resolve(agency.code, at)
            if isinstance(found, Resolved) and found.agency is agency:
                served[found.endpoint].append(agency)
        for endpoint, password in passwords.items():
            self.write_secret(self.folder / "profiles" / f"{endpoint}.password", password)
        write_profiles(
            self.folder / "profiles",
            url=f"amqp://127.0.0.1:{self.servers.rabbitmq.port}/{quote(self.vhost, safe='')}",
            pki=self.pki,
            endpoints=served,
            journals=self.folder / "journals",
        )

    def _write_settings(self) -> None:
        rabbitmq = self.servers.rabbitmq
        secrets_folder = self.folder / "secrets"
        self.write_secret(secrets_folder / "management.password", rabbitmq.admin.password)
        intermediates = self.folder / "intermediates"
        issuer = self.pki.intermediate.certificate_file.read_text(encoding="ascii")
        self.write_secret(intermediates / "intermediate.pem", issuer)
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
intermediates = "{intermediates}"
revocation = "{"required" if self.pki.address else "not-checked"}"
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

    # -- ending it -------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Stop every process of this installation, then its servers."""
        await self.stop_processes()
        await self.responders.stop()
        await self.servers.stop()

    async def delete(self) -> None:
        """End everything at once and delete all data."""
        await self.kill_processes()
        await self.responders.kill()
        await self.servers.delete()
        shutil.rmtree(self.folder, ignore_errors=True)
