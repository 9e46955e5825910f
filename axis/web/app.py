"""The web application: its parts, its pages, and what surrounds every answer."""

from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry

from axis.accounts import Accounts
from axis.clock import Clock
from axis.exchange.dead_letters.desk import LetterDesk
from axis.exchange.views.reader import Reader
from axis.registry.administration import Administration
from axis.registry.views import RegistryReader
from axis.settings import WebSettings
from axis.web import (
    agencies,
    api,
    certificates,
    dead_letters,
    document,
    documents,
    health,
    imports,
    receipts,
    sign_in,
    static,
)
from axis.web.access import for_admins, for_everybody, for_signed_in
from axis.web.checks import Checks
from axis.web.context import SERVICES, Services
from axis.web.errors import show_problems
from axis.web.forms import MAX_FORM_BYTES, MAX_FORM_FIELDS
from axis.web.language import choose_language
from axis.web.metrics import WebMetrics, counting
from axis.web.passwords import Passwords
from axis.web.rendering import set_up_templates
from axis.web.security import add_headers, refuse_cross_site
from axis.web.throttle import Throttle

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/healthz", health.alive),
    ("GET", "/readyz", health.ready),
    ("GET", "/metrics", health.metrics),
    ("GET", "/static/{name}", static.serve),
    ("GET", "/", sign_in.home),
    ("GET", "/sign-in", for_everybody(sign_in.show)),
    ("POST", "/sign-in", for_everybody(sign_in.sign_in)),
    ("POST", "/sign-out", sign_in.sign_out),
    ("GET", "/documents", for_signed_in(documents.show_list)),
    ("GET", "/documents/held", for_signed_in(documents.show_held)),
    ("GET", "/documents/refused", for_signed_in(documents.show_refused)),
    ("GET", "/documents/{id}", for_signed_in(document.show)),
    ("GET", "/documents/{id}/receivers", for_signed_in(document.show_receivers)),
    ("GET", "/receipts/{id}", for_signed_in(receipts.show)),
    ("GET", "/receipts/{id}/xml", for_signed_in(receipts.download)),
    ("GET", "/statuses/{id}/xml", for_signed_in(receipts.download_status)),
    ("GET", "/admin/agencies", for_admins(agencies.show_list)),
    ("GET", "/admin/agencies/{code}", for_admins(agencies.show)),
    ("GET", "/admin/certificates", for_admins(certificates.show_list)),
    ("GET", "/admin/certificates/import", for_admins(imports.ask_file)),
    ("POST", "/admin/certificates/import", for_admins(imports.read_file)),
    ("POST", "/admin/certificates/import/bind", for_admins(imports.bind)),
    ("GET", "/admin/certificates/{fingerprint}", for_admins(certificates.show)),
    ("POST", "/admin/certificates/{fingerprint}/bind", for_admins(certificates.bind)),
    ("GET", "/admin/certificates/{fingerprint}/revoke", for_admins(certificates.ask_revoke)),
    ("POST", "/admin/certificates/{fingerprint}/revoke", for_admins(certificates.revoke)),
    ("GET", "/admin/dead-letters", for_admins(dead_letters.show_list)),
    ("GET", "/admin/dead-letters/{id}", for_admins(dead_letters.show)),
    ("GET", "/admin/dead-letters/{id}/body", for_admins(dead_letters.download)),
    ("POST", "/admin/dead-letters/{id}/republish", for_admins(dead_letters.republish)),
    ("POST", "/admin/dead-letters/{id}/discard", for_admins(dead_letters.discard)),
)
"""Every address with its handler and who is let in."""


def create_app(
    *,
    reader: Reader,
    letters: LetterDesk,
    registry: RegistryReader,
    accounts: Accounts,
    administration: Administration,
    settings: WebSettings,
    clock: Clock,
    ready: Callable[[], Awaitable[bool]],
    metrics: CollectorRegistry,
    passwords: Passwords | None = None,
    checks: Checks | None = None,
) -> web.Application:
    """Put the web view together; whoever runs it opens and closes what is passed in.

    Without `checks` there is no check before sending.
    """
    app = web.Application(
        client_max_size=MAX_FORM_BYTES,
        client_max_fields=MAX_FORM_FIELDS,
        middlewares=[
            counting(WebMetrics(metrics)),
            choose_language,
            show_problems,
            refuse_cross_site,
        ],
    )
    app[SERVICES] = Services(
        reader=reader,
        letters=letters,
        registry=registry,
        accounts=accounts,
        administration=administration,
        settings=settings,
        clock=clock,
        ready=ready,
        metrics=metrics,
        passwords=passwords or Passwords(),
        throttle=Throttle(),
        checks=checks,
    )
    set_up_templates(app)
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(_password_threads)
    for method, path, handler in ROUTES:
        if method == "GET":
            app.router.add_get(path, handler)
        else:
            app.router.add_route(method, path, handler)
    if checks is not None:
        app.router.add_post(api.CHECK, api.check)
    return app


async def _password_threads(app: web.Application) -> AsyncIterator[None]:
    yield
    app[SERVICES].passwords.close()
