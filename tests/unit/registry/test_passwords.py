"""Passwords of endpoint accounts in the form that RabbitMQ keeps."""

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axis.registry.passwords import holds, new_password, rabbit_hash


@given(st.text(max_size=100))
def test_hash_is_the_salt_and_the_digest_over_salt_and_password(password: str) -> None:
    raw = base64.b64decode(rabbit_hash(password), validate=True)
    salt, digest = raw[:4], raw[4:]
    assert digest == hashlib.sha256(salt + password.encode()).digest()


def test_same_password_has_another_hash_each_time() -> None:
    assert rabbit_hash("secret") != rabbit_hash("secret")


def test_new_password_is_long_random_and_safe_inside_an_address() -> None:
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", password) for password in passwords)


@given(st.text(max_size=50), st.text(max_size=50))
def test_only_the_password_of_a_hash_holds(password: str, other: str) -> None:
    kept = rabbit_hash(password)
    assert holds(kept, password)
    assert holds(kept, other) is (other == password)


@pytest.mark.parametrize(
    "kept",
    [None, "", "AAAA", "*" * 48, "ổ" * 48, pytest.param(rabbit_hash("")[:-4], id="cut off")],
)
def test_nothing_holds_for_what_is_no_hash(kept: str | None) -> None:
    assert not holds(kept, "")
    assert not holds(kept, "guess")
