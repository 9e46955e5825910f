"""Passwords of endpoint accounts, in the form that RabbitMQ keeps them."""

import base64
import hashlib
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
