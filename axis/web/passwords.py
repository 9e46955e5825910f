"""Passwords: kept as Argon2id, checked off the event loop, in the same time for unknown names."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from axis.accounts import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from axis.errors import AxisError, InvalidInputError

CHECKS_AT_ONCE = 2
"""Each takes 64 MiB and some 50 ms of several cores (RFC 9106, the low-memory choice)."""

MAX_WAITING = 32
"""A queue of about a second; whoever comes later is asked to come again, so that guessing from
many machines cannot take the memory and time of everything else."""


class BusyError(AxisError):
    """Too many passwords are being checked right now."""


class Passwords:
    """Checks passwords; one object a process."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._executor = ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="password")
        self._nobody = self._hasher.hash("the hash that unknown names are checked against")
        self._waiting = 0

    async def check(self, password_hash: str | None, typed: str) -> bool:
        """Tell whether the typed password is the one of this hash; False without a hash.

        Raises BusyError when too many are waiting.
        """
        if self._waiting >= CHECKS_AT_ONCE + MAX_WAITING:
            raise BusyError("too many passwords to check")
        self._waiting += 1
        try:
            right = await asyncio.get_running_loop().run_in_executor(
                self._executor, self._verify, password_hash or self._nobody, typed
            )
        finally:
            self._waiting -= 1
        return right and password_hash is not None

    def close(self) -> None:
        """Stop the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, typed: str) -> bool:
        try:
            return self._hasher.verify(password_hash, typed)
        except (Argon2Error, ValueError):  # a wrong password, or a hash that is none
            return False


def hash_password(password: str) -> str:
    """Return the Argon2id hash to keep; raises InvalidInputError for a bad choice."""
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise InvalidInputError(
            f"Mật khẩu phải có từ {MIN_PASSWORD_CHARS} đến {MAX_PASSWORD_CHARS} ký tự."
            f" / A password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters."
        )
    return PasswordHasher().hash(password)
