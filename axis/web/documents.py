"""Lists of documents, of what waits for a check, and of what was refused."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from axis.exchange.deliveries.next_step import RECEIVING, Owner
from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.documents import DocumentFilter
from axis.exchange.views.scope import Direction
from axis.exchange.views.submissions import HeldFilter
from axis.web.context import Viewer, services
from axis.web.forms import query_choice, query_flag, query_id, query_text
from axis.web.rendering import page

PAGE_LINES = 30
"""Lines of a list: about two screens, read in a few milliseconds."""

SHOWN_REASONS = 3
"""Reasons of a refusal in the list; the receipt has all of them."""

OWNERS = tuple(owner for owner in Owner if owner is not Owner.NOBODY)
"""Whose step is looked for; what has ended is nobody's."""

_Line = TypeVar("_Line")


async def show_list(request: web.Request, viewer: Viewer) -> web.Response:
    """Show the viewer's documents, newest first."""
    wanted = DocumentFilter(
        text=query_text(request, "q"),
        direction=None if viewer.admin else query_choice(request, "direction", Direction),
        state=query_choice(request, "state", DeliveryState),
        owner=query_choice(request, "owner", Owner),
        late=query_flag(request, "late"),
        limit=PAGE_LINES + 1,
        before=query_id(request, "before"),
    )
    reader = services(request).reader
    lines, more = one_page(await reader.documents(viewer.scope, wanted))
    narrowed = bool(wanted.text or wanted.state or wanted.owner or wanted.late)
    first = not narrowed and wanted.direction is None and wanted.before is None
    return page(
        request,
        "documents.html",
        {
            "lines": lines,
            "wanted": wanted,
            "narrowed": narrowed,
            "older": lines[-1].id if more else None,
            "states": tuple(DeliveryState),
            "owners": OWNERS,
            "step_query": lambda owner, own: _step_query(viewer, owner, own=own),
            "steps": await reader.open_steps(viewer.scope) if first and lines else None,
        },
    )


def _step_query(viewer: Viewer, owner: Owner, *, own: bool) -> str:
    """Return the query that lists the documents of steps that are the viewer's own, or others'."""
    wanted = {"owner": owner.value}
    if not viewer.admin and owner in (*RECEIVING, Owner.SENDER):
        incoming = own is (owner in RECEIVING)
        wanted["direction"] = (Direction.IN if incoming else Direction.OUT).value
    return urlencode(wanted)


async def show_refused(request: web.Request, viewer: Viewer) -> web.Response:
    """Show what the axis refused, with the reasons."""
    before = query_id(request, "before")
    lines, more = one_page(
        await services(request).reader.refused(viewer.scope, PAGE_LINES + 1, before)
    )
    return page(
        request,
        "refused.html",
        {
            "lines": lines,
            "before": before,
            "older": lines[-1].id if more else None,
            "shown_reasons": SHOWN_REASONS,
        },
    )


async def show_held(request: web.Request, viewer: Viewer) -> web.Response:
    """Show what waits for a check, with what it waits for."""
    before = query_id(request, "before")
    wanted = HeldFilter(limit=PAGE_LINES + 1, before=before)
    lines, more = one_page(await services(request).reader.held(viewer.scope, wanted))
    return page(
        request,
        "held.html",
        {"lines": lines, "before": before, "older": lines[-1].id if more else None},
    )


def one_page(found: Sequence[_Line]) -> tuple[Sequence[_Line], bool]:
    """Return the lines to show and whether there are more, of one line more than a page."""
    return found[:PAGE_LINES], len(found) > PAGE_LINES
