"""What machines ask a router: is it alive, can it work, what are its figures."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from axis.broker.lanes import QueueState, missing
from axis.exchange.lanes import Lane


@dataclass(frozen=True, slots=True)
class Health:
    """The small page of one router."""

    figures: CollectorRegistry
    database: Callable[[], Awaitable[bool]]
    """Whether the database answers."""
    connected: Callable[[], bool]
    """Whether every consumer has an open session."""
    lanes: Collection[Lane]
    """Which lanes this router serves."""
    intake: Callable[[], Mapping[str, QueueState]]
    """What was seen last of the intake's queues, of all routers."""

    async def serve(self, host: str, port: int) -> web.AppRunner:
        """Listen at an address; the caller cleans the runner up."""
        app = web.Application()
        app.router.add_get("/metrics", make_aiohttp_handler(self.figures))
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        return runner

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        database, connected = await self.database(), self.connected()
        ready = database and connected
        body = {
            "ready": ready,
            "database": database,
            "broker": connected,
            "lanes": sorted(self.lanes),
            "missing_lanes": missing(self.intake()),
        }
        return web.json_response(body, status=200 if ready else 503)
