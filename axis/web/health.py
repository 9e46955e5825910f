"""What machines ask: is the process alive, can it serve, what are its figures."""

from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler

from axis.web.context import services


async def alive(_: web.Request) -> web.Response:
    """Answer that the process runs and its event loop turns."""
    return web.Response(text="ok\n")


async def ready(request: web.Request) -> web.Response:
    """Answer whether the database answers, without which no page can be shown."""
    if await services(request).ready():
        return web.Response(text="ready\n")
    return web.Response(status=503, text="the database does not answer\n")


async def metrics(request: web.Request) -> web.StreamResponse:
    """Answer with the figures in Prometheus's format."""
    return await make_aiohttp_handler(services(request).metrics)(request)
