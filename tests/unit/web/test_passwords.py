import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from axis.accounts import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from axis.errors import InvalidInputError
from axis.web.passwords import (
    CHECKS_AT_ONCE,
    MAX_WAITING,
    BusyError,
    Passwords,
    hash_password,
)
from tests.unit.web.conftest import HASHER


class Watched(PasswordHasher):
    """Counts what it verifies, and waits while told to."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=1024, parallelism=1)
        self.verified: list[str] = []
        self.go = threading.Event()
        self.go.set()

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
        self.go.wait()
        self.verified.append(str(hash))
        return super().verify(hash, password)


async def test_right_password_is_accepted_and_a_wrong_one_is_not() -> None:
    passwords = Passwords(HASHER)
    known = HASHER.hash("đúng mật khẩu")
    assert await passwords.check(known, "đúng mật khẩu")
    assert not await passwords.check(known, "sai mật khẩu")
    passwords.close()


async def test_unknown_name_costs_the_same_work_as_a_known_one() -> None:
    hasher = Watched()
    passwords = Passwords(hasher)
    known = hasher.hash("đúng")
    assert not await passwords.check(None, "đúng")
    assert not await passwords.check(known, "sai")
    first, second = hasher.verified
    assert extract_parameters(first) == extract_parameters(second)
    passwords.close()


async def test_hash_that_cannot_be_read_never_accepts() -> None:
    passwords = Passwords(HASHER)
    assert not await passwords.check("không phải argon2", "gì cũng được")
    passwords.close()


async def test_check_beyond_the_queue_is_turned_away_until_there_is_room() -> None:
    hasher = Watched()
    passwords = Passwords(hasher)
    known = hasher.hash("đúng")
    hasher.go.clear()
    waiting = [
        asyncio.create_task(passwords.check(known, "đúng"))
        for _ in range(CHECKS_AT_ONCE + MAX_WAITING)
    ]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await passwords.check(known, "đúng")
    hasher.go.set()
    assert all(await asyncio.gather(*waiting))
    assert await passwords.check(known, "đúng")
    passwords.close()


@pytest.mark.parametrize("length", [MIN_PASSWORD_CHARS - 1, MAX_PASSWORD_CHARS + 1])
def test_password_of_bad_length_is_refused(length: int) -> None:
    with pytest.raises(InvalidInputError):
        hash_password("x" * length)


def test_password_hash_is_argon2id_with_the_costs_of_rfc_9106() -> None:
    parameters = extract_parameters(hash_password("x" * MIN_PASSWORD_CHARS))
    assert parameters.type.name == "ID"
    assert (parameters.time_cost, parameters.memory_cost) == (3, 65536)
