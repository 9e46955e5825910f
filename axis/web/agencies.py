"""Agencies, for administrators: the list and one agency with its certificates."""

from aiohttp import web

from axis.clock import in_vietnam
from axis.registry.agency import Level, is_agency_code
from axis.registry.calendar import endings
from axis.registry.routing import Resolved
from axis.registry.views import EXPIRY_WARNING, AgencyFilter, CertificateFilter
from axis.verdict import Finding
from axis.web.context import Viewer, services
from axis.web.documents import PAGE_LINES, one_page
from axis.web.forms import query_choice, query_text
from axis.web.problems import BadRequestError, NotFoundError
from axis.web.rendering import page


async def show_list(request: web.Request, viewer: Viewer) -> web.Response:
    """Show agencies by code."""
    parts = services(request)
    wanted = AgencyFilter(
        text=query_text(request, "q"),
        level=query_choice(request, "level", Level),
        parent=_query_code(request, "parent"),
        limit=PAGE_LINES + 1,
        after=_query_code(request, "after"),
    )
    lines, more = one_page(await parts.registry.agencies(wanted))
    parent = await parts.registry.agency(wanted.parent) if wanted.parent else None
    return page(
        request,
        "agencies.html",
        {
            "lines": lines,
            "wanted": wanted,
            "parent": parent,
            "levels": tuple(Level),
            "next_after": lines[-1].code if more else None,
            "today": in_vietnam(parts.clock()).date(),
        },
    )


async def show(request: web.Request, viewer: Viewer) -> web.Response:
    """Show one agency."""
    parts = services(request)
    code = request.match_info["code"]
    agency = await parts.registry.agency(code) if is_agency_code(code) else None
    if agency is None:
        raise NotFoundError
    now = parts.clock()
    entries = await parts.registry.certificates(CertificateFilter(agency=agency.code), now)
    ends = endings((entry.line for entry in entries), now, EXPIRY_WARNING)
    # the same decision that the router takes, not one of this page's own
    route = (await parts.administration.directory()).resolve(agency.code, now)
    below, more = one_page(
        await parts.registry.agencies(AgencyFilter(parent=agency.code, limit=PAGE_LINES + 1))
    )
    return page(
        request,
        "agency.html",
        {
            "agency": agency,
            "route": route if isinstance(route, Resolved) else None,
            "no_route": [route.text_vi(), route.text_en()] if isinstance(route, Finding) else None,
            "entries": entries,
            "ends_bare": next((one.day for one in ends if one.bare), None),
            "below": below,
            "more_below": more,
            "today": in_vietnam(now).date(),
        },
    )


def _query_code(request: web.Request, name: str) -> str | None:
    code = query_text(request, name)
    if code and not is_agency_code(code):
        raise BadRequestError
    return code or None
