"""People who sign in to the web view: clerks (văn thư) of agencies, and administrators."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

MAX_NAME_CHARS = 64
"""Longest account name; mail addresses fit."""

MIN_PASSWORD_CHARS = 12
"""NIST SP 800-63B asks for length instead of composition rules."""

MAX_PASSWORD_CHARS = 256
"""A pass phrase fits; more only makes the server work."""


class Role(StrEnum):
    """What an account may do."""

    CLERK = "clerk"
    """Sees the documents of its own agencies."""
    ADMIN = "admin"
    """Manages agencies, certificates and accounts, and sees all documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person's account."""

    id: UUID
    name: str
    """What is typed to sign in; as `account_name` returns it."""
    display_name: str
    role: Role
    agencies: frozenset[str]
    """Codes of the agencies whose documents a clerk sees."""
    password_hash: str
    """Argon2id, as argon2-cffi writes it."""
    disabled: bool


class Accounts(Protocol):
    """Keeps accounts and their sessions; implemented by the store."""

    async def account(self, name: str) -> Account | None:
        """Return the account with this name, or None."""

    async def accounts(self) -> list[Account]:
        """Return all accounts by name."""

    async def put_account(self, account: Account, actor: str) -> None:
        """Add or change an account; audited. Its sessions end when it is disabled or its
        password changes.

        Raises InvalidInputError when an agency is unknown or another account has the name.
        """

    async def open_session(
        self, token_sha256: bytes, account: UUID, at: datetime, expires_at: datetime
    ) -> None:
        """Remember a session by the digest of its token."""

    async def session(self, token_sha256: bytes, at: datetime) -> Account | None:
        """Return the account of a session that is still good, or None."""

    async def close_session(self, token_sha256: bytes) -> None:
        """End a session."""


def account_name(typed: str) -> str:
    """Return the one form of a name that accounts are kept under, whatever a keyboard makes."""
    return unicodedata.normalize("NFC", typed).strip().lower()
