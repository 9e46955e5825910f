"""The HTTP API, version 1: ``POST /api/v1/check``, described in ``schemas/openapi.yaml``."""

import asyncio

import orjson
import structlog
from aiohttp import hdrs, web

from axis.registry.agency import is_endpoint_id
from axis.web.access import find_viewer
from axis.web.basic import endpoint_of, has_credentials
from axis.web.checks import Caller
from axis.web.context import services
from axis.web.problems import (
    BadRequestError,
    ForbiddenError,
    TooLargeError,
    TooSlowError,
    UnauthorizedError,
    UnsupportedTypeError,
)

CHECK = "/api/v1/check"

BODY_SECONDS = 120.0
"""How long an upload may take: 72 MB at 5 Mbit/s."""

TYPES = frozenset(
    {"application/edxml+xml", "application/xml", "text/xml", "application/octet-stream"}
)
"""Content types of an edXML message; one that states none counts as the last."""

_log = structlog.get_logger(__name__)


async def check(request: web.Request) -> web.Response:
    """Answer what the axis would say of a document or status, without taking it in."""
    checks = services(request).checks
    assert checks is not None, "the route is only there with checks"
    caller = await _caller(request)
    endpoint = _endpoint(request, caller)
    if request.content_type not in TYPES or hdrs.CONTENT_ENCODING in request.headers:
        raise UnsupportedTypeError
    with checks.place(caller):
        body = await _body(request, checks.max_bytes)
        found = await checks.check(body, caller, endpoint, services(request).clock())
    _log.info(
        "document.checked",
        by=caller.name,
        sha256=found.sha256,
        size=found.size,
        outcome=found.verdict.outcome.value,
    )
    return web.Response(body=orjson.dumps(found.to_json()), content_type="application/json")


async def _caller(request: web.Request) -> Caller:
    """Return who asks; credentials outrank a session. Raises UnauthorizedError."""
    if has_credentials(request):
        return Caller(endpoint=await endpoint_of(request))
    viewer = await find_viewer(request)
    if viewer is None:
        raise UnauthorizedError
    return Caller(viewer=viewer)


def _endpoint(request: web.Request, caller: Caller) -> str | None:
    """Return the endpoint that would submit: the caller's own, or the one that a person names."""
    named = request.query.getall("endpoint", [])
    if len(named) > 1 or not all(map(is_endpoint_id, named)):
        raise BadRequestError("problem.endpoint")
    if caller.endpoint is None:
        return named[0] if named else None
    if named not in ([], [caller.endpoint]):
        raise ForbiddenError("problem.other_endpoint")
    return caller.endpoint


async def _body(request: web.Request, max_bytes: int) -> bytes:
    """Read a body of bounded size in bounded time, or raise TooLargeError or TooSlowError."""
    if request.content_length is not None and request.content_length > max_bytes:
        raise TooLargeError(limit=max_bytes)
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.content.iter_any():
                parts += part
                if len(parts) > max_bytes:
                    raise TooLargeError(limit=max_bytes)
    except TimeoutError:
        raise TooSlowError from None
    return bytes(parts)
