"""Dead letters, for administrators: what each is, and what to do about it."""

import structlog
from aiohttp import web

from axis.errors import InvalidInputError
from axis.exchange.dead_letters.desk import (
    MAX_REASON_CHARS,
    MIN_REASON_CHARS,
    LetterFilter,
    LetterKind,
    LetterSettledError,
    LetterState,
    LetterView,
)
from axis.web.access import see_other
from axis.web.context import Viewer, language, services
from axis.web.documents import PAGE_LINES, one_page
from axis.web.downloads import attachment
from axis.web.forms import path_id, query_choice, query_id, query_text, read_form
from axis.web.problems import NotFoundError
from axis.web.rendering import page
from axis.web.texts import in_language

ANY_STATE = "any"
"""What the address says for letters in every state; without it, open ones are listed."""

_DONE = frozenset({LetterState.RESUBMITTING, LetterState.REPUBLISHED, LetterState.DISCARDED})

_log = structlog.get_logger(__name__)


async def show_list(request: web.Request, viewer: Viewer) -> web.Response:
    """Show dead letters, newest first; open ones unless others are asked for."""
    every = query_text(request, "state") == ANY_STATE
    state = None if every else query_choice(request, "state", LetterState) or LetterState.OPEN
    wanted = LetterFilter(
        state=state,
        kind=query_choice(request, "kind", LetterKind),
        limit=PAGE_LINES + 1,
        before=query_id(request, "before"),
    )
    lines, more = one_page(await services(request).letters.lines(wanted))
    return page(
        request,
        "dead_letters.html",
        {
            "lines": lines,
            "wanted": wanted,
            "states": tuple(LetterState),
            "kinds": tuple(LetterKind),
            "any_state": ANY_STATE,
            "older": lines[-1].id if more else None,
        },
    )


async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """Show one letter with what can be done about it."""
    return _show(request, await _letter(request))


async def download(request: web.Request, viewer: Viewer) -> web.Response:
    """Give out a dead letter's bytes, which nobody has checked."""
    letter = path_id(request)
    body = await services(request).letters.body(letter)
    if body is None:
        raise NotFoundError
    return attachment(body, "application/octet-stream", f"dead-letter-{letter}.bin")


async def republish(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """Send the letter on its way once more."""
    view = await _letter(request)
    try:
        state = await services(request).letters.republish(view.line.id, viewer.actor)
    except InvalidInputError as error:
        return await _refused(request, error)
    _log.info("dead_letter.republished", letter=str(view.line.id), by=viewer.actor)
    return see_other(f"/admin/dead-letters/{view.line.id}?done={state.value}")


async def discard(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """Leave it at that, with a reason."""
    view = await _letter(request)
    reason = (await read_form(request, "reason"))["reason"]
    try:
        await services(request).letters.discard(view.line.id, reason, viewer.actor)
    except InvalidInputError as error:
        return await _refused(request, error, reason)
    _log.info("dead_letter.discarded", letter=str(view.line.id), by=viewer.actor)
    return see_other(f"/admin/dead-letters/{view.line.id}?done={LetterState.DISCARDED.value}")


def _properties(view: LetterView) -> list[tuple[str, str]]:
    """Return the properties of the message with its headers below them."""
    plain = dict(view.properties)
    headers = plain.pop("headers", {})
    return [*plain.items(), *((f"headers.{name}", value) for name, value in headers.items())]


async def _letter(request: web.Request) -> LetterView:
    view = await services(request).letters.look(path_id(request))
    if view is None:
        raise NotFoundError
    return view


async def _refused(
    request: web.Request, error: InvalidInputError, reason: str = ""
) -> web.Response:
    """Show the letter as it is now, and why nothing was done: perhaps somebody was first."""
    status = 409 if isinstance(error, LetterSettledError) else 400
    problem = in_language(language(request), str(error))
    return _show(request, await _letter(request), problem, reason, status)


def _show(
    request: web.Request,
    view: LetterView,
    problem: str = "",
    reason: str = "",
    status: int = 200,
) -> web.Response:
    done = query_choice(request, "done", LetterState)
    return page(
        request,
        "dead_letter.html",
        {
            "line": view.line,
            "view": view,
            "properties": _properties(view),
            "open": view.line.state is LetterState.OPEN,
            "done": done if done in _DONE and not problem else None,
            "problem": problem,
            "reason": reason,
            "limits": {"least": MIN_REASON_CHARS, "most": MAX_REASON_CHARS},
        },
        status=status,
    )
