"""Documents: the list, what waits or was refused, and one document with all that happened to it."""

from collections.abc import Sequence
from typing import TypeVar

from aiohttp import web

from axis.exchange.deliveries import DeliveryState
from axis.exchange.views import Direction, DocumentFilter, DocumentView, HeldFilter
from axis.web.context import Viewer, services
from axis.web.forms import path_id, query_choice, query_id, query_text
from axis.web.problems import NotFoundError
from axis.web.rendering import page

PAGE_LINES = 30
"""Lines of a list: about two screens, read in a few milliseconds."""

SHOWN_REASONS = 3
"""Reasons of a refusal in the list; the receipt has all of them."""

SHOWN_RECEIVERS = 4
"""Receivers that a timeline entry names before it only counts them."""

SHOWN_ENTRIES = 300
"""Newest entries of a timeline; a broadcast to 700 agencies has thousands, shown when asked for."""

_Line = TypeVar("_Line")


async def show_list(request: web.Request, viewer: Viewer) -> web.Response:
    """Show the viewer's documents, newest first."""
    wanted = DocumentFilter(
        text=query_text(request, "q"),
        direction=None if viewer.admin else query_choice(request, "direction", Direction),
        state=query_choice(request, "state", DeliveryState),
        limit=PAGE_LINES + 1,
        before=query_id(request, "before"),
    )
    lines, more = one_page(await services(request).reader.documents(viewer.scope, wanted))
    return page(
        request,
        "documents.html",
        {
            "lines": lines,
            "wanted": wanted,
            "filtered": bool(wanted.text or wanted.state or wanted.before),
            "older": lines[-1].id if more else None,
            "states": tuple(DeliveryState),
        },
    )


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


async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """Show one document."""
    view = await services(request).reader.document(viewer.scope, path_id(request))
    if view is None:
        raise NotFoundError
    whole = query_text(request, "timeline") == "all"
    timeline = view.timeline if whole else view.timeline[-SHOWN_ENTRIES:]
    return page(
        request,
        "document.html",
        {
            "view": view,
            "timeline": timeline,
            "left_out": len(view.timeline) - len(timeline),
            "line": view.line,
            "names": _names(view),
            "states": tuple(DeliveryState),
            "shown_receivers": SHOWN_RECEIVERS,
        },
    )


def one_page(found: Sequence[_Line]) -> tuple[Sequence[_Line], bool]:
    """Return the lines to show and whether there are more, of one line more than a page."""
    return found[:PAGE_LINES], len(found) > PAGE_LINES


def _names(view: DocumentView) -> dict[str, str]:
    """Return the names of the agencies that the viewer sees in this document."""
    names = {delivery.receiver: delivery.receiver_name for delivery in view.deliveries}
    names[view.line.sender] = view.line.sender_name
    return names
