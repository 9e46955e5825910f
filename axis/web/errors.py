"""Turns everything that goes wrong into a page that says what to do; never a traceback.

Programs get a problem document (RFC 9457) instead of a page, in both languages.
"""

import secrets
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from axis.exchange.faults import StoreUnavailableError, WorkbenchUnavailableError
from axis.exchange.views.reader import SearchTooBroadError
from axis.web.basic import CHALLENGE
from axis.web.checks import ChecksBusyError, TooManyChecksError
from axis.web.forms import MAX_FORM_BYTES
from axis.web.passwords import BusyError
from axis.web.problems import PageError, ThrottledError, UnauthorizedError
from axis.web.rendering import page
from axis.web.security import is_api
from axis.web.texts import Language, text

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
        response = problem_page(request, problem.status, problem.text_key, **problem.facts)
        if isinstance(problem, UnauthorizedError):
            response.headers[hdrs.WWW_AUTHENTICATE] = CHALLENGE
        if isinstance(problem, ThrottledError):
            response.headers[hdrs.RETRY_AFTER] = str(int(problem.wait.total_seconds()) + 1)
        return response
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
    except TooManyChecksError:
        return _later(problem_page(request, 429, "problem.many_checks"))
    except ChecksBusyError:
        return _later(problem_page(request, 503, "problem.checks_busy"))
    except WorkbenchUnavailableError:
        return _later(problem_page(request, 503, "problem.no_workers"))
    except StoreUnavailableError as error:
        _log.warning("web.store_unavailable", error=str(error))
        return _later(problem_page(request, 503, "problem.503"))
    except Exception as error:  # noqa: BLE001 - a bug is recorded, and its viewer told its number
        reference = secrets.token_hex(4)
        _log.exception("web.failed", reference=reference, error=type(error).__name__)
        return problem_page(request, 500, "problem.500", reference=reference)


def problem_page(request: web.Request, status: int, key: str, **facts: Any) -> web.Response:
    """Return a page about what went wrong, or a problem document for a program."""
    if is_api(request):
        return _problem_document(status, key, facts)
    if status == 413:
        facts.setdefault("limit", MAX_FORM_BYTES // 1024)
    return page(
        request, "problem.html", {"status": status, "key": key, "facts": facts}, status=status
    )


def _later(response: web.Response) -> web.Response:
    response.headers[hdrs.RETRY_AFTER] = str(RETRY_SECONDS)
    return response


def _problem_document(status: int, key: str, facts: dict[str, Any]) -> web.Response:
    vi, en = (text(language, key, **facts) for language in Language)
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": f"{vi} / {en}",
        "detail_vi": vi,
        "detail_en": en,
    }
    return web.Response(
        status=status, body=orjson.dumps(document), content_type="application/problem+json"
    )
