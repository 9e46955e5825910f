"""Sessions: a random token in the browser, only its digest in the database."""

import hashlib
import re
import secrets

from aiohttp import web

from axis.accounts import Account
from axis.settings import WebSettings
from axis.web.context import services

TOKEN_BYTES = 32
"""256 bits: not to be guessed, so the digest needs no salt and no slowness."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name(settings: WebSettings) -> str:
    """Return the session cookie's name; the prefix lets browsers hold it to host, path and TLS."""
    return "__Host-axis-session" if settings.secure_cookies else "axis-session"


async def open_session(
    request: web.Request, response: web.StreamResponse, account: Account
) -> None:
    """Begin a session under a fresh token, in place of the one that the browser had."""
    await close_session(request, response)
    parts = services(request)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = parts.clock()
    lifetime = parts.settings.session_lifetime
    await parts.accounts.open_session(_digest(token), account.id, now, now + lifetime)
    response.set_cookie(
        cookie_name(parts.settings),
        token,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        secure=parts.settings.secure_cookies,
        samesite="Lax",
        path="/",
    )


async def current_account(request: web.Request) -> Account | None:
    """Return whose session the request belongs to, or None."""
    token = _token(request)
    if token is None:
        return None
    parts = services(request)
    return await parts.accounts.session(_digest(token), parts.clock())


async def close_session(request: web.Request, response: web.StreamResponse) -> None:
    """End the session that the request belongs to, on both sides."""
    token = _token(request)
    parts = services(request)
    if token is not None:
        await parts.accounts.close_session(_digest(token))
    response.del_cookie(
        cookie_name(parts.settings),
        path="/",
        secure=parts.settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _token(request: web.Request) -> str | None:
    token = request.cookies.get(cookie_name(services(request).settings), "")
    return token if _TOKEN.fullmatch(token) else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
