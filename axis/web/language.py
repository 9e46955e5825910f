"""Which language an answer is in: as asked in the address, as chosen before, else Vietnamese."""

from aiohttp import web
from aiohttp.typedefs import Handler

from axis.web.context import LANGUAGE, services
from axis.web.texts import Language

PARAMETER = "lang"
COOKIE = "axis-language"

_COOKIE_SECONDS = 365 * 24 * 3600


@web.middleware
async def choose_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the language, and remember one that was asked for."""
    asked = _language(request.query.get(PARAMETER))
    request[LANGUAGE] = asked or _language(request.cookies.get(COOKIE)) or Language.VI
    response = await handler(request)
    if asked is not None and not response.prepared:
        response.set_cookie(
            COOKIE,
            asked.value,
            max_age=_COOKIE_SECONDS,
            httponly=True,
            secure=services(request).settings.secure_cookies,
            samesite="Lax",
            path="/",
        )
    return response


def switch_address(request: web.Request) -> str:
    """Return this page's address in the other language; a sent form's page cannot be had anew."""
    other = request[LANGUAGE].other.value
    if request.method == "POST":
        return str(request.rel_url.with_query({PARAMETER: other}))
    return str(request.rel_url.update_query({PARAMETER: other}))


def _language(value: str | None) -> Language | None:
    return Language(value) if value in tuple(Language) else None
