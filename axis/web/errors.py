"""Turns everything that goes wrong into a page that says what to do; never a traceback."""

import secrets
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from axis.exchange.ports import StoreUnavailableError
from axis.exchange.views import SearchTooBroadError
from axis.web.forms import MAX_FORM_BYTES
from axis.web.passwords import BusyError
from axis.web.problems import PageError
from axis.web.rendering import page

RETRY_SECONDS = 30
"""When a browser or probe may come again after 429 or 503."""

_PAGES = frozenset({400, 403, 404, 405, 413})
"""Refusals of aiohttp itself that have a page of their own; others get the page of 400."""

_log = structlog.get_logger(__name__)


@web.middleware
async def show_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every refusal and fault with a page in the viewer's language."""
    try:
        return await handler(request)
    except PageError as problem:
        return problem_page(request, problem.status, problem.text_key, **problem.facts)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        status = error.status if error.status in _PAGES else 400
        response = problem_page(request, status, f"problem.{status}")
        if hdrs.ALLOW in error.headers:
            response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return response
    except SearchTooBroadError:
        return problem_page(request, 503, "problem.broad")
    except BusyError:
        return _later(problem_page(request, 429, "problem.429"))
    except StoreUnavailableError as error:
        _log.warning("web.store_unavailable", error=str(error))
        return _later(problem_page(request, 503, "problem.503"))
    except Exception as error:  # noqa: BLE001 - a bug is recorded, and its viewer told its number
        reference = secrets.token_hex(4)
        _log.exception("web.failed", reference=reference, error=type(error).__name__)
        return problem_page(request, 500, "problem.500", reference=reference)


def problem_page(request: web.Request, status: int, key: str, **facts: Any) -> web.Response:
    """Return a page about what went wrong."""
    if status == 413:
        facts.setdefault("limit", MAX_FORM_BYTES // 1024)
    return page(
        request, "problem.html", {"status": status, "key": key, "facts": facts}, status=status
    )


def _later(response: web.Response) -> web.Response:
    response.headers[hdrs.RETRY_AFTER] = str(RETRY_SECONDS)
    return response
