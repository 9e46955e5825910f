"""Signing in and out."""

import re

import structlog
from aiohttp import hdrs, web

from axis.accounts import Account, account_name
from axis.web.access import find_viewer, see_other
from axis.web.context import services
from axis.web.forms import MAX_ADDRESS_CHARS, query_text, read_form
from axis.web.rendering import page
from axis.web.sessions import close_session, open_session

HOME = "/documents"

_OWN_PAGE = re.compile(r"/(?:documents|receipts|admin)(?:[/?][!-\[\]-~]*)?")
"""Where signing in may lead: our pages only, so that a link cannot lead elsewhere through us."""

_log = structlog.get_logger(__name__)


async def home(_: web.Request) -> web.Response:
    """Lead from the bare address to the documents."""
    return see_other(HOME)


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form, or lead on who is signed in already."""
    wanted = query_text(request, "next", MAX_ADDRESS_CHARS)
    if await find_viewer(request) is not None:
        return see_other(_own(wanted))
    signed_out = query_text(request, "done") == "signed-out"
    return _form(request, wanted, done="sign_in.signed_out" if signed_out else "")


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check name and password; begin a session."""
    form = await read_form(request, "name", "password", optional=("next",))
    parts = services(request)
    name = account_name(form["name"])
    address = request.remote or ""
    wait = parts.throttle.attempt(name, address, parts.clock())
    if wait is not None:
        _log.warning("sign_in.throttled", address=address)
        minutes = -(-int(wait.total_seconds()) // 60) or 1
        response = _form(
            request, form["next"], 429, name=name, problem="sign_in.wait", minutes=minutes
        )
        response.headers[hdrs.RETRY_AFTER] = str(minutes * 60)
        return response
    account = await _account(request, name, form["password"])
    if account is None:
        _log.warning("sign_in.failed", address=address)
        return _form(request, form["next"], 403, name=name, problem="sign_in.failed")
    parts.throttle.succeeded(name, address)
    response = see_other(_own(form["next"]))
    await open_session(request, response, account)
    _log.info("sign_in.succeeded", account=str(account.id), address=address)
    return response


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session; asking twice is harmless."""
    await read_form(request)
    response = see_other("/sign-in?done=signed-out")
    await close_session(request, response)
    return response


async def _account(request: web.Request, name: str, password: str) -> Account | None:
    """Return the account when the password is right; equally slow for whatever is wrong."""
    parts = services(request)
    account = await parts.accounts.account(name)
    usable = account is not None and not account.disabled
    known_hash = account.password_hash if account is not None and usable else None
    right = await parts.passwords.check(known_hash, password)
    return account if right else None


def _form(
    request: web.Request,
    wanted: str,
    status: int = 200,
    *,
    name: str = "",
    problem: str = "",
    done: str = "",
    **facts: object,
) -> web.Response:
    context = {"next": wanted, "name": name, "problem": problem, "done": done, "facts": facts}
    return page(request, "sign_in.html", context, status=status)


def _own(wanted: str) -> str:
    return wanted if _OWN_PAGE.fullmatch(wanted) else HOME
