"""Who may reach a page. A handler of a protected page cannot be called without its viewer."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from axis.web.context import VIEWER, Viewer
from axis.web.problems import ForbiddenError
from axis.web.security import SAFE_METHODS
from axis.web.sessions import current_account

ViewerHandler = Callable[[web.Request, Viewer], Awaitable[web.StreamResponse]]


def for_everybody(handler: Handler) -> Handler:
    """Let everybody in; who is signed in is known to the page all the same."""

    async def open_page(request: web.Request) -> web.StreamResponse:
        await find_viewer(request)
        return await handler(request)

    return open_page


def for_signed_in(handler: ViewerHandler) -> Handler:
    """Let in who is signed in; send others to sign in first."""

    async def own_page(request: web.Request) -> web.StreamResponse:
        viewer = await find_viewer(request)
        if viewer is None:
            return see_other(_sign_in_address(request))
        return await handler(request, viewer)

    return own_page


def for_admins(handler: ViewerHandler) -> Handler:
    """Let in administrators only."""

    async def admin_page(request: web.Request, viewer: Viewer) -> web.StreamResponse:
        if not viewer.admin:
            raise ForbiddenError
        return await handler(request, viewer)

    return for_signed_in(admin_page)


async def find_viewer(request: web.Request) -> Viewer | None:
    """Return who is signed in, for this request and the frame of its page."""
    account = await current_account(request)
    if account is None:
        return None
    viewer = Viewer(account)
    request[VIEWER] = viewer
    return viewer


def see_other(address: str) -> web.Response:
    """Return the answer that leads the browser to another page (303, RFC 9110)."""
    return web.Response(status=303, headers={hdrs.LOCATION: address})


def _sign_in_address(request: web.Request) -> str:
    if request.method not in SAFE_METHODS or request.path == "/":
        return "/sign-in"
    return f"/sign-in?{urlencode({'next': str(request.rel_url)})}"
