"""What every answer and every change is protected with, besides signing in.

Pages carry no script and load nothing from elsewhere, which the Content-Security-Policy holds the
browser to. A change must come from a page of our own: browsers say where a request comes from
(Fetch Metadata, W3C; Origin, RFC 6454), so no tokens are needed in forms.
"""

from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from axis.web.context import services
from axis.web.problems import ForbiddenError

API = "/api/"
"""Addresses that programs call; none is a page."""

SAFE_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
"""Methods that change nothing (RFC 9110, 9.2.1)."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: that would blank the Origin header that changes are checked by
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer that has no stricter one. Pico's style sheet holds its icons as data:
images."""

HSTS = "max-age=31536000"
"""Behind TLS: one year of never trying without."""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the protecting headers on an answer; nothing personal is kept by caches."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    response.headers[hdrs.SERVER] = "axis"  # not which versions are running
    if services(request).settings.secure_cookies:
        response.headers["Strict-Transport-Security"] = HSTS


@web.middleware
async def refuse_cross_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse changes that another site's page asks for."""
    if (
        request.method not in SAFE_METHODS
        and not from_own_page(request)
        and not from_program(request)
    ):
        raise ForbiddenError("problem.cross_site")
    return await handler(request)


def is_api(request: web.BaseRequest) -> bool:
    """Tell whether the address is one for programs."""
    return request.path.startswith(API)


def from_program(request: web.BaseRequest) -> bool:
    """Tell whether a call of the API comes from a program, and in nobody else's name.

    It brings no cookie, so there is no session to borrow. A browser that remembers a password
    might add it to another site's request, but says where that comes from.
    """
    headers = request.headers
    browser = "Sec-Fetch-Site" in headers or hdrs.ORIGIN in headers
    return is_api(request) and not browser and hdrs.COOKIE not in headers


def from_own_page(request: web.Request) -> bool:
    """Tell whether the browser says that the request comes from a page of this very site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    # Over plain HTTP browsers send no Fetch Metadata, but always an Origin with a form.
    origin = request.headers.get(hdrs.ORIGIN, "")
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower() != ""
    except ValueError:
        return False
