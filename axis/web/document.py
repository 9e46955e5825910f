"""One document with all that happened to it, and its receivers."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from axis.exchange.deliveries.states import DeliveryState
from axis.exchange.views.document import DeliveryLine, DocumentView
from axis.exchange.views.reasons import explanation
from axis.exchange.views.receivers import addressees, by_attention, reached_before, receiver_groups
from axis.exchange.views.rollup import Stage
from axis.exchange.views.timeline import grouped, remark, wording
from axis.web.context import Viewer, services
from axis.web.forms import path_id, query_choice, query_flag, query_id, query_text
from axis.web.problems import NotFoundError
from axis.web.rendering import page

SHOWN_RECEIVERS = 20
"""Receivers of one group that a document's page has lines for; the others are one click away."""

PAGE_RECEIVERS = 100
"""Receivers on a page of their own list."""

NAMED_RECEIVERS = 4
"""Receivers that a timeline entry names before it only counts them, and receipts of theirs."""

SHOWN_REASON = 400
"""Characters of why another document acts on this one; its own page has all."""

SHOWN_ENTRIES = 300
"""Newest entries of a timeline, shown whole when asked for."""

SHOWN_ALIKE = 50
"""Entries told one by one under the one that stands for them; the whole timeline has all."""


async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """Show one document."""
    view = await _document(request, viewer)
    whole = query_text(request, "timeline") == "all"
    timeline = grouped(view.timeline)
    groups, names = receiver_groups(view), _names(view)
    shown = timeline if whole else timeline[-SHOWN_ENTRIES:]
    return page(
        request,
        "document.html",
        {
            **_about(view),
            "groups": groups,
            "addressees": lambda receivers: addressees(receivers, groups),
            "stages": tuple(Stage),
            "shown_receivers": SHOWN_RECEIVERS,
            "shown_reason": SHOWN_REASON,
            "timeline": shown,
            "left_out": len(timeline) - len(shown),
            "named_receivers": NAMED_RECEIVERS,
            "shown_alike": len(view.timeline) if whole else SHOWN_ALIKE,
            "shown_copies": len(view.deliveries) if whole else NAMED_RECEIVERS,
            "names": names,
            "names_of": lambda codes: ", ".join(names.get(code, code) for code in codes),
            "remark": remark,
            "explanation": explanation,
            "wording": wording,
        },
    )


async def show_receivers(request: web.Request, viewer: Viewer) -> web.Response:
    """Show all receivers of one document, or those of a group, in a state, or that are late."""
    view = await _document(request, viewer)
    group = query_text(request, "group")
    state = query_choice(request, "state", DeliveryState)
    late = query_flag(request, "late")
    wanted = [
        one
        for one in by_attention(view.deliveries)
        if (not group or group in one.named)
        and (state is None or one.state is state)
        and (not late or one.late)
    ]
    start = _start(request, wanted)
    lines = wanted[start : start + PAGE_RECEIVERS]
    return page(
        request,
        "receivers.html",
        {
            **_about(view),
            "lines": lines,
            "total": len(wanted),
            "group": group if group in view.groups else "",
            "state": state,
            "late": late,
            "started": start > 0,
            "next": lines[-1].id if start + PAGE_RECEIVERS < len(wanted) else None,
        },
    )


async def _document(request: web.Request, viewer: Viewer) -> DocumentView:
    view = await services(request).reader.document(viewer.scope, path_id(request))
    if view is None:
        raise NotFoundError
    return view


def _about(view: DocumentView) -> dict[str, Any]:
    """Return what both pages tell about a document."""
    return {
        "view": view,
        "line": view.line,
        "states": tuple(DeliveryState),
        "reached_before": reached_before,
    }


def _start(request: web.Request, deliveries: Sequence[DeliveryLine]) -> int:
    """Return where a page begins; at the start where its predecessor has moved away."""
    after = query_id(request, "after")
    places = {one.id: place for place, one in enumerate(deliveries, 1)}
    return 0 if after is None else places.get(after, 0)


def _names(view: DocumentView) -> dict[str, str]:
    """Return the names of the agencies that the viewer sees in this document."""
    names = {delivery.receiver: delivery.receiver_name for delivery in view.deliveries}
    names[view.line.sender] = view.line.sender_name
    return names
