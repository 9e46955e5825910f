"""Dead letters, for administrators: messages that nobody could be answered for."""

from aiohttp import web

from axis.web.context import Viewer, services
from axis.web.documents import PAGE_LINES, one_page
from axis.web.downloads import attachment
from axis.web.forms import path_id, query_id
from axis.web.problems import NotFoundError
from axis.web.rendering import page


async def show_list(request: web.Request, viewer: Viewer) -> web.Response:
    """Show dead letters, newest first."""
    before = query_id(request, "before")
    lines, more = one_page(await services(request).reader.dead_letters(PAGE_LINES + 1, before))
    return page(
        request,
        "dead_letters.html",
        {"lines": lines, "before": before, "older": lines[-1].id if more else None},
    )


async def download(request: web.Request, viewer: Viewer) -> web.Response:
    """Give out a dead letter's bytes, which nobody has checked."""
    letter = path_id(request)
    body = await services(request).reader.dead_letter_body(letter)
    if body is None:
        raise NotFoundError
    return attachment(body, "application/octet-stream", f"dead-letter-{letter}.bin")
