"""The web view on parts held in memory: for what needs no database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from axis.accounts import Account, Role
from axis.examination import Rules
from axis.exchange.faults import StoreUnavailableError
from axis.ids import new_id
from axis.registry.administration import EndpointAccount
from axis.registry.passwords import rabbit_hash
from axis.settings import WebSettings
from axis.trust.profiles import FIELD
from axis.web.app import create_app
from axis.web.checks import Checks
from axis.web.passwords import Passwords
from tests.support.checks import Bench, EmptyStore
from tests.support.exchange import directory

PASSWORD = "mật khẩu đủ dài"
SECRET = "broker-password-of-g22"
MAX_BYTES = 100_000
HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
Client = TestClient[web.Request, web.Application]


def account(name: str, role: Role = Role.CLERK, *, disabled: bool = False) -> Account:
    return Account(
        id=new_id(),
        name=name,
        display_name=name.title(),
        role=role,
        agencies=frozenset({"G22"}),
        password_hash=HASHER.hash(PASSWORD),
        disabled=disabled,
    )


@dataclass
class Parts:
    """Accounts and sessions in memory, a clock to move, and a reader that fails as told."""

    people: dict[str, Account] = field(
        default_factory=lambda: {
            one.name: one
            for one in (
                account("clerk"),
                account("admin", Role.ADMIN),
                account("gone", disabled=True),
            )
        }
    )
    sessions: dict[bytes, tuple[UUID, datetime]] = field(default_factory=dict)
    now: datetime = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    fault: Exception | None = None
    answers: bool = True
    bench: Bench = field(default_factory=lambda: Bench(Rules(FIELD, max_bytes=MAX_BYTES)))

    # -- axis.registry.administration.Administration -----------------------------------------------

    async def endpoint_account(self, endpoint: str) -> EndpointAccount | None:
        if isinstance(self.fault, StoreUnavailableError):
            raise self.fault
        hashes = {"g22": rabbit_hash(SECRET), "g09": ""}
        if endpoint not in hashes:
            return None
        return EndpointAccount(id=endpoint, name=endpoint, password_hash=hashes[endpoint])

    # -- axis.accounts.Accounts ------------------------------------------------------------------

    async def account(self, name: str) -> Account | None:
        return self.people.get(name)

    async def open_session(
        self, token_sha256: bytes, account: UUID, at: datetime, expires_at: datetime
    ) -> None:
        self.sessions[token_sha256] = (account, expires_at)

    async def session(self, token_sha256: bytes, at: datetime) -> Account | None:
        if isinstance(self.fault, StoreUnavailableError):
            raise self.fault
        owner, expires_at = self.sessions.get(token_sha256, (None, at))
        found = [one for one in self.people.values() if one.id == owner and expires_at > at]
        return found[0] if found else None

    async def close_session(self, token_sha256: bytes) -> None:
        self.sessions.pop(token_sha256, None)

    # -- axis.exchange.views.reader.Reader -------------------------------------------------------

    async def documents(self, scope: object, wanted: object) -> list[Any]:
        if self.fault is not None:
            raise self.fault
        return []

    async def document(self, scope: object, document: UUID) -> None:
        return None

    async def receipt(self, scope: object, receipt: UUID) -> None:
        return None

    async def ready(self) -> bool:
        return self.answers

    def app(self, settings: WebSettings | None = None) -> web.Application:
        parts: Any = self
        return create_app(
            reader=parts,
            letters=parts,
            registry=parts,
            accounts=parts,
            administration=parts,
            settings=settings or WebSettings(),
            clock=lambda: self.now,
            ready=self.ready,
            metrics=CollectorRegistry(),
            passwords=Passwords(HASHER),
            checks=Checks(self.bench, EmptyStore(directory()), MAX_BYTES),
        )


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[Client]:
    """A browser without cookies from elsewhere, on plain HTTP."""
    async with TestClient(TestServer(parts.app())) as client:
        yield client


@pytest.fixture
async def signed_in(client: Client) -> Client:
    """The same browser, signed in as a clerk."""
    answer = await post(client, "/sign-in", {"name": "clerk", "password": PASSWORD})
    assert answer.status == 303
    return client


async def post(client: Client, path: str, form: Any, **headers: str) -> Any:
    """Send a form as a page of the site itself does."""
    own = {"Origin": str(client.make_url("/")).rstrip("/")}
    return await client.post(path, data=form, headers={**own, **headers}, allow_redirects=False)
