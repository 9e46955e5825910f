"""HTTP Basic (RFC 7617) for agency systems: endpoint id and the password of its broker account."""

import base64
from typing import Final

import structlog
from aiohttp import hdrs, web

from axis.registry.agency import is_endpoint_id
from axis.registry.passwords import holds
from axis.web.context import services
from axis.web.problems import ThrottledError, UnauthorizedError

CHALLENGE: Final = 'Basic realm="axis", charset="UTF-8"'

MAX_PASSWORD_CHARS: Final = 256
"""The axis's own have 43; more only makes the server work."""

_log = structlog.get_logger(__name__)


def has_credentials(request: web.Request) -> bool:
    """Return whether the request says who it is by itself, without a session."""
    return hdrs.AUTHORIZATION in request.headers


async def endpoint_of(request: web.Request) -> str:
    """Return the endpoint whose password was given.

    Raises UnauthorizedError for wrong credentials, ThrottledError after too many of them. As with
    RabbitMQ, only the hash of a password is at hand.
    """
    login, password = _credentials(request.headers[hdrs.AUTHORIZATION])
    parts = services(request)
    known = is_endpoint_id(login) and len(password) <= MAX_PASSWORD_CHARS
    account = await parts.administration.endpoint_account(login) if known else None
    # from here on nothing waits, so that requests at the same time count one after the other
    address = request.remote or ""
    name = login if known else ""
    wait = parts.endpoint_throttle.attempt(name, address, parts.clock())
    if wait is not None:
        _log.warning("endpoint.throttled", address=address)
        raise ThrottledError(wait)
    if not holds(account.password_hash if account else None, password):
        _log.warning("endpoint.refused", address=address)
        raise UnauthorizedError
    parts.endpoint_throttle.succeeded(name, address)
    return login


def _credentials(header: str) -> tuple[str, str]:
    """Return user and password of an Authorization header; raises UnauthorizedError."""
    scheme, _, encoded = header.partition(" ")
    try:
        login, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # no base64, no UTF-8, or not even ASCII
        raise UnauthorizedError from None
    if scheme.lower() != "basic" or not colon:
        raise UnauthorizedError
    return login, password
