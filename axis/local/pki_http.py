"""The demo PKI's services over HTTP, on loopback: where its certificates say that they answer."""

from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from axis.clock import Clock, system_clock
from axis.errors import InvalidInputError
from axis.local.pki_config import CERTIFICATE_PATH, CRL_PATH, OCSP_PATH, TIMESTAMP_PATH
from axis.local.pki_services import NoSuchServiceError, PkiServices

MAX_REQUEST_BYTES: Final = 16 * 1024
"""An OCSP or timestamp request takes some hundred bytes."""

LOOPBACK: Final = "127.0.0.1"
"""The keys lie unprotected on disk: what they sign is nobody's business elsewhere."""

STOP_SECONDS: Final = 1.0
"""Answers take milliseconds; what is left open then is only kept-alive connections."""


def listen(services: PkiServices, port: int, started: Callable[[], None]) -> None:
    """Answer on a port of loopback until SIGTERM or SIGINT; raises OSError if it is taken."""
    web.run_app(
        create_app(services),
        host=LOOPBACK,
        port=port,
        access_log=None,
        shutdown_timeout=STOP_SECONDS,
        print=lambda _: started(),
    )


def create_app(services: PkiServices, clock: Clock = system_clock) -> web.Application:
    """Return the web application; its paths are those that certomancer writes into certificates."""

    async def certificate(request: web.Request) -> web.Response:
        return _der(services.certificate(_authority(request)), "pkix-cert")

    async def revocation_list(request: web.Request) -> web.Response:
        return _der(services.revocation_list(_authority(request), clock()), "pkix-crl")

    async def status(request: web.Request) -> web.Response:
        body = await request.read()
        return _der(services.status(_authority(request), body, clock()), "ocsp-response")

    async def timestamp(request: web.Request) -> web.Response:
        return _der(services.timestamp(await request.read(), clock()), "timestamp-reply")

    app = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[_refusals])
    app.router.add_get(CERTIFICATE_PATH, certificate)
    app.router.add_get(CRL_PATH, revocation_list)
    app.router.add_post(OCSP_PATH, status)
    app.router.add_post(TIMESTAMP_PATH, timestamp)
    return app


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except NoSuchServiceError as error:
        return web.Response(status=404, text=error.diagnostics())
    except InvalidInputError as error:
        return web.Response(status=400, text=error.diagnostics())


def _authority(request: web.Request) -> str:
    return request.match_info["authority"]


def _der(body: bytes, kind: str) -> web.Response:
    return web.Response(body=body, content_type=f"application/{kind}")
