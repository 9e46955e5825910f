"""Passwords of endpoint accounts, in the form that RabbitMQ keeps them."""

import base64
import binascii
import hashlib
import hmac
import secrets

_PASSWORD_BYTES = 32
"""256 random bits: one round of SHA-256 is enough, since nobody can guess them."""

_SALT_BYTES = 4
"""Fixed by RabbitMQ's format."""


def new_password() -> str:
    """Return a fresh random password, safe inside an AMQP address."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def rabbit_hash(password: str) -> str:
    """Return the salted hash that RabbitMQ imports as ``rabbit_password_hashing_sha256``."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return base64.b64encode(salt + digest).decode("ascii")


def holds(password_hash: str | None, password: str) -> bool:
    """Return whether a password is the one that this hash was made of.

    Without a hash, and for one that is none, it takes the same time and is False.
    """
    salt, digest = _parts(password_hash or "")
    found = hashlib.sha256(salt + password.encode(errors="replace")).digest()
    return hmac.compare_digest(found, digest) and bool(salt)


def _parts(password_hash: str) -> tuple[bytes, bytes]:
    """Return salt and digest; no salt for what is no hash."""
    try:
        raw = base64.b64decode(password_hash, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _SALT_BYTES + hashlib.sha256().digest_size:
        return b"", bytes(hashlib.sha256().digest_size)
    return raw[:_SALT_BYTES], raw[_SALT_BYTES:]
