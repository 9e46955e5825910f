"""People's accounts and their sessions, on PostgreSQL."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from axis.accounts import Account, Role
from axis.clock import Clock
from axis.errors import InvalidInputError
from axis.store.pool import Pool, transaction
from axis.store.registry_rows import audit
from axis.store.sql import load_queries

MAX_SESSIONS = 10
"""Sessions an account may have at once, on as many devices; the oldest one gives way."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly a session's last use is kept; writing it at every page would be waste."""

_SQL = load_queries("accounts")


class PostgresAccounts:
    """Implements `axis.accounts.Accounts`."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def account(self, name: str) -> Account | None:
        """Return the account with this name, or None."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["account"], name)
        return None if row is None else _account(row)

    async def accounts(self) -> list[Account]:
        """Return all accounts by name."""
        async with transaction(self._pool) as connection:
            return [_account(row) for row in await connection.fetch(_SQL["accounts"])]

    async def put_account(self, account: Account, actor: str) -> None:
        """Add or change an account; raises InvalidInputError."""
        now = self._clock()
        try:
            async with transaction(self._pool) as connection:
                before = await connection.fetchrow(_SQL["lock"], account.id)
                await connection.execute(
                    _SQL["put"],
                    account.id,
                    account.name,
                    account.display_name,
                    account.role.value,
                    account.password_hash,
                    now,
                    now if account.disabled else None,
                )
                await connection.execute(_SQL["drop_agencies"], account.id)
                agencies = sorted(account.agencies)
                await connection.execute(_SQL["put_agencies"], account.id, agencies)
                other = before is not None and before["password_hash"] != account.password_hash
                if other or account.disabled:
                    await connection.execute(_SQL["end_sessions"], account.id)
                facts = {
                    "account": str(account.id),
                    "name": account.name,
                    "role": account.role.value,
                    "agencies": agencies,
                    "added": before is None,
                    "password_changed": other,
                    "disabled": account.disabled,
                }
                await audit(connection, now, actor, "account:put", facts)
        except asyncpg.ForeignKeyViolationError as error:
            raise InvalidInputError(
                "Tài khoản được gắn với cơ quan không có trong danh bạ."
                " / The account is bound to an agency that is not in the registry."
            ) from error
        except asyncpg.UniqueViolationError as error:
            raise InvalidInputError(
                f"Tên «{account.name}» đã thuộc về tài khoản khác."
                f" / The name «{account.name}» belongs to another account."
            ) from error

    async def open_session(
        self, token_sha256: bytes, account: UUID, at: datetime, expires_at: datetime
    ) -> None:
        """Remember a session by the digest of its token, and forget what has expired."""
        async with transaction(self._pool) as connection:
            await connection.execute(_SQL["drop_expired_sessions"], at)
            await connection.execute(_SQL["open_session"], token_sha256, account, at, expires_at)
            await connection.execute(_SQL["drop_surplus_sessions"], account, MAX_SESSIONS)

    async def session(self, token_sha256: bytes, at: datetime) -> Account | None:
        """Return the account of a session that is still good, or None."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(_SQL["session"], token_sha256, at)
            if row is None:
                return None
            if at - row["seen_at"] >= SEEN_EVERY:
                await connection.execute(_SQL["seen"], token_sha256, at)
            return _account(row)

    async def close_session(self, token_sha256: bytes) -> None:
        """End a session."""
        async with transaction(self._pool) as connection:
            await connection.execute(_SQL["close_session"], token_sha256)


def _account(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        display_name=row["display_name"],
        role=Role(row["role"]),
        agencies=frozenset(row["agencies"]),
        password_hash=row["password_hash"],
        disabled=row["disabled"],
    )
