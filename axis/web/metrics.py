"""Figures of the web view; labels are routes and classes of answers, never input."""

import time

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Histogram

_METHODS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_UNKNOWN = "unknown"


class WebMetrics:
    """What the web view counts; one object a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "axis_web_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "axis_web_seconds",
            "From a request to its answer",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )


def counting(metrics: WebMetrics) -> Middleware:
    """Return the middleware that counts and times every answer."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            resource = request.match_info.route.resource
            route = _UNKNOWN if resource is None else resource.canonical
            method = request.method if request.method in _METHODS else _UNKNOWN
            metrics.requests.labels(method, route, f"{status // 100}xx").inc()
            metrics.seconds.labels(route).observe(time.perf_counter() - started)

    return count
